"""What rulings teach, for REST clients."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import answers
from arbitration.access import get_precedent
from arbitration.api.shapes import READ
from arbitration.queries import rulings_on, tally_on
from arbitration.queries.contradictions import contradicting
from arbitration.queries.records import PrecedentQuery, found_precedents, precedents_with
from arbitration.serializers import precedent_row, similar_row
from leads.access import get_handover
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page, whole
from tenants.rest import KeyView, answer

Key = Annotated[str, Meta(max_length=100)]


class PrecedentFilter(Struct, forbid_unknown_fields=True):
    """Which precedents; words are looked for in holding, reasons, criterion and reason."""

    criterion: Key = ""
    reason: Key = ""
    state: Literal["", "valid", "superseded", "overruled"] = ""
    outcome: Literal["", "upheld", "overturned"] = ""
    field: Key = ""
    q: Annotated[str, Meta(max_length=200)] = ""


class SimilarFilter(Struct, forbid_unknown_fields=True):
    """The question: a handover's facts, and what is claimed about it."""

    handover: UUID | None = None
    criterion: Key = ""
    reason: Key = ""


class Precedents(KeyView):
    """The holdings of rulings."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Search precedents",
        gives=Page[answers.Precedent],
        query=PrecedentFilter,
        answers={200: "A page of precedents."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """By criterion, reason, state, outcome, a field of the conditions, and words in English or German."""
        told = self.query(PrecedentFilter)
        wanted = PrecedentQuery(told.criterion, told.reason, told.state, told.outcome, told.field, told.q)
        return answer(page(request, found_precedents(wanted), precedent_row))


class OnePrecedent(KeyView):
    """One precedent."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a precedent",
        gives=answers.WholePrecedent,
        answers={200: "The precedent, and which others contradict it."},
        problems=READ,
    )
    def get(self, request: Request, precedent_id: UUID) -> Response:
        found = get_precedent(self.member, precedent_id)
        (row,) = precedents_with([found.pk])
        against = contradicting([found]).get(found.pk, [])
        return answer({**precedent_row(row), "contradicts": against})


class SimilarRulings(KeyView):
    """What the board has ruled on questions like this one."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Find similar rulings",
        gives=answers.SimilarRulings,
        query=SimilarFilter,
        answers={200: "The rulings most alike, each with why."},
        problems=(*READ, 422),
    )
    def get(self, request: Request) -> Response:
        told = self.query(SimilarFilter)
        handover = get_handover(self.member, told.handover) if told.handover else None
        fields = handover.snapshot.get("fields", {}) if handover else {}
        rows = rulings_on(told.criterion, told.reason, fields=fields)
        tally = tally_on(told.criterion, told.reason)
        return answer(
            {
                "rulings": tally.total,
                "overturned": tally.overturned,
                **whole(similar_row(row) for row in rows),
            }
        )
