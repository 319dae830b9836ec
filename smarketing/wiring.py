"""Which handler hears of which event: the one place where a lower app makes a higher one act.

WITHIN runs in the transaction of the change; AFTER runs from the outbox, once per event and handler,
and computes from the event's ``at``, so that lateness never moves a deadline.
"""

from datetime import date, timedelta

from django.utils.translation import gettext_noop

import arbitration.actions as board
import arbitration.handlers as board_handlers
import dashboards.actions as dashboards
import intake.actions as door
import intake.handlers as door_handlers
import leads.actions as leads
import leads.handlers as lead_handlers
import notifications.actions as messages
import sla.actions as sla
from dashboards.queries import replay
from dashboards.queries.campaign_life import campaign_life
from dashboards.queries.kept import kept_by_owner
from dashboards.reports import sending as reports
from dashboards.rollups import check_some_day
from events.models import Event
from events.registry import After, Handler, register_after, register_within
from intake.actions import batches
from leads.actions import changing_many, taking_over
from leads.brought import register_brought
from leads.facts import known_behaviours, known_fields
from leads.queries.cohorts import decisions_in
from notifications.hours import register_opening
from notifications.models import Endpoint
from notifications.naming import register_namer
from notifications.payloads import TYPES
from notifications.rules import RULES
from sla.actions import recalculating, rederiving, verifying
from sla.catalogue import register_catalogue
from sla.describing import register_describer
from sla.models import AgreementVersion
from sla.outcomes import Outcomes, register_outcomes
from sla.queries.ladder import opening_for, time_to_tell
from sla.tallies import register_tallies
from smarketing import subjects
from tenants.jobs import JobKind, register_job
from tenants.roles import HEADS, Role
from tenants.rounds import Round, register_round

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
    # What sla and notifications ask of apps that they do not know.
    for subject, describe in subjects.DESCRIBERS.items():
        register_describer(subject, describe)
    register_outcomes(_outcomes_of)
    register_tallies(kept_by_owner)
    register_brought(campaign_life)
    register_catalogue(fields=known_fields, behaviours=known_behaviours)
    register_opening(opening_for)
    register_namer(subjects.lead_names)


def _within() -> list[tuple[tuple[str, ...], Handler]]:
    return [
        (("organisation.created",), _set_up_agreement),
        (("member.joined",), board_handlers.seat_executive),
        (("agreement.concluded",), _apply_hours),
        (("absence.planned", "absence.ended"), lead_handlers.follow_absence),
        (("lead.erased",), messages.blank_answers),
        (("lead.erased",), door_handlers.forget_person),
        (("lead.erased",), board_handlers.forget_person),
        (("lead.erased",), dashboards.forget_person),
    ]


def _after() -> list[After]:
    return [
        # Its rows are put into the outbox when a case is remanded, to be heard when the answer is due.
        After("arbitration.end_remand", (), board_handlers.go_on_after_remand),
        After("arbitration.follow_version", ("agreement.in_force",), board_handlers.follow_new_version),
        After("leads.follow_breach", ("clock.breached",), lead_handlers.follow_breach),
        After("leads.pass_on_escalated", ("clock.escalated",), lead_handlers.pass_on_escalated),
        After("leads.follow_leaving", ("member.left",), lead_handlers.follow_leaving),
        After(
            "leads.look_for_duplicates",
            ("lead.received", "lead.edited"),
            lead_handlers.look_for_duplicates,
            run_many=lead_handlers.look_for_duplicates_of_many,
        ),
        After(
            "notifications.tell",
            tuple(RULES),
            messages.tell_about,
            outward=True,
            timing=time_to_tell,
            run_many=messages.tell_about_many,
        ),
        After(
            "notifications.tell_machines",
            tuple(TYPES),
            messages.tell_machines,
            outward=True,
            run_many=messages.tell_machines_of_many,
            needs=Endpoint._meta.db_table,
        ),
        # Again afterwards: a message may have been on its way while the person was erased.
        After("notifications.blank_answers", ("lead.erased",), messages.blank_answers),
        After("intake.send_opt_in", ("submission.opt_in_asked",), door_handlers.send_opt_in, outward=True),
        After("notifications.send_invitation", ("invitation.sent",), messages.send_invitation, outward=True),
    ]


def _rounds() -> list[Round]:
    """Regular work, made for every organisation."""
    return [
        Round("sla.months", timedelta(hours=1), sla.keep_months),
        Round("sla.start_versions", timedelta(minutes=1), sla.start_versions),
        Round("sla.review_reminders", timedelta(hours=1), sla.remind_of_reviews),
        Round("sla.follow_calendars", timedelta(minutes=10), sla.follow_calendars),
        Round("sla.holidays_ahead", timedelta(hours=12), sla.look_ahead_for_holidays),
        Round("sla.verify", timedelta(hours=1), verifying.verify_at_night),
        Round("arbitration.keep_board", timedelta(minutes=5), board.keep_board),
        Round("arbitration.remind_of_closing", timedelta(minutes=30), board.remind_of_closing),
        Round("leads.wake", timedelta(minutes=15), leads.wake_leads),
        Round("leads.pass_on_of_gone", timedelta(minutes=5), taking_over.pass_on_of_gone),
        Round("leads.cover_absences", timedelta(minutes=5), leads.cover_absences),
        Round("leads.rescore_decayed", timedelta(minutes=10), leads.rescore_decayed),
        Round("leads.follow_agreement", timedelta(minutes=5), leads.follow_agreement),
        Round("leads.remind_of_follow_ups", timedelta(minutes=1), leads.remind_of_follow_ups),
        Round("leads.dwelling", timedelta(minutes=15), leads.tell_of_dwelling),
        Round("notifications.forget", timedelta(hours=1), messages.forget_deliveries),
        Round("notifications.forget_mails", timedelta(hours=1), messages.forget_mails),
        Round("notifications.digests", timedelta(minutes=5), messages.send_digests),
        Round("intake.keep_the_door", timedelta(hours=1), door.keep_the_door),
        Round("dashboards.reports", timedelta(minutes=5), reports.send_due_reports),
        Round("dashboards.forget_reports", timedelta(hours=12), reports.forget_reports),
        Round("dashboards.plan_reviews", timedelta(minutes=15), dashboards.plan_reviews),
        Round("dashboards.remind_of_actions", timedelta(minutes=15), dashboards.remind_of_actions),
        Round("dashboards.check_rollups", timedelta(hours=24), check_some_day),
    ]


def _jobs() -> list[JobKind]:
    """Long work with progress."""
    return [
        JobKind(
            replay.KIND,
            replay.replay_step,
            gettext_noop("Replay a month under another version"),
            (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE),
        ),
        JobKind(
            board.PREVIEW, board.amendment_step, gettext_noop("Try an amended criterion"), (*HEADS, Role.EXECUTIVE)
        ),
        JobKind(changing_many.KIND, changing_many.step_through, gettext_noop("Change many leads"), _WRITERS),
        JobKind(leads.RESCORE, leads.rescore_step, gettext_noop("Judge all leads again"), _WRITERS),
        JobKind(leads.BULK_HANDOVER, leads.bulk_handover_step, gettext_noop("Hand leads over to sales"), _WRITERS),
        JobKind(leads.PREVIEW, leads.preview_step, gettext_noop("Try the changed definitions"), _WRITERS),
        JobKind(batches.CHECK, batches.check_step, gettext_noop("Try a file of leads"), _DOOR),
        JobKind(batches.RUN, batches.run_step, gettext_noop("Take a file of leads in"), _DOOR),
        JobKind(batches.UNDO, batches.undo_step, gettext_noop("Take a file of leads back"), _DOOR),
        JobKind(
            recalculating.KIND,
            recalculating.follow_step,
            gettext_noop("Date open deadlines anew on changed working hours"),
            _WRITERS,
        ),
        JobKind(
            rederiving.KIND,
            rederiving.rederive_step,
            gettext_noop("Date open deadlines anew by new rules of a time zone"),
            _WRITERS,
        ),
        JobKind(
            verifying.KIND,
            verifying.verify_step,
            gettext_noop("Compare the clocks with their events"),
            (*_WRITERS, Role.EXECUTIVE, Role.AUDITOR),
        ),
    ]


def _set_up_agreement(event: Event) -> None:
    sla.set_up_organisation(country=event.data["country"], zone=event.data["zone"], by=None, at=event.at)


def _apply_hours(event: Event) -> None:
    sla.apply_agreement_hours(AgreementVersion.objects.get(pk=event.subject_id), by=None, at=event.at)


def _outcomes_of(month: date) -> Outcomes:
    """Months are judged by what became of their handovers, of which sla knows the number only."""
    return Outcomes(**decisions_in(month))
