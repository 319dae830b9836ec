"""Telling the sides that the statements of a case close soon."""

from datetime import datetime, timedelta
from typing import Any

from arbitration.models import Case, Statement
from arbitration.queries import case_parties
from arbitration.queries.board import WITH_PARTIES
from arbitration.rules import EVIDENCE, FILED, MARKETING, SALES
from events.actions import record
from sla.business_time import BUSINESS_DAYS, due_after
from sla.queries import calendar_in_force, hours_for

# One pass of the round tells about so many cases; the next one goes on.
AT_ONCE = 200
# No statement closes later than this after one business day begins: holidays and long weekends included.
FAR_AHEAD = timedelta(days=15)


def remind_of_closing(at: datetime) -> None:
    """Tell those of each case who have not spoken that its statements close within a business day; once each."""
    open_cases = Case.objects.filter(stage__in=[FILED, EVIDENCE], closing_told_at=None)
    soon = open_cases.filter(statements_close_at__gt=at, statements_close_at__lte=at + FAR_AHEAD)
    cases = list(soon.select_related(*WITH_PARTIES).order_by("statements_close_at")[:AT_ONCE])
    if not cases:
        return
    within = due_after(at, 1, BUSINESS_DAYS, hours_for(calendar_in_force("board")))
    for case in cases:
        if case.statements_close_at <= within:
            _tell(case, at=at)


def _tell(case: Case, *, at: datetime) -> None:
    if not Case.objects.filter(pk=case.pk, closing_told_at=None).update(closing_told_at=at):
        return
    spoken = set(Statement.objects.filter(case=case).values_list("side", flat=True))
    data = {"number": case.number, "closes_at": case.statements_close_at.isoformat(), **silent_of(case, spoken)}
    record("case.statements_closing", case, by=None, at=at, thread=case.handover.lead_id, data=data)


def silent_of(case: Case, spoken: set[str]) -> dict[str, Any]:
    """Return which sides have not spoken, and the people of the case on those sides."""
    parties = case_parties(case)
    people = {MARKETING: parties.marketing, SALES: parties.sales}
    silent = [side for side in people if side not in spoken]
    members = sorted(str(member) for side in silent for member in people[side])
    return {"sides": silent, "members": members}
