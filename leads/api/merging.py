"""Leads that are one person: suggestions, merging, undoing."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import Meta, Struct, field
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers, queries
from leads.api.shapes import READ, WRITE
from leads.models import Duplicate, Merge
from leads.serializers import lead_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, NoBody, answer


class MergeBody(Struct, forbid_unknown_fields=True):
    """The other lead, and which fields the younger of the two gives although the older has a value."""

    lead: UUID
    take: Annotated[list[str], Meta(max_length=20)] = field(default_factory=list)


class Duplicates(KeyView):
    """Leads that may be one person."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read"}

    @operation(
        "Leads that may be one person",
        gives=Page[answers.Duplicate],
        answers={200: "Suggestions, newest first."},
        problems=READ,
    )
    def get(self, request: Request) -> Response:
        """Answer the open suggestions."""
        require(self.member, *access.SEES_DUPLICATES)
        return answer(page(request, queries.waiting_duplicates(), _suggestion))


class MergeOf(KeyView):
    """Two leads going on as one."""

    scopes: ClassVar[dict[str, str]] = {"POST": "leads:write"}

    @operation(
        "Merge two leads",
        gives=answers.Merge,
        body=MergeBody,
        answers={201: "The merge, and the lead that goes on."},
        problems=WRITE,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Let this lead and another go on as the older of them."""
        require(self.member, *access.MAY_MERGE)
        told = self.body(MergeBody)
        lead = access.get_lead(self.member, lead_id)
        other = access.get_lead(self.member, told.lead)
        made = actions.merge_leads(lead, other, take=told.take, by=self.member, at=self.at)
        return answer(self._row(made), status=201, location=f"/api/v1/leads/{made.survivor_id}")

    def _row(self, made: Merge) -> dict[str, Any]:
        survivor = access.get_lead(self.member, made.survivor_id)
        return {
            "id": str(made.pk),
            "survivor": str(made.survivor_id),
            "dropped": str(made.dropped_id),
            "merged_at": made.at,
            "lead": lead_row(survivor),
        }


class MergeUndone(KeyView):
    """The undoing of a merge."""

    scopes: ClassVar[dict[str, str]] = {"POST": "leads:write"}

    @operation(
        "Undo the newest merge of a lead",
        gives=answers.Lead,
        body=NoBody,
        answers={200: "The lead that is back."},
        problems=WRITE,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Put back what the newest merge of this lead moved; possible for 30 days."""
        require(self.member, *access.MAY_MERGE)
        self.body(NoBody)
        found = queries.newest_merge(access.get_lead(self.member, lead_id))
        if found is None:
            raise Http404
        back = actions.undo_merge(found, by=self.member, at=self.at)
        return answer(lead_row(access.get_lead(self.member, back.pk)))


def _suggestion(row: Duplicate) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "lead": str(row.lead_id),
        "other": str(row.other_id),
        "because": row.kinds,
        "found_at": row.found_at,
    }
