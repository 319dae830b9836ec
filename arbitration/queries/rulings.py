"""Reading rulings and what they teach."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from arbitration.models import Citation, Precedent, Ruling
from arbitration.words import outcome_word

ROWS_PER_PAGE = 25
SUGGESTED = 5
_NUMBER = re.compile(r"^(\d{4})-(\d{1,6})$")


@dataclass(frozen=True)
class RulingRow:
    """One line of the rulings page."""

    number: str
    outcome: str
    outcome_label: str
    criterion: str
    holding: str
    reasons: str
    by_name: str
    at: datetime
    version: int
    cited_by: int
    state: str
    is_precedent: bool
    case_id: UUID
    url: str = ""


@dataclass(frozen=True)
class RulingOn:
    """A ruling on the same criterion, as shown while somebody rejects, appeals or rules."""

    number: str
    outcome: str
    outcome_label: str
    criterion: str
    holding: str
    state: str
    at: datetime
    version: int
    similar_because: str
    case_id: UUID
    url: str = ""


def final_rulings() -> "QuerySet[Ruling]":
    """Return the rulings that decided a case, newest first."""
    rows = Ruling.objects.exclude(outcome=Ruling.Outcome.REMANDED)
    return rows.select_related("case__rejection", "case__version", "by").order_by("-at", "-pk")


def rulings_on(
    criterion: str, reason: str, *, except_case: UUID | None = None, limit: int = SUGGESTED
) -> list[RulingOn]:
    """Return the newest rulings on the same criterion, or without one on the same reason."""
    rows = final_rulings().filter(_same(criterion, reason, "case__rejection__"))
    if except_case is not None:
        rows = rows.exclude(case_id=except_case)
    rulings = list(rows[:limit])
    teaching = _precedents_of(rulings)
    return [_ruling_on(ruling, teaching.get(ruling.pk)) for ruling in rulings]


def precedents_on(*, criterion: str, reason: str) -> list[Precedent]:
    """Return the valid precedents on the same criterion, or without one on the same reason, newest first."""
    rows = Precedent.objects.filter(_same(criterion, reason, ""), state=Precedent.State.VALID)
    return list(rows.select_related("ruling__case", "version").order_by("-published_at"))


def same_key(criterion: str, reason: str) -> tuple[str, str]:
    """Return what makes two rejections the same question: the criterion, or without one the reason."""
    return (criterion, "" if criterion else reason)


def ruling_counts() -> dict[tuple[str, str], int]:
    """Return how many final rulings there are per question (see same_key)."""
    rows = Ruling.objects.exclude(outcome=Ruling.Outcome.REMANDED)
    counted = rows.values_list("case__rejection__criterion", "case__rejection__reason").annotate(n=Count("pk"))
    found: dict[tuple[str, str], int] = {}
    for criterion, reason, number in counted.order_by():
        key = same_key(criterion, reason)
        found[key] = found.get(key, 0) + number
    return found


def _same(criterion: str, reason: str, prefix: str) -> Q:
    if criterion:
        return Q(**{f"{prefix}criterion": criterion})
    return Q(**{f"{prefix}criterion": "", f"{prefix}reason": reason})


def ruling_rows(
    *, search: str = "", outcome: str = "", precedents_only: bool = False, page: int = 1
) -> "Page[RulingRow]":
    """Return one page of rulings whose words, criterion or number match, newest first."""
    rows = final_rulings()
    for word in search.split():
        rows = rows.filter(_matches(word))
    if outcome:
        rows = rows.filter(outcome=outcome)
    if precedents_only:
        rows = rows.filter(Exists(Precedent.objects.filter(ruling=OuterRef("pk"))))
    found = Paginator(rows, ROWS_PER_PAGE).get_page(page)
    rulings = list(found.object_list)
    teaching = _precedents_of(rulings)
    cited = _citations_of(teaching.values())
    found_rows = [_row(ruling, teaching.get(ruling.pk), cited) for ruling in rulings]
    return Page(found_rows, found.number, found.paginator)  # type: ignore[arg-type] # counts the rulings themselves


def _matches(word: str) -> Q:
    number = _NUMBER.match(word)
    if number:
        return Q(case__year=int(number[1]), case__sequence=int(number[2]))
    holding = Precedent.objects.filter(ruling=OuterRef("pk"), holding__icontains=word)
    return Q(reasons__icontains=word) | Q(case__rejection__criterion_label__icontains=word) | Q(Exists(holding))


def _precedents_of(rulings: list[Ruling]) -> dict[UUID, Precedent]:
    return {row.ruling_id: row for row in Precedent.objects.filter(ruling__in=[ruling.pk for ruling in rulings])}


def _citations_of(precedents: Iterable[Precedent]) -> dict[UUID, int]:
    rows = Citation.objects.filter(precedent__in=[row.pk for row in precedents]).values_list("precedent")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _row(ruling: Ruling, precedent: Precedent | None, cited: dict[UUID, int]) -> RulingRow:
    return RulingRow(
        number=ruling.case.number,
        outcome=ruling.outcome,
        outcome_label=outcome_word(ruling.outcome),
        criterion=ruling.case.rejection.criterion_label or ruling.case.rejection.reason_label,
        holding=precedent.holding if precedent else "",
        reasons=ruling.reasons,
        by_name=ruling.by.name,
        at=ruling.at,
        version=ruling.case.version.number,
        cited_by=cited.get(precedent.pk, 0) if precedent else 0,
        state=precedent.state if precedent else "",
        is_precedent=precedent is not None,
        case_id=ruling.case_id,
    )


def _ruling_on(ruling: Ruling, precedent: Precedent | None) -> RulingOn:
    rejection = ruling.case.rejection
    label = rejection.criterion_label or rejection.reason_label
    because = _("Same criterion: %(label)s") if rejection.criterion else _("Same reason: %(label)s")
    return RulingOn(
        number=ruling.case.number,
        outcome=ruling.outcome,
        outcome_label=outcome_word(ruling.outcome),
        criterion=label,
        holding=precedent.holding if precedent else Truncator(ruling.reasons).chars(160),
        state=precedent.state if precedent else "",
        at=ruling.at,
        version=ruling.case.version.number,
        similar_because=because % {"label": label},
        case_id=ruling.case_id,
    )
