"""Stages: what an organisation says of them, and a lead's way through them."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers
from leads.api.shapes import READ, SALES, WRITE, Short
from leads.queries.stages import StageRow, stage_row, stage_rows, stays_of
from leads.serializers import lead_row, stage_setting_row, stay_row
from smarketing.lib.openapi import AnyValue, Page, operation
from smarketing.lib.pagination import whole
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING, Role


class Demand(Struct, forbid_unknown_fields=True):
    """What must hold before a lead enters a stage: a field, an operator of criteria, a value that suits it."""

    field: Short
    operator: Short
    value: AnyValue = None


class StageBody(Struct, forbid_unknown_fields=True):
    """All that an organisation says of a stage."""

    label: Short = ""
    dwell_days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    entry: Annotated[list[Demand], Meta(max_length=10)] = []


class MoveBody(Struct, forbid_unknown_fields=True):
    """Where the lead goes; a way that is not forward needs a reason, nurture may have a day to wake up on."""

    stage: Short
    reason: Annotated[str, Meta(max_length=1000)] = ""
    wake_on: date | None = None


class Stages(KeyView):
    """The organisation's stages in their order."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("List stages", gives=Page[answers.Stage], answers={200: "The stages."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        return answer(whole(stage_setting_row(row) for row in stage_rows()))


class OneStage(KeyView):
    """One stage."""

    scopes: ClassVar = {"GET": "leads:read", "PUT": "leads:write"}

    @operation(
        "Read a stage",
        gives=answers.Stage,
        tagged=True,
        answers={200: "The stage; its ETag is needed to change it."},
        problems=READ,
    )
    def get(self, request: Request, stage: str) -> Response:
        row = _row(stage)
        return answer(stage_setting_row(row), revision=row.revision)

    @operation(
        "Set a stage",
        gives=answers.Stage,
        tagged=True,
        body=StageBody,
        answers={200: "The stage."},
        problems=(*WRITE, 412, 428),
    )
    def put(self, request: Request, stage: str) -> Response:
        require(self.member, Role.MARKETING_MANAGER, Role.ADMINISTRATOR)
        told, row = self.body(StageBody), _row(stage)
        self.expect(row.revision)
        entry = [{"field": demand.field, "operator": demand.operator, "value": demand.value} for demand in told.entry]
        actions.change_stage(
            stage, label=told.label, dwell_days=told.dwell_days, entry=entry, revision=row.revision,
            by=self.member, at=self.at,
        )  # fmt: skip
        row = _row(stage)
        return answer(stage_setting_row(row), revision=row.revision)


def _row(stage: str) -> StageRow:
    row = stage_row(stage)
    if row is None:
        raise Http404
    return row


class LeadStage(KeyView):
    """A lead's way through the stages, and moving it by hand."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "Read a lead's way through the stages",
        gives=Page[answers.Stay],
        answers={200: "Stays, the present first."},
        problems=READ,
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        lead = access.get_lead(self.member, lead_id)
        return answer(whole(stay_row(stay) for stay in stays_of(lead)))

    @operation(
        "Move a lead",
        gives=answers.Lead,
        tagged=True,
        body=MoveBody,
        answers={200: "The lead."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        require(self.member, *MARKETING, *SALES)
        told = self.body(MoveBody)
        lead = access.get_lead(self.member, lead_id)
        lead = actions.move_lead(
            lead, stage=told.stage, reason=told.reason, wake_on=told.wake_on, by=self.member, at=self.at
        )
        return answer(lead_row(lead), revision=lead.revision)
