"""Months for REST clients: their promises, their frozen figures, their corrections."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, answers
from sla.models import Month as MonthRow
from sla.queries.month_page import correction_lines, month_lines
from sla.queries.month_proof import proof_of
from sla.serializers import correction_row, month_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page_together
from tenants.rest import KeyView, answer


class Months(KeyView):
    """Months, open and closed."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "List months",
        gives=Page[answers.Month],
        answers={200: "A page of months with their promises."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """List the months, the newest first."""
        return answer(page_together(request, MonthRow.objects.all(), self._rows))

    def _rows(self, months: list[MonthRow]) -> list[Mapping[str, Any]]:
        return [month_row(line) for line in month_lines(months, zone=self.zone.key)]


class Month(KeyView):
    """One month."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "Read a month",
        gives=answers.WholeMonth,
        answers={200: "Promises, frozen figures with their hash, corrections."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, month: str) -> Response:
        """Read a month, given as 2026-03; `figures` is null until it is closed."""
        row = access.get_month(self.member, month)
        (line,) = month_lines([row], zone=self.zone.key)
        corrections = [correction_row(correction) for correction in correction_lines(row.month)]
        proof = proof_of(row)
        whole = {"figures": row.figures or None, "corrections": corrections, "proof": vars(proof) if proof else None}
        return answer({**month_row(line), **whole})
