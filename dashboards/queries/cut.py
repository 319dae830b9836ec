"""Which part of the organisation's work a figure is about."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from leads.models import Handover
from sla.queries import last_day

# How many months a small line shows, the present one included.
SPARK_MONTHS = 6


@dataclass(frozen=True)
class Cut:
    """The cohort of a month (its first day), or a part of it: any of tier, owner, team, segment and campaign.

    A segment is the country that a lead is from. ``compared`` is another month than the one before to compare with.
    """

    month: date
    tier: str = ""
    owner: UUID | None = None
    team: UUID | None = None
    segment: str = ""
    campaign: UUID | None = None
    compared: date | None = None

    @property
    def last(self) -> date:
        """The month's last day."""
        return last_day(self.month)

    @property
    def previous(self) -> date:
        """The first day of the month to compare with."""
        return self.compared or months_before(self.month, 1)

    @property
    def shown(self) -> list[date]:
        """The months of the small lines, the oldest first."""
        return [months_before(self.month, number) for number in reversed(range(SPARK_MONTHS))]

    @property
    def months(self) -> list[date]:
        """Every month that figures are needed of."""
        return sorted({*self.shown, self.previous})

    @property
    def is_part(self) -> bool:
        """Tell whether it is less than everything: a part has no target and no costs of its own."""
        return bool(self.tier or self.owner or self.team or self.segment or self.campaign)

    def on_handovers(self, prefix: str = "") -> Q:
        """Return the filter for handovers (or what lies behind ``prefix``)."""
        return _chosen(
            {
                f"{prefix}tier": self.tier,
                f"{prefix}assigned_to": self.owner,
                f"{prefix}subject__team": self.team,
                f"{prefix}lead__country": self.segment,
                f"{prefix}lead__campaign": self.campaign,
            }
        )

    def on_clocks(self) -> Q:
        """Return the filter for clocks; a clock's owner is whose time it is."""
        found = _chosen({"subject__tier": self.tier, "subject__team": self.team, "owner": self.owner})
        return found & self._of_lead("subject__in")

    def on_subjects(self, prefix: str = "") -> Q:
        """Return the filter for the subjects of credit (or what lies behind ``prefix``)."""
        found = _chosen({f"{prefix}tier": self.tier, f"{prefix}team": self.team})
        return found & self._of_lead(f"{prefix}in" if prefix else "pk__in", assigned_to=self.owner)

    def _of_lead(self, name: str, **further: Any) -> Q:
        """Return the filter of what only a handover and its lead know."""
        wanted = _chosen({"lead__country": self.segment, "lead__campaign": self.campaign, **further})
        return Q(**{name: Handover.objects.filter(wanted).values("subject")}) if wanted else Q()


def _chosen(wanted: dict[str, Any]) -> Q:
    return Q(**{name: value for name, value in wanted.items() if value})


def narrowed_to(cut: Cut) -> tuple[str, str, str] | None:
    """Return the team, segment and tier of a cut, "" for any; None where it is of all of them."""
    found = (str(cut.team or ""), cut.segment, cut.tier)
    return found if any(found) else None


def months_before(month: date, number: int) -> date:
    """Return the first day of the month so many months earlier."""
    over, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(over, index + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Return the months of a period, both ends included, the oldest first."""
    number = (last.year - first.year) * 12 + last.month - first.month
    return [months_before(last, back) for back in reversed(range(number + 1))]
