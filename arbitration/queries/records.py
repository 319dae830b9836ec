"""Reading the rows of a case and of precedents as clients get them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from arbitration.models import Case, Citation, HearingNote, Precedent, Recusal, Ruling, Statement, Vote
from arbitration.queries.search import found_rulings
from sla.models import Clock


def statements_of(case: Case) -> list[Statement]:
    """Return the statements in the order in which they were made."""
    return list(Statement.objects.filter(case=case).order_by("at", "pk"))


def clocks_of(case: Case) -> list[Clock]:
    """Return the board's clocks of a case."""
    rows = Clock.objects.filter(subject=case.subject_id).select_related("version", "owner__manager")
    return list(rows.order_by("started_at", "pk"))


def rulings_of(case: Case) -> list[Ruling]:
    """Return every ruling of a case in order: remands, the decision, its corrections."""
    return list(Ruling.objects.filter(case=case).order_by("at", "pk"))


def citations_in(*rulings: Ruling) -> list[Citation]:
    """Return which precedents the rulings follow and depart from."""
    return list(Citation.objects.filter(ruling__in=[ruling.pk for ruling in rulings]).order_by("pk"))


def votes_in(case: Case) -> list[Vote]:
    """Return the newest vote of each member, oldest first."""
    newest = Vote.objects.select_related("member").filter(case=case).order_by("member", "-at", "-pk")
    return sorted(newest.distinct("member"), key=lambda vote: vote.at)


def notes_of(case: Case) -> list[HearingNote]:
    """Return the notes of the hearing in order."""
    return list(HearingNote.objects.select_related("by").filter(case=case).order_by("at", "pk"))


def recusals_in(case: Case) -> list[Recusal]:
    """Return who declared not to be neutral in a case."""
    return list(Recusal.objects.select_related("member").filter(case=case).order_by("at", "pk"))


@dataclass(frozen=True)
class PrecedentQuery:
    """Which precedents; "" is all. ``field`` is one that their conditions name."""

    criterion: str = ""
    reason: str = ""
    state: str = ""
    outcome: str = ""
    field: str = ""
    search: str = ""


def found_precedents(wanted: PrecedentQuery) -> "QuerySet[Precedent]":
    """Return the precedents that match, with how often each was followed and departed from."""
    equal = {
        "criterion": wanted.criterion,
        "reason": wanted.reason,
        "state": wanted.state,
        "ruling__outcome": wanted.outcome,
    }
    rows = Precedent.objects.filter(**{name: value for name, value in equal.items() if value})
    if wanted.field:
        rows = rows.filter(conditions__contains=[{"field": wanted.field}])
    if wanted.search:
        rows = rows.filter(ruling__in=list(found_rulings(wanted.search).parts))
    return _counted(rows)


def precedents_with(ids: Sequence[UUID]) -> list[Precedent]:
    """Return these precedents with their counts, in the order of the ids."""
    found = {row.pk: row for row in _counted(Precedent.objects.filter(pk__in=ids))}
    return [found[pk] for pk in ids]


def _counted(rows: "QuerySet[Precedent]") -> "QuerySet[Precedent]":
    rows = rows.annotate(followed=_cited("follows"), departed=_cited("departs"))
    related = rows.select_related("ruling__case", "version", "overruled_by__case", "superseded_by")
    heavy = ("ruling__case__evidence", "overruled_by__case__evidence", "version__content", "superseded_by__content")
    return related.defer(*heavy)


def _cited(stance: str) -> Coalesce:
    rows = Citation.objects.filter(precedent=OuterRef("pk"), stance=stance).values("precedent")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
