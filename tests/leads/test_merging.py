"""Two leads that are one person: suggested, previewed, merged, undone."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.urls import reverse

from leads.actions import (
    AlreadyMerged,
    LeadInDispute,
    MergeOver,
    SameLead,
    accept_handover,
    dismiss_duplicate,
    find_duplicates,
    log_attempt,
    merge_leads,
    reject_handover,
    take_in,
    undo_merge,
)
from leads.actions.changing import HandoverMerged
from leads.capture import Attribution, ConsentFact, Touch
from leads.duplicates import Person, keys_of, mailbox, shared
from leads.models import Behaviour, Consent, Duplicate, Handover, Lead, Merge
from leads.queries import merge_preview
from sla.models import Clock, CreditEntry, Subject
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import captured, kinds_of, make_handover, make_lead, ready_at
from tests.support import Cast, api_key, run_outbox

LATER = timedelta(hours=1)


def pair(at: datetime) -> tuple[Lead, Lead]:
    """One person who wrote from two addresses."""
    older = make_lead(at=at, email="jane.doe@example.com", person={"job_title": ""})
    younger = make_lead(at=at + LATER, email="jane@example.org", person={"job_title": "CTO", "family_name": "Doé"})
    return older, younger


def points() -> Decimal:
    """Marketing's points of the month."""
    return sum(CreditEntry.objects.values_list("points", flat=True), Decimal(0))


# By what two may be one person


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("jane+news@example.com", "jane@example.com"),
        ("jane@example.com", "jane@example.com"),
        ("j.a.n.e@gmail.com", "jane@gmail.com"),
        ("jane+x@googlemail.com", "jane@gmail.com"),
        ("j.ane@example.com", "j.ane@example.com"),
        ("+tag@example.com", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_a_tag_is_no_other_mailbox(address: str, same: str) -> None:
    assert mailbox(address) == same


def test_names_are_similar_at_one_company_only() -> None:
    jane = Person(given_name="Jané", family_name="Strauß", company_domain="example.com")
    assert shared(keys_of(jane), keys_of(Person(given_name="J.", family_name="STRAUSS", company_domain="example.com")))
    assert not shared(
        keys_of(jane), keys_of(Person(given_name="Jané", family_name="Strauß", company_domain="else.com"))
    )
    assert not keys_of(Person(given_name="Jane", company_domain="example.com"))


# Suggestions


def test_suggests_who_shares_a_phone_number(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    find_duplicates(older, at=at)
    found = find_duplicates(younger, at=at + LATER)
    assert [(row.lead, row.other, row.kinds) for row in found] == [(older, younger, ["phone"])]
    assert find_duplicates(younger, at=at + LATER) == []
    assert kinds_of(older)[-1] == "lead.duplicate_suggested"


def test_a_switchboard_suggests_nobody(acme: Cast, at: datetime) -> None:
    for number in range(22):
        find_duplicates(make_lead(at=at, email=f"p{number}@c{number}.com", person={"family_name": str(number)}), at=at)
    Duplicate.objects.all().update(state="dismissed")
    last = make_lead(at=at, email="last@example.net", person={"family_name": "Last"})
    assert find_duplicates(last, at=at) == []


def test_what_was_called_two_people_is_not_suggested_again(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    find_duplicates(older, at=at)
    (suggestion,) = find_duplicates(younger, at=at)
    dismiss_duplicate(suggestion, by=acme.mara, at=at)
    assert find_duplicates(younger, at=at + LATER) == []
    assert Duplicate.objects.get().state == "dismissed"


def test_the_outbox_looks_for_duplicates_of_what_comes_in(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        pair(at)
    run_outbox(organisation=live_cast.acme, at=now())
    with tenant_scope(live_cast.acme.pk):
        assert Duplicate.objects.get().kinds == ["phone"]


# Merging


def test_the_older_goes_on_and_the_other_answers_with_it(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge = merge_leads(younger, older, by=acme.mara, at=at + 2 * LATER)
    assert (merge.survivor, merge.dropped) == (older, younger)
    younger.refresh_from_db()
    assert younger.merged_into_id == older.pk
    assert kinds_of(merge) == ["lead.merged", "lead.merged"]


def test_keeps_what_is_known_and_fills_what_is_not(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge_leads(older, younger, by=acme.mara, at=at + 2 * LATER)
    older.refresh_from_db()
    assert (older.family_name, older.job_title) == ("Doe", "CTO")


def test_takes_the_values_that_a_person_chooses(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge_leads(older, younger, take=["family_name"], by=acme.mara, at=at + 2 * LATER)
    older.refresh_from_db()
    assert older.family_name == "Doé"


def test_behaviour_and_consents_move_and_count(acme: Cast, at: datetime) -> None:
    older = take_in(captured(), at=at).lead
    consents = (ConsentFact("sales_contact", text="I agree", text_version="1", captured_at=at),)
    younger = make_lead(at=at + LATER, email="jane@example.org", behaviours=ready_at(at), consents=consents)
    merge_leads(older, younger, by=acme.mara, at=at + 2 * LATER)
    older.refresh_from_db()
    assert (Behaviour.objects.filter(lead=older).count(), Consent.objects.filter(lead=older).count()) == (2, 1)
    assert (older.tier, older.stage) == ("standard", "mql")


def test_the_first_touch_is_the_earlier_and_the_last_the_later(acme: Cast, at: datetime) -> None:
    def seen(source: str, moment: datetime) -> Attribution:
        touch = Touch(source=source, at=moment)
        return Attribution(touch, touch, {}, "", "")

    older = make_lead(at=at, attribution=seen("google", at))
    younger = make_lead(at=at + LATER, email="jane@example.org", attribution=seen("fair", at - timedelta(days=9)))
    merge_leads(older, younger, by=acme.mara, at=at + 2 * LATER)
    older.refresh_from_db()
    assert (older.first_touch["source"], older.last_touch["source"]) == ("fair", "google")


def test_the_other_address_is_the_same_person_from_now_on(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge_leads(older, younger, by=acme.mara, at=at + 2 * LATER)
    again = take_in(captured(younger.email), at=at + 3 * LATER)
    assert (again.lead.pk, again.created) == (older.pk, False)
    assert Lead.objects.count() == 2


def test_those_that_went_on_as_the_dropped_one_go_on_as_the_survivor(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    youngest = make_lead(at=at + 2 * LATER, email="third@example.org")
    merge_leads(younger, youngest, by=acme.mara, at=at + 3 * LATER)
    merge = merge_leads(older, younger, by=acme.mara, at=at + 4 * LATER)
    youngest.refresh_from_db()
    assert youngest.merged_into_id == older.pk
    undo_merge(merge, by=acme.mara, at=at + 5 * LATER)
    youngest.refresh_from_db()
    assert youngest.merged_into_id == younger.pk


# Case 24: two handovers of what was one person


def test_the_earliest_clock_goes_on_and_the_other_is_merged(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    merge_leads(first.lead, second.lead, by=acme.mara, at=at + 2 * LATER)
    states = dict(Clock.objects.filter(commitment="decision").values_list("subject", "state"))
    assert states == {first.subject_id: "running", second.subject_id: "merged"}
    second.refresh_from_db()
    assert (second.merged_into_id, second.lead_id, second.number) == (first.pk, first.lead_id, 2)
    with pytest.raises(HandoverMerged):
        accept_handover(second, by=acme.sam, at=at + 3 * LATER)
    assert accept_handover(first, by=acme.sam, at=at + 3 * LATER).decision == "accepted"


def test_who_was_contacted_under_the_other_name_is_not_owed_a_contact(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    log_attempt(second, channel="call", outcome="reached", by=acme.sam, at=at + 2 * LATER)
    merge = merge_leads(first.lead, second.lead, by=acme.mara, at=at + 3 * LATER)

    def states() -> dict[Any, str]:
        rows = Clock.objects.filter(commitment__in=("first_contact", "attempts"), subject=first.subject_id)
        return dict(rows.values_list("commitment", "state"))

    assert states() == {"first_contact": "merged", "attempts": "merged"}
    assert Subject.objects.get(pk=first.subject_id).reached_at == at + 2 * LATER
    first.refresh_from_db()
    assert (first.contacted_at, first.progress) == (at + 2 * LATER, "contacted")
    # What is said to the kept lead meanwhile is its own after the merge is undone.
    log_attempt(first, channel="call", outcome="no_answer", by=acme.sam, at=at + 4 * LATER)
    undo_merge(merge, by=acme.mara, at=at + 5 * LATER)
    assert states()["attempts"] == "running"
    subject = Subject.objects.get(pk=first.subject_id)
    assert (subject.first_attempt_at, subject.reached_at) == (at + 4 * LATER, None)
    assert states()["first_contact"] == "met"
    first.refresh_from_db()
    assert (first.contacted_at, first.progress) == (at + 4 * LATER, "contacted")


def test_undone_with_nothing_said_meanwhile_the_contact_is_owed_again(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    log_attempt(second, channel="call", outcome="reached", by=acme.sam, at=at + 2 * LATER)
    merge = merge_leads(first.lead, second.lead, by=acme.mara, at=at + 3 * LATER)
    undo_merge(merge, by=acme.mara, at=at + 4 * LATER)
    first.refresh_from_db()
    assert (first.contacted_at, first.progress) == (None, "new")
    states = dict(Clock.objects.filter(subject=first.subject_id).values_list("commitment", "state"))
    assert (states["first_contact"], states["attempts"]) == ("running", "running")


def test_the_later_credit_is_reversed_and_undoing_restores_it(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    assert points() == 2
    merge = merge_leads(first.lead, second.lead, by=acme.mara, at=at + 2 * LATER)
    assert points() == 1
    assert Subject.objects.get(pk=second.subject_id).credit == "reversed"
    undo_merge(merge, by=acme.mara, at=at + 3 * LATER)
    assert points() == 2
    assert Subject.objects.get(pk=second.subject_id).credit == "counted"


def test_a_single_credit_is_the_survivors_so_that_no_second_is_given(acme: Cast, at: datetime) -> None:
    older = take_in(captured(), at=at).lead
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    merge_leads(older, second.lead, by=acme.mara, at=at + 2 * LATER)
    subject = Subject.objects.get(pk=second.subject_id)
    older.refresh_from_db()
    assert subject.credit_key == f"{older.pk}:{older.cycle}"
    assert older.stage == "mql"
    assert points() == 1


def test_refuses_while_sales_disputes_one_of_them(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org")
    reject_handover(second, reason="not_fitting", criterion="company_size", by=acme.sam, at=at + LATER)
    with pytest.raises(LeadInDispute):
        merge_leads(first.lead, second.lead, by=acme.mara, at=at + 2 * LATER)
    assert not Merge.objects.exists()


def test_refuses_the_same_lead_a_merged_one_and_unknown_fields(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    with pytest.raises(SameLead):
        merge_leads(older, older, by=acme.mara, at=at)
    with pytest.raises(InvalidInput):
        merge_leads(older, younger, take=["email"], by=acme.mara, at=at)
    merge_leads(older, younger, by=acme.mara, at=at + LATER)
    with pytest.raises(AlreadyMerged):
        merge_leads(older, younger, by=acme.mara, at=at + LATER)


# Undoing


def test_undoing_puts_everything_back(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org", person={"job_title": "CFO"})
    before = snapshot()
    merge = merge_leads(first.lead, second.lead, take=["job_title"], by=acme.mara, at=at + 2 * LATER)
    assert snapshot() != before
    undo_merge(merge, by=acme.mara, at=at + 3 * LATER)
    assert snapshot() == before
    assert Clock.objects.filter(state="running").count() == 6


def snapshot() -> list[Any]:
    """What a merge may move."""
    people = Lead.objects.order_by("number").values_list(
        "pk", "job_title", "stage", "tier", "merged_into", "sales_owner"
    )
    sent = Handover.objects.order_by("sent_at").values_list("pk", "lead", "number", "merged_into")
    did = Behaviour.objects.order_by("pk").values_list("pk", "lead")
    return [list(people), list(sent), list(did)]


def test_a_value_that_was_changed_since_stays(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge = merge_leads(older, younger, take=["family_name"], by=acme.mara, at=at + 2 * LATER)
    Lead.objects.filter(pk=older.pk).update(family_name="Smith")
    undo_merge(merge, by=acme.mara, at=at + 3 * LATER)
    older.refresh_from_db()
    assert (older.family_name, older.job_title) == ("Smith", "")


def test_undoing_is_over_after_30_days_and_after_it_was_done(acme: Cast, at: datetime) -> None:
    older, younger = pair(at)
    merge = merge_leads(older, younger, by=acme.mara, at=at)
    with pytest.raises(MergeOver):
        undo_merge(merge, by=acme.mara, at=at + timedelta(days=30, seconds=1))
    undo_merge(merge, by=acme.mara, at=at + timedelta(days=30))
    with pytest.raises(MergeOver):
        undo_merge(merge, by=acme.mara, at=at + timedelta(days=30))


# Pages and clients


def test_the_preview_says_what_would_happen(acme: Cast, at: datetime) -> None:
    first = make_handover(by=acme.mara, at=at)
    second = make_handover(by=acme.mara, at=at + LATER, email="jane@example.org", person={"job_title": "CFO"})
    found = merge_preview(second.lead, first.lead)
    assert (found.survivor, found.dropped, found.behaviours) == (first.lead, second.lead, 2)
    assert (found.going_on, found.ending, found.reverses_credit) == (first, second, True)
    assert [field.name for field in found.fields if field.differs] == ["job_title"]


@pytest.mark.django_db
def test_a_marketer_compares_merges_and_undoes_in_the_browser(cast: Cast, at: datetime, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        older, younger = pair(at)
        find_duplicates(older, at=at)
        find_duplicates(younger, at=at)
    browser, slug = client_of(cast.mara), cast.acme.slug
    with time_machine.travel(at + 2 * LATER, tick=False):
        page = browser.get(reverse("leads:duplicates", args=[slug]))
        assert b"same phone number" in page.content
        address = reverse("leads:merge", args=[slug, older.pk])
        assert b"Merge the two" in browser.get(address, {"with": f"L-{younger.number}"}).content
        assert b"There is no such lead" in browser.get(address, {"with": "L-999"}).content
        done = browser.post(address, {"with": str(younger.pk), "take_family_name": "other"})
        assert done.headers["Location"] == reverse("leads:detail", args=[slug, older.pk])
        assert browser.post(address, {"with": str(younger.pk)}).status_code == 409
        assert browser.get(reverse("leads:detail", args=[slug, younger.pk])).status_code == 200
        back = browser.post(reverse("leads:unmerge", args=[slug, older.pk]))
        assert back.headers["Location"] == reverse("leads:detail", args=[slug, younger.pk])
        assert browser.post(reverse("leads:unmerge", args=[slug, older.pk])).status_code == 404
    assert client_of(cast.sam).get(address).status_code == 403
    assert client_of(cast.gus).get(address).status_code == 404


@pytest.mark.django_db
def test_a_client_merges_and_undoes(cast: Cast, at: datetime, client: Any) -> None:
    with tenant_scope(cast.acme.pk):
        older, younger = pair(at)
    headers = api_key(cast.mara, "leads:read", "leads:write", at=at)

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    with time_machine.travel(at + 2 * LATER, tick=False):
        made = post(f"/leads/{younger.pk}/merge", {"lead": str(older.pk)})
        assert made.status_code == 201
        assert UUID(made.json()["survivor"]) == older.pk
        read = client.get(f"/api/v1/leads/{younger.pk}", headers=headers).json()
        assert UUID(read["merged_into"]) == older.pk
        assert post(f"/leads/{younger.pk}/merge", {"lead": str(older.pk)}).json()["code"] == "already_merged"
        assert post(f"/leads/{older.pk}/unmerge", {}).status_code == 200
        assert post(f"/leads/{older.pk}/unmerge", {}).status_code == 404
