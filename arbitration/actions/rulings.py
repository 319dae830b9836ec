"""The board's decision: its reasons, its effects in one transaction, and what it teaches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from arbitration.actions.hearing import bar_sentence
from arbitration.actions.locking import lock_open
from arbitration.actions.precedents import Condition, cite, publish, refuse_conditions
from arbitration.actions.remands import remand, resume
from arbitration.models import Case, Precedent, Ruling
from arbitration.queries import case_parties, suggested_precedents
from arbitration.queries.board import bar_of
from arbitration.rules import REMANDED, RULED
from events.actions import record
from leads.actions import settle_rejection
from sla.actions import stop_clock
from smarketing.lib.errors import DomainError, Forbidden
from tenants.models import Membership

Outcome, Stance = Ruling.Outcome, Ruling.Stance


class MayNotRule(Forbidden):
    """Only a neutral executive in the chair's or a deputy's seat, who has no hand in the case, rules."""

    code = "may_not_rule"


class ReasonsMissing(DomainError):
    """A decision without reasons teaches nothing and convinces nobody."""

    code = "reasons_missing"
    status = 422


class AnswerByMissing(DomainError):
    """A remand asks a question and says until when, in the future."""

    code = "answer_by_missing"
    status = 422


class NothingToCite(DomainError):
    """There is no valid precedent to follow or to depart from."""

    code = "nothing_to_cite"


class StanceMissing(DomainError):
    """A ruling says of each precedent shown whether it follows, departs from or does not touch it."""

    code = "stance_missing"
    status = 422


@transaction.atomic
def rule_on_case(
    case: Case,
    *,
    outcome: str,
    reasons: str,
    by: Membership,
    at: datetime,
    precedent_stance: str | None = None,
    stances: Mapping[UUID, str] | None = None,
    holding: str = "",
    conditions: Sequence[Condition] = (),
    despite: Collection[str] | None = None,
    question: str = "",
    answer_by: datetime | None = None,
) -> Ruling:
    """Uphold, overturn or remand; with a ``holding`` the ruling becomes a precedent about leads of ``conditions``.

    ``stances`` says of each suggested precedent what the ruling does with it, ``precedent_stance`` of the rest;
    ``despite`` (None: do not ask) names the valid precedents that the holding may contradict.
    Raises MayNotRule, AlreadyRuled, CaseWithdrawn, ReasonsMissing, AnswerByMissing, StanceMissing, NothingToCite,
    ContradictsPrecedents, InvalidInput about the conditions.
    """
    require_free(case, by)
    held = lock_open(case)
    _require_words(outcome, reasons, question, answer_by, at=at)
    refuse_conditions(conditions)
    final = outcome != Outcome.REMANDED
    cited = stances_of(held, stances or {}, precedent_stance) if final else {}
    ruling = Ruling.objects.create(
        case=held,
        criterion=held.rejection.criterion,
        reason=held.rejection.reason,
        outcome=outcome,
        reasons=reasons.strip(),
        by=by,
        at=at,
        precedent_stance=overall(cited),
        question="" if final else question.strip(),
        answer_by=None if final else answer_by,
    )
    if held.stage == REMANDED:
        resume(held, by=by, at=at)
    if not final and answer_by is not None:
        remand(held, ruling, answer_by=answer_by, by=by, at=at)
    else:
        _decide(held, ruling, cited=cited, by=by, at=at)
        publish(ruling, holding=holding, conditions=conditions, by=by, at=at, despite=despite)
    return ruling


def require_free(case: Case, member: Membership) -> None:
    """Raise MayNotRule unless nothing keeps the member from ruling on this case."""
    bar = bar_of(member, case_parties(case))
    if bar:
        raise MayNotRule(bar_sentence(bar), because=str(bar))


def _require_words(outcome: str, reasons: str, question: str, answer_by: datetime | None, *, at: datetime) -> None:
    if not reasons.strip():
        raise ReasonsMissing(_("Give the reasons of the ruling."))
    if outcome == Outcome.REMANDED and (not question.strip() or answer_by is None or answer_by <= at):
        raise AnswerByMissing(_("Ask a question, and give a time in the future by which it is to be answered."))


def stances_of(case: Case, stances: Mapping[UUID, str], for_all: str | None) -> dict[Precedent, str]:
    """Return what the ruling does with each precedent suggested in the case. Raises StanceMissing, NothingToCite."""
    found = suggested_of(case)
    known = {precedent.pk for precedent in found}
    if (not found and for_all not in (None, Stance.NONE)) or not set(stances) <= known:
        raise NothingToCite(_("There is no such valid precedent on this question."))
    taken = {precedent: stances.get(precedent.pk, for_all) for precedent in found}
    missing = [str(precedent.pk) for precedent, stance in taken.items() if stance is None]
    if missing:
        sentence = _("Say of each precedent shown whether the ruling follows it, departs from it or does not touch it.")
        raise StanceMissing(sentence, precedents=missing)
    return {precedent: str(stance) for precedent, stance in taken.items()}


def suggested_of(case: Case) -> list[Precedent]:
    """Return the precedents on which a ruling in this case must take a stance."""
    facts = case.handover.snapshot.get("fields", {})
    criterion, reason = case.rejection.criterion, case.rejection.reason
    return suggested_precedents(criterion, reason, fields=facts, except_case=case.pk)


def overall(cited: Mapping[Precedent, str]) -> str:
    """Return the stance of a ruling in one word: departing from one weighs more than following another."""
    taken = set(cited.values())
    return next((stance for stance in (Stance.DEPARTS, Stance.FOLLOWS) if stance in taken), Stance.NONE)


def _decide(case: Case, ruling: Ruling, *, cited: Mapping[Precedent, str], by: Membership, at: datetime) -> None:
    stop_clock(case.subject, "ruling", at=at, by=by)
    Case.objects.filter(pk=case.pk).update(stage=RULED, ruled_at=at, updated_at=at)
    settle_rejection(case.rejection, outcome=ruling.outcome, by=by, at=at)
    cite(ruling, cited, by=by, at=at)
    record("case.ruled", case, by=by, at=at, thread=case.handover.lead_id, data=told_of(case, ruling, cited))


def told_of(case: Case, ruling: Ruling, cited: Mapping[Precedent, str]) -> dict[str, Any]:
    """Return what the event of a decision says."""
    return {
        "number": case.number,
        "outcome": ruling.outcome,
        "ruling": str(ruling.pk),
        "handover": str(case.handover_id),
        "criterion": case.rejection.criterion,
        "reason": case.rejection.reason,
        "stance": ruling.precedent_stance,
        "cited": [str(precedent.pk) for precedent, stance in cited.items() if stance != Stance.NONE],
        "filed_by": str(case.filed_by_id),
        "rejected_by": str(case.rejection.by_id),
        "assigned_to": str(case.handover.assigned_to_id) if case.handover.assigned_to_id else None,
    }


@transaction.atomic
def end_remand(case: Case, *, at: datetime) -> bool:
    """Go on without an answer once the time for it is over; False when the case has moved on already."""
    held = Case.objects.select_for_update(of=("self",)).select_related("subject", "handover").get(pk=case.pk)
    if held.stage != REMANDED or held.remand_until is None or held.remand_until > at:
        return False
    resume(held, by=None, at=held.remand_until)
    return True
