"""A month's figures from what was added up: counts, points and shares exactly, percentiles within a bound.

# Note [Small months are exact]
Where a month has few leads in all, times are read from its rows: that costs next to nothing, and a median of twelve
contacts can be checked by hand. Months of more than EXACT_UP_TO leads are told by the histogram.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dashboards.formulas import BUCKET_ENDS, Decisions, Share, Speed
from dashboards.queries.cohorts import DECISIONS, Cohort, campaign_cohorts
from dashboards.queries.cut import Cut
from dashboards.queries.points import Credits, Ledger
from dashboards.queries.promises import Due, Promises, unswept, verdict
from dashboards.queries.rejections import Reason, Rejections
from dashboards.queries.speed import Ages, Speeds, elapsed, medians, newest_first, percentile, speeds
from dashboards.rollups import parts
from dashboards.rollups.histogram import Histogram, histogram
from dashboards.rollups.hours import sales_hours
from dashboards.rollups.reading import NONE, Counts
from sla.models import Side
from sla.queries import Compliance

# See Note [Small months are exact].
EXACT_UP_TO = 300


@dataclass(frozen=True)
class Rolled:
    """The figures of a cut, all from the same counts; see Direct, which answers the same."""

    cut: Cut
    at: datetime
    zone: str
    # Of when the counts are: a few seconds ago while very much happens.
    as_of: datetime
    counts: Counts
    # Everything, to tell how many there are; see Note [Small months are exact].
    whole: Counts
    # The cut's month by team and by campaign, "" for none of them; and the segments that there are.
    by_team: Mapping[str, Counts]
    by_campaign: Mapping[str, Counts]
    in_segments: list[str]
    exact_up_to: int = EXACT_UP_TO

    def cohorts(self) -> Mapping[date, Cohort]:
        """Return the cohorts of the months shown."""
        found = {month: self._cohort(self.counts, month) for month in self.cut.months}
        return {month: cohort for month, cohort in found.items() if cohort.decisions.sent}

    def campaigns(self) -> Mapping[str, Cohort]:
        """Return the month's cohort by campaign."""
        if self.cut.owner:
            return campaign_cohorts(self.cut)
        found = {key: self._cohort(counts, self.cut.month) for key, counts in self.by_campaign.items()}
        return {key: cohort for key, cohort in found.items() if cohort.decisions.sent}

    def segments(self) -> list[str]:
        """Return the segments that the leads of these months are from."""
        return self.in_segments

    def _cohort(self, counts: Counts, month: date) -> Cohort:
        of = counts.of
        reached = {step: of(month, parts.REACHED, step) for step in ("contacted", "qualified", "opportunity", "won")}
        return Cohort(
            decisions=Decisions(**{name: of(month, parts.DECISION, value)[0] for name, value in DECISIONS.items()}),
            contacted=reached["contacted"][0],
            qualified=reached["qualified"][0],
            opportunities=reached["opportunity"][0],
            won=reached["won"][0],
            pipeline=_amount(reached["opportunity"][1]),
        )

    def promises(self) -> Promises:
        """Return what both sides kept of what was due."""
        found = Promises()
        for month in self.cut.months:
            for due, kept in _due(self.counts, month):
                found.add(due, kept, month=self.cut.month)
        for team, counts in self.by_team.items():
            for due, kept in _due(counts, self.cut.month):
                if due.side == Side.SALES:
                    found.add_to_team(team, kept)
        self._sweep(found)
        return found

    def _sweep(self, found: Promises) -> None:
        for due, n in unswept(self.cut, at=self.at, zone=self.zone):
            kept = Compliance(0, n, -n, 0, 0)
            found.add(due, kept, month=self.cut.month)
            if (due.month, due.side) == (self.cut.month, Side.SALES):
                found.add_to_team(due.team, kept)

    def speeds(self) -> Speeds:
        """Return the month's speed to lead."""
        if self._is_small(self.cut.month):
            return speeds(self.cut, at=self.at)
        waiting = self.counts.by_detail(self.cut.month, parts.UNTOUCHED)
        since = newest_first({int(hour): n for hour, (n, _amount) in waiting.items()})
        between = sales_hours().at(self.at).between
        return Speeds(
            elapsed=self._speed(parts.ELAPSED, Ages(since, at=self.at, between=elapsed)),
            business=self._speed(parts.BUSINESS, Ages(since, at=self.at, between=between)),
        )

    def medians(self) -> Mapping[date, int]:
        """Return the elapsed median of each month shown."""
        small = [month for month in self.cut.months if self._is_small(month) and _owing(self.whole, month)]
        found = medians(self.cut, months=small) if small else {}
        for month in self.cut.months:
            took, waiting = self._took(month, parts.ELAPSED), _untouched(self.counts, month)
            rank = -(-(took.count + waiting) // 2) - 1
            if month not in small and 0 <= rank < took.count:
                found[month] = took.at_rank(rank)
        return found

    def _is_small(self, month: date) -> bool:
        """See Note [Small months are exact]; a person's always are."""
        return self.cut.owner is not None or _owing(self.whole, month) <= self.exact_up_to

    def _took(self, month: date, kind: str) -> Histogram:
        found = self.counts.by_detail(month, kind)
        return histogram({int(bucket): (n, total // parts.HUNDREDTHS) for bucket, (n, total) in found.items()})

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
            buckets=tuple(bands.get(str(band), NONE)[0] for band in range(len(BUCKET_ENDS) + 1)),
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
        found = {month: self.counts.by_detail(month, parts.POINTS) for month in self.cut.months}
        return {month: _by_day(points) for month, points in found.items() if points}

    def credits(self) -> list[Credits]:
        """Return the month's credited handovers by tier."""
        month = self.cut.month
        found = [self._credits(detail, n) for detail, (n, _) in self.counts.by_detail(month, parts.CREDIT).items()]
        return sorted(found, key=lambda credit: (-credit.count, credit.tier, credit.weight))

    def _credits(self, detail: str, n: int) -> Credits:
        tier, weight = detail.split("|")
        pending = self.counts.of(self.cut.month, parts.PENDING, detail)[1]
        suspended = self.counts.of(self.cut.month, parts.SUSPENDED, detail)[1]
        return Credits(tier, Decimal(weight), n, _amount(pending), _amount(suspended))


def _amount(hundredths: int) -> Decimal:
    return Decimal(hundredths) / parts.HUNDREDTHS


def _by_day(points: Mapping[str, Sequence[int]]) -> dict[date, Decimal]:
    return {date.fromisoformat(day): _amount(amount) for day, (_n, amount) in sorted(points.items())}


def _untouched(counts: Counts, month: date) -> int:
    return sum(n for n, _amount in counts.by_detail(month, parts.UNTOUCHED).values())


def _owing(counts: Counts, month: date) -> int:
    """Return how many leads of a month owe a contact or have had it."""
    contacts = counts.by_detail(month, f"{parts.ELAPSED}_{parts.BAND}").values()
    return sum(n for n, _amount in contacts) + _untouched(counts, month)


def _due(counts: Counts, month: date) -> Iterator[tuple[Due, Compliance]]:
    for detail, (n, _amount) in counts.by_detail(month, parts.PROMISE).items():
        side, commitment, state = detail.split("|")
        yield Due(month, side, commitment, ""), verdict(state, n)


def _reason(detail: str, n: int) -> Reason:
    key, label, reason_class = json.loads(detail)
    return Reason(key, label, reason_class, n)
