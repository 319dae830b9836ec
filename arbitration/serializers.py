"""What clients read of cases, statements, rulings and precedents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from arbitration.models import (
    Amendment,
    Case,
    CaseFile,
    Citation,
    HearingNote,
    Precedent,
    Recusal,
    Ruling,
    Seat,
    Sitting,
    Statement,
    Vote,
)
from arbitration.queries import RulingOn
from arbitration.queries.rulings import RulingRow
from arbitration.rules import REMANDED, stage_at
from sla.models import Clock
from sla.serializers import clock_row


def case_row(case: Case, *, at: datetime) -> dict[str, Any]:
    """Return a case as lists show it; needs its handover and rejection."""
    return {
        "id": case.pk,
        "number": case.number,
        "stage": stage_at(case.stage, statements_close_at=case.statements_close_at, at=at),
        "handover": case.handover_id,
        "lead": case.handover.lead_id,
        "rejection": case.rejection_id,
        "reason_class": case.rejection.reason_class,
        "reason": case.rejection.reason,
        "criterion": case.rejection.criterion or None,
        "agreement_version": case.version.number,
        "grounds": case.grounds,
        "filed_by": case.filed_by_id,
        "filed_at": case.filed_at,
        "statements_close_at": case.statements_close_at,
        "evidence_hash": case.evidence_hash,
        "remand": _remand(case),
        "ruled_at": case.ruled_at,
    }


def _remand(case: Case) -> dict[str, Any] | None:
    if case.stage != REMANDED:
        return None
    return {"question": case.remand_question, "answer_by": case.remand_until}


def case_whole(
    case: Case,
    statements: Sequence[Statement],
    rulings: Sequence[Ruling],
    clocks: Sequence[Clock],
    citations: Sequence[Citation],
    *,
    may_rule: Sequence[UUID],
    at: datetime,
) -> dict[str, Any]:
    """Return a case with the board's clock, its sealed evidence, its statements and every ruling in order.

    ``may_rule`` are those of the board without a hand in it; while there are none, a deputy is needed.
    """
    rows = [ruling_row(ruling, citations) for ruling in rulings]
    final = [row for row in rows if row["outcome"] != Ruling.Outcome.REMANDED]
    return case_row(case, at=at) | {
        "clocks": [clock_row(clock, at=at) for clock in clocks],
        "evidence": case.evidence,
        "statements": [statement_row(statement) for statement in statements],
        "rulings": rows,
        "ruling": final[-1] if final else None,
        "may_rule": list(may_rule),
    }


def statement_row(statement: Statement) -> dict[str, Any]:
    """Return one statement."""
    return {
        "id": statement.pk,
        "case": statement.case_id,
        "side": statement.side,
        "by": statement.by_id,
        "at": statement.at,
        "text": statement.text,
    }


def vote_row(vote: Vote) -> dict[str, Any]:
    """Return one vote; it advises and binds nobody."""
    return {
        "id": vote.pk,
        "case": vote.case_id,
        "member": vote.member_id,
        "choice": vote.choice,
        "reasons": vote.reasons,
        "at": vote.at,
    }


def note_row(note: HearingNote) -> dict[str, Any]:
    """Return one note of a hearing."""
    return {"id": note.pk, "case": note.case_id, "by": note.by_id, "at": note.at, "text": note.text}


def case_file_row(file: CaseFile) -> dict[str, Any]:
    """Return one file put before the board; needs its stored file."""
    return {
        "id": file.pk,
        "case": file.case_id,
        "side": file.side,
        "name": file.file.name,
        "size": file.file.size,
        "media_type": file.file.media_type,
        "sha256": file.file.sha256,
        "by": file.by_id,
        "at": file.at,
        "withdrawn_at": file.withdrawn_at,
        "erased": file.file.erased_at is not None,
    }


def recusal_row(recusal: Recusal) -> dict[str, Any]:
    """Return one declaration of not being neutral."""
    return {
        "id": recusal.pk,
        "case": recusal.case_id,
        "member": recusal.member_id,
        "reason": recusal.reason,
        "at": recusal.at,
    }


def seat_row(seat: Seat) -> dict[str, Any]:
    """Return one seat on the board; needs its member."""
    return {
        "id": seat.pk,
        "member": seat.member_id,
        "name": seat.member.name,
        "kind": seat.kind,
        "since": seat.since,
        "until": seat.until,
    }


def ruling_row(ruling: Ruling, citations: Sequence[Citation]) -> dict[str, Any]:
    """Return one ruling with the precedents it takes a stance on; a remand with its question."""
    own = [citation for citation in citations if citation.ruling_id == ruling.pk]
    return {
        "id": ruling.pk,
        "case": ruling.case_id,
        "outcome": ruling.outcome,
        "reasons": ruling.reasons,
        "precedent_stance": ruling.precedent_stance,
        "stances": [{"precedent": citation.precedent_id, "stance": citation.stance} for citation in own],
        "corrects": ruling.corrects_id,
        "by": ruling.by_id,
        "at": ruling.at,
        "question": ruling.question or None,
        "answer_by": ruling.answer_by,
    }


def precedent_row(precedent: Precedent) -> dict[str, Any]:
    """Return one precedent; needs its ruling with the case, its version, and the counts ``followed``, ``departed``."""
    return {
        "id": precedent.pk,
        "number": precedent.ruling.case.number,
        "case": precedent.ruling.case_id,
        "ruling": precedent.ruling_id,
        "outcome": precedent.ruling.outcome,
        "criterion": precedent.criterion or None,
        "reason": precedent.reason,
        "holding": precedent.holding,
        "conditions": precedent.conditions,
        "agreement_version": precedent.version.number,
        "state": precedent.state,
        "published_at": precedent.published_at,
        "overruled_by": precedent.overruled_by.case.number if precedent.overruled_by else None,
        "superseded_by": precedent.superseded_by.number if precedent.superseded_by else None,
        "ended_at": precedent.ended_at,
        "followed": getattr(precedent, "followed", 0),
        "departed": getattr(precedent, "departed", 0),
    }


def listed_ruling_row(row: RulingRow) -> dict[str, Any]:
    """Return a decision as lists show it; ``question`` says in words what it was about."""
    return {
        "id": row.id,
        "case": row.case_id,
        "number": row.number,
        "outcome": row.outcome,
        "criterion": row.criterion_key or None,
        "reason": row.reason_key,
        "question": row.criterion,
        "reasons": row.reasons,
        "is_correction": row.is_correction,
        "by": row.by,
        "at": row.at,
        "agreement_version": row.version,
        "precedent": _taught(row) if row.is_precedent else None,
    }


def _taught(row: RulingRow) -> dict[str, Any]:
    return {
        "id": row.precedent_id,
        "holding": row.holding,
        "conditions": row.facts,
        "state": row.state,
        "followed": row.followed,
        "departed": row.departed,
        "contradicts": row.contradicts,
        "amended_in": row.amended_in,
    }


def similar_row(row: RulingOn) -> dict[str, Any]:
    """Return a ruling on a similar question with why it is similar, in words."""
    return {
        "number": row.number,
        "case": row.case_id,
        "precedent": row.precedent_id,
        "outcome": row.outcome,
        "holding": row.holding,
        "state": row.state or None,
        "agreement_version": row.version,
        "ruled_at": row.at,
        "similar_because": row.similar_because,
        "differs_because": row.differs_because or None,
        "followed": row.followed,
        "departed": row.departed,
        "contradicts": row.contradicts,
    }


def amendment_row(amendment: Amendment) -> dict[str, Any]:
    """Return one amendment; needs its version."""
    return {
        "id": amendment.pk,
        "agreement_version": amendment.version.number,
        "criterion": amendment.criterion,
        "was": amendment.was,
        "becomes": amendment.becomes,
        "by": amendment.by_id,
        "at": amendment.at,
    }


def sitting_row(sitting: Sitting, *, minutes: bool) -> dict[str, Any]:
    """Return one meeting of the board, with its minutes for those who read them."""
    return {
        "id": sitting.pk,
        "starts_at": sitting.starts_at,
        "minutes_for": sitting.minutes_for,
        "place": sitting.place,
        "order": sitting.order,
        "state": sitting.state,
        "minutes": sitting.minutes if minutes else None,
        "planned_by": sitting.planned_by_id,
    }
