"""A month's figures from what was added up: counts, points and shares exactly, percentiles within a bound.

# Note [Small months are exact]
A month with few contacts is read from its rows: that costs next to nothing, and a median of twelve contacts can
be checked by hand. Only months of more than EXACT_UP_TO contacts are told by the histogram.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dashboards.formulas import BUCKET_ENDS, Decisions, Share, Speed
from dashboards.queries.cohorts import DECISIONS, Cohort
from dashboards.queries.cut import SPARK_MONTHS, Cut, months_before
from dashboards.queries.points import Credits, Ledger
from dashboards.queries.promises import NOTHING_DUE, Promises, added, unswept
from dashboards.queries.rejections import Reason, Rejections
from dashboards.queries.speed import Ages, Speeds, elapsed, medians, percentile, speeds, untouched_since
from dashboards.rollups import parts
from dashboards.rollups.histogram import Histogram, histogram
from dashboards.rollups.hours import sales_hours
from dashboards.rollups.reading import Counts
from sla.models import Clock, Side
from sla.queries import Compliance

# See Note [Small months are exact].
EXACT_UP_TO = 1000

_VERDICTS: Mapping[str, Compliance] = {
    Clock.State.MET: Compliance(1, 0, 0, 0),
    Clock.State.BREACHED: Compliance(0, 1, 0, 0),
    Clock.State.RUNNING: Compliance(0, 0, 1, 0),
    Clock.State.PAUSED: Compliance(0, 0, 1, 0),
    Clock.State.EXCUSED: Compliance(0, 0, 0, 1),
}


@dataclass(frozen=True)
class Rolled:
    """The figures of a cut, all from the same counts; see Direct, which answers the same."""

    cut: Cut
    at: datetime
    zone: str
    counts: Counts
    exact_up_to: int = EXACT_UP_TO

    def cohorts(self) -> Mapping[date, Cohort]:
        """Return the cohorts of the months shown."""
        found = {month: self._cohort(month) for month in self._months}
        return {month: cohort for month, cohort in found.items() if cohort.decisions.sent}

    @property
    def _months(self) -> list[date]:
        return [months_before(self.cut.month, number) for number in reversed(range(SPARK_MONTHS))]

    def _cohort(self, month: date) -> Cohort:
        of = self.counts.of
        reached = {step: of(month, parts.REACHED, step) for step in ("contacted", "qualified", "opportunity", "won")}
        return Cohort(
            decisions=Decisions(**{name: of(month, parts.DECISION, value)[0] for name, value in DECISIONS.items()}),
            contacted=reached["contacted"][0],
            qualified=reached["qualified"][0],
            opportunities=reached["opportunity"][0],
            won=reached["won"][0],
            pipeline=reached["opportunity"][1],
        )

    def promises(self) -> Promises:
        """Return what both sides kept of what was due."""
        found = Promises({}, {})
        for month in self._months:
            for detail, (n, _amount) in self.counts.by_detail(month, parts.PROMISE).items():
                side, commitment, state = detail.split("|")
                self._add_promise(found, month, side, commitment, _times(_VERDICTS.get(state, NOTHING_DUE), n))
        for month, side, commitment, n in unswept(self.cut, at=self.at, zone=self.zone):
            self._add_promise(found, month, side, commitment, Compliance(0, n, -n, 0))
        return found

    def _add_promise(self, found: Promises, month: date, side: str, commitment: str, kept: Compliance) -> None:
        found.by_month[month, side] = added(found.by_month.get((month, side), NOTHING_DUE), kept)
        if (month, side) == (self.cut.month, Side.SALES):
            before = found.by_commitment.get(commitment, NOTHING_DUE)
            found.by_commitment[commitment] = added(before, kept)

    def speeds(self) -> Speeds:
        """Return the month's speed to lead."""
        if self._is_small(self.cut.month):
            return speeds(self.cut, at=self.at)
        since = untouched_since(self.cut)
        between = sales_hours().at(self.at).between
        return Speeds(
            elapsed=self._speed(parts.ELAPSED, Ages(since, at=self.at, between=elapsed)),
            business=self._speed(parts.BUSINESS, Ages(since, at=self.at, between=between)),
        )

    def medians(self) -> Mapping[date, int]:
        """Return the elapsed median of each month shown."""
        small = [month for month in self._months if self._is_small(month) and self._cohort(month).decisions.sent]
        found = medians(self.cut, months=small) if small else {}
        for month in self._months:
            took, waiting = self._took(month, parts.ELAPSED), self.counts.of(month, parts.UNTOUCHED)[0]
            rank = -(-(took.count + waiting) // 2) - 1
            if month not in small and 0 <= rank < took.count:
                found[month] = took.at_rank(rank)
        return found

    def _is_small(self, month: date) -> bool:
        """See Note [Small months are exact]; a person's always are."""
        owing = self._contacts(month) + self.counts.of(month, parts.UNTOUCHED)[0]
        return self.cut.owner is not None or owing <= self.exact_up_to

    def _contacts(self, month: date) -> int:
        return sum(n for n, _seconds in self.counts.by_detail(month, parts.ELAPSED).values())

    def _took(self, month: date, kind: str) -> Histogram:
        found = self.counts.by_detail(month, kind)
        return histogram({int(bucket): (n, int(total)) for bucket, (n, total) in found.items()})

    def _speed(self, kind: str, waiting: Ages) -> Speed:
        month, took = self.cut.month, self._took(self.cut.month, kind)
        bands = self.counts.by_detail(month, f"{kind}_{parts.BAND}")
        within_hour = self.counts.of(month, f"{kind}_{parts.WITHIN_HOUR}")[0]
        return Speed(
            contacts=took.count,
            untouched=len(waiting),
            median=percentile(took, waiting, 50),
            p90=percentile(took, waiting, 90),
            within_hour=Share(within_hour, took.count + len(waiting)),
            buckets=tuple(bands.get(str(band), (0, 0))[0] for band in range(len(BUCKET_ENDS) + 1)),
        )

    def rejections(self) -> Rejections:
        """Return why the month's handovers were sent back."""
        found = self.counts.by_detail(self.cut.month, parts.REJECTION)
        reasons = [_reason(detail, n) for detail, (n, _amount) in found.items()]
        return Rejections(
            total=sum(reason.count for reason in reasons),
            disputed=self.counts.of(self.cut.month, parts.DISPUTED)[0],
            reasons=sorted(reasons, key=lambda r: (-r.count, r.key, r.label, r.reason_class)),
        )

    def ledger(self) -> Ledger:
        """Return marketing's points by month and day."""
        return {month: dict(sorted(by_day.items())) for month, by_day in sorted(self.counts.points.items())}

    def credits(self) -> list[Credits]:
        """Return the month's credited handovers by tier."""
        month = self.cut.month
        found = [self._credits(detail, n) for detail, (n, _) in self.counts.by_detail(month, parts.CREDIT).items()]
        return sorted(found, key=lambda credit: (-credit.count, credit.tier, credit.weight))

    def _credits(self, detail: str, n: int) -> Credits:
        tier, weight = detail.split("|")
        pending = self.counts.of(self.cut.month, parts.PENDING, detail)[1]
        suspended = self.counts.of(self.cut.month, parts.SUSPENDED, detail)[1]
        return Credits(tier, Decimal(weight), n, pending, suspended)


def _times(kept: Compliance, n: int) -> Compliance:
    return Compliance(kept.met * n, kept.breached * n, kept.running * n, kept.excused * n)


def _reason(detail: str, n: int) -> Reason:
    key, label, reason_class = json.loads(detail)
    return Reason(key, label, reason_class, n)
