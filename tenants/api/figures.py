"""The rule on figures by person, for REST clients."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.openapi import operation
from smarketing.lib.pagination import whole
from tenants import actions, answers, queries
from tenants.access import require
from tenants.models import FigureRule
from tenants.rest import KeyView, answer
from tenants.roles import Role


class FigureRuleBody(Struct, forbid_unknown_fields=True):
    """To whom the figures of a person are shown, besides that person."""

    rule: Literal["nobody", "managers", "everybody"]
    note: Annotated[str, Meta(max_length=500)] = ""


class FigureRules(KeyView):
    """Who sees figures by person."""

    scopes: ClassVar[dict[str, str]] = {"GET": "reports:read", "POST": "privacy:manage"}

    @operation(
        "Read who sees figures by person",
        gives=answers.FigureRules,
        answers={200: "The rule, and how it was set."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Answer the rule that holds and the newest ones that were set."""
        rows = [_row(row) for row in queries.figure_rules()]
        return answer({"rule": str(queries.figure_rule()), **whole(rows)})

    @operation(
        "Set who sees figures by person",
        gives=answers.FigureRule,
        body=FigureRuleBody,
        answers={201: "The rule."},
        problems=(400, 401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Set the rule for the whole organisation; it holds at once."""
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(FigureRuleBody)
        return answer(_row(actions.set_figure_rule(told.rule, note=told.note, by=self.member, at=self.at)), status=201)


def _row(rule: FigureRule) -> dict[str, Any]:
    return {"id": rule.pk, "rule": rule.rule, "note": rule.note, "by": rule.by_id, "at": rule.at}
