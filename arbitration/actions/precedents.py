"""What a ruling teaches: published, cited, and what takes its force.

# Note [What ends a precedent]
A later ruling that departs from it overrules it, and so does the correction of its own ruling: two valid holdings
that contradict each other would teach nobody. A new version of the agreement that says something else about its
criterion (or no longer has it, or its reason) supersedes it from the day on which that version starts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arbitration.models import Citation, Precedent, Ruling
from arbitration.queries.contradictions import contradicted_by
from events.actions import record
from leads.facts import known_fields
from sla.content.definitions import faults_of_demand
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

Condition = Mapping[str, Any]
State, Stance = Precedent.State, Ruling.Stance

MOST_CONDITIONS = 8


class ContradictsPrecedents(DomainError):
    """The holding says the opposite of valid precedents that whoever rules has not said to know."""

    code = "contradicts_precedents"


def refuse_conditions(conditions: Sequence[Condition]) -> None:
    """Raise InvalidInput unless each condition is one that a criterion of the agreement could ask."""
    faults = []
    if len(conditions) > MOST_CONDITIONS:
        told = _("Give at most %(n)d conditions.") % {"n": MOST_CONDITIONS}
        faults.append(FieldError("/conditions", "too_many", told))
    fields = known_fields() if conditions else {}
    for place, condition in enumerate(conditions[:MOST_CONDITIONS]):
        faults += [
            FieldError(f"/conditions/{place}{problem.pointer}", problem.code, _(problem.template) % problem.values)
            for problem in faults_of_demand(condition, fields)
        ]
    if faults:
        raise InvalidInput(faults)


def cite(ruling: Ruling, stances: Mapping[Precedent, str], *, by: Membership, at: datetime) -> None:
    """Put on record which precedents a ruling follows and departs from; the latter lose their force."""
    taken = {precedent: stance for precedent, stance in stances.items() if stance != Stance.NONE}
    Citation.objects.bulk_create(
        Citation(ruling=ruling, precedent=precedent, stance=stance) for precedent, stance in taken.items()
    )
    for precedent, stance in taken.items():
        if stance == Stance.DEPARTS:
            overrule(precedent, by_ruling=ruling, by=by, at=at)


def overrule(precedent: Precedent, *, by_ruling: Ruling, by: Membership, at: datetime) -> bool:
    """End the force of a precedent by a later ruling; False when it had none any more."""
    valid = Precedent.objects.filter(pk=precedent.pk, state=State.VALID)
    if not valid.update(state=State.OVERRULED, overruled_by=by_ruling, ended_at=at):
        return False
    data = {"ruling": str(by_ruling.pk)}
    record("precedent.overruled", precedent, by=by, at=at, thread=by_ruling.case.handover.lead_id, data=data)
    return True


def publish(
    ruling: Ruling,
    *,
    holding: str,
    conditions: Sequence[Condition],
    by: Membership,
    at: datetime,
    despite: Collection[str] | None = None,
) -> Precedent | None:
    """Make a ruling with a holding a precedent; None without one.

    Raises ContradictsPrecedents where it contradicts others than those of ``despite``; None asks for no warning.
    """
    if not holding.strip():
        return None
    case = ruling.case
    precedent = Precedent.objects.create(
        ruling=ruling,
        criterion=ruling.criterion,
        reason=ruling.reason,
        holding=holding.strip(),
        conditions=[dict(condition) for condition in conditions],
        version=case.version,
        published_at=at,
    )
    data = {"number": case.number, "criterion": precedent.criterion, "reason": precedent.reason}
    record("precedent.published", precedent, by=by, at=at, thread=case.handover.lead_id, data=data)
    _follow_present(precedent, at=at)
    if despite is not None:
        _refuse_unknown(contradicted_by(ruling), known=despite)
    return precedent


def _refuse_unknown(against: Sequence[str], *, known: Collection[str]) -> None:
    if not set(against) <= set(known):
        sentence = _("The holding contradicts %(numbers)s: one lead can meet both, and they say the opposite.")
        raise ContradictsPrecedents(sentence % {"numbers": ", ".join(against)}, contradicts=list(against))


@transaction.atomic
def follow_version(version: AgreementVersion, *, at: datetime) -> int:
    """Supersede the precedents about whose question this version says something else; return how many."""
    older = Precedent.objects.filter(state=State.VALID, version__number__lt=version.number)
    contents = {row.pk: row.content for row in AgreementVersion.objects.filter(pk__in=older.values("version"))}
    changed = [row for row in older if _terms(contents[row.version_id], row) != _terms(version.content, row)]
    for precedent in changed:
        _supersede(precedent, version, at=max(at, precedent.published_at))
    return len(changed)


def _follow_present(precedent: Precedent, *, at: datetime) -> None:
    """A case may be ruled on long after its version ended: what it teaches may be history already."""
    present = agreement_in_force(at=at)
    if present is not None and _terms(precedent.version.content, precedent) != _terms(present.content, precedent):
        _supersede(precedent, present, at=at)


def _terms(content: Mapping[str, Any], precedent: Precedent) -> Any:
    """Return what a version says about the question of a precedent, but for its label."""
    if precedent.criterion:
        definitions = content["definitions"]
        found = [c for c in (*definitions["fit"], *definitions["readiness"]) if c["key"] == precedent.criterion]
        # Points weigh a criterion against others; whether a lead meets it they do not touch.
        return [{name: c[name] for name in ("field", "operator", "value", "required")} for c in found]
    reasons = content["reasons"]["rejection"]
    return [r.get("class") for r in reasons if r["key"] == precedent.reason]


def _supersede(precedent: Precedent, version: AgreementVersion, *, at: datetime) -> None:
    valid = Precedent.objects.filter(pk=precedent.pk, state=State.VALID)
    if valid.update(state=State.SUPERSEDED, superseded_by=version, ended_at=at):
        data = {"version": version.number}
        record("precedent.superseded", precedent, by=None, at=at, data=data)
