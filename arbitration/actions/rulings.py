"""The board's decision: its reasons, its effects in one transaction, and what it teaches."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arbitration.actions.locking import lock_open
from arbitration.actions.remands import remand, resume
from arbitration.models import Case, Citation, Precedent, Ruling
from arbitration.queries import case_parties, precedents_on
from arbitration.queries.board import bar_of
from arbitration.rules import REMANDED, RULED, Bar
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


@transaction.atomic
def rule_on_case(
    case: Case,
    *,
    outcome: str,
    reasons: str,
    by: Membership,
    at: datetime,
    precedent_stance: str = Stance.NONE,
    holding: str = "",
    question: str = "",
    answer_by: datetime | None = None,
) -> Ruling:
    """Uphold, overturn or remand; with a ``holding`` the ruling becomes a precedent.

    Raises MayNotRule, AlreadyRuled, CaseWithdrawn, ReasonsMissing, AnswerByMissing, NothingToCite.
    """
    require_free(case, by)
    held = lock_open(case)
    _require_words(outcome, reasons, question, answer_by, at=at)
    cited = _cited(held, precedent_stance) if outcome != Outcome.REMANDED else []
    ruling = Ruling.objects.create(
        case=held,
        outcome=outcome,
        reasons=reasons.strip(),
        by=by,
        at=at,
        precedent_stance=precedent_stance if cited else Stance.NONE,
        question=question.strip() if outcome == Outcome.REMANDED else "",
        answer_by=answer_by if outcome == Outcome.REMANDED else None,
    )
    if held.stage == REMANDED:
        resume(held, by=by, at=at)
    if outcome == Outcome.REMANDED and answer_by is not None:
        remand(held, ruling, answer_by=answer_by, by=by, at=at)
    else:
        _decide(held, ruling, cited=cited, holding=holding.strip(), by=by, at=at)
    return ruling


BARS = {
    Bar.NOT_NEUTRAL: gettext_noop("Only an executive who belongs to neither side rules."),
    Bar.NO_SEAT: gettext_noop("Only the chair of the board or a deputy rules."),
    Bar.INVOLVED: gettext_noop("You have a hand in this case yourself, so somebody else has to rule."),
}


def bar_sentence(bar: Bar) -> str:
    """Return why somebody cannot rule, "" when they can."""
    return _(BARS[bar]) if bar else ""


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


def _cited(case: Case, stance: str) -> list[Precedent]:
    if stance == Stance.NONE:
        return []
    found = precedents_on(criterion=case.rejection.criterion, reason=case.rejection.reason)
    if not found:
        raise NothingToCite(_("There is no precedent on this criterion yet. Choose “no precedent”."))
    return found


def _decide(case: Case, ruling: Ruling, *, cited: list[Precedent], holding: str, by: Membership, at: datetime) -> None:
    stop_clock(case.subject, "ruling", at=at, by=by)
    Case.objects.filter(pk=case.pk).update(stage=RULED, ruled_at=at, updated_at=at)
    settle_rejection(case.rejection, outcome=ruling.outcome, by=by, at=at)
    Citation.objects.bulk_create(
        Citation(ruling=ruling, precedent=precedent, stance=ruling.precedent_stance) for precedent in cited
    )
    record("case.ruled", case, by=by, at=at, thread=case.handover.lead_id, data=_told(case, ruling, cited))
    if holding:
        _publish(case, ruling, cited=cited, holding=holding, by=by, at=at)


def _publish(case: Case, ruling: Ruling, *, cited: list[Precedent], holding: str, by: Membership, at: datetime) -> None:
    if ruling.precedent_stance == Stance.DEPARTS:
        # Two valid holdings that contradict each other would teach nobody.
        old = [precedent.pk for precedent in cited]
        Precedent.objects.filter(pk__in=old).update(state=Precedent.State.OVERRULED)
    precedent = Precedent.objects.create(
        ruling=ruling,
        criterion=case.rejection.criterion,
        reason=case.rejection.reason,
        holding=holding,
        version=case.version,
        published_at=at,
    )
    data = {"number": case.number, "criterion": precedent.criterion, "reason": precedent.reason}
    record("precedent.published", precedent, by=by, at=at, thread=case.handover.lead_id, data=data)


def _told(case: Case, ruling: Ruling, cited: list[Precedent]) -> dict[str, Any]:
    return {
        "number": case.number,
        "outcome": ruling.outcome,
        "ruling": str(ruling.pk),
        "handover": str(case.handover_id),
        "criterion": case.rejection.criterion,
        "reason": case.rejection.reason,
        "stance": ruling.precedent_stance,
        "cited": [str(precedent.pk) for precedent in cited],
        "filed_by": str(case.filed_by_id),
        "rejected_by": str(case.rejection.by_id),
    }


@transaction.atomic
def end_remand(case: Case, *, at: datetime) -> bool:
    """Go on without an answer once the time for it is over; False when the case has moved on already."""
    held = Case.objects.select_for_update(of=("self",)).select_related("subject", "handover").get(pk=case.pk)
    if held.stage != REMANDED or held.remand_until is None or held.remand_until > at:
        return False
    resume(held, by=None, at=held.remand_until)
    return True
