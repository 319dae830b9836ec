"""Meetings of the board and its figures, for REST clients."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_case, get_sitting, reads_minutes, visible_cases
from arbitration.api.shapes import READ, WRITE, Moment
from arbitration.figures import Share
from arbitration.models import Sitting
from arbitration.papers import download, ruling_pdf, sitting_file
from arbitration.queries.figures import MOST_DAYS, NamedRow, figures_of
from arbitration.queries.sittings import items_of
from arbitration.serializers import sitting_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import Role


class SittingBody(Struct, forbid_unknown_fields=True):
    """When and where, and in which order open cases come onto the docket."""

    starts_at: Moment
    minutes_for: Annotated[int, Meta(ge=5, le=600)] = 60
    place: Annotated[str, Meta(max_length=200)] = ""
    order: Literal["oldest", "value", "quota"] = "oldest"


class DocketBody(Struct, forbid_unknown_fields=True):
    """What happens to a case on the docket."""

    case: UUID
    do: Literal["up", "down", "on", "off"]


class MinutesBody(Struct, forbid_unknown_fields=True):
    """What was discussed."""

    minutes: Annotated[str, Meta(max_length=20_000)]


class EndBody(Struct, forbid_unknown_fields=True):
    """How it ended."""

    state: Literal["held", "cancelled"]


class FiguresFilter(Struct, forbid_unknown_fields=True):
    """Which days, at most a year; the last twelve months unless told otherwise."""

    first: date | None = None
    last: date | None = None


class Sittings(KeyView):
    """The meetings of the board."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}

    @operation("List sittings", gives=Page[answers.Sitting], answers={200: "A page of sittings."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        told = reads_minutes(self.member)
        return answer(page(request, Sitting.objects.all(), lambda row: sitting_row(row, minutes=told)))

    @operation(
        "Plan a sitting",
        gives=answers.WholeSitting,
        tagged=True,
        body=SittingBody,
        answers={201: "The sitting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, Role.EXECUTIVE)
        given = self.body(SittingBody)
        made = actions.plan_sitting(
            starts_at=given.starts_at,
            minutes_for=given.minutes_for,
            place=given.place,
            order=given.order,
            by=self.member,
            at=self.at,
        )
        return _whole(self, made.pk, status=201)


class OneSitting(KeyView):
    """One sitting."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "cases:write"}

    @operation(
        "Read a sitting",
        gives=answers.WholeSitting,
        tagged=True,
        answers={200: "The sitting with its docket."},
        problems=READ,
    )
    def get(self, request: Request, sitting_id: UUID) -> Response:
        return _whole(self, sitting_id)

    @operation(
        "Write the minutes",
        gives=answers.WholeSitting,
        tagged=True,
        body=MinutesBody,
        answers={200: "The sitting."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, sitting_id: UUID) -> Response:
        require(self.member, Role.EXECUTIVE)
        given = self.body(MinutesBody)
        found = get_sitting(self.member, sitting_id)
        self.expect(found.revision)
        actions.write_minutes(found, minutes=given.minutes, revision=found.revision, by=self.member, at=self.at)
        return _whole(self, sitting_id)


def _whole(view: KeyView, sitting_id: UUID, *, status: int = 200) -> Response:
    found = get_sitting(view.member, sitting_id)
    items = items_of(found, visible_cases(view.member), at=view.at)
    docket = [{"case": item.case_id, "number": item.number, "outcome": item.outcome or None} for item in items]
    row = sitting_row(found, minutes=reads_minutes(view.member))
    return answer({**row, "docket": docket}, status=status, revision=found.revision)


class SittingDocket(KeyView):
    """The cases of a sitting."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Change a docket",
        gives=answers.WholeSitting,
        tagged=True,
        body=DocketBody,
        answers={201: "The sitting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, sitting_id: UUID) -> Response:
        require(self.member, Role.EXECUTIVE)
        given = self.body(DocketBody)
        found, case = get_sitting(self.member, sitting_id), get_case(self.member, given.case)
        if given.do == "on":
            actions.put_on_docket(found, case, by=self.member, at=self.at)
        elif given.do == "off":
            actions.take_off_docket(found, case, by=self.member, at=self.at)
        else:
            step = -1 if given.do == "up" else 1
            actions.move_on_docket(found, case, step=step, by=self.member, at=self.at)
        return _whole(self, sitting_id, status=201)


class SittingEnd(KeyView):
    """How a sitting ended."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "End a sitting",
        gives=answers.WholeSitting,
        tagged=True,
        body=EndBody,
        answers={201: "The sitting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, sitting_id: UUID) -> Response:
        require(self.member, Role.EXECUTIVE)
        given = self.body(EndBody)
        found = get_sitting(self.member, sitting_id)
        actions.end_sitting(found, state=given.state, by=self.member, at=self.at)
        return _whole(self, sitting_id, status=201)


class SittingCalendar(KeyView):
    """A sitting as a calendar file."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("A sitting as iCalendar", file="text/calendar", answers={200: "The file."}, problems=READ)
    def get(self, request: Request, sitting_id: UUID) -> HttpResponse:
        found = get_sitting(self.member, sitting_id)
        where = {"slug": self.organisation.slug, "sitting_id": found.pk}
        return sitting_file(found, url=settings.BASE_URL + reverse("arbitration:sitting", kwargs=where))


class RulingPaper(KeyView):
    """The ruling on a case as a PDF."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("A ruling as PDF", file="application/pdf", answers={200: "The file."}, problems=READ)
    def get(self, request: Request, case_id: UUID) -> HttpResponse:
        case = get_case(self.member, case_id)
        paper = ruling_pdf(case, organisation=self.organisation)
        if paper is None:
            raise Http404
        return download(paper, "application/pdf", f"ruling-{case.number}.pdf")


class BoardFigures(KeyView):
    """The board in numbers, with what each share is made of."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "The board in numbers",
        gives=answers.BoardFigures,
        query=FiguresFilter,
        answers={200: "The figures."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        given = self.query(FiguresFilter)
        today = self.at.astimezone(self.zone).date()
        last = min(given.last or today, today)
        earliest = max(last, date(2001, 1, 2)) - timedelta(days=MOST_DAYS - 1)
        first = min(max(given.first or earliest, earliest), max(last, earliest))
        found = figures_of(first, max(last, first), reader=self.member, zone=self.organisation.zone)
        return answer({name: _told(value) for name, value in vars(found).items()})


def _told(value: Any) -> Any:
    if isinstance(value, Share):
        return {"part": value.part, "whole": value.whole, "percent": value.percent}
    if isinstance(value, NamedRow):
        return {"name": value.name, **_told(value.share)}
    if isinstance(value, list):
        return [_told(part) for part in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
