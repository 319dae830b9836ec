"""The yield of returns for REST clients."""

from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import answers, queries
from leads.periods import ACCEPTED_AGAIN_WITHIN
from leads.recycling import Yield
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING, Role

READERS = (*sorted(MARKETING), Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR)


class YieldFilter(Struct, forbid_unknown_fields=True):
    """Of which month of sending; the last twelve where none is named."""

    month: Annotated[str, Meta(pattern=r"^(2[01][0-9]{2}-(0[1-9]|1[0-2]))?$")] = ""


class ReturnsYield(KeyView):
    """What becomes of returns."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read the yield of returns",
        gives=answers.Yields,
        query=YieldFilter,
        answers={200: "Altogether, by reason, by marketer."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """Read how many returned handovers were accepted again, and how fast marketing answered.

        Figures of one marketer are told to that person and their manager only.
        """
        require(self.member, *READERS)
        asked = self.query(YieldFilter)
        month = date.fromisoformat(f"{asked.month}-01") if asked.month else None
        today = self.at.astimezone(self.zone).date()
        found = queries.recycle_yields(self.member, month=month, today=today, at=self.at)
        return answer(
            {
                "first_month": f"{found.first:%Y-%m}",
                "until_month": f"{found.until:%Y-%m}",
                "within_days": ACCEPTED_AGAIN_WITHIN.days,
                **_figures(found.whole),
                "by_reason": [
                    {"reason": row.key, "label": row.label, **_figures(row.figures)} for row in found.by_reason
                ],
                "by_marketer": [{"member": row.key, **_figures(row.figures)} for row in found.by_marketer],
            }
        )


def _figures(found: Yield) -> dict[str, Any]:
    return {
        "returned": found.returned,
        "accepted_again": found.again,
        "pending": found.pending,
        "share": found.share,
        "answered": found.answered,
        "not_answered_in_time": found.expired,
        "median_answer_seconds": found.median_answer_seconds,
    }
