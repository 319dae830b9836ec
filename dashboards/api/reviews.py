"""Meetings of both sides for REST clients."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration.api.shapes import READ, WRITE, Moment
from dashboards import actions, answers
from dashboards.access import get_item, get_review
from dashboards.api.meetings import READS, WRITES, ReviewView, review_row
from dashboards.minutes import minutes_file, review_file
from dashboards.models import Review
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import answer
from tenants.roles import HEADS


class ReviewBody(Struct, forbid_unknown_fields=True):
    """When, where and how often."""

    starts_at: Moment
    minutes_for: Annotated[int, Meta(ge=5, le=600)] = 60
    place: Annotated[str, Meta(max_length=200)] = ""
    rhythm: Literal["once", "weekly", "fortnightly", "monthly"] = "once"


class ReviewChange(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays."""

    starts_at: Moment | None = None
    minutes_for: Annotated[int, Meta(ge=5, le=600)] | None = None
    place: Annotated[str, Meta(max_length=200)] | None = None
    rhythm: Literal["once", "weekly", "fortnightly", "monthly"] | None = None


class PointBody(Struct, forbid_unknown_fields=True):
    """A point for the agenda."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]


class ItemBody(Struct, forbid_unknown_fields=True):
    """What was said and decided."""

    minutes: Annotated[str, Meta(max_length=10_000)] = ""
    decision: Annotated[str, Meta(max_length=10_000)] = ""


class Reviews(ReviewView):
    """The meetings."""

    scopes: ClassVar = {"GET": READS, "POST": WRITES}

    @operation(
        "List review meetings",
        gives=Page[answers.Meeting],
        answers={200: "A page of meetings."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        return answer(page(request, Review.objects.all(), review_row))

    @operation(
        "Plan a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        body=ReviewBody,
        answers={201: "The meeting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *HEADS)
        given = self.body(ReviewBody)
        made = actions.plan_review(
            starts_at=given.starts_at,
            minutes_for=given.minutes_for,
            place=given.place,
            rhythm=given.rhythm,
            by=self.member,
            at=self.at,
        )
        return self.whole(made.pk, status=201)


class OneReview(ReviewView):
    """One meeting."""

    scopes: ClassVar = {"GET": READS, "PATCH": WRITES}

    @operation(
        "Read a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        answers={200: "The meeting; before it is open the agenda is what it would be now."},
        problems=READ,
    )
    def get(self, request: Request, review_id: UUID) -> Response:
        return self.whole(review_id)

    @operation(
        "Move a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        body=ReviewChange,
        answers={200: "The meeting."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        given = self.body(ReviewChange)
        found = get_review(self.member, review_id)
        self.expect(found.revision)
        actions.change_review(
            found,
            starts_at=given.starts_at or found.starts_at,
            minutes_for=given.minutes_for or found.minutes_for,
            place=found.place if given.place is None else given.place,
            rhythm=given.rhythm or found.rhythm,
            revision=found.revision,
            by=self.member,
            at=self.at,
        )
        return self.whole(review_id)


class ReviewOpening(ReviewView):
    """The beginning of a meeting."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Open a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        answers={201: "The meeting, its agenda frozen."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        self.no_body()
        actions.open_review(get_review(self.member, review_id), by=self.member, at=self.at)
        return self.whole(review_id, status=201)


class ReviewClosing(ReviewView):
    """The end of a meeting."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Close a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        answers={201: "The meeting, its minutes closed."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        self.no_body()
        actions.close_review(get_review(self.member, review_id), by=self.member, at=self.at)
        return self.whole(review_id, status=201)


class ReviewCancellation(ReviewView):
    """A meeting that is not held."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Cancel a review meeting",
        gives=answers.WholeMeeting,
        tagged=True,
        answers={201: "The meeting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        self.no_body()
        actions.cancel_review(get_review(self.member, review_id), by=self.member, at=self.at)
        return self.whole(review_id, status=201)


class ReviewPoints(ReviewView):
    """Points that people put on an agenda."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Put a point on an agenda",
        gives=answers.WholeMeeting,
        tagged=True,
        body=PointBody,
        answers={201: "The meeting."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        given = self.body(PointBody)
        actions.add_point(get_review(self.member, review_id), title=given.title, by=self.member, at=self.at)
        return self.whole(review_id, status=201)


class ReviewMinutes(ReviewView):
    """The minutes of one item."""

    scopes: ClassVar = {"PUT": WRITES}

    @operation(
        "Write the minutes of an item",
        gives=answers.WholeMeeting,
        tagged=True,
        body=ItemBody,
        answers={200: "The meeting."},
        problems=(*WRITE, 412, 428),
    )
    def put(self, request: Request, review_id: UUID, item_id: UUID) -> Response:
        require(self.member, *HEADS)
        given = self.body(ItemBody)
        item = get_item(self.member, get_review(self.member, review_id), item_id)
        self.expect(item.revision)
        actions.write_item(
            item, minutes=given.minutes, decision=given.decision, revision=item.revision, by=self.member, at=self.at
        )
        return self.whole(review_id)


class ReviewCalendar(ReviewView):
    """A meeting as a calendar file."""

    scopes: ClassVar = {"GET": READS}

    @operation(
        "A review meeting as iCalendar",
        file="text/calendar",
        answers={200: "The file."},
        problems=READ,
    )
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        found = get_review(self.member, review_id)
        where = {"slug": self.organisation.slug, "review_id": found.pk}
        return review_file(found, url=reverse("dashboards:review", kwargs=where))


class ReviewPaper(ReviewView):
    """The minutes on paper."""

    scopes: ClassVar = {"GET": READS}

    @operation(
        "The minutes as PDF",
        file="application/pdf",
        answers={200: "The file; 404 before the meeting is open."},
        problems=READ,
    )
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        found = get_review(self.member, review_id)
        if found.opened_at is None:
            raise Http404
        return minutes_file(found, self.reader, organisation=self.organisation)
