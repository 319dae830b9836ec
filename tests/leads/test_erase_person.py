"""Erasing a person: nothing that names them is left anywhere, everything that was counted stays."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from arbitration.actions import add_note, add_statement, appoint, cast_vote, file_appeal, rule_on_case
from arbitration.evidence import hash_of
from arbitration.models import Case, Precedent, Ruling, RulingWord, Statement
from dashboards.actions import add_point, give_action, open_review, plan_review, write_item
from dashboards.models import ReviewItem
from dashboards.queries import Cut, month_figures
from events.models import Event
from intake import actions as intake
from intake.models import BatchRow, OptIn, Submission, Visit, Visitor
from leads import normal
from leads.actions import (
    LeadErased,
    PersonErased,
    PersonInDispute,
    When,
    accept_handover,
    add_insight,
    create_campaign,
    edit_lead,
    erase_person,
    find_duplicates,
    give_feedback,
    hand_over,
    log_attempt,
    merge_leads,
    plan_follow_up,
    reject_handover,
    start_bulk_handover,
    take_in,
)
from leads.actions.saving_views import save_view
from leads.capture import BehaviourFact
from leads.models import Forgotten, Handover, Lead, SavedView
from notifications.models import Mail
from sla.actions import notice_due, request_excuse
from sla.models import Clock
from smarketing.lib.clock import now
from smarketing.lib.redaction import STRUCK
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import TenantModel
from tenants.files import Upload
from tenants.idempotency import begin, finish
from tenants.models import FileContent, StoredFile
from tests.intake.support import make_form
from tests.leads.makers import captured, make_handover, make_lead, ready_at
from tests.support import Cast, run_jobs, run_outbox

NAME = "Zyxwvutsky"
# What people wrote about her; stands in every text that hangs on her.
TEXT = "quarkmark"
EMAIL = f"jane.{NAME.lower()}@{TEXT}.example.com"
VISITOR = "ab" * 16


def texts_with(word: str) -> list[str]:
    """Return every row of every table of the organisation in which a word stands, as a text or as bytes."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if not issubclass(model, TenantModel):
                continue
            table = model._meta.db_table
            cursor.execute(
                f"select to_jsonb(t)::text from {table} t where organisation_id = %s"
                " and (to_jsonb(t)::text ilike %s or t::text ilike %s)",
                [current_organisation_id(), f"%{word}%", f"%{word.encode().hex()}%"],
            )
            found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return found


@pytest.fixture
def case(acme: Cast, at: datetime) -> Case:
    """A person who came in by every door, was disputed, and about whom people wrote wherever they can."""
    lead = _came_in(acme, at=at)
    handover = hand_over(lead, by=acme.mara, at=at, note=f"note {TEXT}", override_reason=TEXT)
    Handover.objects.filter(pk=handover.pk).update(assigned_to=acme.sam)
    _written_about(acme, lead, at=at)
    _looked_for_and_talked_about(acme, at=at)
    late_at = Clock.objects.get(subject=handover.subject_id, commitment="first_contact").due_at + timedelta(hours=1)
    proof = Upload(f"{TEXT}.txt", f"proof {TEXT}".encode())
    rejection = reject_handover(
        handover, reason="not_fitting", criterion="company_size", note=f"{TEXT} small",
        evidence_url=f"https://{TEXT}.example", uploads=[proof], by=acme.sam, at=at + timedelta(minutes=30),
    )  # fmt: skip
    filed = file_appeal(rejection, grounds=f"grounds {TEXT}", by=acme.mara, at=at + timedelta(hours=1))
    return _ruled(acme, filed, at=at + timedelta(hours=2), excused_at=late_at)


def _came_in(cast: Cast, *, at: datetime) -> Lead:
    form = make_form(cast, at=at, opt_in=True).form
    intake.note_visits(VISITOR, [BehaviourFact("page_viewed", at, {"page": f"/{TEXT}", "text": TEXT})], at=at)
    raw = {
        "person": {
            "email": EMAIL, "given_name": "Jane", "family_name": NAME, "phone": "+43 1 58858",
            "job_title": f"CTO {TEXT}",
        },
        "company": {"name": f"{TEXT} GmbH", "employees": 120, "industry": "logistics", "country": "AT"},
        "message": f"Call me, {TEXT}", "custom": {"budget": TEXT}, "visitor": VISITOR,
        "attribution": {
            "first": {"source": "linkedin", "term": TEXT}, "referrer": f"https://{TEXT}.example",
            "click_ids": {"gclid": TEXT},
        },
        "consents": [{"purpose": "sales_contact", "granted": True, "text": f"I agree {TEXT}", "ip": "203.0.113.7"}],
    }  # fmt: skip
    posted = intake.receive(raw, content_type="application/json", form=form, external_id=EMAIL, at=at).submission
    intake.judge(posted, at=at)
    run_outbox(organisation=cast.acme, at=now())
    intake.confirm(OptIn.objects.get(), ip="203.0.113.8", at=at)
    spam = {"email": EMAIL, "hp": "x", "note": TEXT}
    intake.judge(intake.receive(spam, content_type="application/json", at=at).submission, at=at)
    lead = Lead.objects.get()
    twin = take_in(captured(f"other.{EMAIL}", person={"family_name": NAME}), at=at).lead
    find_duplicates(twin, at=at)
    merge_leads(lead, twin, take=["job_title"], by=cast.mara, at=at)
    _file_with_her(cast, at=at)
    return take_in(captured(EMAIL, behaviours=ready_at(at)), at=at).lead


def _file_with_her(cast: Cast, *, at: datetime) -> None:
    text = f"Mail,Note\n{EMAIL},{TEXT}\nmax@muster.example,fine\n"
    batch = intake.store_batch(BytesIO(text.encode()), kind="csv", name="fair.csv", by=cast.mara, at=at)
    told = {"hand_over": False, "owner": None}
    intake.check_batch(batch, mapping={"Mail": "person.email", "Note": ""}, by=cast.mara, at=at, then_run=told)
    while run_jobs(organisation=cast.acme, at=at):
        pass


def _written_about(cast: Cast, lead: Lead, *, at: datetime) -> None:
    plan_follow_up(lead, what=f"Call {TEXT}", when=When(at=at + timedelta(days=3)), by=cast.mara, at=at)
    add_insight(text=f"insight {TEXT}", tags=[TEXT], lead=lead, by=cast.mara, at=at)
    campaign = create_campaign(name="Fair", utm="fair", channel="", owner=cast.mara, by=cast.mara, at=at)
    give_feedback(campaign, verdict="mixed", text=f"Jane {NAME} is real", lead=lead, by=cast.sam, at=at)
    start_bulk_handover([lead], note=f"for {NAME}", by=cast.mara, at=at)
    answered = begin(key="k", credential="c", route="/r", body=b"{}", at=at)
    finish(answered, status=201, text=json.dumps({"email": EMAIL}), headers={})


def _looked_for_and_talked_about(cast: Cast, *, at: datetime) -> None:
    """Lists that look for her, and a meeting of both sides that talks about her."""
    for number in range(2):
        query = urlencode({"q": f"{NAME} {number}", "stage": "mql"})
        save_view(name=f"Jane {NAME} {number}", query=query, is_shared=False, by=cast.mara, at=at)
    held_at = at + timedelta(minutes=10)
    review = plan_review(starts_at=held_at, place=f"at {NAME}'s", by=cast.marc, at=at)
    add_point(review, title=f"What of {NAME}?", by=cast.marc, at=at)
    open_review(review, by=cast.marc, at=held_at)
    item = ReviewItem.objects.select_related("review").get(topic="own")
    write_item(item, minutes=f"Ms {NAME} waits.", decision=f"Call {EMAIL}.", revision=1, by=cast.marc, at=held_at)
    due_on = (at + timedelta(days=7)).date()
    give_action(review, text=f"Call {NAME}", owner=cast.sam, due_on=due_on, item=item, by=cast.marc, at=held_at)


def _ruled(cast: Cast, case: Case, *, at: datetime, excused_at: datetime) -> Case:
    """The board hears the case and overturns; its words name her, as people do. Then contact is made too late."""
    add_statement(case, text=f"statement {TEXT}", by=cast.mara, at=at)
    appoint(cast.ada, kind="member", by=cast.rita, at=at)
    cast_vote(case, choice="upheld", reasons=f"vote {TEXT}", by=cast.ada, at=at)
    add_note(case, text=f"note {TEXT}", by=cast.rita, at=at)
    rule_on_case(
        case, outcome="overturned", reasons=f"Ms {NAME} runs 640 people.", holding=f"{NAME}'s group counts as one.",
        precedent_stance="none", by=cast.rita, at=at,
    )  # fmt: skip
    due_at = Clock.objects.filter(subject=case.handover.subject_id, state="running").latest("due_at").due_at
    late_at = max(due_at, excused_at) + timedelta(hours=1)
    notice_due(at=late_at)
    breached = Clock.objects.filter(subject=case.handover.subject_id, state="breached")[:1].get()
    request_excuse(breached, reason=f"excuse {TEXT}", by=cast.sam, at=late_at)
    log_attempt(case.handover, channel="call", outcome="reached", note=f"spoke {TEXT}", by=cast.sam, at=late_at)
    return Case.objects.get(pk=case.pk)


def erase(cast: Cast, case: Case, *, at: datetime) -> Lead:
    return erase_person(case.handover.lead, by=cast.ada, at=at + timedelta(days=20))


def test_nothing_of_the_person_is_left_in_any_table(acme: Cast, case: Case, at: datetime) -> None:
    tables = {row.split(":")[0] for word in (NAME, TEXT) for row in texts_with(word)}
    # What the test is about: a marker in every place where a person can stand.
    assert tables >= {
        "leads_lead", "leads_handover", "leads_rejection", "leads_attempt", "leads_consent", "leads_behaviour",
        "leads_followup", "leads_insight", "leads_insightword", "leads_leadword", "leads_leadkey", "leads_merge",
        "leads_company", "leads_campaignfeedback", "tenants_storedfile", "tenants_filecontent", "tenants_job",
        "tenants_idempotencyrecord", "sla_plea", "intake_submission", "intake_optin", "intake_batchchunk",
        "intake_visit", "notifications_mail", "arbitration_case", "arbitration_statement", "arbitration_vote",
        "arbitration_hearingnote", "arbitration_ruling", "arbitration_precedent", "arbitration_rulingword",
        "leads_savedview", "dashboards_review", "dashboards_reviewitem", "dashboards_reviewaction",
    }  # fmt: skip
    erase(acme, case, at=at)
    run_outbox(organisation=acme.acme, at=now())
    assert texts_with(NAME) == []
    assert texts_with(TEXT) == []
    # Five digits alone stand in many an id.
    assert texts_with("1 58858") == texts_with("43158858") == []
    assert texts_with("203.0.113") == []
    assert set(SavedView.objects.values_list("query", flat=True)) == {"stage=mql"}
    assert ReviewItem.objects.get(topic="own").minutes == f"Ms {STRUCK} waits."


def test_figures_clocks_and_seals_stay_as_they_were(acme: Cast, case: Case, at: datetime) -> None:
    def counted() -> Any:
        cut = Cut(at.date().replace(day=1), "")
        figures = month_figures(cut, at=at + timedelta(days=30), zone=acme.acme.zone)
        clocks = Clock.objects.order_by("pk").values("pk", "state", "due_at", "breached_at", "stopped_at")
        handovers = Handover.objects.order_by("pk").values("pk", "decision", "sent_at", "tier", "contacted_at")
        return repr(figures), list(clocks.exclude(state__in=["running", "paused"])), list(handovers)

    before = counted()
    sealed = case.evidence_hash
    erase(acme, case, at=at)
    assert counted() == before
    case.refresh_from_db()
    assert hash_of(case.evidence) == case.evidence_hash == sealed
    assert (case.evidence_salt, case.grounds) == ("", "")
    assert Ruling.objects.get().reasons == "Ms [erased] runs 640 people."
    assert Precedent.objects.get().holding == "[erased]'s group counts as one."
    assert RulingWord.objects.filter(word__in=["group", "640", "peopl"]).exists()
    assert StoredFile.objects.get().erased_at is not None
    assert not FileContent.objects.exists()


def test_what_owed_contact_to_the_person_ends(acme: Cast, at: datetime) -> None:
    handover = accept_handover(make_handover(at=at, by=acme.mara), by=acme.sam, at=at)
    erased_at = at + timedelta(hours=1)
    lead = erase_person(handover.lead, by=acme.ada, at=erased_at)
    assert not Clock.objects.filter(subject=handover.subject_id, state__in=["running", "paused"]).exists()
    handover.refresh_from_db()
    assert (handover.decision, handover.progress, handover.closed_at) == ("accepted", "closed", erased_at)
    assert (str(lead), lead.name, lead.erased_at) == ("L-1", "L-1", erased_at)
    event = Event.objects.get(kind="lead.erased")
    assert (event.thread_id, event.by_id, event.data) == (lead.pk, acme.ada.pk, {"number": "L-1", "into": str(lead.pk)})


def test_refuses_while_a_rejection_is_not_settled_and_does_nothing(acme: Cast, at: datetime) -> None:
    rejected = reject_handover(
        make_handover(at=at, by=acme.mara), reason="not_fitting", criterion="company_size", note="x", by=acme.sam, at=at
    )
    with pytest.raises(PersonInDispute):
        erase_person(rejected.handover.lead, by=acme.ada, at=at)
    assert Lead.objects.get().given_name == "Jane"
    assert not Event.objects.filter(kind="lead.erased").exists()


def test_the_process_that_erases_forgets_how_it_spelled_the_address(
    acme: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    spelled: list[str] = []
    validate = normal.validate_email

    def noted(raw: str, **options: Any) -> Any:
        spelled.append(raw)
        return validate(raw, **options)

    monkeypatch.setattr(normal, "validate_email", noted)
    lead, address = make_lead(at=at), "Jane.Doe@example.org"
    for _ in range(2):
        assert normal.email_norm(address) == "jane.doe@example.org"
    assert spelled.count(address) == 1
    erase_person(lead, by=acme.ada, at=at)
    normal.email_norm(address)
    assert spelled.count(address) == 2
    # Another process, which has erased nobody, knows it for a moment only.
    later = monotonic() + normal.MOMENT_SECONDS
    monkeypatch.setattr(normal, "monotonic", lambda: later)
    normal.email_norm(address)
    assert spelled.count(address) == 3


def test_nothing_is_written_about_somebody_who_was_erased(acme: Cast, at: datetime) -> None:
    lead = erase_person(make_lead(at=at), by=acme.ada, at=at)
    with pytest.raises(PersonErased):
        erase_person(lead, by=acme.ada, at=at)
    refused: list[Any] = [
        lambda: edit_lead(lead, changes={"given_name": "Jane"}, by=acme.mara, at=at),
        lambda: add_insight(text="She", lead=lead, by=acme.mara, at=at),
        lambda: plan_follow_up(lead, what="Call", when=When(at=at + timedelta(days=1)), by=acme.mara, at=at),
        lambda: hand_over(lead, by=acme.mara, at=at, override_reason="x"),
        lambda: merge_leads(lead, make_lead(at=at, email="other@example.com"), by=acme.mara, at=at),
    ]
    for act in refused:
        with pytest.raises(LeadErased):
            act()


def test_the_database_lets_nobody_else_change_the_boards_words(acme: Cast, case: Case, at: datetime) -> None:
    """Without saying that it erases, and in any other column, the words of the board stay closed."""
    for change in ("text = ''", "side = 'sales'"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update arbitration_statement set {change}")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.erasing', 'on', true)")
        cursor.execute("update arbitration_ruling set outcome = 'upheld'")
    assert Statement.objects.get().text == f"statement {TEXT}"


def posted(cast: Cast, *, at: datetime, **more: Any) -> Submission:
    raw = {"person": {"email": "Jane.Doe@example.com", "given_name": "Jane"}, **more}
    return intake.judge(intake.receive(raw, content_type="application/json", at=at).submission, at=at)


def test_a_file_does_not_bring_an_erased_person_back(acme: Cast, at: datetime) -> None:
    erase_person(make_lead(at=at), by=acme.ada, at=at)
    digests = list(Forgotten.objects.values_list("digest", flat=True))
    assert len(digests) == 1
    assert "jane" not in digests[0]
    text = "Mail,Vorname\njane.doe@example.com,Jane\nmax@muster.example,Max\n"
    batch = intake.store_batch(BytesIO(text.encode()), kind="csv", name="fair.csv", by=acme.mara, at=at)
    told = {"hand_over": False, "owner": None}
    mapping = {"Mail": "person.email", "Vorname": "person.given_name"}
    intake.check_batch(batch, mapping=mapping, by=acme.mara, at=at, then_run=told)
    while run_jobs(organisation=acme.acme, at=at):
        pass
    assert list(BatchRow.objects.order_by("number").values_list("outcome", flat=True)) == ["quarantined", "created"]
    assert Lead.objects.filter(given_name="Jane").count() == 0
    waiting = Submission.objects.get(state="quarantined")
    assert [reason["code"] for reason in waiting.reasons] == ["person_forgotten"]
    with pytest.raises(intake.PersonForgotten):
        intake.release(waiting, by=acme.mara, at=at)


def test_somebody_who_agrees_comes_back_as_a_new_lead(acme: Cast, at: datetime) -> None:
    gone = erase_person(make_lead(at=at), by=acme.ada, at=at)
    assert posted(acme, at=at).state == "quarantined"
    assert posted(acme, at=at, consents=[{"purpose": "mail", "granted": False}]).state == "quarantined"
    back = posted(acme, at=at, consents=[{"purpose": "mail", "granted": True}])
    assert back.state == "matched"
    assert back.lead_id != gone.pk
    assert not Forgotten.objects.exists()
    assert posted(acme, at=at).state == "matched"
    assert Event.objects.filter(kind="lead.came_back", thread_id=back.lead_id).count() == 1


def test_others_are_left_alone(acme: Cast, at: datetime) -> None:
    other = make_lead(at=at, email="jane.doering@example.com", company={"name": "Example GmbH"})
    lead = make_lead(at=at)
    intake.note_visits("cd" * 16, [BehaviourFact("page_viewed", at, {"page": "/"})], at=at)
    erase_person(lead, by=acme.ada, at=at)
    other.refresh_from_db()
    assert (other.given_name, other.email) == ("Jane", "jane.doering@example.com")
    assert other.company is not None
    assert other.company.name != ""
    assert (Visitor.objects.count(), Visit.objects.count()) == (1, 1)
    assert not Mail.objects.filter(to="").exists()
