"""Months of marketing's promises: opened, watched, judged week by week, and closed for ever.

# Note [One verdict]
A week is judged by what the ledger said when it ended, a month by what it says when it closes,
after its tenth business day. Whatever comes later, a reversal or a ruling, is a dated line of the
month that is open then; no verdict is touched. How late the round comes by changes little: it
looks at the target and, for weeks, at the lines up to the moment that counts, and dates there.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.course import happen
from sla.actions.judging import judge, retarget, start_promise
from sla.actions.promising import LAST_SECOND, owed_in
from sla.actions.subjects import open_subject
from sla.clocks import Cancelled
from sla.content import content_hash
from sla.models import Clock, Month, Subject
from sla.outcomes import Outcomes, outcomes_of
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.courses import course_of, planned_days_of
from sla.queries.histories import clock_history
from sla.queries.month_figures import completeness_of, delivered_points, delivered_until, figures_of
from sla.queries.months import (
    closing_day,
    end_of_month,
    first_agreement_at,
    last_day,
    next_month,
    start_of_month,
    zone_of_organisation,
)
from sla.queries.targets import signed_versions, target_as_of, version_of_month
from smarketing.lib.errors import DomainError


class NothingPromised(DomainError):
    """No agreement was in force in this month."""

    code = "nothing_promised"


class MonthStillOpen(DomainError):
    """Until its tenth business day after, a month can still change."""

    code = "month_still_open"


@transaction.atomic
def keep_months(at: datetime) -> None:
    """Open what has begun, follow targets, judge weeks that have ended, close what can change no more."""
    since, zone = first_agreement_at(), zone_of_organisation()
    if since is None:
        return
    today = at.astimezone(ZoneInfo(zone)).date()
    for month in _unopened(since.astimezone(ZoneInfo(zone)).date(), today):
        open_month(month, at=at)
    hours = hours_for(calendar_in_force("marketing"))
    rows = Month.objects.filter(state=Month.State.OPEN).select_related("subject__version")
    for row in rows.order_by("month"):
        _follow(row, at=at, zone=zone)
        _judge_weeks(row, at=at, zone=zone)
        if row.month <= today <= last_day(row.month):
            _watch_pace(row, at=at, zone=zone)
        if today > closing_day(row.month, hours):
            close_month(row.month, at=at)


def _unopened(first_day: date, today: date) -> Iterator[date]:
    known = Month.objects.order_by("-month").values_list("month", flat=True).first()
    month = next_month(known) if known else first_day.replace(day=1)
    while month <= today:
        yield month
        month = next_month(month)


@transaction.atomic
def open_month(month: date, *, at: datetime) -> Month:
    """Let marketing's promises of a month run, under the version in force when it began.

    Raises NothingPromised where no agreement was in force.
    """
    zone = zone_of_organisation()
    version = version_of_month(signed_versions(), month, zone=zone)
    if version is None or version.starts_at is None:
        raise NothingPromised(_("No agreement was in force in this month."))
    opened_at = max(start_of_month(month, zone=zone), version.starts_at)
    subject = open_subject(kind=Subject.Kind.MONTH, thread_id=None, version=version, opened_at=opened_at, zone=zone)
    row = Month.objects.create(month=month, subject=subject, opened_at=opened_at)
    record("month.opened", row, by=None, at=opened_at, data={"month": f"{month:%Y-%m}", "version": version.number})
    _follow(row, at=at, zone=zone)
    return row


def _follow(row: Month, *, at: datetime, zone: str) -> None:
    """Start what is owed and not yet running; let what runs be for the figure that holds now."""
    clocks = {(clock.commitment, clock.cycle): clock for clock in _locked_clocks(row)}
    for owed in owed_in(row, at=at, zone=zone):
        clock = clocks.get((owed.commitment, owed.cycle))
        if clock is None:
            start_promise(row.subject, owed)
        elif clock.state == Clock.State.RUNNING:
            retarget(clock, owed.amount, at=at)


def _judge_weeks(row: Month, *, at: datetime, zone: str) -> None:
    for clock in _locked_clocks(row, commitment="pace", state=Clock.State.RUNNING, due_at__lt=at):
        sunday = clock.due_at.astimezone(ZoneInfo(zone)).date()
        judge(clock, delivered_until(row.month, last_day=sunday, before=clock.due_at + LAST_SECOND), at=at)


def _watch_pace(row: Month, *, at: datetime, zone: str) -> None:
    """Say once when the forecast begins to fall short of the target, and once when it does no longer."""
    course = course_of(row.month, at=at, zone=zone)
    pace = course.pace
    if pace is None or pace.forecast is None or pace.at_risk == (row.at_risk_since is not None):
        return
    row.at_risk_since = at if pace.at_risk else None
    Month.objects.filter(pk=row.pk).update(at_risk_since=row.at_risk_since)
    figures = {"target": pace.target, "delivered": pace.delivered, "forecast": pace.forecast.points}
    data = {name: f"{round(value, 2):f}" for name, value in figures.items()}
    kind = "pace.at_risk" if pace.at_risk else "pace.on_track"
    record(kind, row, by=None, at=at, data={"month": f"{row.month:%Y-%m}", **data})


@transaction.atomic
def close_month(month: date, *, at: datetime) -> Month:
    """Judge what a month promised and freeze its figures; a closed one is returned as it is.

    Raises MonthStillOpen before its tenth business day has passed.
    """
    row = Month.objects.select_for_update(of=("self",)).select_related("subject__version").get(month=month)
    if row.state == Month.State.CLOSED:
        return row
    zone = zone_of_organisation()
    hours = hours_for(calendar_in_force("marketing"))
    if at.astimezone(ZoneInfo(zone)).date() <= closing_day(month, hours):
        raise MonthStillOpen(_("This month can still change."))
    _follow(row, at=at, zone=zone)
    _judge_weeks(row, at=at, zone=zone)
    outcomes = outcomes_of(month)
    _judge_month(row, outcomes, at=at)
    row.figures = figures_of(
        row,
        Clock.objects.filter(subject=row.subject),
        outcomes,
        target=target_as_of(month, moment=end_of_month(month, zone=zone)),
        planned_days=len(planned_days_of(month, hours=hours, zone=zone)),
        zone=zone,
    )
    row.state, row.closed_at, row.figures_hash = Month.State.CLOSED, at, content_hash(row.figures)
    row.save(update_fields=["state", "closed_at", "figures", "figures_hash"])
    data = {"month": f"{month:%Y-%m}", "delivered": row.figures["delivered_points"], "hash": row.figures_hash}
    record("month.closed", row, by=None, at=at, data=data)
    return row


def _judge_month(row: Month, outcomes: Outcomes, *, at: datetime) -> None:
    filled = completeness_of(row.month)
    figures: dict[str, tuple[Decimal | int, Decimal | int]] = {
        "volume": (delivered_points(row.month), Decimal(1)),
        "acceptance_rate": (outcomes.taken, outcomes.decided),
        "completeness": (filled.present, filled.required),
    }
    for clock in _locked_clocks(row, state=Clock.State.RUNNING):
        numerator, denominator = figures[clock.commitment]
        if denominator:
            judge(clock, numerator, denominator, at=at)
        else:
            # Nothing was decided, or nothing had to be filled: no promise was put to the test.
            happen(clock, clock_history(clock), "cancelled", Cancelled(clock.due_at), by=None)


def _locked_clocks(row: Month, **only: object) -> list[Clock]:
    return list(Clock.objects.select_for_update().filter(subject=row.subject_id, **only).order_by("pk"))
