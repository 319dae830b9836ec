"""The joint numbers for REST clients, by the same queries and formulas as the page."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import asdict
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers, queries, serializers
from dashboards.api.tagging import TaggedView
from dashboards.asking import Asking, asking_of, is_country
from dashboards.campaign_panel import campaign_lines, campaigns_named
from dashboards.links import Links
from dashboards.months import month_from
from dashboards.queries.mark import KnownEvents
from dashboards.rejection_panel import rejection_rows, split_of
from sla.access import sees_only_own
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation

MonthOrNone = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2})?$")]


class KpiFilter(Struct, forbid_unknown_fields=True):
    """The filters of the joint dashboard: a month (the present one if not told), one to compare with, a part of it.

    A segment is the country that leads are from. ``owner`` is a member of sales whose figures are open to the key's.
    """

    month: MonthOrNone = ""
    compare: MonthOrNone = ""
    team: UUID | None = None
    segment: Annotated[str, Meta(pattern=r"^([A-Z]{2})?$")] = ""
    tier: Literal["", "standard", "hand_raiser"] = ""
    campaign: UUID | None = None
    owner: UUID | None = None


class FiguresView(TaggedView):
    """What the views of figures share: the cut that the query asks for."""

    scopes: ClassVar = {"GET": "reports:read"}
    # What there was before the figures were read.
    _known: KnownEvents

    def asking(self, asked: KpiFilter) -> Asking:
        """Return what is asked for; raises InvalidInput for what cannot be, 404 for what there is not."""
        self._known = queries.known_events()
        today = self.at.astimezone(self.zone).date()
        month = month_from(asked.month, today=today)
        if month is None:
            raise InvalidInput([FieldError("/month", "out_of_range", "Give a month as 2026-11.")])
        compared = month_from(asked.compare, today=today) if asked.compare else None
        if asked.compare and compared in (None, month):
            raise InvalidInput([FieldError("/compare", "out_of_range", "Give another month, as 2026-11.")])
        if asked.segment and not is_country(asked.segment):
            raise InvalidInput([FieldError("/segment", "unknown_value", "Give a country as AT.")])
        given = {name: str(value or "") for name, value in asdict(asked).items()}
        return asking_of(given, member=self.member, today=today)

    def cut(self) -> queries.Cut:
        """Return the part of the work that the query asks for."""
        return self.asking(self.query(KpiFilter)).cut

    def figures(self, cut: queries.Cut) -> queries.MonthFigures:
        """Return everything about the month."""
        return queries.month_figures(cut, at=self.at, zone=self.zone.key)

    def marked(self, body: Mapping[str, Any]) -> Response:
        """Answer figures with the newest event that they count."""
        is_earlier = body["as_of"] < self.at
        return self.tagged({**body, "last_event": self._known.counted if is_earlier else self._known.newest})


class Kpis(FiguresView):
    """All figures of a month."""

    @operation(
        "Read the figures of a month",
        gives=answers.Kpis,
        query=KpiFilter,
        problems=(404,),
        tagged=True,
        answers={200: "The figures, each with numerator, denominator and pending."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's figures as the joint dashboard shows them, with its filters."""
        asking = self.asking(self.query(KpiFilter))
        figures = self.figures(asking.cut)
        names = queries.campaign_names(campaigns_named(figures))
        lines = campaign_lines(figures, Links(self.organisation.slug, asking.cut), names)
        only_own = self.member if sees_only_own(self.member) else None
        breached = queries.breaches_now(asking.cut, at=self.at, limit=queries.BREACHES_SHOWN, owner=only_own)
        body = {
            **serializers.kpis(figures),
            **serializers.promises(figures, asking.teams),
            "breached_now": serializers.breached_now(breached),
            "campaigns": serializers.campaigns(lines),
        }
        return self.marked(body)


class Funnel(FiguresView):
    """From handover to purchase."""

    @operation(
        "Read the funnel of a month",
        gives=answers.Funnel,
        query=KpiFilter,
        problems=(404,),
        tagged=True,
        answers={200: "How many handovers came how far."},
    )
    def get(self, request: Request) -> Response:
        """Read how many of the month's handovers came how far."""
        return self.marked(serializers.funnel(self.figures(self.cut())))


class RejectionFilter(KpiFilter, forbid_unknown_fields=True):
    """The filters of the joint dashboard, and what rejections are counted by."""

    by: Literal["reason", "class", "campaign", "rep"] = "reason"


class Rejections(FiguresView):
    """What sales sent back."""

    @operation(
        "Read the rejections of a month",
        gives=answers.Rejections,
        query=RejectionFilter,
        problems=(404,),
        tagged=True,
        answers={200: "The most frequent first; together they are all rejections of the month's handovers."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's rejections by reason, class, campaign or rep.

        People whose figures the key's member may not see are one row without an id and a name.
        """
        asked = self.query(RejectionFilter)
        cut = self.asking(asked).cut
        split = split_of(cut, asked.by, member=self.member, at=self.at, zone=self.zone.key)
        figures = self.figures(cut)
        rows = rejection_rows(figures, Links(self.organisation.slug, cut), split)
        return self.marked(serializers.rejections(figures, asked.by, rows))


class Pace(FiguresView):
    """Points against the target by working day."""

    @operation(
        "Read the pace of a month",
        gives=answers.Pace,
        query=KpiFilter,
        problems=(404,),
        tagged=True,
        answers={200: "Points against the target by working day."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's pace."""
        cut = self.cut()
        return self.marked(serializers.pace(queries.delivery(cut, at=self.at, zone=self.zone.key), cut))


class SpeedToLead(FiguresView):
    """How fast leads are contacted."""

    @operation(
        "Read the speed to lead",
        gives=answers.SpeedToLead,
        query=KpiFilter,
        problems=(404,),
        tagged=True,
        answers={200: "Elapsed and in business time."},
    )
    def get(self, request: Request) -> Response:
        """Read the month's speed to lead, elapsed and in business time."""
        cut = self.cut()
        source = queries.source_of(cut, at=self.at, zone=self.zone.key)
        speeds = source.speeds()
        body: dict[str, Any] = {
            **serializers.cut(cut),
            "as_of": source.as_of,
            "elapsed": serializers.speed(speeds.elapsed),
            "business": serializers.speed(speeds.business),
            "buckets": serializers.buckets(speeds.elapsed),
        }
        return self.marked(body)
