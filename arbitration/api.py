"""The board for REST clients."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions
from arbitration.access import get_case, get_disputed, visible_cases
from arbitration.models import Case
from arbitration.queries.records import clocks_of, found_precedents, rulings_of, statements_of
from arbitration.rules import EVIDENCE, FILED, READY
from arbitration.serializers import case_row, case_whole, precedent_row, ruling_row, statement_row
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer

Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
Moment = Annotated[datetime, Meta(tz=True)]


class AppealBody(Struct, forbid_unknown_fields=True):
    """Why the rejection is wrong."""

    grounds: Text


class StatementBody(Struct, forbid_unknown_fields=True):
    """What the board should know."""

    text: Text


class RulingBody(Struct, forbid_unknown_fields=True):
    """The decision; a remand has a question and a time to answer it by."""

    outcome: Literal["upheld", "overturned", "remanded"]
    reasons: Text
    precedent_stance: Literal["follows", "departs", "none"] = "none"
    holding: Annotated[str, Meta(max_length=500)] = ""
    question: Annotated[str, Meta(max_length=1000)] = ""
    answer_by: Moment | None = None


class CaseFilter(Struct, forbid_unknown_fields=True):
    """Which cases."""

    stage: Literal["", "filed", "evidence", "ready", "remanded", "ruled", "withdrawn"] = ""


class PrecedentFilter(Struct, forbid_unknown_fields=True):
    """Which precedents."""

    criterion: Annotated[str, Meta(max_length=100)] = ""
    reason: Annotated[str, Meta(max_length=100)] = ""
    state: Literal["", "valid", "superseded", "overruled"] = ""
    q: Annotated[str, Meta(max_length=200)] = ""


class Appeal(KeyView):
    """Dispute a rejection."""

    scopes: ClassVar = {"POST": "cases:write"}

    def post(self, request: Request, handover_id: UUID) -> Response:
        """File the appeal; answers with the case."""
        given = self.body(AppealBody)
        rejection = get_disputed(self.member, handover_id)
        case = actions.file_appeal(rejection, grounds=given.grounds, by=self.member, at=self.at)
        return answer(_whole(self, case.pk), status=201, location=f"/api/v1/cases/{case.pk}")


class Cases(KeyView):
    """The cases that the key's member may read."""

    scopes: ClassVar = {"GET": "leads:read"}

    def get(self, request: Request) -> Response:
        """List cases, newest first, of one stage if asked."""
        rows = visible_cases(self.member).select_related("handover", "rejection", "version")
        stage = self.query(CaseFilter).stage
        rows = _of_stage(rows, stage, at=self.at) if stage else rows
        return answer(page(request, rows, lambda case: case_row(case, at=self.at)))


def _of_stage(rows: "QuerySet[Case]", stage: str, *, at: datetime) -> "QuerySet[Case]":
    """Return the cases that are in this stage at the moment (see rules.stage_at)."""
    speaking = Q(stage__in=[FILED, EVIDENCE])
    if stage == READY:
        return rows.filter(Q(stage=READY) | speaking & Q(statements_close_at__lte=at))
    rows = rows.filter(stage=stage)
    return rows.filter(statements_close_at__gt=at) if stage in (FILED, EVIDENCE) else rows


class OneCase(KeyView):
    """One case."""

    scopes: ClassVar = {"GET": "leads:read"}

    def get(self, request: Request, case_id: UUID) -> Response:
        """Read a case with evidence, statements and rulings."""
        return answer(_whole(self, case_id))


def _whole(view: KeyView, case_id: UUID) -> dict[str, object]:
    case = get_case(view.member, case_id)
    return case_whole(case, statements_of(case), rulings_of(case), clocks_of(case), at=view.at)


class Statements(KeyView):
    """What the sides say."""

    scopes: ClassVar = {"POST": "cases:write"}

    def post(self, request: Request, case_id: UUID) -> Response:
        """Make a statement for the member's side."""
        given = self.body(StatementBody)
        case = get_case(self.member, case_id)
        statement = actions.add_statement(case, text=given.text, by=self.member, at=self.at)
        return answer(statement_row(statement), status=201)


class CaseRuling(KeyView):
    """The board's decision."""

    scopes: ClassVar = {"POST": "cases:write"}

    def post(self, request: Request, case_id: UUID) -> Response:
        """Uphold, overturn or remand."""
        given = self.body(RulingBody)
        case = get_case(self.member, case_id)
        ruling = actions.rule_on_case(
            case,
            outcome=given.outcome,
            reasons=given.reasons,
            precedent_stance=given.precedent_stance,
            holding=given.holding,
            question=given.question,
            answer_by=given.answer_by,
            by=self.member,
            at=self.at,
        )
        return answer(ruling_row(ruling), status=201)


class Withdrawal(KeyView):
    """Taking an appeal back."""

    scopes: ClassVar = {"POST": "cases:write"}

    def post(self, request: Request, case_id: UUID) -> Response:
        """Withdraw the appeal; answers with the case."""
        self.no_body()
        actions.withdraw_case(get_case(self.member, case_id), by=self.member, at=self.at)
        return answer(_whole(self, case_id), status=201)


class Precedents(KeyView):
    """What rulings teach."""

    scopes: ClassVar = {"GET": "leads:read"}

    def get(self, request: Request) -> Response:
        """Search precedents by criterion, reason, state and words of their holding."""
        wanted = self.query(PrecedentFilter)
        rows = found_precedents(criterion=wanted.criterion, reason=wanted.reason, state=wanted.state, search=wanted.q)
        return answer(page(request, rows, precedent_row))
