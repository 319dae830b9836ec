"""Insights for REST clients."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import UNSET, Meta, Struct, UnsetType, field
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers, queries
from leads.api.shapes import READ, WRITE
from leads.models import Company, Lead
from leads.serializers import insight_row
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page, whole
from tenants.access import require
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import SIDES, Role

WRITERS = tuple(sorted(SIDES))
MOST_TAGS_TOLD = 100
Text = Annotated[str, Meta(min_length=1, max_length=actions.LONGEST_INSIGHT)]
Tags = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=8)]


class InsightBody(Struct, forbid_unknown_fields=True):
    """What a customer taught: on a lead, on a company, or on neither."""

    text: Text
    tags: Tags = field(default_factory=list)
    lead: UUID | None = None
    company: UUID | None = None


class InsightChange(Struct, forbid_unknown_fields=True):
    """What is corrected; fields that are left out stay."""

    text: Text | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class InsightFilter(Struct, forbid_unknown_fields=True):
    """Which insights: words that it has, a tag, who wrote it, its month, the campaign of its lead."""

    q: Annotated[str, Meta(max_length=200)] = ""
    tag: Annotated[str, Meta(max_length=40)] = ""
    author: UUID | None = None
    month: Annotated[str, Meta(pattern=r"^((19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2]))?$")] = ""
    campaign: UUID | None = None
    lead: UUID | None = None
    company: UUID | None = None


class Insights(KeyView):
    """The insights that the key's member may see."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "Find insights",
        gives=Page[answers.Insight],
        query=InsightFilter,
        answers={200: "Insights, newest first; withdrawn ones are not there."},
        problems=READ,
    )
    def get(self, request: Request) -> Response:
        """Answer by word, tag, author, month, campaign, lead or company."""
        told = self.query(InsightFilter)
        asked = queries.InsightsAsked(
            text=told.q, tag=told.tag, author=told.author, campaign=told.campaign,
            month=date.fromisoformat(f"{told.month}-01") if told.month else None,
            lead=told.lead, company=told.company, zone=self.organisation.zone,
        )  # fmt: skip
        return answer(page(request, queries.found_insights(self.member, asked).rows, insight_row))

    @operation(
        "Write an insight down",
        gives=answers.Insight,
        tagged=True,
        body=InsightBody,
        answers={201: "The insight."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Keep it, also on the company of its lead."""
        require(self.member, *WRITERS)
        told = self.body(InsightBody)
        made = actions.add_insight(
            text=told.text, tags=told.tags, lead=self._lead(told.lead), company=self._company(told.company),
            by=self.member, at=self.at,
        )  # fmt: skip
        return answer(insight_row(made), status=201, revision=made.revision, location=f"/api/v1/insights/{made.pk}")

    def _lead(self, wanted: UUID | None) -> Lead | None:
        try:
            return access.get_lead(self.member, wanted) if wanted else None
        except Http404 as error:
            raise InvalidInput([FieldError("/lead", "unknown_value", "There is no such lead.")]) from error

    def _company(self, wanted: UUID | None) -> Company | None:
        try:
            return access.get_company(self.member, wanted) if wanted else None
        except Http404 as error:
            raise InvalidInput([FieldError("/company", "unknown_value", "There is no such company.")]) from error


class OneInsight(KeyView):
    """One insight."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation(
        "Read an insight",
        gives=answers.Insight,
        tagged=True,
        answers={200: "The insight; its ETag is needed to correct it."},
        problems=READ,
    )
    def get(self, request: Request, insight_id: UUID) -> Response:
        found = access.get_insight(self.member, insight_id)
        return answer(insight_row(found), revision=found.revision)

    @operation(
        "Correct one's own insight, for 15 minutes",
        gives=answers.Insight,
        tagged=True,
        body=InsightChange,
        answers={200: "The insight."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, insight_id: UUID) -> Response:
        require(self.member, *WRITERS)
        found, told = access.get_insight(self.member, insight_id), self.body(InsightChange)
        self.expect(found.revision)
        text = found.text if told.text is UNSET else told.text
        tags = found.tags if told.tags is UNSET else told.tags
        changed = actions.edit_insight(found, text=text, tags=tags, by=self.member, at=self.at)
        return answer(insight_row(changed), revision=changed.revision)


class InsightWithdrawal(KeyView):
    """Taking an insight back."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Withdraw an insight",
        gives=answers.Insight,
        tagged=True,
        body=NoBody,
        answers={201: "The insight."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        require(self.member, *WRITERS, Role.ADMINISTRATOR)
        found = access.get_insight(self.member, insight_id)
        self.no_body()
        ended = actions.withdraw_insight(found, by=self.member, at=self.at)
        return answer(insight_row(ended), status=201, revision=ended.revision)


class InsightTags(KeyView):
    """The tags."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List the tags of insights",
        gives=Page[answers.Tag],
        answers={200: "Tags with how many insights have them."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Answer the tags that are used most, at most 100."""
        found = queries.tag_counts(limit=MOST_TAGS_TOLD)
        return answer(whole({"tag": row.tag, "count": row.count} for row in found))
