"""What people took on in meetings, for REST clients."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.http import Http404
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration.api.shapes import WRITE
from dashboards import actions, answers
from dashboards.access import get_action, get_item, get_review
from dashboards.api.meetings import READS, WRITES, ReviewView, action_row
from dashboards.models import ReviewAction
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import get_member, require
from tenants.models import Membership
from tenants.rest import KeyView, answer
from tenants.roles import HEADS


class ActionBody(Struct, forbid_unknown_fields=True):
    """What somebody takes on until a day, about an item of the agenda if told."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    owner: UUID
    due_on: date
    item: UUID | None = None


class CarryBody(Struct, forbid_unknown_fields=True):
    """Until when it has more time."""

    due_on: date


class ActionFilter(Struct, forbid_unknown_fields=True):
    """Which actions; all unless told otherwise."""

    state: Literal["", "open", "done", "dropped"] = ""
    owner: UUID | None = None


class ReviewActions(ReviewView):
    """What is to be done because of meetings."""

    scopes: ClassVar = {"GET": READS}

    @operation(
        "List actions of meetings",
        query=ActionFilter,
        gives=Page[answers.MeetingAction],
        answers={200: "A page of actions."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        asked = self.query(ActionFilter)
        rows = ReviewAction.objects.all()
        if asked.state:
            rows = rows.filter(state=asked.state)
        return answer(page(request, rows.filter(owner=asked.owner) if asked.owner else rows, action_row))


class ActionsOfReview(ReviewView):
    """What is agreed to be done in one meeting."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Note an action",
        gives=answers.MeetingAction,
        tagged=True,
        body=ActionBody,
        answers={201: "The action."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        require(self.member, *HEADS)
        given = self.body(ActionBody)
        found = get_review(self.member, review_id)
        item = get_item(self.member, found, given.item) if given.item else None
        made = actions.give_action(
            found,
            text=given.text,
            owner=_colleague(self, given.owner),
            due_on=given.due_on,
            item=item,
            by=self.member,
            at=self.at,
        )
        return answer(action_row(made), status=201, revision=made.revision)


def _colleague(view: KeyView, member_id: UUID) -> Membership:
    try:
        return get_member(view.member, member_id)
    except Http404:
        raise InvalidInput([FieldError("/owner", "unknown_value", "Name a member.")]) from None


class ActionCompletion(ReviewView):
    """An action that was done."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Note that an action is done",
        gives=answers.MeetingAction,
        tagged=True,
        answers={201: "The action."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, action_id: UUID) -> Response:
        self.no_body()
        done = actions.finish_action(get_action(self.member, action_id), by=self.member, at=self.at)
        return answer(action_row(done), status=201, revision=done.revision)


class ActionDropping(ReviewView):
    """An action that will not be done."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Drop an action",
        gives=answers.MeetingAction,
        tagged=True,
        answers={201: "The action."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, action_id: UUID) -> Response:
        require(self.member, *HEADS)
        self.no_body()
        dropped = actions.drop_action(get_action(self.member, action_id), by=self.member, at=self.at)
        return answer(action_row(dropped), status=201, revision=dropped.revision)


class ActionCarrying(ReviewView):
    """More time for an action."""

    scopes: ClassVar = {"POST": WRITES}

    @operation(
        "Carry an action over",
        gives=answers.MeetingAction,
        tagged=True,
        body=CarryBody,
        answers={201: "The action."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, action_id: UUID) -> Response:
        require(self.member, *HEADS)
        given = self.body(CarryBody)
        action = get_action(self.member, action_id)
        carried = actions.carry_action(action, due_on=given.due_on, by=self.member, at=self.at)
        return answer(action_row(carried), status=201, revision=carried.revision)
