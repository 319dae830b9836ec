"""The engine for REST clients: agreements, targets, clocks, breaches, calendars."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.db.models import Q
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions, queries
from sla.business_time import due_after
from sla.models import AgreementVersion, Calendar, CalendarVersion, Clock, Signature, Target
from sla.serializers import (
    calendar_row,
    clock_row,
    explanation_whole,
    signature_row,
    target_row,
    version_row,
    version_whole,
)
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer

Month = Annotated[str, Meta(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
Moment = Annotated[datetime, Meta(tz=True)]

# As an agreement allows: no promise is longer.
LONGEST_AMOUNT = 2000


class HashMismatch(DomainError):
    """The client means to sign something else than what this version says."""

    code = "hash_mismatch"


class SignatureBody(Struct, forbid_unknown_fields=True):
    """The hash of what the client has read; it must be this version's."""

    content_hash: Annotated[str, Meta(max_length=64)] = ""


class TargetBody(Struct, forbid_unknown_fields=True):
    """A month's points, as text or number."""

    month: Month
    points: Decimal
    note: Annotated[str, Meta(max_length=500)] = ""


class TargetFilter(Struct, forbid_unknown_fields=True):
    """Of which month."""

    month: Month | Literal[""] = ""


class ClockFilter(Struct, forbid_unknown_fields=True):
    """Which clocks."""

    state: Literal[
        "", "running", "paused", "met", "breached", "excused", "cancelled", "superseded", "waived", "merged"
    ] = ""
    side: Literal["", "marketing", "sales", "board"] = ""
    due_before: Moment | None = None
    lead: UUID | None = None


class BreachFilter(Struct, forbid_unknown_fields=True):
    """Due in which month, owed by which side."""

    month: Month | Literal[""] = ""
    side: Literal["", "marketing", "sales", "board"] = ""


class PreviewBody(Struct, forbid_unknown_fields=True):
    """A promise to try on a calendar."""

    start: Moment
    amount: Decimal
    unit: Literal["elapsed_hours", "business_hours", "business_days"]


class Agreements(KeyView):
    """All versions of the agreement, the newest first."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List the versions of the agreement", answers={200: "A page of versions."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        """List the versions without their content."""
        signed: dict[UUID, list[Signature]] = {}
        for signature in Signature.objects.order_by("signed_at"):
            signed.setdefault(signature.version_id, []).append(signature)
        rows = AgreementVersion.objects.defer("content")
        return answer(page(request, rows, lambda v: version_row(v, signed.get(v.pk, []), at=self.at)))


class Agreement(KeyView):
    """One version with its content."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("Read a version with its content", answers={200: "The version."}, problems=(401, 403, 404))
    def get(self, request: Request, number: int) -> Response:
        """Return the version."""
        version = access.get_version(self.member, number)
        signatures = list(Signature.objects.filter(version=version).order_by("signed_at"))
        return answer(version_whole(version, signatures, at=self.at))


class AgreementSignatures(KeyView):
    """The heads' signatures under one version."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Sign a version for the own side",
        body=SignatureBody,
        answers={201: "The signature."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        """Sign for the own side."""
        given = self.body(SignatureBody)
        version = access.get_version(self.member, number)
        if given.content_hash and given.content_hash != version.content_hash:
            raise HashMismatch("This version says something else than what you mean to sign.")
        signature = actions.sign_version(version, by=self.member, at=self.at)
        return answer(signature_row(signature), status=201)


class Targets(KeyView):
    """Monthly targets, proposed and signed."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation("List targets", answers={200: "A page of targets, with what is in force."}, problems=(401, 403, 422))
    def get(self, request: Request) -> Response:
        """List targets, of one month where asked; `in_force` is what that month is measured against."""
        month = _month(self.query(TargetFilter).month)
        rows = Target.objects.filter(month=month) if month else Target.objects.all()
        found = page(request, rows, target_row)
        if month:
            view = queries.target_for(month)
            points = None if view.points is None else str(view.points)
            found["in_force"] = {"points": points, "source": view.source}
        return answer(found)

    @operation(
        "Propose a month's target",
        body=TargetBody,
        answers={201: "The proposal."},
        problems=(401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Propose a month's target."""
        given = self.body(TargetBody)
        month = date.fromisoformat(f"{given.month}-01")
        target = actions.propose_target(month=month, points=given.points, note=given.note, by=self.member, at=self.at)
        return answer(target_row(target), status=201, location=f"/api/v1/targets?month={given.month}")


class TargetCountersignature(KeyView):
    """The sales manager's signature under a proposal."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Countersign a proposed target",
        answers={201: "The target, in force for its whole month."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, target_id: UUID) -> Response:
        """Countersign; the target applies to its whole month."""
        self.no_body()
        target = access.get_target(self.member, target_id)
        return answer(target_row(actions.countersign_target(target, by=self.member, at=self.at)), status=201)


class Clocks(KeyView):
    """Deadlines."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List deadlines", answers={200: "A page of clocks as of now."}, problems=(401, 403, 422))
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
        answers={200: "Segments, pauses, closed days and sentences."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, clock_id: UUID) -> Response:
        """Return the counted segments, pauses and closed days, and the same in sentences."""
        clock = access.get_clock(self.member, clock_id)
        # A fact may be dated a moment ahead of this request's reading of the time.
        history = queries.clock_history(clock)
        explanation = history.explanation(at=max(self.at, history.last_at))
        return answer(explanation_whole(clock, explanation, zone=self.organisation.zone, at=self.at))


class Breaches(KeyView):
    """Broken promises of both sides."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List breaches", answers={200: "A page of breached clocks."}, problems=(401, 403, 422))
    def get(self, request: Request) -> Response:
        """List the breaches, of those due in a month where asked."""
        given = self.query(BreachFilter)
        rows = access.visible_clocks(self.member).filter(~Q(breached_at=None) | _in_state("breached", self.at))
        month = _month(given.month)
        if month:
            zone = self.organisation.zone
            begin, end = queries.start_of_month(month, zone=zone), queries.end_of_month(month, zone=zone)
            rows = rows.filter(due_at__gte=begin, due_at__lt=end)
        if given.side:
            rows = rows.filter(side=given.side)
        rows = rows.select_related("version", "owner__manager")
        return answer(page(request, rows, lambda clock: clock_row(clock, at=self.at)))


class Calendars(KeyView):
    """Working hours."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List the calendars", answers={200: "A page of calendars as they stand."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        """List the calendars as they stand."""
        newest = CalendarVersion.objects.order_by("calendar", "-number").distinct("calendar")
        by_calendar = {version.calendar_id: version for version in newest.select_related("calendar")}
        return answer(page(request, Calendar.objects.all(), lambda row: calendar_row(by_calendar[row.pk])))


class CalendarPreview(KeyView):
    """What a promise would mean on a calendar."""

    scopes: ClassVar = {"POST": "sla:read"}

    @operation(
        "Try a promise on a calendar",
        body=PreviewBody,
        answers={200: "The due time and the counted segments."},
        problems=(401, 403, 404, 422),
        posts=True,
    )
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Return the due time and the segments that would count; nothing is stored."""
        given = self.body(PreviewBody)
        calendar = access.get_calendar(self.member, calendar_id)
        _refuse_extremes(given)
        hours = queries.hours_for(queries.calendar_in_force(calendar.key))
        due_at = due_after(given.start, given.amount, given.unit, hours)
        if given.unit == "elapsed_hours":
            segments = [(given.start, due_at)]
        else:
            segments = list(hours.segments_between(given.start, due_at))
        return answer({"due_at": due_at, "segments": segments})


def _refuse_extremes(given: PreviewBody) -> None:
    faults = []
    if not given.amount.is_finite() or not 0 < given.amount <= LONGEST_AMOUNT:
        faults.append(FieldError("/amount", "out_of_range", f"More than 0 and at most {LONGEST_AMOUNT}."))
    if not date(1972, 1, 2) <= given.start.date() <= date(2150, 12, 31):
        faults.append(FieldError("/start", "out_of_range", "From 1972 to 2150."))
    if faults:
        raise InvalidInput(faults)


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


def _in_state(state: str, at: datetime) -> Q:
    """Return the clocks that read as being in this state; a running one past its deadline is breached."""
    if state == Clock.State.BREACHED:
        return Q(state=state) | Q(state=Clock.State.RUNNING, due_at__lt=at)
    if state == Clock.State.RUNNING:
        return Q(state=state, due_at__gte=at)
    return Q(state=state)
