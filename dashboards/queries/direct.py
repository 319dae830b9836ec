"""A month's figures read from the rows themselves: always right, and the measure of what was added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dashboards.queries.cohorts import Cohort, campaign_cohorts, cohorts, segments
from dashboards.queries.cut import Cut
from dashboards.queries.points import Credits, Ledger, credits_of, ledger
from dashboards.queries.promises import Promises, promises
from dashboards.queries.rejections import Rejections, rejections
from dashboards.queries.speed import Speeds, medians, speeds


@dataclass(frozen=True)
class Direct:
    """The figures of a cut, each from a query of its own; see Rolled, which answers the same."""

    cut: Cut
    at: datetime
    zone: str
    # The segments that there are, where what was added up has told them.
    in_segments: list[str] | None = None

    @property
    def as_of(self) -> datetime:
        """Of when the figures are."""
        return self.at

    def cohorts(self) -> Mapping[date, Cohort]:
        """Return the cohorts of the months shown."""
        return cohorts(self.cut)

    def campaigns(self) -> Mapping[str, Cohort]:
        """Return the month's cohort by campaign."""
        return campaign_cohorts(self.cut)

    def segments(self) -> list[str]:
        """Return the segments that the leads of these months are from."""
        return segments(self.cut) if self.in_segments is None else self.in_segments

    def promises(self) -> Promises:
        """Return what both sides kept of what was due."""
        return promises(self.cut, at=self.at, zone=self.zone)

    def speeds(self) -> Speeds:
        """Return the month's speed to lead."""
        return speeds(self.cut, at=self.at)

    def medians(self) -> Mapping[date, int]:
        """Return the elapsed median of each month shown."""
        return medians(self.cut)

    def rejections(self) -> Rejections:
        """Return why the month's handovers were sent back."""
        return rejections(self.cut)

    def ledger(self) -> Ledger:
        """Return marketing's points by month and day."""
        return ledger(self.cut)

    def credits(self) -> list[Credits]:
        """Return the month's credited handovers by tier."""
        return credits_of(self.cut)
