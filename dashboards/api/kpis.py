"""The joint numbers for REST clients, by the same queries and formulas as the page."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers, queries, serializers
from dashboards.api.tagging import TaggedView
from dashboards.months import month_from
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation


class KpiFilter(Struct, forbid_unknown_fields=True):
    """Which month (the present one if not told) and tier."""

    month: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}$")] = ""
    tier: Literal["", "standard", "hand_raiser"] = ""


class FiguresView(TaggedView):
    """What the views of figures share: the cut that the query asks for."""

    scopes: ClassVar = {"GET": "reports:read"}

    def cut(self) -> queries.Cut:
        """Return the month and tier asked for; raises InvalidInput for a month that there is not."""
        asked = self.query(KpiFilter)
        month = month_from(asked.month, today=self.at.astimezone(self.zone).date())
        if month is None:
            raise InvalidInput([FieldError("/month", "out_of_range", "Give a month as 2026-11.")])
        return queries.Cut(month, asked.tier)

    def figures(self) -> queries.MonthFigures:
        """Return everything about the month."""
        return queries.month_figures(self.cut(), at=self.at, zone=self.zone.key)


class Kpis(FiguresView):
    """All figures of a month."""

    @operation(
        "Read the figures of a month",
        gives=answers.Kpis,
        query=KpiFilter,
        tagged=True,
        answers={200: "The figures, each with numerator, denominator and pending."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's figures, each with numerator, denominator and pending."""
        return self.tagged(serializers.kpis(self.figures()))


class Funnel(FiguresView):
    """From handover to purchase."""

    @operation(
        "Read the funnel of a month",
        gives=answers.Funnel,
        query=KpiFilter,
        tagged=True,
        answers={200: "How many handovers came how far."},
    )
    def get(self, request: Request) -> Response:
        """Read how many of the month's handovers came how far."""
        return self.tagged(serializers.funnel(self.figures()))


class Pace(FiguresView):
    """Points against the target by working day."""

    @operation(
        "Read the pace of a month",
        gives=answers.Pace,
        query=KpiFilter,
        tagged=True,
        answers={200: "Points against the target by working day."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's pace."""
        cut = self.cut()
        return self.tagged(serializers.pace(queries.delivery(cut, at=self.at, zone=self.zone.key), cut.month))


class SpeedToLead(FiguresView):
    """How fast leads are contacted."""

    @operation(
        "Read the speed to lead",
        gives=answers.SpeedToLead,
        query=KpiFilter,
        tagged=True,
        answers={200: "Elapsed and in business time."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's speed to lead, elapsed and in business time."""
        cut = self.cut()
        speeds = queries.speeds_of(cut, at=self.at, zone=self.zone.key)
        body: dict[str, Any] = {"month": f"{cut.month:%Y-%m}", "tier": cut.tier or None, "as_of": self.at}
        body |= {
            "elapsed": serializers.speed(speeds.elapsed),
            "business": serializers.speed(speeds.business),
            "buckets": serializers.buckets(speeds.elapsed),
        }
        return self.tagged(body)
