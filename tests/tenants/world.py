"""Two furnished organisations, alike but for their texts: what a leak could carry from one to the other.

Everything is made by the real actions. Every text of globex holds the canary; every text of acme holds ACME_MARK,
so that the crawl can also prove that it reads pages on which texts stand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import time_machine
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from arbitration.actions import (
    add_case_files,
    add_note,
    add_statement,
    appoint,
    cast_vote,
    draft_amendment,
    file_appeal,
    plan_sitting,
    recuse,
    rule_on_case,
    start_amendment_preview,
)
from arbitration.models import Case, Precedent
from dashboards.actions import add_point, give_action, open_review, plan_review, write_item
from dashboards.models import ReportEdition, ReportPlan, ReportSending, ReviewItem, Rollup
from dashboards.rollups import fold
from intake.access import adapter_path, opt_in_path
from intake.actions import (
    change_keeping,
    check_batch,
    create_adapter,
    create_form,
    judge,
    note_visits,
    receive,
    store_batch,
)
from intake.models import Batch, OptIn
from leads import normal
from leads.actions import (
    When,
    accept_handover,
    add_attribute,
    add_evidence,
    add_insight,
    book_cost,
    change_routing,
    change_stage,
    create_campaign,
    edit_lead,
    find_duplicates,
    give_feedback,
    hand_over,
    log_attempt,
    map_name,
    merge_leads,
    plan_follow_up,
    reject_handover,
    start_bulk_handover,
    start_preview,
    take_in,
)
from leads.actions.campaigns import meet_names
from leads.actions.changing_many import change_many
from leads.actions.saving_views import open_with, save_view
from leads.capture import Attribution, BehaviourFact, Captured, CompanyFacts, ConsentFact, Person, Touch
from leads.models import Cover, Forgotten, ForgottenSalt, Handover, ReasonSetting, Rejection, UtmName
from leads.routing import Condition, Plan, Rule, Target
from notifications.actions import create_endpoint, pause_endpoint, send_trial
from notifications.models import (
    Choice,
    Delivery,
    DeliveryAttempt,
    DigestLine,
    Endpoint,
    Habit,
    Mail,
    MailPart,
    Notification,
)
from notifications.unsubscribing import Wish, path_for
from sla.actions import (
    change_draft,
    draft_version,
    keep_months,
    name_deputy,
    notice_due,
    open_calendar,
    propose_target,
    request_excuse,
    sign_version,
    submit_evidence,
)
from sla.models import AgreementVersion, Calendar, Clock, Verification
from sla.queries import agreement_in_force
from smarketing.lib.scope import tenant_scope
from smarketing.lib.tenancy import TenantModel
from tenants.actions import (
    add_member,
    change_profile,
    create_form_key,
    create_key,
    invite,
    plan_absence,
    revoke_key,
    set_figure_rule,
    start_job,
    store_file,
)
from tenants.files import Upload
from tenants.idempotency import begin, finish
from tenants.keys import SCOPES
from tenants.models import Absence, Membership, Organisation, Round, Team
from tenants.roles import Role
from tenants.work import Leased, run_step
from tests.conftest import empty_all_tables
from tests.support import CANARY, Cast, make_cast, make_user, run_outbox, signed_in
from tests.tenants.kept import Rows, put_back, rows_of

ACME_MARK = "mark-acme-51d2"

# A Monday morning inside everybody's hours; requests come two hours later, before any deadline.
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=2)
CRITERION = "company_size"
# Long after what is requested of the world.
AWAY_FROM = timedelta(days=189)
SITE = "https://www.{}.example"


# One for all browsers: loading the middleware costs more than most pages.
_HANDLER = ClientHandler(enforce_csrf_checks=False)


def browser() -> Client:
    """Return a browser that nobody has signed in with."""
    client = Client()
    client.handler = _HANDLER
    return client


@dataclass(frozen=True)
class House:
    """One organisation with its people by role, its keys by role, and the ids of its things by kind."""

    organisation: Organisation
    mark: str
    staff: dict[Role, Membership]
    things: dict[str, str] = field(default_factory=dict)
    keys: dict[Role, dict[str, str]] = field(default_factory=dict)
    sessions: dict[Role, str] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        """Return a browser in which this person is signed in."""
        client = browser()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client


@dataclass(frozen=True)
class World:
    """Both organisations; nothing of globex may ever show in acme."""

    acme: House
    globex: House

    def foreign_ids(self) -> frozenset[str]:
        """Return the ids of every row of globex, in every table of tenants."""
        with tenant_scope(self.globex.organisation.pk):
            return frozenset(str(pk) for model in tenant_models() for pk in model.objects.values_list("pk", flat=True))


# What this process has made already, by the moment it was made for.
_KEPT: dict[datetime, tuple[World, Rows]] = {}


def tenant_models() -> list[type[TenantModel]]:
    """Return every model whose rows belong to an organisation."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


@contextmanager
def standing_world(services: Any, blocker: Any, *, at: datetime = AT) -> Iterator[World]:
    """Commit the world for the tests of one module, each of which is rolled back; empty the tables afterwards.

    It is made once for each moment and stands again for the next module with the same ids, keys and sessions.
    """
    with blocker.unblock():
        try:
            if at in _KEPT:
                world, kept = _KEPT[at]
                put_back(services, kept)
            else:
                with time_machine.travel(at, tick=False):
                    world = make_world(make_cast(at=at), at)
                _KEPT[at] = world, rows_of(services)
            yield world
        finally:
            empty_all_tables(services)


def make_world(cast: Cast, at: datetime) -> World:
    """Furnish both organisations of the cast."""
    people = cast.people()
    acme_staff = {Role(member.roles[0]): member for member in people.values()}
    return World(
        acme=_furnish(cast.acme, acme_staff, ACME_MARK, at=at),
        globex=_furnish(cast.globex, _staff_of_globex(cast, at=at), CANARY, at=at),
    )


def _staff_of_globex(cast: Cast, *, at: datetime) -> dict[Role, Membership]:
    staff = {Role.ADMINISTRATOR: cast.gus}
    for role in (r for r in Role if r is not Role.ADMINISTRATOR):
        user = make_user(f"{role.replace('_', '.')}.{CANARY}", at=at)
        with tenant_scope(cast.globex.pk):
            staff[role] = add_member(user, roles=[role], title=f"{CANARY} {role}", by=cast.gus, at=at)
    return staff


def _furnish(organisation: Organisation, staff: dict[Role, Membership], mark: str, *, at: datetime) -> House:
    house = House(organisation, mark, staff)
    with tenant_scope(organisation.pk):
        for role, member in staff.items():
            change_profile(member, name=f"{role} {mark}", preferences={})
            member.refresh_from_db()
        _furnish_tenants(house, at=at)
        _furnish_intake(house, at=at)
        _furnish_leads(house, at=at)
        _furnish_breaches(house, at=at)
        _furnish_covers(house, at=at)
        _furnish_board(house, at=at)
        _furnish_sla(house, at=at)
        _furnish_machines(house, at=at)
        _furnish_reviews(house, at=at)
    run_outbox(organisation=organisation, at=at + timedelta(hours=1, minutes=50))
    _furnish_dashboards(house, at=at)
    with tenant_scope(organisation.pk):
        house.things["notification"] = str(Notification.objects.order_by("pk")[:1].get().pk)
    for role, member in staff.items():
        cookie = signed_in(member).cookies[settings.SESSION_COOKIE_NAME]
        house.sessions[role] = cookie.value
    return house


def _furnish_reviews(house: House, *, at: datetime) -> None:
    """A meeting that is being held, with minutes and an action of the rep, and one that is planned."""
    head, mark = house.staff[Role.MARKETING_MANAGER], house.mark
    told = {"place": f"room {mark}", "by": head}
    review = plan_review(starts_at=at + timedelta(minutes=90), at=at, **told)
    house.things["review"] = str(review.pk)
    add_point(review, title=f"point {mark}", by=head, at=at)
    held_at = at + timedelta(minutes=90)
    open_review(review, by=head, at=held_at)
    item = ReviewItem.objects.select_related("review").get(topic="own")
    house.things["review_item"] = str(item.pk)
    write_item(item, minutes=f"said {mark}", decision=f"decided {mark}", revision=1, by=head, at=held_at)
    rep, due_on = house.staff[Role.SALES_REP], (at + timedelta(days=14)).date()
    action = give_action(review, text=f"do {mark}", owner=rep, due_on=due_on, item=item, by=head, at=held_at)
    house.things["review_action"] = str(action.pk)
    planned = plan_review(starts_at=at + timedelta(days=28), at=at, rhythm="monthly", **told)
    house.things["planned_review"] = str(planned.pk)


def _furnish_dashboards(house: House, *, at: datetime) -> None:
    with tenant_scope(house.organisation.pk):
        # Beside a running copy its worker may have been there first.
        Rollup.objects.update_or_create(defaults={"next_at": at, "error": f"error {house.mark}"})
    fold(house.organisation.pk, at=at)


def _furnish_tenants(house: House, *, at: datetime) -> None:
    administrator = house.staff[Role.ADMINISTRATOR]
    for role, member in house.staff.items():
        made = create_key(name=f"{role} {house.mark}", scopes=SCOPES, acts_for=member, by=administrator, at=at)
        house.keys[role] = {"Authorization": f"Bearer {made.text}"}
    spare = create_key(name=f"spare {house.mark}", scopes=SCOPES, acts_for=administrator, by=administrator, at=at)
    house.things["key"] = str(spare.key.pk)
    gone = create_form_key(name=f"gone {house.mark}", allowed_origins=[], by=administrator, at=at)
    revoke_key(gone.key, by=administrator, at=at)
    email = f"invited.{house.mark}@example.com"
    invited = invite(email=email, roles=[Role.MARKETER], title=f"{house.mark} title", by=administrator, at=at)
    house.things["invitation"] = str(invited.invitation.pk)
    house.things["token"] = invited.token
    house.things["member"] = house.things["rep"] = str(house.staff[Role.SALES_REP].pk)
    house.things["team"] = str(Team.objects.create(name=f"team {house.mark}", side="sales").pk)
    job = start_job(kind="test.mark", params={"mark": house.mark}, by=administrator, at=at)
    house.things["job"] = str(job.pk)
    Round.objects.create(name=f"test.{house.mark}", next_at=at)
    store_file(name=f"file {house.mark}.txt", content=f"file {house.mark}".encode(), by=administrator, at=at)
    record = begin(key=house.mark, credential=house.mark, route=f"/{house.mark}", body=b"{}", at=at)
    finish(record, status=201, text=f'{{"mark": "{house.mark}"}}', headers={})
    for rule in ("nobody", "managers"):
        set_figure_rule(rule, note=f"agreed {house.mark}", by=administrator, at=at)


def _furnish_machines(house: House, *, at: datetime) -> None:
    administrator, mark = house.staff[Role.ADMINISTRATOR], house.mark
    Choice.objects.create(member=administrator, kind=f"kind.{mark}", how="daily")
    Habit.objects.create(member=administrator)
    mail = Mail.objects.create(
        to=f"{mark}@example.com", subject=f"subject {mark}", body=f"body {mark}", html=f"html {mark}", state="dead",
        error=f"error {mark}", once_key=mark, created_at=at, available_at=at, member=administrator, kind=mark,
        unsubscribe=f"/unsubscribe/{mark}/",
    )  # fmt: skip
    house.things["failed_mail"] = str(mail.pk)
    wish = Wish(house.organisation.slug, administrator.pk, "handover.sent")
    house.things["unsubscribe"] = path_for(wish).split("/")[2]
    DigestLine.objects.create(
        member=administrator, kind=f"kind.{mark}", text=f"line {mark}", path=f"/{mark}", at=at, due_at=at, mail=mail,
        once_key=mark,
    )  # fmt: skip
    _furnish_reports(house, mail, at=at)
    for kind, thing in (("slack", "paused_endpoint"), ("webhook", "endpoint")):
        made = create_endpoint(
            kind=kind, name=f"{kind} {mark}", url=f"https://{mark}.example/{mark}", types=[], by=administrator, at=at
        )
        house.things[thing] = str(made.endpoint.pk)
    pause_endpoint(Endpoint.objects.get(pk=house.things["paused_endpoint"]), by=administrator, at=at)
    delivery = send_trial(made.endpoint, by=administrator, at=at)
    house.things["delivery"] = str(delivery.pk)
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", error=f"error {mark}")
    DeliveryAttempt.objects.create(
        delivery=delivery, at=at, status=500, milliseconds=80, response=f"answer {mark}", error=f"error {mark}"
    )


def _furnish_reports(house: House, mail: Mail, *, at: datetime) -> None:
    """A report that the administrator once got, with its paper, and their plan for more."""
    administrator, mark, last_day = house.staff[Role.ADMINISTRATOR], house.mark, at.date() - timedelta(days=1)
    content = f"%PDF-1.7 {mark}".encode()
    paper = store_file(name=f"report {mark}.pdf", content=content, by=None, at=at)
    MailPart.objects.create(mail=mail, file=paper, shown_as=mark)
    ReportPlan.objects.create(member=administrator, kind="weekly", weekday=0, hour=7, form="pdf", changed_at=at)
    edition = ReportEdition.objects.create(
        kind="weekly", first_date=last_day - timedelta(days=6), last_date=last_day, language=f"en-{mark}", made_at=at,
        paper=paper,
    )  # fmt: skip
    sending = ReportSending.objects.create(
        member=administrator, kind="weekly", occasion=f"on {mark}", at=at, state="sent", edition=edition,
        error=f"error {mark}",
    )  # fmt: skip
    house.things["report"] = str(sending.pk)


def _furnish_intake(house: House, *, at: datetime) -> None:
    manager = house.staff[Role.MARKETING_MANAGER]
    adapter = create_adapter(provider="typeform", name=f"typeform {house.mark}", by=manager, at=at)
    house.things["adapter"], house.things["adapter_url"] = str(adapter.pk), adapter_path(adapter)
    form = create_form(name=f"form {house.mark}", origins=[SITE.format(house.mark)], by=manager, at=at)
    house.things["form"], house.things["form_key"] = str(form.form.pk), form.key_text
    for kind, trap in (("submission", ""), ("quarantined", "robot")):
        raw = {
            "person": {"email": f"{kind}.{house.mark}@example.com", "given_name": house.mark, "family_name": kind},
            "message": f"message {house.mark}",
            "custom": {f"field_{house.mark}": house.mark},
            "hp": trap,
        }
        stored = receive(
            raw, content_type="application/json", form=form.form, external_id=f"{house.mark}:{kind}", at=at
        )
        house.things[kind] = str(judge(stored.submission, at=at).pk)
    _furnish_opt_in(house, at=at)
    Forgotten.objects.create(digest=f"digest {house.mark}", at=at)
    ForgottenSalt.objects.create(salt=f"salt {house.mark}")
    _furnish_files(house, at=at)
    visit = BehaviourFact(f"viewed {house.mark}", at, {"page": f"/{house.mark}", "text": house.mark})
    note_visits(house.mark, [visit], at=at)


def _furnish_files(house: House, *, at: datetime) -> None:
    """One file whose columns are to be named, and one that was tried, with a row that cannot be taken in."""
    marketer, mark = house.staff[Role.MARKETER], house.mark
    for kind in ("batch", "tried_batch"):
        text = f"Mail,{mark}\n{kind}.{mark}@{mark}.example.com,{mark}\nnobody {mark},{mark}\n"
        batch = store_batch(BytesIO(text.encode()), kind="csv", name=f"{kind} {mark}.csv", by=marketer, at=at)
        house.things[kind] = str(batch.pk)
    columns = {"Mail": "person.email", mark: ""}
    tried = check_batch(Batch.objects.get(pk=house.things["tried_batch"]), mapping=columns, by=marketer, at=at)
    if tried.job is None:
        raise LookupError("A file is tried by a job.")
    while run_step(Leased(house.organisation.pk, tried.job.pk), at=at):
        pass


def _furnish_opt_in(house: House, *, at: datetime) -> None:
    """Somebody who has not clicked the link in the mail yet."""
    manager, mark = house.staff[Role.MARKETING_MANAGER], house.mark
    change_keeping(submissions_days=365, visits_days=395, by=house.staff[Role.ADMINISTRATOR], at=at)
    texts = {"consent_text": f"consent {mark}", "thanks_text": f"thanks {mark}", "mapping": {mark: "company.name"}}
    form = create_form(
        name=f"confirmed {mark}", origins=[SITE.format(mark)], opt_in=True, by=manager, at=at, **texts
    ).form
    raw = {"email": f"unconfirmed.{mark}@{mark}.example.com", mark: mark, "consent": "yes"}
    waiting = judge(receive(raw, content_type="application/json", form=form, at=at).submission, at=at)
    house.things["unconfirmed"] = str(waiting.pk)
    house.things["opt_in_token"] = opt_in_path(OptIn.objects.get().public_id).split("/")[2]


def captured(name: str, mark: str, *, at: datetime) -> Captured:
    """Return a person whom the gate lets through, the mark in every text that people can fill."""
    touch = Touch(source=mark, medium=mark, campaign=mark, at=at)
    return Captured(
        person=Person(f"{name}.{mark}@{mark}.example.com", mark, name, "+43 1 58858", f"CTO {mark}"),
        company=CompanyFacts(f"{name} {mark} GmbH", f"https://{name}-{mark}.com", 120, "logistics", "AT"),
        message=f"message {mark}",
        attribution=Attribution(touch, touch, {"gclid": mark}, f"/{mark}", f"https://{mark}.example"),
        behaviours=(BehaviourFact("pricing_viewed", at, {"page": mark}), BehaviourFact("webinar_attended", at)),
        consents=(ConsentFact("sales_contact", text=f"I agree {mark}", text_version=mark, captured_at=at),),
        custom={f"budget_{mark}": mark},
    )


def _handed_over(house: House, name: str, *, at: datetime) -> Handover:
    marketer = house.staff[Role.MARKETER]
    lead = take_in(captured(name, house.mark, at=at), at=at, marketer=marketer).lead
    return hand_over(lead, by=marketer, at=at, note=f"note {house.mark}")


def _furnish_leads(house: House, *, at: datetime) -> None:
    rep, mark, things = house.staff[Role.SALES_REP], house.mark, house.things
    marketer = house.staff[Role.MARKETER]
    campaign = create_campaign(name=f"campaign {mark}", utm=mark, channel=mark, owner=marketer, by=marketer, at=at)
    things["campaign"] = str(campaign.pk)
    cost = book_cost(campaign, booked_on=at.date(), amount=Decimal(500), note=f"stand {mark}", by=marketer, at=at)
    things["cost"] = str(cost.pk)
    give_feedback(campaign, verdict="mixed", text=f"some {mark}", by=rep, at=at)
    meet_names({normal.fold(f"known {mark}"): (f"known {mark}", at)})
    map_name(UtmName.objects.get(), to=campaign, by=house.staff[Role.MARKETING_MANAGER], at=at)
    meet_names({normal.fold(f"unknown {mark}"): (f"unknown {mark}", at)})
    things["utm_name"] = str(UtmName.objects.get(state="unknown").pk)
    pending = _handed_over(house, "pending", at=at)
    things["handover"], things["lead"] = str(pending.pk), str(pending.lead_id)
    fresh = take_in(captured("fresh", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["fresh_lead"], things["fresh_number"] = str(fresh.pk), str(fresh)
    accepted = accept_handover(_handed_over(house, "accepted", at=at), by=rep, at=at + timedelta(minutes=20))
    log_attempt(
        accepted, channel="call", outcome="reached", note=f"spoke {mark}", by=rep, at=at + timedelta(minutes=30)
    )
    things["accepted"] = str(accepted.pk)
    planned = plan_follow_up(
        pending.lead, what=f"step {mark}", when=When(at=at + timedelta(days=3)), assigned_to=rep, by=rep, at=at
    )
    things["step"] = str(planned.pk)
    # Young enough to be corrected when the world is asked.
    learned_at = at + timedelta(minutes=118)
    learned = add_insight(text=f"insight {mark}", tags=[f"tag {mark}"], lead=pending.lead, by=rep, at=learned_at)
    things["insight"] = str(learned.pk)
    returned = _rejected(house, "returned", at=at).handover
    things["returned"] = str(returned.pk)
    upload = Upload(f"proof {mark}.txt", f"proof {mark}".encode())
    [proof] = add_evidence(returned, uploads=[upload], by=rep, at=at + timedelta(minutes=40))
    things["evidence"] = str(proof.pk)
    # Two pairs of one person each: one only suggested, one merged.
    twin = take_in(captured("twin", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["other_lead"] = str(twin.pk)
    find_duplicates(fresh, at=at)
    things["duplicate"] = str(find_duplicates(twin, at=at)[0].pk)
    again = take_in(captured("again", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    third = take_in(captured("third", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["merged_lead"] = str(merge_leads(again, third, by=house.staff[Role.MARKETER], at=at).survivor_id)
    attribute = add_attribute(
        label=f"attribute {mark}", kind="text", key="own", by=house.staff[Role.ADMINISTRATOR], at=at
    )
    things["attribute"] = str(attribute.pk)
    entry = [{"field": "own", "operator": "contains", "value": mark}]
    told = {"label": f"stage {mark}"[:40], "dwell_days": None, "entry": entry, "revision": 1}
    change_stage("opportunity", by=house.staff[Role.ADMINISTRATOR], at=at, **told)
    edit_lead(again, changes={}, attributes={"own": mark}, by=house.staff[Role.MARKETER], at=at)
    marketing_manager = house.staff[Role.MARKETING_MANAGER]
    start_preview(AgreementVersion.objects.get(number=1), next_url=mark, by=marketing_manager, at=at)
    things["rule"] = mark
    rule = Rule(
        mark, f"rule {mark}", True, (Condition("source", "equals", f"from {mark}"),), Target("rep", str(rep.pk))
    )
    change_routing(Plan((rule,)), based_on=0, change="rule_added", by=house.staff[Role.SALES_MANAGER], at=at)
    bulk = start_bulk_handover([fresh], note=f"bulk {mark}", by=house.staff[Role.MARKETER], at=at)
    things["bulk_job"] = str(bulk.pk)
    changed = change_many([fresh.pk], change="wake", by=house.staff[Role.MARKETER], at=at, next_url=mark)
    things["change_job"] = str(changed.pk)
    view = save_view(name=f"view {mark}"[:60], query="stage=mql", is_shared=True, by=house.staff[Role.MARKETER], at=at)
    things["saved_view"] = str(view.pk)
    open_with(view, by=house.staff[Role.AUDITOR], at=at)
    away = at.date() + AWAY_FROM
    absence = plan_absence(rep, first_day=away, last_day=away, deputy=house.staff[Role.SALES_MANAGER], by=rep, at=at)
    things["absence"] = str(absence.pk)
    things["clock"] = str(Clock.objects.filter(subject=pending.subject_id).order_by("pk")[:1].get().pk)


def _rejected(house: House, name: str, *, at: datetime) -> Rejection:
    return reject_handover(
        _handed_over(house, name, at=at),
        reason="not_fitting",
        criterion=CRITERION,
        note=f"too small {house.mark}",
        evidence_url=f"https://{house.mark}.example/register",
        by=house.staff[Role.SALES_REP],
        at=at + timedelta(minutes=30),
    )


def _furnish_covers(house: House, *, at: datetime) -> None:
    """What somebody stands in for, and a check of the clocks."""
    rep, deputy = house.staff[Role.SALES_REP], house.staff[Role.SALES_MANAGER]
    absence = Absence.objects.order_by("pk")[:1].get()
    handover = Handover.objects.get(pk=house.things["handover"])
    people = {"absent": rep, "deputy": deputy}
    Cover.objects.create(handover=handover, absence=absence, side="sales", at=at, ended_at=at, **people)
    Verification.objects.create(started_at=at, finished_at=at, checked=1)


def _furnish_breaches(house: House, *, at: datetime) -> None:
    """Two people who asked for a talk and were not called within the hour; about one of them an excuse is asked."""
    rep, mark = house.staff[Role.SALES_REP], house.mark
    clocks = []
    for name in ("late", "pleaded"):
        marketer = house.staff[Role.MARKETER]
        person = replace(captured(name, mark, at=at), intent="talk_to_sales")
        handover = hand_over(take_in(person, at=at, marketer=marketer).lead, by=marketer, at=at)
        clocks.append(Clock.objects.get(subject=handover.subject_id, commitment="first_contact"))
    # Half an hour late: outside everybody's hours the deadline itself may be days away.
    late_at = max(clock.due_at for clock in clocks) + timedelta(minutes=30)
    asked_at = late_at + timedelta(minutes=5)
    notice_due(at=late_at)
    house.things["late_clock"] = str(clocks[0].pk)
    plea = request_excuse(clocks[1], reason=f"excuse {mark}", by=rep, at=asked_at)
    house.things["pleaded_clock"], house.things["plea"] = str(clocks[1].pk), str(plea.pk)
    told = {"happened_at": at + timedelta(minutes=30), "note": f"claim {mark}", "at": asked_at}
    house.things["claimed_clock"] = str(submit_evidence(clocks[1], by=rep, **told).clock_id)


def _furnish_board(house: House, *, at: datetime) -> None:
    chair, mark = house.staff[Role.EXECUTIVE], house.mark
    for number, stance in enumerate(("none", "follows")):
        case = _filed(house, f"ruled_case{number}", at=at)
        rule_on_case(
            case, outcome="overturned", reasons=f"reasons {mark}", holding=f"holding {mark}", precedent_stance=stance,
            conditions=[{"field": "company_name", "operator": "contains", "value": mark}],
            by=chair, at=at + timedelta(minutes=80 + number),
        )  # fmt: skip
        house.things["ruled_case"] = str(case.pk)
    taught = Precedent.objects.order_by("published_at")
    house.things["precedent"], house.things["other_precedent"] = (str(row.pk) for row in taught)
    case = _filed(house, "case", at=at)
    house.things["case"], house.things["appealed"] = str(case.pk), str(case.handover_id)
    _furnish_bench(house, at=at)


def _furnish_bench(house: House, *, at: datetime) -> None:
    """A case that is heard: the administrator votes as a member of the board and recuses themselves then."""
    chair, member, mark = house.staff[Role.EXECUTIVE], house.staff[Role.ADMINISTRATOR], house.mark
    seat = appoint(member, kind="member", by=chair, at=at)
    house.things["seat"] = str(seat.pk)
    rejection = _rejected(house, "filed_case", at=at)
    marketer, heard_at = house.staff[Role.MARKETER], at + timedelta(minutes=75)
    case = file_appeal(rejection, grounds=f"grounds {mark}", by=marketer, at=at + timedelta(minutes=60))
    house.things["filed_case"] = str(case.pk)
    upload = Upload(f"register {mark}.txt", f"twelve {mark}".encode())
    (added,) = add_case_files(case, uploads=[upload], by=marketer, at=heard_at)
    house.things["case_file"] = str(added.pk)
    cast_vote(case, choice="upheld", reasons=f"vote {mark}", by=member, at=heard_at)
    add_note(case, text=f"note {mark}", by=chair, at=heard_at)
    recuse(case, reason=f"recusal {mark}", by=member, at=heard_at)


def _filed(house: House, name: str, *, at: datetime) -> Case:
    marketer, mark = house.staff[Role.MARKETER], house.mark
    rejection = _rejected(house, name, at=at)
    case = file_appeal(rejection, grounds=f"grounds {mark}", by=marketer, at=at + timedelta(minutes=60))
    add_statement(case, text=f"statement {mark}", by=marketer, at=at + timedelta(minutes=70))
    return case


def _furnish_sitting(house: House, *, at: datetime) -> None:
    """A sitting with all open cases, and a criterion worded anew because of a precedent, tried before."""
    chair, mark = house.staff[Role.EXECUTIVE], house.mark
    sitting = plan_sitting(starts_at=at + timedelta(days=30), place=f"room {mark}", by=chair, at=at)
    house.things["sitting"] = str(sitting.pk)
    manager = house.staff[Role.MARKETING_MANAGER]
    precedent = Precedent.objects.get(pk=house.things["precedent"])
    criterion = next(c for c in agreement_in_force(at=at).content["definitions"]["fit"] if c["key"] == CRITERION)  # type: ignore[union-attr]
    becomes = {**criterion, "value": [55, 2000]}
    start_amendment_preview(CRITERION, becomes=becomes, next_url=mark, by=manager, at=at)
    draft_amendment([precedent], becomes=becomes, by=manager, at=at)


def _furnish_sla(house: House, *, at: datetime) -> None:
    manager = house.staff[Role.MARKETING_MANAGER]
    target = propose_target(month=at.date().replace(day=1), points=320, note=f"target {house.mark}", by=manager, at=at)
    house.things["target"] = str(target.pk)
    house.things["month"] = f"{at:%Y-%m}"
    keep_months(at)
    version = agreement_in_force(at=at)
    if version is None:
        raise LookupError("Every organisation begins with an agreement.")
    sign_version(version, by=manager, at=at)
    house.things["version"], house.things["version_id"] = str(version.number), str(version.pk)
    for head, deputy in ((Role.MARKETING_MANAGER, Role.MARKETER), (Role.SALES_MANAGER, Role.SALES_REP)):
        name_deputy(house.staff[deputy], by=house.staff[head], at=at)
    house.things["marketer"] = str(house.staff[Role.MARKETER].pk)
    draft = draft_version(based_on=version, by=manager, at=at)
    content = deepcopy(draft.content)
    content["reasons"]["lost"][0]["label"] = f"label {house.mark}"
    change_draft(draft, content=content, by=manager, at=at)
    house.things["draft"] = str(draft.number)
    ReasonSetting.objects.create(kind="lost", key=house.mark, position=9)
    _furnish_sitting(house, at=at)
    params = {"version": str(version.pk), "month": "2026-02-01", "revision": version.revision, "next_url": house.mark}
    start_job(kind="dashboards.replay", params=params, by=manager, at=at)
    house.things["replayed"] = str(version.number)
    house.things["calendar"] = str(Calendar.objects.get(key="sales").pk)
    week = {"name": f"calendar {house.mark}", "zone": "Europe/Vienna", "weekly": {"mon": [["09:00", "17:00"]]}}
    spare = open_calendar(content=week, by=house.staff[Role.ADMINISTRATOR], at=at)
    house.things["spare_calendar"] = str(spare.calendar_id)
