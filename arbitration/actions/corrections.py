"""Putting a ruling right: a second one of the chair, linked to the first, which stays as it was written.

# Note [Who corrects]
Only the chair, who must be as free of the case as for ruling. What holds is the last ruling of a case. A holding of
the corrected ruling loses its force; the correction may teach another one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from arbitration.actions.precedents import Condition, cite, overrule, publish, refuse_conditions
from arbitration.actions.rulings import MayNotRule, ReasonsMissing, overall, require_free, stances_of, told_of
from arbitration.models import Case, Precedent, Ruling, Seat
from arbitration.queries.board import WITH_PARTIES, seat_of
from arbitration.rules import RULED
from events.actions import record
from leads.actions import resettle_rejection
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class NothingToCorrect(DomainError):
    """Only a decision can be corrected."""

    code = "nothing_to_correct"


@transaction.atomic
def correct_ruling(
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
) -> Ruling:
    """Replace the decision of a case by another one with its own reasons; the effects follow a changed outcome.

    Raises MayNotRule, NothingToCorrect, ReasonsMissing, what rule_on_case raises about precedents and conditions,
    and leads.actions.LeadWentOn where the lead has gone too far to take the decision back.
    """
    require_free(case, by)
    if seat_of(by) != Seat.Kind.CHAIR:
        raise MayNotRule(_("Only the chair corrects a ruling."), because="no_seat")
    held = Case.objects.select_for_update(of=("self",)).select_related(*WITH_PARTIES).get(pk=case.pk)
    wrong = last_ruling(held)
    if held.stage != RULED or wrong is None or outcome == Ruling.Outcome.REMANDED:
        raise NothingToCorrect(_("There is no decision yet to correct."))
    if not reasons.strip():
        raise ReasonsMissing(_("Say what was wrong and why."))
    refuse_conditions(conditions)
    cited = stances_of(held, stances or {}, precedent_stance)
    ruling = Ruling.objects.create(
        case=held,
        corrects=wrong,
        criterion=wrong.criterion,
        reason=wrong.reason,
        outcome=outcome,
        reasons=reasons.strip(),
        by=by,
        at=at,
        precedent_stance=overall(cited),
    )
    _follow(held, wrong, ruling, cited=cited, by=by, at=at)
    publish(ruling, holding=holding, conditions=conditions, by=by, at=at, despite=despite)
    return ruling


def _follow(
    case: Case, wrong: Ruling, ruling: Ruling, *, cited: Mapping[Precedent, str], by: Membership, at: datetime
) -> None:
    Case.objects.filter(pk=case.pk).update(updated_at=at)
    if ruling.outcome != wrong.outcome:
        resettle_rejection(case.rejection, outcome=ruling.outcome, by=by, at=at)
    for precedent in Precedent.objects.filter(ruling=wrong):
        overrule(precedent, by_ruling=ruling, by=by, at=at)
    cite(ruling, cited, by=by, at=at)
    data = {**told_of(case, ruling, cited), "corrects": str(wrong.pk)}
    record("case.corrected", case, by=by, at=at, thread=case.handover.lead_id, data=data)


def last_ruling(case: Case) -> Ruling | None:
    """Return the decision of a case that holds: the last correction, or the first ruling."""
    return Ruling.objects.exclude(outcome=Ruling.Outcome.REMANDED).filter(case=case).order_by("-at", "-pk").first()
