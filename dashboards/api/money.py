"""Criteria, return and revenue for REST clients, by the same queries and formulas as the pages."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from django.http import Http404
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers, criteria_page, money_page, money_serializers
from dashboards.api.kpis import MonthOrNone
from dashboards.api.tagging import TaggedView
from dashboards.forms import PeriodForm
from dashboards.formulas import is_mature
from dashboards.queries.campaign_return import ReturnAsked, campaign_returns
from dashboards.queries.quality import quality
from dashboards.queries.revenue import revenue
from leads.periods import CONVERSION_FOR
from sla.queries import agreement_in_force, end_of_month
from sla.queries.targets import signed_versions
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation


class PeriodFilter(Struct, forbid_unknown_fields=True):
    """Some months, both included; the last twelve where nothing is said."""

    since: MonthOrNone = ""
    until: MonthOrNone = ""


class CriteriaFilter(PeriodFilter, forbid_unknown_fields=True):
    """Some months and an agreement version; that in force where none is named."""

    version: Annotated[int, Meta(ge=1, le=9999)] | None = None


class ReturnFilter(PeriodFilter, forbid_unknown_fields=True):
    """Some months, and which touch a handover is attributed by."""

    touch: Literal["first", "last"] = "first"


class PeriodView(TaggedView):
    """What these views share: the months that the query asks for."""

    scopes: ClassVar = {"GET": "reports:read"}

    def months(self, asked: PeriodFilter) -> tuple[date, date]:
        """Return the first and the last month; raises InvalidInput for a period that there is not."""
        form = PeriodForm({"since": asked.since, "until": asked.until}, today=self.at.astimezone(self.zone).date())
        if not form.is_valid():
            faults = [(name, fault) for name, data in form.errors.as_data().items() for fault in data]
            raise InvalidInput(
                [FieldError(f"/{name}", fault.code or "invalid", " ".join(fault.messages)) for name, fault in faults]
            )
        return form.months

    def body_of(self, first: date, last: date, **more: Any) -> dict[str, Any]:
        """Return an answer with its period."""
        return money_serializers.period(first, last, at=self.at) | more


class Criteria(PeriodView):
    """Which criteria told what became of leads."""

    @operation(
        "Read the criteria report",
        gives=answers.CriteriaReport,
        query=CriteriaFilter,
        answers={200: "Each criterion with shares, lift and interval."},
        problems=(404,),
        tagged=True,
    )
    def get(self, request: Request) -> Response:
        """Read what became of leads with and without each criterion of an agreement version."""
        asked = self.query(CriteriaFilter)
        first, last = self.months(asked)
        wanted = [version for version in signed_versions() if version.number == asked.version]
        version = wanted[0] if wanted else None if asked.version else agreement_in_force(at=self.at)
        if version is None:
            raise Http404
        found = criteria_page.findings(version, first, last, at=self.at, zone=self.zone.key)
        body = {
            "agreement_version": version.number,
            "least_cases": criteria_page.least_cases(version),
            "within_days": CONVERSION_FOR.days,
            "criteria": [money_serializers.criterion(finding) for finding in found],
        }
        return self.tagged(self.body_of(first, last, **body))


class CampaignReturns(PeriodView):
    """What came of the money that campaigns cost."""

    @operation(
        "Read the return of campaigns",
        gives=answers.CampaignReturns,
        query=ReturnFilter,
        answers={200: "Each campaign with cost and return; those below the agreed floor are marked."},
        tagged=True,
    )
    def get(self, request: Request) -> Response:
        """Read what campaigns cost in some months and what the handovers of those months came to."""
        asked = self.query(ReturnFilter)
        first, last = self.months(asked)
        zone = self.zone.key
        found = campaign_returns(ReturnAsked(first, last, asked.touch), at=self.at, zone=zone)
        floor = money_page.floor_of(last, zone=zone)
        body = {
            "touch": asked.touch,
            "floor": None if floor is None else str(floor),
            "mature": is_mature(end_of_month(last, zone=zone), at=self.at),
            **money_serializers.campaigns(found, floor=floor),
        }
        return self.tagged(self.body_of(first, last, **body))


class RevenueMonths(PeriodView):
    """What months earned."""

    @operation(
        "Read the revenue by month",
        gives=answers.Revenue,
        query=PeriodFilter,
        answers={200: "Purchases by month and by who had found the lead, against what was agreed."},
        tagged=True,
    )
    def get(self, request: Request) -> Response:
        """Read won amounts by month of the purchase, and how long customers took to become one."""
        first, last = self.months(self.query(PeriodFilter))
        found = revenue(first, last, zone=self.zone.key)
        return self.tagged(self.body_of(first, last, **money_serializers.revenue(found)))


class Quality(PeriodView):
    """How leads are handed over and handled."""

    @operation(
        "Read the quality of handovers by month",
        gives=answers.Quality,
        query=PeriodFilter,
        answers={200: "Acceptance, completeness, attempts, returns and rulings by month."},
        tagged=True,
    )
    def get(self, request: Request) -> Response:
        """Read lead velocity, silent acceptance, completeness, attempts, returns and rulings, month by month."""
        first, last = self.months(self.query(PeriodFilter))
        found = quality(first, last, at=self.at, zone=self.zone.key)
        return self.tagged(self.body_of(first, last, **money_serializers.quality(found)))
