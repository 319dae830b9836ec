"""Absences for REST clients."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants import access, actions, answers, queries
from tenants.access import require
from tenants.models import Absence, Membership
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import Role

WRITERS = tuple(role for role in Role if role != Role.AUDITOR)


class AbsenceBody(Struct, forbid_unknown_fields=True):
    """Days on which a member is away, both included; without a member it is the key's own."""

    first_day: date
    last_day: date
    member: UUID | None = None
    deputy: UUID | None = None


class AbsenceFilter(Struct, forbid_unknown_fields=True):
    """On which day."""

    day: date | None = None


class Absences(KeyView):
    """Who is away."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read", "POST": "handovers:write"}

    @operation(
        "List absences",
        gives=Page[answers.Absence],
        query=AbsenceFilter,
        answers={200: "Absences that are not over, or those of one day."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """Answer the absences of a day, else those that are not over."""
        day = self.query(AbsenceFilter).day
        first = day or queries.today_in(at=self.at)
        found = queries.absences_between(first, day or date.max)
        return answer(whole(absence_row(absence) for absence in found))

    @operation(
        "Enter an absence",
        gives=answers.Absence,
        body=AbsenceBody,
        answers={201: "The absence."},
        problems=(400, 401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Enter an absence of the key's member, or of somebody whose absences they manage."""
        require(self.member, *WRITERS)
        told = self.body(AbsenceBody)
        member = self._member(told.member, "/member") if told.member else self.member
        deputy = self._member(told.deputy, "/deputy") if told.deputy else None
        made = actions.plan_absence(
            member, first_day=told.first_day, last_day=told.last_day, deputy=deputy, by=self.member, at=self.at
        )
        return answer(absence_row(made), status=201)

    def _member(self, member_id: UUID, pointer: str) -> Membership:
        try:
            return access.get_member(self.member, member_id)
        except Http404 as error:
            raise InvalidInput([FieldError(pointer, "unknown_value", "There is no such member.")]) from error


class AbsenceEnd(KeyView):
    """Coming back."""

    scopes: ClassVar[dict[str, str]] = {"POST": "handovers:write"}

    @operation(
        "End an absence",
        gives=answers.Absence,
        body=NoBody,
        answers={201: "The absence; called off when it had not begun."},
        problems=(400, 401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, absence_id: UUID) -> Response:
        """End an absence from today on."""
        require(self.member, *WRITERS)
        self.no_body()
        absence = access.get_absence(self.member, absence_id)
        return answer(absence_row(actions.end_absence(absence, by=self.member, at=self.at)), status=201)


def absence_row(absence: Absence) -> dict[str, Any]:
    """Return an absence as clients read it."""
    return {
        "id": absence.pk,
        "member": absence.member_id,
        "first_day": absence.first_day,
        "last_day": absence.last_day,
        "deputy": absence.deputy_id,
        "called_off_at": absence.called_off_at,
    }
