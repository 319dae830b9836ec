"""What the board has decided, for REST clients: the same search as the page has."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import answers
from arbitration.queries import RulingFilter
from arbitration.queries.rulings import matching_rulings, rows_of_rulings
from arbitration.serializers import listed_ruling_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page_together
from tenants.rest import KeyView, answer

Key = Annotated[str, Meta(max_length=100)]


class RulingsFilter(Struct, forbid_unknown_fields=True):
    """Which rulings; words are looked for in holding, criterion and reasons, ``field`` in what a holding is about."""

    q: Annotated[str, Meta(max_length=200)] = ""
    outcome: Literal["", "upheld", "overturned"] = ""
    state: Literal["", "valid", "superseded", "overruled"] = ""
    criterion: Key = ""
    reason: Key = ""
    field: Key = ""
    precedents: bool = False


class Rulings(KeyView):
    """The decisions that stand."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Search rulings",
        gives=Page[answers.ListedRuling],
        query=RulingsFilter,
        answers={200: "A page of rulings, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """By words in English or German (or the number of a case), outcome, force, criterion, reason, or a fact.

        Remands and what was corrected since are left out; of the words' finds the 500 newest.
        """
        told = self.query(RulingsFilter)
        wanted = RulingFilter(
            search=told.q,
            outcome=told.outcome,
            state=told.state,
            criterion=told.criterion,
            reason=told.reason,
            field=told.field,
            precedents_only=told.precedents,
        )
        rows = matching_rulings(wanted)
        return answer(
            page_together(request, rows, lambda found: [listed_ruling_row(row) for row in rows_of_rulings(found)])
        )
