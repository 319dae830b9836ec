"""Reading the rows of a case as clients get them."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from arbitration.models import Case, Citation, Precedent, Ruling, Statement
from sla.models import Clock


def statements_of(case: Case) -> list[Statement]:
    """Return the statements in the order in which they were made."""
    return list(Statement.objects.filter(case=case).order_by("at", "pk"))


def clocks_of(case: Case) -> list[Clock]:
    """Return the board's clocks of a case."""
    rows = Clock.objects.filter(subject=case.subject_id).select_related("version", "owner__manager")
    return list(rows.order_by("started_at", "pk"))


def rulings_of(case: Case) -> list[Ruling]:
    """Return every ruling of a case, remands first."""
    return list(Ruling.objects.filter(case=case).order_by("at", "pk"))


def found_precedents(
    *, criterion: str = "", reason: str = "", state: str = "", search: str = ""
) -> "QuerySet[Precedent]":
    """Return the precedents that match, with how often each was followed and departed from."""
    wanted = {"criterion": criterion, "reason": reason, "state": state}
    rows = Precedent.objects.filter(**{name: value for name, value in wanted.items() if value})
    for word in search.split():
        rows = rows.filter(holding__icontains=word)
    rows = rows.annotate(followed=_cited("follows"), departed=_cited("departs"))
    return rows.select_related("ruling__case", "version")


def _cited(stance: str) -> Coalesce:
    rows = Citation.objects.filter(precedent=OuterRef("pk"), stance=stance).values("precedent")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
