"""Checking stored clocks against their events, some at a time, and keeping what was found.

# Note [Twice before it counts]
Rows and events are read by two statements; between them a clock may have gone on. So a difference
counts only when it is still there with the clock's row locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from events.actions import record
from sla.models import Clock, Verification
from sla.queries.months import zone_of_organisation
from sla.queries.verifying import Difference, clocks_to_verify, differences_in
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

KIND = "sla.verify"
BATCH = 500
# More would be one fault repeated; the count tells how many there are.
KEPT = 200

# Checked at night, where few people wait; after an outage as soon as it is noticed.
NIGHT = range(1, 5)
NOT_AGAIN_WITHIN = timedelta(hours=20)
OVERDUE_AFTER = timedelta(hours=30)


@dataclass(frozen=True)
class Checked:
    """What one batch has done."""

    count: int
    last: UUID | None
    differences: list[Difference]


def verify_at_night(at: datetime) -> None:
    """Start the nightly check of the organisation of the open scope when it is time (a round)."""
    newest = Verification.objects.order_by("-started_at").values_list("started_at", flat=True).first()
    rested = None if newest is None else at - newest
    is_night = at.astimezone(ZoneInfo(zone_of_organisation())).hour in NIGHT
    if rested is None or rested > (NOT_AGAIN_WITHIN if is_night else OVERDUE_AFTER):
        start_verification(by=None, at=at)


@transaction.atomic
def start_verification(*, thorough: bool = False, by: Membership | None, at: datetime) -> Job:
    """Check open clocks and last month's (or every one) in the background; return the job, the open one if there is."""
    running = Job.objects.filter(kind=KIND, finished_at=None).order_by("created_at").first()
    if running is not None:
        return running
    total = clocks_to_verify(thorough=thorough, at=at, zone=zone_of_organisation()).count()
    return start_job(kind=KIND, params={"thorough": thorough}, by=by, at=at, total=total)


def verify_step(job: Job, at: datetime) -> Step:
    """Check the next clocks of a job."""
    cursor = dict(job.cursor) or _opened(job.params, at=at)
    report = Verification.objects.get(pk=cursor["verification"])
    after = UUID(cursor["after"]) if cursor["after"] else None
    checked = verify_some(report, after=after, at=at)
    done, finished = job.done + checked.count, checked.count < BATCH
    if finished:
        finish_verification(report, at=at)
    cursor["after"] = str(checked.last) if checked.last else cursor["after"]
    result = {"differences": Verification.objects.values_list("difference_count", flat=True).get(pk=report.pk)}
    return Step(cursor=cursor, done=done, total=max(job.total, done), finished=finished, result=result)


def open_verification(*, thorough: bool, at: datetime) -> Verification:
    """Begin the report of a check."""
    return Verification.objects.create(thorough=thorough, started_at=at)


@transaction.atomic
def verify_some(report: Verification, *, after: UUID | None, at: datetime, limit: int = BATCH) -> Checked:
    """Check up to ``limit`` clocks behind ``after`` and add what differs to the report."""
    rows = clocks_to_verify(thorough=report.thorough, at=report.started_at, zone=zone_of_organisation())
    clocks = list((rows.filter(pk__gt=after) if after else rows)[:limit])
    found = _certain(differences_in(clocks, at=at), at=at)
    kept = [*report.differences, *(item.as_data() for item in found)][:KEPT]
    Verification.objects.filter(pk=report.pk).update(
        checked=F("checked") + len(clocks), difference_count=F("difference_count") + len(found), differences=kept
    )
    report.differences = kept
    return Checked(len(clocks), clocks[-1].pk if clocks else None, found)


@transaction.atomic
def finish_verification(report: Verification, *, at: datetime) -> None:
    """End a check and say what it found."""
    Verification.objects.filter(pk=report.pk).update(finished_at=at)
    report.refresh_from_db()
    data = {"checked": report.checked, "differences": report.difference_count, "thorough": report.thorough}
    record("clocks.verified", report, by=None, at=at, data=data)


def _opened(params: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    report = open_verification(thorough=bool(params.get("thorough")), at=at)
    return {"verification": str(report.pk), "after": ""}


def _certain(found: list[Difference], *, at: datetime) -> list[Difference]:
    """See Note [Twice before it counts]."""
    if not found:
        return []
    suspects = {item.clock_id for item in found}
    locked = Clock.objects.filter(pk__in=suspects).order_by("pk").select_for_update(of=("self",))
    return differences_in(list(locked), at=at)
