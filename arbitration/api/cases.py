"""Cases for REST clients, from the appeal to the ruling and its correction."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_case, get_disputed, visible_cases
from arbitration.api.shapes import READ, WRITE, FactBody, Moment, Text, conditions_of
from arbitration.models import Ruling
from arbitration.queries import case_parties, eligible_to_rule
from arbitration.queries.board import cases_nobody_rules
from arbitration.queries.contradictions import contradicted_by
from arbitration.queries.records import citations_in, clocks_of, rulings_of, statements_of
from arbitration.queries.stages import in_stage
from arbitration.serializers import case_row, case_whole, ruling_row, statement_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer

Stance = Literal["follows", "departs", "none"]
Numbers = Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=200)]


class AppealBody(Struct, forbid_unknown_fields=True):
    """Why the rejection is wrong."""

    grounds: Text


class StatementBody(Struct, forbid_unknown_fields=True):
    """What the board should know."""

    text: Text


class StanceBody(Struct, forbid_unknown_fields=True):
    """What the ruling does with one precedent."""

    precedent: UUID
    stance: Stance


class RulingBody(Struct, forbid_unknown_fields=True):
    """The decision; a remand has a question and a time to answer it by.

    ``stances`` says of each suggested precedent what the ruling does with it, ``precedent_stance`` of all others.
    With ``despite`` a holding that contradicts other valid precedents than those of these case numbers is refused
    (``contradicts_precedents``); without it the answer names them.
    """

    outcome: Literal["upheld", "overturned", "remanded"]
    reasons: Text
    stances: Annotated[list[StanceBody], Meta(max_length=50)] = []
    precedent_stance: Stance | None = None
    holding: Annotated[str, Meta(max_length=500)] = ""
    conditions: Annotated[list[FactBody], Meta(max_length=20)] = []
    despite: Numbers | None = None
    question: Annotated[str, Meta(max_length=1000)] = ""
    answer_by: Moment | None = None


class CorrectionBody(Struct, forbid_unknown_fields=True):
    """The decision that holds instead, and what was wrong; ``despite`` as in a ruling."""

    outcome: Literal["upheld", "overturned"]
    reasons: Text
    stances: Annotated[list[StanceBody], Meta(max_length=50)] = []
    precedent_stance: Stance | None = None
    holding: Annotated[str, Meta(max_length=500)] = ""
    conditions: Annotated[list[FactBody], Meta(max_length=20)] = []
    despite: Numbers | None = None


def taught(given: RulingBody | CorrectionBody) -> Mapping[str, Any]:
    """Return what a decision says about precedents, as the actions take it."""
    return {
        "stances": {one.precedent: one.stance for one in given.stances},
        "precedent_stance": given.precedent_stance,
        "holding": given.holding,
        "conditions": conditions_of(given.conditions),
        "despite": given.despite,
    }


class CaseFilter(Struct, forbid_unknown_fields=True):
    """Which cases; ``needs_deputy`` are those open on which nobody of the board may rule."""

    stage: Literal["", "filed", "evidence", "ready", "remanded", "ruled", "withdrawn"] = ""
    needs_deputy: bool = False


class Appeal(KeyView):
    """Dispute a rejection."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Appeal against a rejection",
        gives=answers.WholeCase,
        body=AppealBody,
        answers={201: "The case."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        """File the appeal; answers with the case."""
        given = self.body(AppealBody)
        rejection = get_disputed(self.member, handover_id)
        case = actions.file_appeal(rejection, grounds=given.grounds, by=self.member, at=self.at)
        return answer(_whole(self, case.pk), status=201, location=f"/api/v1/cases/{case.pk}")


class Cases(KeyView):
    """The cases that the key's member may read."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List cases",
        gives=Page[answers.Case],
        query=CaseFilter,
        answers={200: "A page of cases."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """List cases, newest first, of one stage if asked, or those that wait for the appointment of a deputy."""
        rows = visible_cases(self.member).select_related("handover", "rejection", "version")
        told = self.query(CaseFilter)
        rows = rows.filter(in_stage(told.stage, at=self.at)) if told.stage else rows
        if told.needs_deputy:
            rows = rows.filter(pk__in=[case.pk for case in cases_nobody_rules()])
        return answer(page(request, rows, lambda case: case_row(case, at=self.at)))


class OneCase(KeyView):
    """One case."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a case",
        gives=answers.WholeCase,
        answers={200: "The case with evidence, statements and rulings."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Read a case with evidence, statements and rulings."""
        return answer(_whole(self, case_id))


def _whole(view: KeyView, case_id: UUID) -> dict[str, object]:
    case = get_case(view.member, case_id)
    rulings = rulings_of(case)
    free = [member.pk for member in eligible_to_rule(case_parties(case))]
    cited, clocks = citations_in(*rulings), clocks_of(case)
    return case_whole(case, statements_of(case), rulings, clocks, cited, may_rule=free, at=view.at)


class Statements(KeyView):
    """What the sides say."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Make a statement",
        gives=answers.Statement,
        body=StatementBody,
        answers={201: "The statement."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Make a statement for the member's side."""
        given = self.body(StatementBody)
        case = get_case(self.member, case_id)
        statement = actions.add_statement(case, text=given.text, by=self.member, at=self.at)
        return answer(statement_row(statement), status=201)


class CaseRuling(KeyView):
    """The board's decision."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Rule on a case",
        gives=answers.GivenRuling,
        body=RulingBody,
        answers={201: "The ruling, and which valid precedents its holding contradicts."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Uphold, overturn or remand."""
        given = self.body(RulingBody)
        case = get_case(self.member, case_id)
        ruling = actions.rule_on_case(
            case,
            outcome=given.outcome,
            reasons=given.reasons,
            question=given.question,
            answer_by=given.answer_by,
            by=self.member,
            at=self.at,
            **taught(given),
        )
        return answer(_given(ruling), status=201)


def _given(ruling: Ruling) -> dict[str, object]:
    return ruling_row(ruling, citations_in(ruling)) | {"contradicts": contradicted_by(ruling)}


class CaseCorrection(KeyView):
    """A second ruling that puts the first one right."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Correct a ruling",
        gives=answers.GivenRuling,
        body=CorrectionBody,
        answers={201: "The ruling, and which valid precedents its holding contradicts."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Only the chair; the first ruling stays on record."""
        given = self.body(CorrectionBody)
        case = get_case(self.member, case_id)
        ruling = actions.correct_ruling(
            case, outcome=given.outcome, reasons=given.reasons, by=self.member, at=self.at, **taught(given)
        )
        return answer(_given(ruling), status=201)


class Withdrawal(KeyView):
    """Taking an appeal back."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation("Withdraw an appeal", gives=answers.WholeCase, answers={201: "The case."}, problems=WRITE, posts=True)
    def post(self, request: Request, case_id: UUID) -> Response:
        """Withdraw the appeal; answers with the case."""
        self.no_body()
        actions.withdraw_case(get_case(self.member, case_id), by=self.member, at=self.at)
        return answer(_whole(self, case_id), status=201)
