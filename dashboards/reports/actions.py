"""What a member does about their reports: plan them, stop them, have them go on, ask for one now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from dashboards.models import ReportPlan, ReportSending
from dashboards.reports.making import Press
from dashboards.reports.occasions import WEEKLY
from dashboards.reports.readers import reader_of
from dashboards.reports.sending import send_once
from dashboards.reports.words import NOTICE
from events.actions import record
from notifications.actions import choose
from notifications.kinds import How
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership, Organisation


class ReportJustSent(DomainError):
    """One a minute is enough: the second click finds the mail on its way."""

    code = "report_just_sent"


class ReportNotMade(DomainError):
    """It could not be made; the log of the server says why."""

    code = "report_not_made"
    status = 503


@transaction.atomic
def plan_report(kind: str, *, weekday: int, day: int, hour: int, form: str, by: Membership, at: datetime) -> ReportPlan:
    """Say when a report comes and how; of ``weekday`` and ``day`` only the one that fits the kind counts."""
    told = {
        "weekday": weekday if kind == WEEKLY else None,
        "day": None if kind == WEEKLY else day,
        "hour": hour,
        "form": form,
        "changed_at": at,
    }
    plan, _new = ReportPlan.objects.update_or_create(member=by, kind=kind, defaults=told)
    record("report.planned", plan, by=by, at=at, data={"kind": kind, "hour": hour, "form": form})
    return plan


def pause_report(kind: str, *, by: Membership, at: datetime) -> None:
    """Let no report of this kind come any more; the plan is kept."""
    choose(by, {NOTICE[kind]: How.NEVER}, at=at)


def resume_report(kind: str, *, by: Membership, at: datetime) -> None:
    """Let reports of this kind come by the plan."""
    choose(by, {NOTICE[kind]: How.AT_ONCE}, at=at)


def send_report_now(kind: str, *, by: Membership, at: datetime) -> ReportSending:
    """Send a report at once, whether or not one is planned. Raises ReportJustSent, ReportNotMade."""
    organisation = Organisation.objects.get(pk=current_organisation_id())
    reader, occasion = reader_of(kind, by, organisation), f"{at:%Y-%m-%dT%H:%MZ}"
    mine = ReportSending.objects.filter(member=by, kind=kind, occasion=occasion)
    on = at.astimezone(ZoneInfo(organisation.zone)).date()
    press = Press(organisation, at=at)
    if send_once(reader, occasion, on=on, press=press, organisation=organisation, at=at):
        return mine.get()
    if mine.filter(state=ReportSending.State.SENT).exists():
        raise ReportJustSent(_("It was sent less than a minute ago."))
    raise ReportNotMade(_("The report could not be made. Try again in a minute; the administrators' log says why."))
