"""Leads: read, corrected, handed over."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct, structs
from rest_framework.request import Request
from rest_framework.response import Response

from events.models import Event
from leads import access, actions, answers
from leads.api.shapes import READ, SALES, WRITE, LeadBody, Note, Short, given_fields, handover_answer
from leads.asking import asking_from
from leads.normal import email_norm
from leads.queries import leads_in, threads_of
from leads.serializers import event_row, lead_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING

IdOrNone = Annotated[str, Meta(pattern="^([0-9a-f-]{36}|none)?$")]
Period = Annotated[str, Meta(pattern=r"^(1|7|30|90|365|(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?)?$")]


class LeadFilter(Struct, forbid_unknown_fields=True):
    """Which leads: the filters of the list. An id, or "none" for what has none; periods as first..last day."""

    view: Literal["", "all", "to_send", "with_sales", "nurture", "mine"] = ""
    stage: Literal[
        "", "lead", "prospect", "mql", "sal", "sql", "opportunity", "customer", "nurture", "disqualified"
    ] = ""
    tier: Literal["", "standard", "hand_raiser", "none"] = ""
    fit: Literal["", "A", "B", "C", "D", "none"] = ""
    readiness: Literal["", "1", "2", "3", "4", "none"] = ""
    owner: IdOrNone = ""
    marketer: IdOrNone = ""
    campaign: IdOrNone = ""
    source: Short = ""
    country: Annotated[str, Meta(pattern="^([A-Z]{2}|none)?$")] = ""
    with_sales: Literal["", "yes", "no"] = ""
    created: Period = ""
    updated: Period = ""
    q: Short = ""
    email: Short = ""


class HandoverBody(Struct, forbid_unknown_fields=True):
    """A word to sales; a reason where the lead is not qualified."""

    note: Note = ""
    override_reason: Note = ""


class Leads(KeyView):
    """The leads that the key's member may see."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List leads",
        gives=Page[answers.Lead],
        query=LeadFilter,
        answers={200: "Leads, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        asked = self.query(LeadFilter)
        told = {name: value for name, value in structs.asdict(asked).items() if value}
        asking = asking_from(told, at=self.at, zone=self.organisation.zone)
        rows = leads_in(self.member, asking.asked).select_related("company").order_by()
        if asked.email:
            known = email_norm(asked.email)
            rows = rows.filter(email_norm=known) if known else rows.none()
        return answer(page(request, rows, lead_row))


class OneLead(KeyView):
    """One lead."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation(
        "Read a lead",
        gives=answers.Lead,
        tagged=True,
        answers={200: "The lead; its ETag is needed to change it."},
        problems=READ,
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        lead = access.get_lead(self.member, lead_id)
        return answer(lead_row(lead), revision=lead.revision)

    @operation(
        "Correct a lead",
        gives=answers.Lead,
        tagged=True,
        body=LeadBody,
        answers={200: "The lead."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, lead_id: UUID) -> Response:
        require(self.member, *MARKETING, *SALES)
        changes = given_fields(self.body(LeadBody))
        attributes = changes.pop("attributes", None)
        lead = access.get_lead(self.member, lead_id, for_update=True)
        self.expect(lead.revision)
        lead = actions.edit_lead(lead, changes=changes, attributes=attributes, by=self.member, at=self.at)
        return answer(lead_row(lead), revision=lead.revision)


class LeadEvents(KeyView):
    """What happened to a lead (and those that went on as it), its handovers, clocks and cases."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("List a lead's events", gives=Page[answers.Event], answers={200: "Events, newest first."}, problems=READ)
    def get(self, request: Request, lead_id: UUID) -> Response:
        lead = access.get_lead(self.member, lead_id)
        return answer(page(request, Event.objects.filter(thread_id__in=threads_of(lead)), event_row))


class LeadHandovers(KeyView):
    """Handing a lead over."""

    scopes: ClassVar = {"POST": "handovers:write"}

    @operation(
        "Hand a lead over to sales",
        gives=answers.Handover,
        tagged=True,
        body=HandoverBody,
        answers={201: "The handover, routed, with its clocks."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        require(self.member, *MARKETING)
        given = self.body(HandoverBody)
        lead = access.get_lead(self.member, lead_id)
        made = actions.hand_over(
            lead, by=self.member, at=self.at, note=given.note, override_reason=given.override_reason
        )
        return handover_answer(self, made.pk, status=201)
