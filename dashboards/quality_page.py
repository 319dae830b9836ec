"""What the page of quality says, with the lists behind its figures."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dashboards import formulas
from dashboards.formulas import Decisions, Share
from dashboards.queries.quality import QualityMonth


@dataclass(frozen=True)
class QualityRow:
    """One month as the page prints it."""

    found: QualityMonth
    net: Share
    silent: Share
    again: Share
    sent_url: str
    accepted_url: str
    deemed_url: str
    rejected_url: str
    gave_up_url: str


def quality_context(months: list[QualityMonth], *, slug: str, sees_returns: bool) -> dict[str, Any]:
    """Return the months, the newest first, and the period as a whole."""
    leads, cases = (reverse(name, kwargs={"slug": slug}) for name in ("leads:list", "arbitration:figures"))
    return {
        "rows": [_row(month, leads) for month in reversed(months)],
        "whole": whole_of(months),
        "cases_url": cases,
        "returns_url": reverse("leads:returns", kwargs={"slug": slug}) if sees_returns else "",
    }


def _row(found: QualityMonth, path: str) -> QualityRow:
    def leads(**more: str) -> str:
        return f"{path}?{urlencode({'month': f'{found.month:%Y-%m}', **more})}"

    return QualityRow(
        found,
        net=formulas.net_acceptance(found.decisions),
        silent=formulas.deemed_share(found.decisions),
        again=again_of(found),
        sent_url=leads(),
        accepted_url=leads(decision="accepted"),
        deemed_url=leads(decision="deemed"),
        rejected_url=leads(decision="rejected"),
        gave_up_url=leads(reached="gave_up"),
    )


def again_of(found: QualityMonth) -> Share:
    """Return how many of the leads that came back were accepted again."""
    return Share(found.returns.again, found.returns.returned, found.returns.pending)


@dataclass(frozen=True)
class Whole:
    """A period as a whole: sums of what its months are made of. Medians do not add up and are left out."""

    first: date
    last: date
    net: Share
    silent: Share
    completeness: Share
    attempts: Share
    again: Share
    overturned: Share
    remanded: int
    sent: int


def whole_of(months: list[QualityMonth]) -> Whole:
    """Return the sum of some months."""
    decisions = [month.decisions for month in months]
    summed = Decisions(*(sum(getattr(one, field.name) for one in decisions) for field in fields(Decisions)))
    return Whole(
        first=months[0].month,
        last=months[-1].month,
        net=formulas.net_acceptance(summed),
        silent=formulas.deemed_share(summed),
        completeness=_sum([month.completeness for month in months]),
        attempts=_sum([month.attempts for month in months]),
        again=_sum([again_of(month) for month in months]),
        overturned=_sum([month.overturned for month in months]),
        remanded=sum(month.remanded for month in months),
        sent=summed.sent,
    )


def _sum(shares: list[Share]) -> Share:
    return Share(
        sum(share.numerator for share in shares),
        sum(share.denominator for share in shares),
        sum(share.pending for share in shares),
    )
