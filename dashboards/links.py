"""Addresses behind the numbers: every figure opens the leads that it counts."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from dashboards.queries import Cut


@dataclass(frozen=True)
class Links:
    """Addresses of one organisation for one cut.

    The list of leads takes month, tier and owner, and one of: decision (pending, accepted, rejected), reached
    (contacted, untouched, qualified, opportunity, won), reason (of a rejection).
    """

    slug: str
    cut: Cut

    def leads(self, **chosen: str) -> str:
        """Return the list of the cohort's leads, narrowed as chosen."""
        query = {"month": f"{self.cut.month:%Y-%m}"} | self._parts() | chosen
        return f"{self._to('leads:list')}?{urlencode(query)}"

    def joint(self, month: date) -> str:
        """Return this page for another month, with the same filters."""
        query = {"month": f"{month:%Y-%m}"} | self._parts()
        return f"{self._to('dashboards:joint')}?{urlencode(query)}"

    def breaches(self, side: str = "") -> str:
        """Return the page of broken promises."""
        url = self._to("sla:breaches")
        return f"{url}?{urlencode({'side': side})}" if side else url

    def targets(self) -> str:
        """Return the year of targets that the month belongs to."""
        return reverse("sla:targets", kwargs={"slug": self.slug, "year": self.cut.month.year})

    def agreement(self) -> str:
        """Return the agreement."""
        return self._to("sla:agreement")

    def docket(self) -> str:
        """Return the board's docket."""
        return self._to("arbitration:docket")

    def page(self) -> str:
        """Return this page without anything chosen."""
        return self._to("dashboards:joint")

    def _parts(self) -> dict[str, str]:
        parts = {"tier": self.cut.tier, "owner": str(self.cut.owner or "")}
        return {name: value for name, value in parts.items() if value}

    def _to(self, name: str) -> str:
        return reverse(name, kwargs={"slug": self.slug})
