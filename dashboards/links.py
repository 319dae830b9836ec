"""Addresses behind the numbers: every figure opens the leads that it counts."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from dashboards.queries import Cut

# What a cut can be narrowed to, by its names in the address.
PARTS = ("team", "segment", "tier", "campaign", "owner")


def given_of(cut: Cut) -> dict[str, str]:
    """Return a cut as the parameters of the joint dashboard's address; "" is everything."""
    months = {"month": f"{cut.month:%Y-%m}", "compare": f"{cut.compared:%Y-%m}" if cut.compared else ""}
    return months | {name: str(getattr(cut, name) or "") for name in PARTS}


@dataclass(frozen=True)
class Links:
    """Addresses of one organisation for one cut.

    The list of leads takes month, tier, owner, team, campaign and country, and one of: decision, reached, reason with
    label, reason_class, disputed, counted, band, promise with side and commitment; see leads.queries.cohorts.
    """

    slug: str
    cut: Cut
    # How the panel of rejections is cut; "" is by reason.
    rejections_by: str = ""

    def leads(self, **chosen: str) -> str:
        """Return the list of the cohort's leads, narrowed as chosen."""
        query = {"month": f"{self.cut.month:%Y-%m}"} | self._parts(segment="country") | chosen
        return f"{self._to('leads:list')}?{urlencode(query)}"

    def joint(self, month: date) -> str:
        """Return this page for another month, with the same filters."""
        return self._page(month=f"{month:%Y-%m}")

    def rejections(self, by: str) -> str:
        """Return this page with its panel of rejections cut otherwise."""
        return f"{self._page(rejections_by=by)}#rejections"

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

    def campaigns(self) -> str:
        """Return what every campaign brought for its costs in the month."""
        month = f"{self.cut.month:%Y-%m}"
        return f"{self._to('dashboards:returns')}?{urlencode({'since': month, 'until': month})}"

    def quality(self) -> str:
        """Return how leads are handed over and handled, month by month, up to the month."""
        return f"{self._to('dashboards:quality')}?{urlencode({'until': f'{self.cut.month:%Y-%m}'})}"

    def docket(self) -> str:
        """Return the board's docket."""
        return self._to("arbitration:docket")

    def page(self) -> str:
        """Return this page without anything chosen."""
        return self._to("dashboards:joint")

    def _page(self, **chosen: str) -> str:
        query = given_of(self.cut) | {"rejections_by": self.rejections_by} | chosen
        return f"{self.page()}?{urlencode({name: value for name, value in query.items() if value})}"

    def _parts(self, **names: str) -> dict[str, str]:
        """Return what the cut is narrowed to, under the names that another page has for it."""
        parts = {name: str(getattr(self.cut, name) or "") for name in PARTS}
        return {names.get(name, name): value for name, value in parts.items() if value}

    def _to(self, name: str) -> str:
        return reverse(name, kwargs={"slug": self.slug})
