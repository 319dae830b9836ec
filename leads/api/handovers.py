"""Handovers and what happens to them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.http import Http404
from msgspec import UNSET, Meta, Struct, UnsetType, structs
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers
from leads.api.shapes import READ, SALES, WRITE, LeadBody, Moment, Note, given_fields, handover_answer
from leads.models import Handover, Lead
from leads.serializers import attempt_row, handover_rows, lead_row, rejection_row
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page_together
from tenants.access import get_member, require
from tenants.models import Membership
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import MARKETING, Role


class HandoverFilter(Struct, forbid_unknown_fields=True):
    """Which handovers."""

    state: Literal["", "pending", "accepted", "deemed_accepted", "rejected", "accepted_by_ruling"] = ""
    progress: Literal["", "new", "contacted", "qualified", "opportunity", "closed"] = ""
    lead: UUID | None = None
    assigned_to: UUID | None = None
    month: Annotated[str, Meta(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")] = ""


class RejectionBody(Struct, forbid_unknown_fields=True):
    """A reason of the agreement, with what it needs."""

    reason: Annotated[str, Meta(min_length=1, max_length=100)]
    criterion: Annotated[str, Meta(max_length=100)] = ""
    note: Note = ""
    evidence_url: Annotated[str, Meta(max_length=2000)] = ""


class AttemptBody(Struct, forbid_unknown_fields=True):
    """A try to reach the person; without a time it was now."""

    channel: Literal["call", "email", "meeting", "message"]
    outcome: Literal["reached", "no_answer", "left_message", "wrong_contact"]
    occurred_at: Moment | None = None
    note: Note = ""
    automatic: bool = False
    # Who called, where it is not the member for whom the key acts.
    made_by: UUID | None = None


class OutcomeBody(Struct, forbid_unknown_fields=True):
    """A step of progress, or the outcome that closes the handover."""

    progress: Literal["", "qualified", "opportunity"] = ""
    outcome: Literal["", "won", "lost", "disqualified", "unable_to_reach"] = ""
    amount: Decimal | None = None
    reason: Annotated[str, Meta(max_length=100)] = ""
    # The deal in the client's own system: saying the same of it again changes nothing.
    crm_id: Annotated[str, Meta(max_length=200)] = ""


class AssignmentBody(Struct, forbid_unknown_fields=True):
    """Who works on it from now on."""

    to: UUID


class ReturnBody(Struct, forbid_unknown_fields=True):
    """Marketing's answer to a rejection: corrected and sent again, or nurtured until a day."""

    answer: Literal["resend", "nurture"]
    changes: LeadBody | UnsetType = UNSET
    note: Note = ""
    wake_on: date | None = None


class Handovers(KeyView):
    """The handovers that the key's member may see."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List handovers",
        gives=Page[answers.Handover],
        query=HandoverFilter,
        answers={200: "Handovers, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        asked = self.query(HandoverFilter)
        rows = access.visible_handovers(self.member).select_related("subject", "version")
        return answer(page_together(request, rows.filter(**_wanted(asked)), lambda found: _rows(found, at=self.at)))


def _rows(handovers: list[Handover], *, at: datetime) -> list[Mapping[str, Any]]:
    return [*handover_rows(handovers, at=at)]


def _wanted(asked: HandoverFilter) -> Mapping[str, Any]:
    month = date.fromisoformat(f"{asked.month}-01") if asked.month else None
    wanted = {
        "decision": asked.state,
        "progress": asked.progress,
        "lead": asked.lead,
        "assigned_to": asked.assigned_to,
        "counted_month": month,
    }
    return {name: value for name, value in wanted.items() if value}


class OneHandover(KeyView):
    """One handover."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a handover",
        gives=answers.Handover,
        tagged=True,
        answers={200: "The handover with clocks and attempts."},
        problems=READ,
    )
    def get(self, request: Request, handover_id: UUID) -> Response:
        return handover_answer(self, handover_id, status=200)


class _Act(KeyView):
    """An act of sales on a handover."""

    scopes: ClassVar = {"POST": "handovers:write"}
    roles: ClassVar[tuple[Role, ...]] = SALES

    def handover(self, handover_id: UUID) -> Handover:
        """Return the handover that the member may act on."""
        require(self.member, *self.roles)
        return access.get_handover(self.member, handover_id)


class Acceptance(_Act):
    """Accepting."""

    @operation(
        "Accept a handover",
        gives=answers.Handover,
        tagged=True,
        body=NoBody,
        answers={201: "The handover, accepted."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        self.no_body()
        actions.accept_handover(handover, by=self.member, at=self.at)
        return handover_answer(self, handover.pk, status=201)


class RejectionOf(_Act):
    """Rejecting."""

    @operation(
        "Reject a handover",
        gives=answers.Rejection,
        body=RejectionBody,
        answers={201: "The rejection."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        claim = structs.asdict(self.body(RejectionBody))
        made = actions.reject_handover(handover, by=self.member, at=self.at, **claim)
        return answer(rejection_row(made), status=201)


class Attempts(_Act):
    """Logging a try to reach the person."""

    @operation(
        "Log an attempt",
        gives=answers.Attempt,
        body=AttemptBody,
        answers={201: "The attempt."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        told = structs.asdict(self.body(AttemptBody))
        maker = told.pop("made_by")
        made_by = _colleague(self.member, maker, "/made_by") if maker else None
        made = actions.log_attempt(handover, by=self.member, at=self.at, over_key=True, made_by=made_by, **told)
        return answer(attempt_row(made), status=201)


def _colleague(member: Membership, wanted: UUID, pointer: str) -> Membership:
    try:
        return get_member(member, wanted)
    except Http404 as error:
        raise InvalidInput([FieldError(pointer, "unknown_value", "There is no such member.")]) from error


class OutcomeOf(_Act):
    """Moving an accepted handover on, or closing it."""

    @operation(
        "Note progress or the outcome",
        gives=answers.Handover,
        tagged=True,
        body=OutcomeBody,
        answers={201: "The handover as it is now."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        told = self.body(OutcomeBody)
        if bool(told.progress) == bool(told.outcome):
            raise InvalidInput([FieldError("/outcome", "one_of", "Give either progress or outcome.")])
        actions.advance_handover(handover, by=self.member, at=self.at, **structs.asdict(told))
        return handover_answer(self, handover.pk, status=201)


class Assignment(_Act):
    """Giving a handover to another rep."""

    roles = (Role.SALES_MANAGER,)

    @operation(
        "Assign a handover",
        gives=answers.Handover,
        tagged=True,
        body=AssignmentBody,
        answers={201: "The handover as it is now."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        to = _colleague(self.member, self.body(AssignmentBody).to, "/to")
        actions.assign_handover(handover, to=to, by=self.member, at=self.at)
        return handover_answer(self, handover.pk, status=201)


class Return(_Act):
    """Answering a rejection."""

    roles = tuple(sorted(MARKETING))

    @operation(
        "Answer a returned lead",
        gives=(answers.Handover, answers.Lead),
        tagged=True,
        body=ReturnBody,
        answers={201: "The new handover, or the nurtured lead."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        handover = self.handover(handover_id)
        told = self.body(ReturnBody)
        rejection = access.get_return(self.member, handover.pk)
        if told.answer == "nurture":
            if told.wake_on is None:
                raise InvalidInput([FieldError("/wake_on", "missing", "Say when to wake the lead up.")])
            actions.nurture_lead(rejection, wake_on=told.wake_on, note=told.note, by=self.member, at=self.at)
            return answer(lead_row(Lead.objects.select_related("company").get(pk=handover.lead_id)), status=201)
        changes = given_fields(told.changes) if isinstance(told.changes, LeadBody) else {}
        made = actions.resend_lead(rejection, changes=changes, note=told.note, by=self.member, at=self.at)
        return handover_answer(self, made.pk, status=201)
