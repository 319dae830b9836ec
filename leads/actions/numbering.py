"""Numbers of leads: unique in their organisation and ascending, with gaps where a post failed.

# Note [Lanes]
One counter would be locked from a number's taking to its commit, and every other lead of the organisation would wait
for that disk. So there are several, each a lane of its own: the lane with the lowest number that nobody holds is next.
One after the other the leads get 1, 2, 3 …; at the same time each gets another lane.
"""

from heapq import heapify, heapreplace
from uuid import UUID

from django.db import connection

from leads.models import LeadNumber
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id

LANES = 16

FREE = """
select id, next from leads_leadnumber where organisation_id = %s order by next limit %s for update {others}
"""
MOVE = """
update leads_leadnumber n set next = told.next from unnest(%s::uuid[], %s::int[]) told(id, next)
where n.organisation_id = %s and n.id = told.id
"""


# Chosen once, whatever the plan: a subquery may be asked for again and lock another lane.
ONE = Prepared(
    "number_drawn",
    ["bigint", "int"],
    """
with free as materialized (
  select id from leads_leadnumber where organisation_id = $1 order by next limit 1 for update skip locked
)
update leads_leadnumber n set next = n.next + $2 from free
where n.organisation_id = $1 and n.id = free.id returning n.next - $2
""",
)


def draw_numbers(count: int) -> list[int]:
    """Return so many numbers that no other lead has. See Note [Lanes]."""
    return (_one() if count == 1 else []) or _several(count)


def _one() -> list[int]:
    return [row[0] for row in ask(ONE, current_organisation_id(), LANES)]


def _several(count: int) -> list[int]:
    lanes = _lanes(count)
    # The lowest number first, whichever lane it is in.
    free = [(number, str(lane)) for lane, number in lanes]
    heapify(free)
    numbers = []
    for _place in range(count):
        number, lane = free[0]
        numbers.append(number)
        heapreplace(free, (number + LANES, lane))
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [[lane for _n, lane in free], [n for n, _lane in free], current_organisation_id()])
    return numbers


def _lanes(count: int) -> list[tuple[UUID, int]]:
    """Return lanes nobody holds, locked; when all are held, the first to come free."""
    found = _locked(count, "skip locked")
    if not found:
        made = [LeadNumber(lane=lane, next=1 + lane) for lane in range(LANES)]
        LeadNumber.objects.bulk_create(made, ignore_conflicts=True)
        found = _locked(1, "")
    return found


def _locked(count: int, others: str) -> list[tuple[UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute(FREE.format(others=others), [current_organisation_id(), min(count, LANES)])
        return list(cursor.fetchall())
