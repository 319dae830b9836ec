"""Reading one case: both claims, the evidence, the precedents and the way to the ruling."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from arbitration.evidence import hash_of
from arbitration.models import Case, Citation, Precedent, Ruling, Statement
from arbitration.queries.board import bar_of, case_parties
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
from arbitration.queries.rulings import RulingOn, rulings_on
from arbitration.rules import OPEN_STAGES, REMANDED, Bar, side_in_case, stage_at
from arbitration.words import outcome_word, quota_effect, stage_word
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
    timeline: list[TimelineEntry]
    statements: list[StatementView]
    precedents: list[RulingOn]
    ruling: RulingView | None
    path: list[PathStep]
    may: frozenset[str]
    bar: Bar


def case_detail(case: Case, member: Membership, *, at: datetime, zone: str) -> CaseDetail:
    """Return the page of a case (with its parties, see access.get_case) for one reader at a moment."""
    handover, rejection = case.handover, case.rejection
    stage = stage_at(case.stage, statements_close_at=case.statements_close_at, at=at)
    statements = list(Statement.objects.select_related("by").filter(case=case).order_by("at", "pk"))
    rulings = list(Ruling.objects.select_related("by").filter(case=case).order_by("at", "pk"))
    final = next((ruling for ruling in rulings if ruling.outcome != Ruling.Outcome.REMANDED), None)
    outcome = final.outcome if final else ""
    marketing, sales = claims_of(case, statements)
    bar, may = _rights(case, member, stage=stage, at=at)
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
        criterion=criterion_of(case),
        version=case.version.number,
        reason=rejection.reason_label,
        reason_class=rejection.reason_class,
        quota_effect=quota_effect(points=handover.weight, month=handover.counted_month, outcome=outcome),
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
        timeline=timeline_entries(handover.lead_id),
        statements=statement_views(statements),
        precedents=rulings_on(rejection.criterion, rejection.reason, except_case=case.pk),
        ruling=_ruling_view(final) if final else None,
        path=path_of(case, stage, statements, rulings),
        may=may,
        bar=bar,
    )


def _score(case: Case) -> ScoreView:
    """Return the lead's grades as they were at the handover."""
    lead = case.handover.snapshot
    return ScoreView(lead.get("fit_grade", ""), lead.get("readiness_grade"), case.handover.tier, case.handover.weight)


def _rights(case: Case, member: Membership, *, stage: str, at: datetime) -> tuple[Bar, frozenset[str]]:
    parties = case_parties(case)
    bar = bar_of(member, parties)
    if stage not in OPEN_STAGES:
        return bar, frozenset()
    may = set() if bar else {"rule"}
    side = side_in_case(member_id=member.pk, roles=member.roles, marketing=parties.marketing, sales=parties.sales)
    closes_at = case.remand_until if stage == REMANDED and case.remand_until else case.statements_close_at
    if side and at <= closes_at:
        may.add("state")
    if member.pk == case.filed_by_id or member.has(Role.MARKETING_MANAGER):
        may.add("withdraw")
    return bar, frozenset(may)


def _ruling_view(ruling: Ruling) -> RulingView:
    rows = Citation.objects.select_related("precedent__ruling__case").filter(ruling=ruling)
    cited = [row.precedent.ruling.case.number for row in rows]
    holding = Precedent.objects.filter(ruling=ruling).values_list("holding", flat=True).first() or ""
    return ruling_view(ruling, holding=holding, cited=cited)
