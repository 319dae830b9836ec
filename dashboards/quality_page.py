"""What the page of quality says, with the lists behind its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from itertools import dropwhile
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dashboards import formulas
from dashboards.formulas import Decisions, Share
from dashboards.queries.quality import QualityMonth
from sla.queries import last_day


@dataclass(frozen=True)
class QualityRow:
    """One month as the page prints it."""

    found: QualityMonth
    net: Share
    silent: Share
    again: Share
    # The month has not ended: what it brought is not measured against a whole one.
    is_running: bool
    sent_url: str
    accepted_url: str
    deemed_url: str
    rejected_url: str
    gave_up_url: str
    # "" for who may not see how returns are answered.
    answered_url: str
    ruled_url: str


def quality_context(months: list[QualityMonth], *, slug: str, sees_returns: bool, today: date) -> dict[str, Any]:
    """Return the months, the newest first, and the period as a whole; what lies before the first lead is left out."""
    leads, cases = (reverse(name, kwargs={"slug": slug}) for name in ("leads:list", "arbitration:figures"))
    answers = reverse("leads:returns_yield", kwargs={"slug": slug}) if sees_returns else ""
    begun = list(dropwhile(_is_blank, months)) or months[-1:]
    period = {"month": f"{months[0].month:%Y-%m}", "until": f"{months[-1].month:%Y-%m}"}
    return {
        "rows": [_row(month, leads, cases, answers, today=today) for month in reversed(begun)],
        "whole": whole_of(months),
        "lists": {
            "net": _leads(leads, period, decision="accepted"),
            "silent": _leads(leads, period, decision="deemed"),
            "sent": _leads(leads, period),
            "gave_up": _leads(leads, period, reached="gave_up"),
            "again": _leads(leads, period, decision="rejected"),
            "ruled": _cases(cases, months[0].month, months[-1].month),
        },
        "cases_url": cases,
        "returns_url": reverse("leads:returns", kwargs={"slug": slug}) if sees_returns else "",
    }


def _is_blank(month: QualityMonth) -> bool:
    return not (month.decisions.sent or month.overturned.denominator or month.remanded)


def _leads(path: str, period: Mapping[str, str], **more: str) -> str:
    return f"{path}?{urlencode({**period, **more})}"


def _cases(path: str, first: date, last: date) -> str:
    return f"{path}?{urlencode({'first': first.isoformat(), 'last': last_day(last).isoformat()})}"


def _row(found: QualityMonth, path: str, cases: str, answers: str, *, today: date) -> QualityRow:
    month = {"month": f"{found.month:%Y-%m}"}
    leads = partial(_leads, path, month)
    return QualityRow(
        found,
        is_running=found.month >= today.replace(day=1),
        net=formulas.net_acceptance(found.decisions),
        silent=formulas.deemed_share(found.decisions),
        again=again_of(found),
        sent_url=leads(),
        accepted_url=leads(decision="accepted"),
        deemed_url=leads(decision="deemed"),
        rejected_url=leads(decision="rejected"),
        gave_up_url=leads(reached="gave_up"),
        answered_url=f"{answers}?{urlencode(month)}" if answers else "",
        ruled_url=_cases(cases, found.month, found.month),
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
