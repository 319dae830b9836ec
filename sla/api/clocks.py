"""Clocks, why they are due, and breaches."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from django.db.models import Q
from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, answers, queries
from sla.api.shapes import Moment, Month, month_of
from sla.models import Clock
from sla.serializers import (
    clock_row,
    explanation_whole,
)
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer


class ClockFilter(Struct, forbid_unknown_fields=True):
    """Which clocks."""

    state: Literal[
        "", "running", "paused", "met", "breached", "excused", "cancelled", "superseded", "waived", "merged"
    ] = ""
    side: Literal["", "marketing", "sales", "board"] = ""
    due_before: Moment | None = None
    lead: UUID | None = None


class BreachFilter(Struct, forbid_unknown_fields=True):
    """Due in which month, owed by which side and whom, of which promise, in which state."""

    month: Month | Literal[""] = ""
    side: Literal["", "marketing", "sales", "board"] = ""
    commitment: str = ""
    owner: UUID | None = None
    state: Literal["", "open", "late", "closed", "excused", "voided"] = ""


class Clocks(KeyView):
    """Deadlines."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "List deadlines",
        gives=Page[answers.Clock],
        query=ClockFilter,
        answers={200: "A page of clocks as of now."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """List the clocks that the key's member may read."""
        given = self.query(ClockFilter)
        rows = access.visible_clocks(self.member).select_related("version", "owner__manager")
        if given.state:
            rows = rows.filter(_in_state(given.state, self.at))
        if given.side:
            rows = rows.filter(side=given.side)
        if given.due_before:
            rows = rows.filter(due_at__lt=given.due_before)
        if given.lead:
            rows = rows.filter(thread_id=given.lead)
        return answer(page(request, rows, lambda clock: clock_row(clock, at=self.at)))


class ClockExplanation(KeyView):
    """Why a clock is due when it is."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "Explain a deadline",
        gives=answers.Explanation,
        answers={200: "Segments, pauses, closed days, owners, events, pleas and sentences."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, clock_id: UUID) -> Response:
        """Return what counted, what did not, whose time it was and what was asked, and the same in sentences."""
        clock = access.get_clock(self.member, clock_id)
        story = queries.story_of(clock, reader=self.member, at=self.at, zone=self.organisation.zone)
        return answer(explanation_whole(clock, story, at=self.at))


class Breaches(KeyView):
    """Broken promises of both sides."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "List breaches",
        gives=Page[answers.Clock],
        query=BreachFilter,
        answers={200: "A page of breached clocks."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """List the breaches, of those due in a month where asked."""
        given = self.query(BreachFilter)
        cut = queries.BreachCut(month_of(given.month), given.side, given.commitment, given.owner, given.state)
        rows = queries.broken(access.visible_clocks(self.member), at=self.at)
        rows = queries.cut_breaches(rows, cut, zone=self.organisation.zone).select_related("version", "owner__manager")
        return answer(page(request, rows, lambda clock: clock_row(clock, at=self.at)))


def _in_state(state: str, at: datetime) -> Q:
    """Return the clocks that read as being in this state; a running one past its deadline is breached."""
    if state == Clock.State.BREACHED:
        return Q(state=state) | queries.past_due(at=at)
    if state == Clock.State.RUNNING:
        return Q(state=state) & ~queries.past_due(at=at)
    return Q(state=state)
