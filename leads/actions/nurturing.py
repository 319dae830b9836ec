"""Keeping a lead warm until a day to come, and waking it up.

# Note [A woken lead is looked at first]
Whoever chose the day wanted to look again. So a lead that wakes up qualified goes to its marketer's list "To hand
over", and not to sales by itself.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_lead
from leads.actions.judging import follow_score, rescore
from leads.models import Lead
from leads.queries.ownership import handover_with_sales
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError
from tenants.models import Organisation

# Leads wake when people come to work, in the organisation's zone.
MORNING = time(7, 0)
# One round wakes at most so many; the next one goes on.
MOST_AT_ONCE = 300


class WakeUpInThePast(DomainError):
    """A lead can only be woken up on a day to come."""

    code = "wake_up_in_the_past"


def require_day_to_come(wake_on: date, *, at: datetime) -> None:
    """Raise WakeUpInThePast unless the day is after today where the organisation is."""
    if wake_on <= local_day(at):
        raise WakeUpInThePast(_("Choose a day to come."))


def local_day(at: datetime) -> date:
    """Return the day that it is where the organisation is."""
    return _local(at).date()


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(Organisation.objects.values_list("zone", flat=True).get()))


def wake_leads(at: datetime) -> None:
    """Wake every nurtured lead whose day has come: told, judged anew, back with its marketer. A round."""
    local = _local(at)
    if local.time() < MORNING:
        return
    asleep = Lead.objects.filter(wake_on__lte=local.date(), stage=Lead.Stage.NURTURE, merged_into=None)
    due = asleep.select_related("company").select_for_update(of=("self",), skip_locked=True)
    version = agreement_in_force(at=at)
    for lead in due.order_by("wake_on", "pk")[:MOST_AT_ONCE]:
        wake_lead(lead, version, at=at)


def wake_lead(lead: Lead, version: AgreementVersion | None, *, at: datetime) -> None:
    """Wake a locked lead. See Note [A woken lead is looked at first]."""
    marketer = str(lead.marketer_id) if lead.marketer_id else None
    # The cycle that ended in nurture stays ended also where nobody noted when.
    ended_at = lead.recycled_at or lead.stage_since
    change_lead(lead, at=at, stage=Lead.Stage.LEAD, wake_on=None, recycled_at=ended_at)
    record("lead.woke", lead, by=None, at=at, data={"marketer": marketer, "cycle": lead.cycle}, thread=lead.pk)
    if version is None or handover_with_sales(lead) is not None:
        return
    rescore(lead, version, by=None, at=at)
    follow_score(lead, by=None, at=at)
