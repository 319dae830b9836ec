"""Reading what the board has decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from arbitration.models import Precedent, Ruling
from arbitration.queries.amendments import versions_amended_by
from arbitration.queries.contradictions import MOST_NAMED, contradicting, same_key
from arbitration.queries.labels import Labels, labels_of
from arbitration.queries.search import found_rulings
from arbitration.queries.similar import HEAVY, citations_of, standing_rulings
from arbitration.words import outcome_word, precedent_word
from leads.criteria import demand_text
from leads.queries.attributes import field_labels
from smarketing.lib.pagination import CappedPaginator

ROWS_PER_PAGE = 25


@dataclass(frozen=True)
class RulingRow:
    """One line of the rulings page."""

    id: UUID
    number: str
    outcome: str
    outcome_label: str
    criterion: str
    criterion_key: str
    reason_key: str
    holding: str
    conditions: list[str]
    facts: list[dict[str, Any]]
    reasons: str
    by: UUID
    by_name: str
    at: datetime
    version: int
    followed: int
    departed: int
    state: str
    state_label: str
    is_precedent: bool
    is_correction: bool
    precedent_id: UUID | None
    contradicts: list[str]
    amended_in: list[int]
    case_id: UUID
    url: str = ""


@dataclass(frozen=True)
class RulingFilter:
    """Which rulings; "" is all. ``field`` is one that the conditions of what they teach name."""

    search: str = ""
    outcome: str = ""
    state: str = ""
    criterion: str = ""
    reason: str = ""
    field: str = ""
    precedents_only: bool = False


@dataclass(frozen=True)
class _Shared:
    """What the rows of one page share, read once."""

    teaching: dict[UUID, Precedent]
    cited: dict[UUID, tuple[int, int]]
    fields: dict[str, str]
    labels: Labels
    contradicts: dict[UUID, list[str]]
    amended: dict[UUID, list[int]]


def final_rulings() -> "QuerySet[Ruling]":
    """Return the rulings that decided a case and stand, newest first."""
    rows = standing_rulings().select_related("case__rejection", "case__version", "by").defer(*HEAVY)
    return rows.order_by("-at", "-pk")


def ruling_counts(questions: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return how many rulings there are on each of these questions (see same_key)."""
    criteria = {criterion for criterion, _reason in questions if criterion}
    reasons = {reason for criterion, reason in questions if not criterion}
    asked = Q(criterion__in=criteria) | Q(criterion="", reason__in=reasons) if reasons else Q(criterion__in=criteria)
    counted = standing_rulings().filter(asked).values_list("criterion", "reason").annotate(n=Count("pk"))
    found: dict[tuple[str, str], int] = {}
    for criterion, reason, number in counted.order_by():
        key = same_key(criterion, reason)
        found[key] = found.get(key, 0) + number
    return found


def ruling_rows(wanted: RulingFilter, *, page: int = 1) -> "Page[RulingRow]":
    """Return one page of rulings: of a search those first whose holding matches, else the newest first."""
    rows = _filtered(final_rulings(), wanted)
    if wanted.search:
        found: Page[UUID] = Paginator(_searched(rows, wanted.search), ROWS_PER_PAGE).get_page(page)
    else:
        found = CappedPaginator[Ruling](rows.values_list("pk", flat=True), ROWS_PER_PAGE).get_page(page)
    found_rows = rows_of_rulings(_in_order(list(found.object_list)))
    return Page(found_rows, found.number, found.paginator)  # type: ignore[arg-type] # counts the ids of the rulings


def matching_rulings(wanted: RulingFilter) -> "QuerySet[Ruling]":
    """Return the rulings that match, for lists by cursor."""
    rows = _filtered(final_rulings(), wanted)
    return rows.filter(pk__in=list(found_rulings(wanted.search).parts)) if wanted.search else rows


def rows_of_rulings(rulings: Sequence[Ruling]) -> list[RulingRow]:
    """Return these rulings (with case, rejection, version and author) as lines, reading what they share once."""
    shared = _shared(rulings)
    return [_row(ruling, shared) for ruling in rulings]


def _searched(rows: "QuerySet[Ruling]", search: str) -> list[UUID]:
    parts = found_rulings(search).parts
    ids = rows.filter(pk__in=parts).order_by().values_list("pk", flat=True)
    # Ids of PostgreSQL are made in the order of time.
    return sorted(sorted(ids, reverse=True), key=lambda pk: parts[pk])


def _in_order(ids: Sequence[UUID]) -> list[Ruling]:
    found = {ruling.pk: ruling for ruling in final_rulings().filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _filtered(rows: "QuerySet[Ruling]", wanted: RulingFilter) -> "QuerySet[Ruling]":
    equal = {"outcome": wanted.outcome, "criterion": wanted.criterion, "reason": wanted.reason}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    held = Precedent.objects.filter(ruling=OuterRef("pk"))
    if wanted.state:
        held = held.filter(state=wanted.state)
    if wanted.field:
        held = held.filter(conditions__contains=[{"field": wanted.field}])
    return rows.filter(Exists(held)) if wanted.precedents_only or wanted.state or wanted.field else rows


def _shared(rulings: Sequence[Ruling]) -> _Shared:
    precedents = list(Precedent.objects.filter(ruling__in=[ruling.pk for ruling in rulings]))
    ids = [row.pk for row in precedents]
    return _Shared(
        teaching={row.ruling_id: row for row in precedents},
        cited=citations_of(ids),
        fields=field_labels() if any(row.conditions for row in precedents) else {},
        labels=labels_of(ruling.case.version_id for ruling in rulings),
        contradicts=contradicting(precedents, most=MOST_NAMED),
        amended=versions_amended_by(ids),
    )


def _row(ruling: Ruling, shared: _Shared) -> RulingRow:
    precedent = shared.teaching.get(ruling.pk)
    followed, departed = shared.cited.get(precedent.pk, (0, 0)) if precedent else (0, 0)
    return RulingRow(
        id=ruling.pk,
        number=ruling.case.number,
        outcome=ruling.outcome,
        outcome_label=outcome_word(ruling.outcome),
        criterion=shared.labels.question(ruling.case.version_id, ruling.case.rejection),
        criterion_key=ruling.criterion,
        reason_key=ruling.reason,
        holding=precedent.holding if precedent else "",
        conditions=[demand_text(row, shared.fields) for row in precedent.conditions] if precedent else [],
        facts=precedent.conditions if precedent else [],
        reasons=ruling.reasons,
        by=ruling.by_id,
        by_name=ruling.by.name,
        at=ruling.at,
        version=ruling.case.version.number,
        followed=followed,
        departed=departed,
        state=precedent.state if precedent else "",
        state_label=precedent_word(precedent.state) if precedent else "",
        is_precedent=precedent is not None,
        is_correction=ruling.corrects_id is not None,
        precedent_id=precedent.pk if precedent else None,
        contradicts=shared.contradicts.get(precedent.pk, []) if precedent else [],
        amended_in=shared.amended.get(precedent.pk, []) if precedent else [],
        case_id=ruling.case_id,
    )
