"""Valid precedents that say the opposite about leads that may be the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet

from arbitration.likeness import Condition, can_both_hold
from arbitration.models import Precedent, Ruling, case_number

# So many of the newest valid precedents on a question are compared; boards that teach more than that repeat themselves.
MOST_COMPARED = 100
# A line of a list names so many of those that contradict it; the precedent itself names all.
MOST_NAMED = 5

Question = tuple[str, str]


@dataclass(frozen=True)
class _Holding:
    """A valid precedent as far as it is compared."""

    pk: UUID
    ruling: UUID
    question: Question
    conditions: Sequence[Condition]
    outcome: str


def same_key(criterion: str, reason: str) -> Question:
    """Return what makes two rejections the same question: the criterion, or without one the reason."""
    return (criterion, "" if criterion else reason)


def on_question(criterion: str, reason: str) -> Q:
    """Return the condition on rulings and precedents that they are about this question."""
    return Q(criterion=criterion) if criterion else Q(criterion="", reason=reason)


def contradicting(precedents: Iterable[Precedent], *, most: int | None = None) -> dict[UUID, list[str]]:
    """Return for each valid precedent the case numbers of valid ones that say the opposite, the newest first.

    At most so many of each where a list asks.
    """
    asked = [row for row in precedents if row.state == Precedent.State.VALID]
    if not asked:
        return {}
    others: dict[Question, list[_Holding]] = {}
    for other in _newest_on({same_key(row.criterion, row.reason) for row in asked}):
        others.setdefault(other.question, []).append(other)
    own = _holdings(Precedent.objects.filter(pk__in=[row.pk for row in asked]))
    against = {one.pk: list(islice(_opposed_to(one, others.get(one.question, [])), most)) for one in own}
    numbers = _numbers({ruling for rulings in against.values() for ruling in rulings})
    return {pk: [numbers[ruling] for ruling in rulings] for pk, rulings in against.items() if rulings}


def contradicted_by(ruling: Ruling) -> list[str]:
    """Return the case numbers of the valid precedents that what a ruling teaches contradicts, the newest first."""
    taught = contradicting(Precedent.objects.filter(ruling=ruling))
    return [number for numbers in taught.values() for number in numbers]


def _opposed_to(one: _Holding, others: Iterable[_Holding]) -> Iterator[UUID]:
    """Give the rulings of those on the same question that one lead could meet together with this, and say otherwise."""
    for other in others:
        if one.outcome != other.outcome and can_both_hold(one.conditions, other.conditions):
            yield other.ruling


def _newest_on(questions: set[Question]) -> list[_Holding]:
    """Return the newest valid precedents on each question, in one query that reads each question's own."""
    valid = Precedent.objects.filter(state=Precedent.State.VALID).order_by("-published_at")
    lists = [_values(valid.filter(on_question(*question)))[:MOST_COMPARED] for question in sorted(questions)]
    first, *more = lists
    return [_holding(row) for row in (first.union(*more, all=True) if more else first)]


def _holdings(rows: "QuerySet[Precedent]") -> list[_Holding]:
    return [_holding(row) for row in _values(rows)]


def _values(rows: "QuerySet[Precedent]") -> "QuerySet[Precedent, tuple[UUID, UUID, str, str, list[Condition], str]]":
    return rows.values_list("pk", "ruling", "criterion", "reason", "conditions", "ruling__outcome")


def _holding(row: tuple[UUID, UUID, str, str, list[Condition], str]) -> _Holding:
    pk, ruling, criterion, reason, conditions, outcome = row
    return _Holding(pk, ruling, same_key(criterion, reason), conditions, outcome)


def _numbers(rulings: set[UUID]) -> dict[UUID, str]:
    if not rulings:
        return {}
    rows = Ruling.objects.filter(pk__in=rulings).values_list("pk", "case__year", "case__sequence")
    return {pk: case_number(year, sequence) for pk, year, sequence in rows}
