"""The list of leads for clients: its filters, views that people keep, one change of many leads."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.http import QueryDict
from msgspec import UNSET, Meta, Struct, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, answers
from leads.actions.changing_many import MOST, change_many
from leads.actions.saving_views import LONGEST_NAME, change_view, delete_view, save_view
from leads.api.shapes import WRITE, Short
from leads.asking import asking_from
from leads.queries import saved_view_row, saved_views_of
from leads.queries.views import SavedViewRow, default_view_id
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants.access import get_member, require
from tenants.answers import Job as JobAnswer
from tenants.api.jobs import job_data
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING

ViewName = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Query = Annotated[str, Meta(max_length=2000)]


class ViewBody(Struct, forbid_unknown_fields=True):
    """A list under a name; ``query`` holds the list's parameters, url-encoded."""

    name: ViewName
    query: Query = ""
    shared: bool = False


class ViewChange(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays."""

    name: ViewName | UnsetType = UNSET
    query: Query | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class ManyBody(Struct, forbid_unknown_fields=True):
    """One change of up to 1,000 leads, and what it needs: a marketer's id, or a day to wake up on."""

    leads: Annotated[list[UUID], Meta(min_length=1, max_length=MOST)]
    change: Literal["marketer", "nurture", "wake"]
    marketer: UUID | None = None
    wake_on: date | None = None
    reason: Short = ""


def view_data(row: SavedViewRow) -> dict[str, object]:
    """Return a saved view as clients read it."""
    return {
        "id": str(row.id),
        "name": row.name,
        "query": row.query,
        "shared": row.is_shared,
        "default": row.is_default,
        "owner": row.owner_name,
    }


class LeadViews(KeyView):
    """Lists that people keep under a name."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List saved views",
        gives=Page[answers.View],
        answers={200: "The member's own views and shared ones."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        return answer(whole(view_data(row) for row in saved_views_of(self.member)))

    @operation("Save a view", gives=answers.View, body=ViewBody, answers={201: "The view."}, problems=WRITE, posts=True)
    def post(self, request: Request) -> Response:
        given = self.body(ViewBody)
        view = save_view(
            name=given.name, query=spelled_query(self, given.query), is_shared=given.shared, by=self.member, at=self.at
        )
        row = saved_view_row(view, self.member, is_default=False)
        return answer(view_data(row), status=201, location=f"/api/v1/lead-views/{view.pk}")


class OneLeadView(KeyView):
    """One saved view."""

    scopes: ClassVar = {"PATCH": "leads:write", "DELETE": "leads:write"}

    @operation("Change a saved view", gives=answers.View, body=ViewChange, answers={200: "The view."}, problems=WRITE)
    def patch(self, request: Request, view_id: UUID) -> Response:
        given = self.body(ViewChange)
        view = change_view(
            access.get_view(self.member, view_id),
            name=None if given.name is UNSET else given.name,
            query=None if given.query is UNSET else spelled_query(self, given.query),
            is_shared=None if given.shared is UNSET else given.shared,
            by=self.member,
            at=self.at,
        )
        is_default = default_view_id(self.member) == view.pk
        return answer(view_data(saved_view_row(view, self.member, is_default=is_default)))

    @operation("Remove a saved view", gives=answers.View, answers={200: "What was removed."}, problems=WRITE)
    def delete(self, request: Request, view_id: UUID) -> Response:
        self.no_body()
        view = access.get_view(self.member, view_id)
        delete_view(view, by=self.member, at=self.at)
        return answer(view_data(saved_view_row(view, self.member, is_default=False)))


def spelled_query(view: KeyView, query: str) -> str:
    """Return a list's parameters in one spelling."""
    told = {name: str(value) for name, value in QueryDict(query).items()}
    return asking_from(told, at=view.at, zone=view.organisation.zone).query


class LeadChanges(KeyView):
    """One change of many leads."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Change many leads",
        gives=JobAnswer,
        body=ManyBody,
        answers={202: "The job; its result names every lead that refused, and why."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *MARKETING)
        given = self.body(ManyBody)
        job = change_many(
            given.leads,
            change=given.change,
            marketer=get_member(self.member, given.marketer) if given.marketer else None,
            wake_on=given.wake_on,
            reason=given.reason,
            by=self.member,
            at=self.at,
        )
        return answer(job_data(job, whole=True), status=202, location=f"/api/v1/jobs/{job.pk}")
