"""Reading one case: both claims, the evidence, the precedents and the way to the ruling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from arbitration.evidence import hash_of
from arbitration.models import Case, Citation, Precedent, Ruling, Seat, Statement
from arbitration.queries.board import CaseParties, bar_of, case_parties, seat_of, vote_bar_of
from arbitration.queries.case_board import CaseBoard, case_board
from arbitration.queries.case_files import FileRow, file_rows
from arbitration.queries.case_parts import (
    Claim,
    Fact,
    RulingView,
    StatementView,
    attempts_of,
    claims_of,
    criteria_of,
    criterion_of,
    facts_of,
    path_of,
    ruling_view,
    statement_views,
)
from arbitration.queries.case_timeline import timeline_entries
from arbitration.queries.credit import months_written
from arbitration.queries.labels import labels_of
from arbitration.queries.similar import RulingOn, Tally, rulings_on, tally_on
from arbitration.rules import OPEN_STAGES, REMANDED, RULED, Bar, next_stages, side_in_case, stage_at
from arbitration.words import move_word, outcome_word, quota_effect, stage_word
from leads.queries.shapes import AttemptView, Criterion, PathStep, ScoreView, TimelineEntry
from sla.queries import clock_views
from sla.queries.clocks import ClockView
from tenants.models import Membership
from tenants.roles import Role


@dataclass(frozen=True)
class CaseDetail:
    """Everything that the case page prints."""

    case_id: UUID
    number: str
    stage: str
    stage_label: str
    opened_at: datetime
    clock: ClockView | None
    lead_id: UUID
    lead_name: str
    lead_initials: str
    company: str
    score: ScoreView
    criterion: tuple[str, str]
    version: int
    reason: str
    reason_class: str
    quota_effect: str
    statements_close_at: datetime
    sealed_at: datetime
    sealed_digest: str
    seal_intact: bool
    question: str
    answer_by: datetime | None
    outcome: str
    outcome_label: str
    marketing: Claim
    sales: Claim
    evidence: list[Criterion]
    facts: list[Fact]
    attempts: list[AttemptView]
    files: list[FileRow]
    timeline: list[TimelineEntry]
    statements: list[StatementView]
    precedents: list[RulingOn]
    tally: Tally
    ruling: RulingView | None
    earlier: list[RulingView]
    path: list[PathStep]
    may: frozenset[str]
    bar: Bar
    vote_bar: Bar
    moves: list[tuple[str, str]]
    board: CaseBoard


@dataclass(frozen=True)
class _Rights:
    """What the reader may do, and what keeps them from ruling and from voting."""

    bar: Bar
    vote_bar: Bar
    may: frozenset[str]


def case_detail(case: Case, member: Membership, *, at: datetime, zone: str, sees_votes: bool = False) -> CaseDetail:
    """Return the page of a case (with its parties, see access.get_case) for one reader at a moment."""
    handover, rejection = case.handover, case.rejection
    stage = stage_at(case.stage, statements_close_at=case.statements_close_at, at=at)
    statements = list(Statement.objects.select_related("by").filter(case=case).order_by("at", "pk"))
    rulings = list(Ruling.objects.select_related("by").filter(case=case).order_by("at", "pk"))
    decisions = [ruling for ruling in rulings if ruling.outcome != Ruling.Outcome.REMANDED]
    final = decisions[-1] if decisions else None
    outcome = final.outcome if final else ""
    marketing, sales = claims_of(case)
    parties = case_parties(case)
    rights = _rights(case, member, parties, stage=stage, at=at)
    labels = labels_of([case.version_id])
    return CaseDetail(
        case_id=case.pk,
        number=case.number,
        stage=stage,
        stage_label=stage_word(stage),
        opened_at=case.filed_at,
        clock=next(iter(clock_views([case.subject_id], at=at, zone=zone).get(case.subject_id, [])), None),
        lead_id=handover.lead_id,
        lead_name=handover.lead.name,
        lead_initials="".join(word[0] for word in handover.lead.name.split()[:2]).upper(),
        company=handover.lead.company_name,
        score=_score(case),
        criterion=criterion_of(case, labels),
        version=case.version.number,
        reason=labels.reason(case.version_id, rejection),
        reason_class=rejection.reason_class,
        quota_effect=quota_effect(
            points=handover.weight,
            month=handover.counted_month,
            outcome=outcome,
            written=months_written([handover.subject_id]).get(handover.subject_id) if outcome else None,
        ),
        statements_close_at=case.statements_close_at,
        sealed_at=case.filed_at,
        sealed_digest=case.evidence_hash,
        seal_intact=hash_of(case.evidence) == case.evidence_hash,
        question=case.remand_question if stage == REMANDED else "",
        answer_by=case.remand_until,
        outcome=outcome,
        outcome_label=outcome_word(outcome),
        marketing=marketing,
        sales=sales,
        evidence=criteria_of(handover),
        facts=facts_of(case),
        attempts=attempts_of(handover),
        files=file_rows(case, member),
        timeline=timeline_entries(handover.lead_id),
        statements=statement_views(statements),
        precedents=rulings_on(
            rejection.criterion, rejection.reason, fields=handover.snapshot.get("fields"), except_case=case.pk
        ),
        tally=tally_on(rejection.criterion, rejection.reason),
        ruling=_ruling_view(final) if final else None,
        earlier=[_ruling_view(ruling) for ruling in decisions[:-1]],
        path=path_of(case, stage, statements, rulings),
        may=rights.may,
        bar=rights.bar,
        vote_bar=rights.vote_bar,
        moves=[(key, move_word(key)) for key in moves_to(case, statements, at=at)] if "rule" in rights.may else [],
        board=case_board(case, parties, sees_votes=sees_votes),
    )


def _score(case: Case) -> ScoreView:
    """Return the lead's grades as they were at the handover."""
    lead = case.handover.snapshot
    return ScoreView(lead.get("fit_grade", ""), lead.get("readiness_grade"), case.handover.tier, case.handover.weight)


def _rights(case: Case, member: Membership, parties: CaseParties, *, stage: str, at: datetime) -> _Rights:
    bar, vote_bar = bar_of(member, parties), vote_bar_of(member, parties)
    may = _may_on_the_board(member, bar, vote_bar, stage=stage)
    if stage not in OPEN_STAGES:
        return _Rights(bar, vote_bar, may)
    side = side_in_case(member_id=member.pk, roles=member.roles, marketing=parties.marketing, sales=parties.sales)
    if side:
        # Who speaks for a side adds files for that side, also with a seat on the board.
        may -= {"file"}
    closes_at = case.remand_until if stage == REMANDED and case.remand_until else case.statements_close_at
    if side and at <= closes_at:
        may |= {"state", "file"}
    if member.pk == case.filed_by_id or member.has(Role.MARKETING_MANAGER):
        may |= {"withdraw"}
    return _Rights(bar, vote_bar, may)


def _may_on_the_board(member: Membership, bar: Bar, vote_bar: Bar, *, stage: str) -> frozenset[str]:
    """Return what somebody may do who sits on the board."""
    if stage == RULED:
        return frozenset() if bar or seat_of(member) != Seat.Kind.CHAIR else frozenset({"correct"})
    if stage not in OPEN_STAGES:
        return frozenset()
    may = set() if bar else {"rule"}
    if not vote_bar:
        may |= {"vote", "note", "recuse", "file"}
    return frozenset(may)


def moves_to(case: Case, statements: Sequence[Statement], *, at: datetime) -> tuple[str, ...]:
    """Return the stages to which the board may move the case by hand."""
    spoken = {statement.side for statement in statements}
    return next_stages(case.stage, spoken=spoken, statements_open=at < case.statements_close_at)


def _ruling_view(ruling: Ruling) -> RulingView:
    rows = Citation.objects.select_related("precedent__ruling__case").filter(ruling=ruling)
    cited = [(row.stance, row.precedent.ruling.case.number) for row in rows.defer("precedent__ruling__case__evidence")]
    holding = Precedent.objects.filter(ruling=ruling).values_list("holding", flat=True).first() or ""
    return ruling_view(ruling, holding=holding, cited=cited)
