"""Reports for REST clients: the key's member's own plans, reports sent at once, and those that were sent."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.models import ReportSending
from dashboards.reports import access, actions, answers
from dashboards.reports.content import report_of
from dashboards.reports.making import file_name
from dashboards.reports.occasions import KINDS, WEEKLY, period_of
from dashboards.reports.paper import report_pdf
from dashboards.reports.readers import Reader, reader_of
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.queries import content_of
from tenants.rest import KeyView, NoBody, answer

PDF = "application/pdf"


class ReportPlanBody(Struct, forbid_unknown_fields=True):
    """When a report comes: a weekday (0 is Monday) for the weekly one, a day of the month for the monthly one."""

    hour: Annotated[int, Meta(ge=0, le=23)]
    form: Literal["mail", "pdf"]
    active: bool
    weekday: Annotated[int, Meta(ge=0, le=6)] | None = None
    day: Annotated[int, Meta(ge=1, le=28)] | None = None


class ReportFilter(Struct, forbid_unknown_fields=True):
    """The day on which the report would be made; today if not told."""

    on: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class ReportView(KeyView):
    """What the views of one kind of report share."""

    scopes: ClassVar = {"GET": "reports:read", "PUT": "reports:read", "POST": "reports:read"}

    def reader(self, kind: str) -> Reader:
        """Return how the key's member gets a kind of report; 404 for a kind that there is not."""
        return reader_of(access.get_kind(kind), self.member, self.organisation)


class Reports(ReportView):
    """Both kinds."""

    @operation(
        "Read when reports come",
        gives=answers.ReportPlans,
        answers={200: "The plan of each kind for the key's member."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Read when the weekly and the monthly report come to the key's member."""
        return answer({kind: plan_row(self.reader(kind), at=self.at) for kind in KINDS})


class OneReport(ReportView):
    """One kind of report."""

    @operation(
        "Read when a report comes",
        gives=answers.ReportPlan,
        answers={200: "The plan."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, kind: str) -> Response:
        """Read when one kind of report comes to the key's member."""
        return answer(plan_row(self.reader(kind), at=self.at))

    @operation(
        "Plan when a report comes",
        body=ReportPlanBody,
        gives=answers.ReportPlan,
        answers={200: "The plan as it is now."},
        problems=(400, 401, 403, 404, 422),
    )
    def put(self, request: Request, kind: str) -> Response:
        """Say when a report comes to the key's member, how, and whether it comes at all."""
        access.get_kind(kind)
        told = self.body(ReportPlanBody)
        self._require_day(kind, told)
        days = {"weekday": told.weekday or 0, "day": told.day or 1}
        actions.plan_report(kind, **days, hour=told.hour, form=told.form, by=self.member, at=self.at)
        switch = actions.resume_report if told.active else actions.pause_report
        switch(kind, by=self.member, at=self.at)
        return answer(plan_row(self.reader(kind), at=self.at))

    def _require_day(self, kind: str, told: ReportPlanBody) -> None:
        wanted, other = ("weekday", "day") if kind == WEEKLY else ("day", "weekday")
        if getattr(told, wanted) is None:
            raise InvalidInput([FieldError(f"/{wanted}", "missing", f"A {kind} report needs its {wanted}.")])
        if getattr(told, other) is not None:
            raise InvalidInput([FieldError(f"/{other}", "unknown_field", f"A {kind} report has no {other}.")])


class ReportPaper(ReportView):
    """A report as it would be sent."""

    @operation(
        "Read a report as PDF",
        query=ReportFilter,
        file=PDF,
        answers={200: "The report as it would be sent on that day."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        """Read a report as PDF, with the figures of this moment."""
        access.get_kind(kind)
        on = access.day_from(self.query(ReportFilter).on, today=self.at.astimezone(self.zone).date())
        if on is None:
            raise InvalidInput([FieldError("/on", "out_of_range", "Give a day up to today, as 2026-11-22.")])
        report = report_of(kind, period_of(kind, on), self.organisation, at=self.at)
        name = file_name(self.organisation, kind, report.period)
        return attachment(report_pdf(report), name=name, media_type=PDF)


class ReportSendings(ReportView):
    """A report at once."""

    @operation(
        "Send a report now",
        body=NoBody,
        gives=answers.SentReport,
        answers={201: "It is on its way to the key's member."},
        problems=(400, 401, 403, 404, 409, 422, 503),
        posts=True,
    )
    def post(self, request: Request, kind: str) -> Response:
        """Send a report to the key's member at once; 409 within the same minute."""
        access.get_kind(kind)
        self.no_body()
        sending = actions.send_report_now(kind, by=self.member, at=self.at)
        return answer(sending_row(sending), status=201, location=f"/api/v1/reports/sent/{sending.pk}/paper")


class SentReports(ReportView):
    """What was sent."""

    @operation(
        "List reports that were sent",
        gives=Page[answers.SentReport],
        answers={200: "Reports sent to the key's member, newest first; to everybody for administrators and auditors."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """Read which reports were sent, and which could not be made."""
        return answer(page(request, access.sendings_open_to(self.member), sending_row))


class SentPaper(ReportView):
    """A report as it was sent."""

    @operation(
        "Read a sent report as PDF",
        file=PDF,
        answers={200: "The paper as it was made then."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, sending_id: UUID) -> HttpResponse:
        """Read the paper of a report that was sent."""
        edition = access.get_sending(sending_id).edition
        content = content_of(edition.paper) if edition and edition.paper else None
        if edition is None or edition.paper is None or content is None:
            raise Http404
        return attachment(content, name=edition.paper.name, media_type=edition.paper.media_type)


def plan_row(reader: Reader, *, at: datetime) -> dict[str, Any]:
    """Return a plan as clients read it."""
    plan, due = reader.schedule, reader.next_at(at=at)
    return {
        "kind": plan.kind,
        "active": reader.is_on,
        "weekday": plan.weekday if plan.kind == WEEKLY else None,
        "day": None if plan.kind == WEEKLY else plan.day,
        "hour": plan.hour,
        "zone": plan.zone.key,
        "form": reader.form,
        "next_at": due.astimezone(UTC) if due else None,
    }


def sending_row(sending: ReportSending) -> dict[str, Any]:
    """Return a sent report as clients read it."""
    edition = sending.edition
    return {
        "id": sending.pk,
        "kind": sending.kind,
        "state": sending.state,
        "at": sending.at,
        "member": sending.member_id,
        "first_date": edition.first_date if edition else None,
        "last_date": edition.last_date if edition else None,
        "has_paper": bool(edition and edition.paper_id),
        "attempts": sending.attempts,
        "error": sending.error or None,
    }
