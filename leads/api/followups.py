"""Next steps for REST clients."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from msgspec import UNSET, Meta, Struct, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers
from leads.api.shapes import READ, WRITE, Moment
from leads.models import FollowUp
from leads.serializers import follow_up_row
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import get_member, require
from tenants.models import Membership
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import SIDES

WRITERS = tuple(sorted(SIDES))
What = Annotated[str, Meta(min_length=1, max_length=actions.LONGEST_STEP)]
State = Literal["", "open", "done", "cancelled"]


class FollowUpBody(Struct, forbid_unknown_fields=True):
    """A next step, due either at a moment or some time on a day; without a member it is the key's own."""

    what: What
    due_at: Moment | None = None
    due_on: date | None = None
    assigned_to: UUID | None = None


class FollowUpChange(Struct, forbid_unknown_fields=True):
    """What is changed; fields that are left out stay."""

    what: What | UnsetType = UNSET
    due_at: Moment | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    assigned_to: UUID | UnsetType = UNSET


class FollowUpFilter(Struct, forbid_unknown_fields=True):
    """Which next steps."""

    state: State = ""
    assigned_to: UUID | None = None
    due_before: Moment | None = None


class _View(KeyView):
    """What all operations on next steps share."""

    def step(self, step_id: UUID) -> FollowUp:
        """Return a next step that the key's member may see."""
        return access.get_follow_up(self.member, step_id, today=self.at.astimezone(self.zone).date())

    def when(self, moment: datetime | None, day: date | None) -> actions.When:
        """Return until when; a day is one of the organisation's zone."""
        if (moment is None) == (day is None):
            raise InvalidInput([FieldError("/due_at", "one_of", "Give either due_at or due_on.")])
        return actions.When(at=moment, on=day, zone=self.organisation.zone)

    def colleague(self, wanted: UUID | None) -> Membership | None:
        """Return who is named to do it."""
        try:
            return get_member(self.member, wanted) if wanted else None
        except Http404 as error:
            raise InvalidInput([FieldError("/assigned_to", "unknown_value", "There is no such member.")]) from error


class FollowUps(_View):
    """The next steps that the key's member may see."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List next steps",
        gives=Page[answers.FollowUp],
        query=FollowUpFilter,
        answers={200: "Next steps, the newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """Answer by state, by whose it is, and by when it is due."""
        asked = self.query(FollowUpFilter)
        rows = access.visible_follow_ups(self.member, today=self.at.astimezone(self.zone).date())
        return answer(page(request, _filtered(rows, asked), follow_up_row))


def _filtered(rows: "QuerySet[FollowUp]", asked: FollowUpFilter) -> "QuerySet[FollowUp]":
    wanted: Mapping[str, Any] = {
        "state": asked.state, "assigned_to": asked.assigned_to, "due_at__lt": asked.due_before,
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in wanted.items() if value})


class LeadFollowUps(_View):
    """The next steps of a lead."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List a lead's next steps",
        gives=Page[answers.FollowUp],
        answers={200: "Next steps, the newest first."},
        problems=READ,
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        lead = access.get_lead(self.member, lead_id)
        return answer(page(request, FollowUp.objects.filter(lead=lead), follow_up_row))

    @operation(
        "Plan the next step on a lead",
        gives=answers.FollowUp,
        tagged=True,
        body=FollowUpBody,
        answers={201: "The next step."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        require(self.member, *WRITERS)
        lead = access.get_lead(self.member, lead_id)
        told = self.body(FollowUpBody)
        when, to = self.when(told.due_at, told.due_on), self.colleague(told.assigned_to)
        made = actions.plan_follow_up(lead, what=told.what, when=when, assigned_to=to, by=self.member, at=self.at)
        location = f"/api/v1/followups/{made.pk}"
        return answer(follow_up_row(made), status=201, revision=made.revision, location=location)


class OneFollowUp(_View):
    """One next step."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation(
        "Read a next step",
        gives=answers.FollowUp,
        tagged=True,
        answers={200: "The next step; its ETag is needed to change it."},
        problems=READ,
    )
    def get(self, request: Request, step_id: UUID) -> Response:
        step = self.step(step_id)
        return answer(follow_up_row(step), revision=step.revision)

    @operation(
        "Put a next step off, reword it, give it to somebody",
        gives=answers.FollowUp,
        tagged=True,
        body=FollowUpChange,
        answers={200: "The next step."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, step_id: UUID) -> Response:
        require(self.member, *WRITERS)
        step, told = self.step(step_id), self.body(FollowUpChange)
        self.expect(step.revision)
        changed = actions.change_follow_up(
            step,
            what=step.what if told.what is UNSET else told.what,
            when=self._when(step, told),
            assigned_to=(self.colleague(told.assigned_to) if told.assigned_to else None) or step.assigned_to,
            revision=step.revision,
            by=self.member,
            at=self.at,
        )
        return answer(follow_up_row(changed), revision=changed.revision)

    def _when(self, step: FollowUp, told: FollowUpChange) -> actions.When:
        if told.due_at is UNSET and told.due_on is UNSET:
            return self.when(step.due_at, None) if step.has_time else self.when(None, step.due_on)
        return self.when(told.due_at or None, told.due_on or None)


class _Act(_View):
    """The end of a next step."""

    scopes: ClassVar = {"POST": "leads:write"}


class FollowUpDone(_Act):
    """Done."""

    @operation(
        "Note that a next step is done",
        gives=answers.FollowUp,
        tagged=True,
        body=NoBody,
        answers={201: "The next step."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, step_id: UUID) -> Response:
        require(self.member, *WRITERS)
        step = self.step(step_id)
        self.no_body()
        done = actions.finish_follow_up(step, by=self.member, at=self.at)
        return answer(follow_up_row(done), status=201, revision=done.revision)


class FollowUpCancelled(_Act):
    """Cancelled."""

    @operation(
        "Cancel a next step",
        gives=answers.FollowUp,
        tagged=True,
        body=NoBody,
        answers={201: "The next step."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, step_id: UUID) -> Response:
        require(self.member, *WRITERS)
        step = self.step(step_id)
        self.no_body()
        ended = actions.cancel_follow_up(step, by=self.member, at=self.at)
        return answer(follow_up_row(ended), status=201, revision=ended.revision)
