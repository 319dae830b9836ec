"""Targets and their countersignature."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions, answers, queries
from sla.api.shapes import Month, month_of
from sla.models import Target
from sla.serializers import (
    target_row,
)
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer


class TargetBody(Struct, forbid_unknown_fields=True):
    """A month's points, as text or number."""

    month: Month
    points: Decimal
    note: Annotated[str, Meta(max_length=500)] = ""


class TargetFilter(Struct, forbid_unknown_fields=True):
    """Of which month."""

    month: Month | Literal[""] = ""


class Targets(KeyView):
    """Monthly targets, proposed and signed."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "List targets",
        gives=answers.TargetList,
        query=TargetFilter,
        answers={200: "A page of targets, with what is in force."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """List targets, of one month where asked; `in_force` is what that month is measured against."""
        month = month_of(self.query(TargetFilter).month)
        rows = Target.objects.filter(month=month) if month else Target.objects.all()
        found = page(request, rows, target_row)
        if month:
            view = queries.target_for(month)
            points = None if view.points is None else str(view.points)
            found["in_force"] = {"points": points, "source": view.source}
        return answer(found)

    @operation(
        "Propose a month's target",
        gives=answers.Target,
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
        gives=answers.Target,
        answers={201: "The target, in force for its whole month."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, target_id: UUID) -> Response:
        """Countersign; the target applies to its whole month."""
        self.no_body()
        target = access.get_target(self.member, target_id)
        return answer(target_row(actions.countersign_target(target, by=self.member, at=self.at)), status=201)
