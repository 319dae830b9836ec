"""From precedents to the next version of the agreement, for REST clients."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import UNSET, Meta, Struct, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_precedent
from arbitration.api.shapes import WRITE
from arbitration.models import Amendment, Precedent
from arbitration.queries.amendments import criterion_in, draft_or_present, suggested_wording
from arbitration.serializers import amendment_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require, sees_result
from tenants.answers import Job as JobAnswer
from tenants.api.jobs import job_data
from tenants.models import Job
from tenants.queries import newest_job
from tenants.rest import KeyView, answer
from tenants.roles import HEADS


class AmendmentBody(Struct, forbid_unknown_fields=True):
    """The precedents, and how their criterion reads; what is left out is as they suggest it."""

    precedents: Annotated[list[UUID], Meta(min_length=1, max_length=20)]
    operator: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    value: str | int | bool | list[str | int] | UnsetType | None = UNSET
    points: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET
    required: bool | UnsetType = UNSET


class Amendments(KeyView):
    """Criteria that were worded anew because of rulings."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "List amendments", gives=Page[answers.Amendment], answers={200: "A page of amendments."}, problems=(401, 403)
    )
    def get(self, request: Request) -> Response:
        return answer(page(request, Amendment.objects.select_related("version"), amendment_row))

    @operation(
        "Draft an amendment",
        gives=answers.Amendment,
        body=AmendmentBody,
        answers={201: "The amendment."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *HEADS)
        given = self.body(AmendmentBody)
        chosen, becomes = _wording(self, given)
        made = actions.draft_amendment(chosen, becomes=becomes, by=self.member, at=self.at)
        return answer(amendment_row(made), status=201)


class AmendmentPreviews(KeyView):
    """Which of the last 90 days' handovers a new wording would judge otherwise."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "Try an amendment", gives=JobAnswer, body=AmendmentBody, answers={201: "The job."}, problems=WRITE, posts=True
    )
    def post(self, request: Request) -> Response:
        require(self.member, *HEADS)
        given = self.body(AmendmentBody)
        chosen, becomes = _wording(self, given)
        key = actions.criterion_of(chosen)
        job = actions.start_amendment_preview(key, becomes=becomes, by=self.member, at=self.at)
        return answer(job_data(job, whole=True), status=201)

    @operation(
        "Read the newest try",
        gives=JobAnswer,
        answers={200: "How far it is, and what it found."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *HEADS)
        job: Job | None = newest_job(actions.PREVIEW)
        if job is None:
            raise Http404
        return answer(job_data(job, whole=sees_result(self.member, job)))


def _wording(view: KeyView, given: AmendmentBody) -> tuple[list[Precedent], dict[str, Any]]:
    chosen = [get_precedent(view.member, precedent_id) for precedent_id in given.precedents]
    key = actions.criterion_of(chosen)
    version = draft_or_present(at=view.at)
    criterion = criterion_in(version.content, key) if version else None
    if criterion is None:
        raise actions.CriterionGone("The agreement has no such criterion any more.")
    told = {name: getattr(given, name) for name in ("operator", "value", "points", "required")}
    worded = suggested_wording(criterion, chosen)
    return chosen, worded | {name: value for name, value in told.items() if value is not UNSET}
