"""Which handler hears of which event: the one place where a lower app makes a higher one act.

WITHIN runs in the transaction of the change; AFTER runs from the outbox, once per event and handler,
and computes from the event's ``at``, so that lateness never moves a deadline.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_noop

from events.registry import After, Handler, register_after, register_within
from smarketing.lib.scope import current_organisation_id
from tenants.jobs import JobKind, register_job
from tenants.roles import HEADS, Role
from tenants.rounds import Round, register_round

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from events.models import Event
    from leads.models import Lead
    from sla.describing import Description
    from sla.outcomes import Outcomes
    from tenants.models import Membership


# Who keeps definitions and attributes, and so looks at the work that they cause.
_WRITERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMINISTRATOR)


_DOOR = (Role.MARKETER, Role.MARKETING_MANAGER, Role.ADMINISTRATOR)


def register_all() -> None:
    """Fill the registries; called once when Django has loaded every app."""
    for kinds, run in _within():
        register_within(kinds, run)
    for handler in _after():
        register_after(handler)
    for entry in _rounds():
        register_round(entry)
    for kind in _jobs():
        register_job(kind)
    _register_describers()
    _register_outcomes()
    _register_catalogue()
    _register_hours()


def _within() -> list[tuple[tuple[str, ...], Handler]]:
    return [
        (("organisation.created",), _set_up_agreement),
        (("member.joined",), _seat_executive),
        (("agreement.concluded",), _apply_hours),
        (("absence.planned", "absence.ended"), _follow_absence),
        (("lead.erased",), _forget_person),
    ]


def _set_up_agreement(event: "Event") -> None:
    from sla.actions import set_up_organisation

    set_up_organisation(country=event.data["country"], zone=event.data["zone"], by=None, at=event.at)


def _apply_hours(event: "Event") -> None:
    from sla.actions import apply_agreement_hours
    from sla.models import AgreementVersion

    apply_agreement_hours(AgreementVersion.objects.get(pk=event.subject_id), by=None, at=event.at)


def _seat_executive(event: "Event") -> None:
    from arbitration.handlers import seat_executive

    seat_executive(event)


def _follow_absence(event: "Event") -> None:
    from leads.handlers import follow_absence

    follow_absence(event)


def _after() -> list[After]:
    from notifications.actions import blank_answers, send_invitation, tell_about, tell_machines
    from notifications.payloads import TYPES
    from notifications.rules import RULES

    return [
        # Its rows are put into the outbox when a case is remanded, to be heard when the answer is due.
        After("arbitration.end_remand", (), _go_on_after_remand),
        After("arbitration.follow_version", ("agreement.in_force",), _follow_version),
        After("leads.follow_breach", ("clock.breached",), _follow_breach),
        After("leads.pass_on_escalated", ("clock.escalated",), _pass_on_escalated),
        After("leads.look_for_duplicates", ("lead.received", "lead.edited"), _look_for_duplicates),
        After("notifications.tell", tuple(RULES), tell_about, outward=True, timing=_time_to_tell),
        After("notifications.tell_machines", tuple(TYPES), tell_machines, outward=True),
        # Again afterwards: a message may have been on its way while the person was erased.
        After("notifications.blank_answers", ("lead.erased",), blank_answers),
        After("intake.send_opt_in", ("submission.opt_in_asked",), _send_opt_in, outward=True),
        After("notifications.send_invitation", ("invitation.sent",), send_invitation, outward=True),
    ]


def _time_to_tell(event: "Event", at: "datetime") -> "datetime | None":
    from sla.queries.ladder import time_to_tell

    return time_to_tell(event, at=at)


def _follow_breach(event: "Event") -> None:
    from leads.handlers import follow_breach

    follow_breach(event)


def _pass_on_escalated(event: "Event") -> None:
    from leads.handlers import pass_on_escalated

    pass_on_escalated(event)


def _look_for_duplicates(event: "Event") -> None:
    from leads.handlers import look_for_duplicates

    look_for_duplicates(event)


def _follow_version(event: "Event") -> None:
    from arbitration.handlers import follow_new_version

    follow_new_version(event)


def _go_on_after_remand(event: "Event") -> None:
    from arbitration.handlers import go_on_after_remand

    go_on_after_remand(event)


def _forget_person(event: "Event") -> None:
    from arbitration.handlers import forget_person as forget_at_the_board
    from intake.handlers import forget_person as forget_at_the_door
    from notifications.actions import blank_answers

    blank_answers(event)
    forget_at_the_door(event)
    forget_at_the_board(event)


def _send_opt_in(event: "Event") -> None:
    from intake.handlers import send_opt_in

    send_opt_in(event)


def _rounds() -> list[Round]:
    """Regular work, made for every organisation."""
    return [
        Round("sla.months", timedelta(hours=1), _keep_months),
        Round("sla.start_versions", timedelta(minutes=1), _start_versions),
        Round("sla.review_reminders", timedelta(hours=1), _remind_of_reviews),
        Round("sla.follow_calendars", timedelta(minutes=10), _follow_calendars),
        Round("sla.holidays_ahead", timedelta(hours=12), _look_ahead_for_holidays),
        Round("sla.verify", timedelta(hours=1), _verify_clocks),
        Round("arbitration.keep_board", timedelta(minutes=5), _keep_board),
        Round("arbitration.remind_of_closing", timedelta(minutes=30), _remind_of_closing),
        Round("leads.wake", timedelta(minutes=15), _wake_leads),
        Round("leads.cover_absences", timedelta(minutes=5), _cover_absences),
        Round("leads.rescore_decayed", timedelta(minutes=10), _rescore_decayed),
        Round("leads.follow_agreement", timedelta(minutes=5), _follow_agreement),
        Round("leads.remind_of_follow_ups", timedelta(minutes=1), _remind_of_follow_ups),
        Round("notifications.forget", timedelta(hours=1), _forget_deliveries),
        Round("intake.keep_the_door", timedelta(hours=1), _keep_the_door),
        Round("notifications.digests", timedelta(minutes=5), _send_digests),
        Round("dashboards.reports", timedelta(minutes=5), _send_reports),
        Round("dashboards.forget_reports", timedelta(hours=12), _forget_reports),
        Round("dashboards.plan_reviews", timedelta(minutes=15), _plan_reviews),
        Round("dashboards.remind_of_actions", timedelta(minutes=15), _remind_of_actions),
        Round("leads.dwelling", timedelta(minutes=15), _tell_of_dwelling),
        Round("dashboards.check_rollups", timedelta(hours=24), _check_rollups),
    ]


def _keep_months(at: "datetime") -> None:
    from sla.actions import keep_months

    keep_months(at)


def _start_versions(at: "datetime") -> None:
    from sla.actions import start_versions

    start_versions(at)


def _remind_of_reviews(at: "datetime") -> None:
    from sla.actions import remind_of_reviews

    remind_of_reviews(at)


def _verify_clocks(at: "datetime") -> None:
    from sla.actions.verifying import verify_at_night

    verify_at_night(at)


def _keep_board(at: "datetime") -> None:
    from arbitration.actions import keep_board

    keep_board(at)


def _remind_of_closing(at: "datetime") -> None:
    from arbitration.actions import remind_of_closing

    remind_of_closing(at)


def _wake_leads(at: "datetime") -> None:
    from leads.actions import wake_leads

    wake_leads(at)


def _cover_absences(at: "datetime") -> None:
    from leads.actions import cover_absences

    cover_absences(at=at)


def _rescore_decayed(at: "datetime") -> None:
    from leads.actions import rescore_decayed

    rescore_decayed(at)


def _follow_agreement(at: "datetime") -> None:
    from leads.actions import follow_agreement

    follow_agreement(at)


def _tell_of_dwelling(at: "datetime") -> None:
    from leads.actions import tell_of_dwelling

    tell_of_dwelling(at)


def _remind_of_follow_ups(at: "datetime") -> None:
    from leads.actions import remind_of_follow_ups

    remind_of_follow_ups(at)


def _forget_deliveries(at: "datetime") -> None:
    from notifications.actions import forget_deliveries, forget_mails

    forget_deliveries(at)
    forget_mails(at)


def _send_reports(at: "datetime") -> None:
    from dashboards.reports.sending import send_due_reports

    send_due_reports(at)


def _forget_reports(at: "datetime") -> None:
    from dashboards.reports.sending import forget_reports

    forget_reports(at)


def _plan_reviews(at: "datetime") -> None:
    from dashboards.actions import plan_reviews

    plan_reviews(at)


def _remind_of_actions(at: "datetime") -> None:
    from dashboards.actions import remind_of_actions

    remind_of_actions(at)


def _send_digests(at: "datetime") -> None:
    from notifications.actions import send_digests

    send_digests(at)


def _keep_the_door(at: "datetime") -> None:
    from intake.actions import keep_the_door

    keep_the_door(at)


def _check_rollups(at: "datetime") -> None:
    from dashboards.rollups import check_some_day

    check_some_day(at)


def _follow_calendars(at: "datetime") -> None:
    from sla.actions import follow_calendars

    follow_calendars(at)


def _look_ahead_for_holidays(at: "datetime") -> None:
    from sla.actions import look_ahead_for_holidays

    look_ahead_for_holidays(at)


def _jobs() -> list[JobKind]:
    """Long work with progress."""
    from arbitration.actions import PREVIEW as AMENDMENT
    from arbitration.actions import amendment_step
    from dashboards.queries.replay import KIND as REPLAY
    from dashboards.queries.replay import replay_step
    from intake.actions.batches import CHECK, RUN, UNDO, check_step, run_step, undo_step
    from leads.actions import BULK_HANDOVER, PREVIEW, RESCORE, bulk_handover_step, preview_step, rescore_step
    from leads.actions.changing_many import KIND as CHANGE_MANY
    from leads.actions.changing_many import step_through
    from sla.actions.recalculating import KIND as FOLLOW_CALENDAR
    from sla.actions.recalculating import follow_step
    from sla.actions.rederiving import KIND as REDERIVE
    from sla.actions.rederiving import rederive_step
    from sla.actions.verifying import KIND as VERIFY
    from sla.actions.verifying import verify_step

    return [
        JobKind(
            REPLAY,
            replay_step,
            gettext_noop("Replay a month under another version"),
            (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE),
        ),
        JobKind(AMENDMENT, amendment_step, gettext_noop("Try an amended criterion"), (*HEADS, Role.EXECUTIVE)),
        JobKind(CHANGE_MANY, step_through, gettext_noop("Change many leads"), _WRITERS),
        JobKind(RESCORE, rescore_step, gettext_noop("Judge all leads again"), _WRITERS),
        JobKind(BULK_HANDOVER, bulk_handover_step, gettext_noop("Hand leads over to sales"), _WRITERS),
        JobKind(CHECK, check_step, gettext_noop("Try a file of leads"), _DOOR),
        JobKind(RUN, run_step, gettext_noop("Take a file of leads in"), _DOOR),
        JobKind(UNDO, undo_step, gettext_noop("Take a file of leads back"), _DOOR),
        JobKind(PREVIEW, preview_step, gettext_noop("Try the changed definitions"), _WRITERS),
        JobKind(
            FOLLOW_CALENDAR,
            follow_step,
            gettext_noop("Date open deadlines anew on changed working hours"),
            (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMINISTRATOR),
        ),
        JobKind(
            REDERIVE,
            rederive_step,
            gettext_noop("Date open deadlines anew by new rules of a time zone"),
            (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMINISTRATOR),
        ),
        JobKind(
            VERIFY,
            verify_step,
            gettext_noop("Compare the clocks with their events"),
            (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR),
        ),
    ]


def _register_describers() -> None:
    """Let pages of deadlines name what each is about; sla itself knows neither leads nor cases."""
    from sla.describing import register_describer

    register_describer("handover", _describe_handovers)
    register_describer("case", _describe_cases)
    register_describer("month", _describe_months)


def _register_catalogue() -> None:
    """Let agreements name what leads can have and do; sla itself knows neither."""
    from leads.facts import known_behaviours, known_fields
    from sla.catalogue import register_catalogue

    register_catalogue(fields=known_fields, behaviours=known_behaviours)


def _register_hours() -> None:
    """Let mail keep to working hours, of which notifications know nothing."""
    from notifications.hours import register_opening

    register_opening(_opening_of)


def _opening_of(member: "Membership", at: "datetime") -> "datetime":
    from sla.queries.ladder import opening_for

    return opening_for(member, at=at)


def _register_outcomes() -> None:
    """Let months be judged by what became of their handovers, of which sla knows the number only."""
    from sla.outcomes import register_outcomes

    register_outcomes(_outcomes_of)


def _outcomes_of(month: "date") -> "Outcomes":
    from leads.queries.cohorts import decisions_in
    from sla.outcomes import Outcomes

    return Outcomes(**decisions_in(month))


def _describe_handovers(subject_ids: "Sequence[UUID]") -> "dict[UUID, Description]":
    from leads.models import Handover

    slug = _slug()
    rows = Handover.objects.filter(subject_id__in=subject_ids).select_related("lead")
    return {row.subject_id: _describe_lead(row.lead, slug) for row in rows}


def _describe_cases(subject_ids: "Sequence[UUID]") -> "dict[UUID, Description]":
    from arbitration.models import Case
    from sla.describing import Description

    slug = _slug()
    rows = Case.objects.filter(subject_id__in=subject_ids).select_related("handover__lead")
    return {
        row.subject_id: Description(
            title=row.number,
            sub=row.handover.lead.name,
            url=reverse("arbitration:case", kwargs={"slug": slug, "case_id": row.pk}),
            lead_id=row.handover.lead_id,
        )
        for row in rows
    }


def _describe_months(subject_ids: "Sequence[UUID]") -> "dict[UUID, Description]":
    from sla.describing import Description
    from sla.models import Month

    slug = _slug()
    return {
        row.subject_id: Description(
            title=format_date(row.month, "F Y"),
            url=reverse("sla:month", kwargs={"slug": slug, "month": f"{row.month:%Y-%m}"}),
        )
        for row in Month.objects.filter(subject_id__in=subject_ids)
    }


def _describe_lead(lead: "Lead", slug: str) -> "Description":
    from sla.describing import Description

    url = reverse("leads:detail", kwargs={"slug": slug, "lead_id": lead.pk})
    return Description(title=lead.name, sub=lead.company_name, url=url, lead_id=lead.pk)


def _slug() -> str:
    from tenants.models import Organisation

    return Organisation.objects.values_list("slug", flat=True).get(pk=current_organisation_id())
