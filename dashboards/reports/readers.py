"""Who gets which report, when and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from dashboards.models import ReportPlan
from dashboards.reports.occasions import KINDS, WEEKLY, Schedule, last_due, next_due
from dashboards.reports.words import NOTICE
from notifications.kinds import How
from notifications.queries.choices import choices_about
from tenants.models import Membership, Organisation
from tenants.roles import HEADS, Role

# Unless somebody plans otherwise: on Monday, on the first of the month, before the day begins.
USUAL_HOUR, USUAL_WEEKDAY, USUAL_DAY = 7, 0, 1
USUAL_FORM = ReportPlan.Form.MAIL
# To whom reports come unless they chose otherwise.
_USUAL = frozenset({*HEADS, Role.EXECUTIVE})


@dataclass(frozen=True)
class Reader:
    """One member and one kind of report."""

    member: Membership
    schedule: Schedule
    form: str
    is_on: bool
    # When they planned it; None for the usual plan.
    planned_at: datetime | None

    @property
    def kind(self) -> str:
        """The kind of report."""
        return self.schedule.kind

    @property
    def language(self) -> str:
        """The language that they read."""
        return self.member.user.language or settings.LANGUAGE_CODE

    def next_at(self, *, at: datetime) -> datetime | None:
        """Return when the next one comes; None while they get none."""
        return next_due(self.schedule, at=at) if self.is_on else None

    def is_due_by_this_plan(self, *, at: datetime) -> bool:
        """Tell whether the newest occasion came after they planned: what was due before belongs to an earlier plan."""
        due = self.schedule.moment_on(last_due(self.schedule, at=at))
        return self.planned_at is None or due > self.planned_at


def readers_of(kind: str, members: Sequence[Membership], organisation: Organisation) -> list[Reader]:
    """Return how these members get a kind of report; their persons must be read along."""
    chosen = choices_about(NOTICE[kind], members)
    plans = {plan.member_id: plan for plan in ReportPlan.objects.filter(kind=kind, member__in=members)}
    return [
        _reader(kind, member, plans.get(member.pk), chosen.get(member.pk, How.USUAL), organisation)
        for member in members
    ]


def reader_of(kind: str, member: Membership, organisation: Organisation) -> Reader:
    """Return how one member gets a kind of report."""
    return readers_of(kind, [member], organisation)[0]


def both_for(member: Membership, organisation: Organisation) -> list[Reader]:
    """Return how one member gets each kind of report."""
    return [reader_of(kind, member, organisation) for kind in KINDS]


def _reader(kind: str, member: Membership, plan: ReportPlan | None, how: str, organisation: Organisation) -> Reader:
    is_on = how == How.AT_ONCE or (how == How.USUAL and member.has(*_USUAL))
    zone = ZoneInfo(member.user.zone or organisation.zone)
    if plan is None:
        schedule = Schedule(kind, USUAL_HOUR, zone, weekday=USUAL_WEEKDAY, day=USUAL_DAY)
        return Reader(member, schedule, USUAL_FORM, is_on, None)
    own = {"weekday": plan.weekday or 0} if kind == WEEKLY else {"day": plan.day or 1}
    return Reader(member, Schedule(kind, plan.hour, zone, **own), plan.form, is_on, plan.changed_at)
