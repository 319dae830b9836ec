"""What clients read of cases, statements, rulings and precedents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from arbitration.models import Case, Precedent, Ruling, Statement
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
    case: Case, statements: Sequence[Statement], rulings: Sequence[Ruling], clocks: Sequence[Clock], *, at: datetime
) -> dict[str, Any]:
    """Return a case with the board's clock, its sealed evidence, its statements and every ruling in order."""
    final = [ruling for ruling in rulings if ruling.outcome != Ruling.Outcome.REMANDED]
    return case_row(case, at=at) | {
        "clocks": [clock_row(clock, at=at) for clock in clocks],
        "evidence": case.evidence,
        "statements": [statement_row(statement) for statement in statements],
        "rulings": [ruling_row(ruling) for ruling in rulings],
        "ruling": ruling_row(final[0]) if final else None,
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


def ruling_row(ruling: Ruling) -> dict[str, Any]:
    """Return one ruling; a remand with its question."""
    return {
        "id": ruling.pk,
        "case": ruling.case_id,
        "outcome": ruling.outcome,
        "reasons": ruling.reasons,
        "precedent_stance": ruling.precedent_stance,
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
        "agreement_version": precedent.version.number,
        "state": precedent.state,
        "published_at": precedent.published_at,
        "followed": getattr(precedent, "followed", 0),
        "departed": getattr(precedent, "departed", 0),
    }
