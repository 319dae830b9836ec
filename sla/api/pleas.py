"""Asking the other side about a breach, and answering: excuses and evidence."""

from typing import Annotated, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions, answers, queries
from sla.api.shapes import Moment
from sla.models import Plea
from sla.serializers import plea_row
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import HEADS, SIDES, Role

OWING = (*sorted(SIDES), Role.EXECUTIVE)
WRITE = (400, 401, 403, 404, 409, 422)

Words = Annotated[str, Meta(min_length=1, max_length=2000)]


class ExcuseBody(Struct, forbid_unknown_fields=True):
    """Why a breach should not count."""

    reason: Words


class EvidenceBody(Struct, forbid_unknown_fields=True):
    """When it happened, and how one can know."""

    happened_at: Moment
    note: Annotated[str, Meta(max_length=2000)] = ""


class DecisionBody(Struct, forbid_unknown_fields=True):
    """Yes or no, and why."""

    granted: bool
    note: Annotated[str, Meta(max_length=2000)] = ""


class _About(KeyView):
    """Something about one clock; answers are about what is open, else about the newest."""

    scopes: ClassVar = {"POST": "sla:write"}
    kind: ClassVar[str] = Plea.Kind.EXCUSE

    def told(self, plea: Plea) -> Response:
        """Return a plea as it is now."""
        rows = Plea.objects.filter(pk=plea.pk)
        rows = rows.select_related("clock__subject", "requested_by", "decided_by", "consented_by")
        (row,) = queries.plea_rows(rows, reader=self.member)
        return answer(plea_row(row), status=201)

    def plea(self, clock_id: UUID) -> Plea:
        """Return what was asked last about a clock that the member may read."""
        clock = access.get_clock(self.member, clock_id)
        rows = Plea.objects.filter(clock=clock, kind=self.kind).select_related("clock__subject")
        found = rows.order_by("-requested_at", "-pk").first()
        if found is None:
            raise Http404
        return found


class Excuse(_About):
    """Asking to excuse a breach."""

    @operation(
        "Ask to excuse a breach",
        gives=answers.Plea,
        body=ExcuseBody,
        answers={201: "The request."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, clock_id: UUID) -> Response:
        require(self.member, *OWING)
        clock = access.get_clock(self.member, clock_id)
        reason = self.body(ExcuseBody).reason
        return self.told(actions.request_excuse(clock, reason=reason, by=self.member, at=self.at))


class Evidence(_About):
    """Saying that a broken promise was kept in time."""

    kind = Plea.Kind.EVIDENCE

    @operation(
        "Say that it happened in time",
        gives=answers.Plea,
        body=EvidenceBody,
        answers={201: "Granted at once over a key whose member never owned the clock; else waiting for an answer."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, clock_id: UUID) -> Response:
        require(self.member, *OWING)
        clock = access.get_clock(self.member, clock_id)
        told = self.body(EvidenceBody)
        by_machine = not queries.has_owned(self.member, clock)
        plea = actions.submit_evidence(
            clock, happened_at=told.happened_at, note=told.note, by=self.member, at=self.at, by_machine=by_machine
        )
        return self.told(plea)


class _Decision(_About):
    """Answering what was asked."""

    @operation(
        "Answer a request",
        gives=answers.Plea,
        body=DecisionBody,
        answers={201: "The answered one."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, clock_id: UUID) -> Response:
        require(self.member, *sorted(HEADS))
        plea = self.plea(clock_id)
        told = self.body(DecisionBody)
        actions.decide_plea(plea, granted=told.granted, note=told.note, by=self.member, at=self.at)
        return self.told(plea)


class ExcuseDecision(_Decision):
    """Excusing a breach, or not."""


class EvidenceDecision(_Decision):
    """Confirming that it happened in time, or not."""

    kind = Plea.Kind.EVIDENCE


class _Withdrawal(_About):
    """Taking back what was asked."""

    @operation(
        "Take a request back",
        gives=answers.Plea,
        body=NoBody,
        answers={201: "The request, withdrawn."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, clock_id: UUID) -> Response:
        require(self.member, *OWING)
        plea = self.plea(clock_id)
        self.no_body()
        actions.withdraw_plea(plea, by=self.member, at=self.at)
        return self.told(plea)


class ExcuseWithdrawal(_Withdrawal):
    """No longer asking to excuse a breach."""


class EvidenceWithdrawal(_Withdrawal):
    """No longer saying that it happened in time."""

    kind = Plea.Kind.EVIDENCE
