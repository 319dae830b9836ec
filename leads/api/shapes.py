"""Shapes that several operations share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs
from rest_framework.response import Response

from leads import access
from leads.serializers import handover_row
from smarketing.lib.openapi import FREE_FORM
from tenants.rest import KeyView, answer

SALES = access.SALES


READ = (401, 403, 404)


WRITE = (400, 401, 403, 404, 409, 422)


Short = Annotated[str, Meta(max_length=300)]


Note = Annotated[str, Meta(max_length=4000)]


Moment = Annotated[datetime, Meta(tz=True)]


Employees = Annotated[int, Meta(ge=0, le=2_000_000_000)]


class LeadBody(Struct, forbid_unknown_fields=True):
    """What is put right; fields that are left out stay."""

    given_name: Short | UnsetType = UNSET
    family_name: Short | UnsetType = UNSET
    phone: Short | UnsetType = UNSET
    job_title: Short | UnsetType = UNSET
    country: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] | UnsetType = UNSET
    company_name: Short | UnsetType = UNSET
    employees: Employees | UnsetType | None = UNSET
    industry: Short | UnsetType = UNSET
    website: Short | UnsetType = UNSET
    # The organisation's own attributes by key; null takes a value away.
    attributes: Annotated[dict[str, Any], Meta(max_length=100, description=FREE_FORM)] | UnsetType = UNSET


def given_fields(body: LeadBody) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(body).items() if value is not UNSET}


def handover_answer(view: KeyView, handover_id: UUID, *, status: int) -> Response:
    handover = access.get_handover(view.member, handover_id)
    location = f"/api/v1/handovers/{handover.pk}" if status == 201 else ""
    return answer(handover_row(handover, at=view.at), status=status, revision=handover.revision, location=location)
