"""The parts of the case page, from rows that are already read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from arbitration.models import Case, Ruling, Statement
from arbitration.queries.docket import sales_claim
from arbitration.queries.labels import Labels
from arbitration.rules import MARKETING, READY, REMANDED, RULED, SALES, WITHDRAWN
from arbitration.words import moment_word, outcome_word
from leads import words
from leads.models import Attempt, Handover
from leads.proofs import proof_text
from leads.queries.shapes import AttemptView, Criterion, PathStep
from tenants.models import Membership


@dataclass(frozen=True)
class Claim:
    """What one side says in one sentence; what it adds stands among the statements."""

    side: str
    name: str
    initials: str
    title: str
    claim: str
    at: datetime


@dataclass(frozen=True)
class StatementView:
    """One statement with its author."""

    side: str
    author: str
    initials: str
    at: datetime
    text: str


@dataclass(frozen=True)
class RulingView:
    """The decision as the page shows it."""

    outcome: str
    outcome_label: str
    by_name: str
    at: datetime
    reasons: str
    precedent_sentence: str
    follows_text: str


@dataclass(frozen=True)
class Fact:
    """One line beside the claims."""

    label: str
    value: str


def claims_of(case: Case) -> tuple[Claim, Claim]:
    """Return marketing's claim (the appeal) and sales' (the rejection)."""
    rejection = case.rejection
    marketing = _claim(MARKETING, case.filed_by, case.grounds, at=case.filed_at)
    sales = _claim(SALES, rejection.by, sales_claim(rejection), at=rejection.at)
    return marketing, sales


def _claim(side: str, member: Membership, claim: str, *, at: datetime) -> Claim:
    return Claim(side, member.name, member.initials, member.title or member.role_label, claim, at)


def criteria_of(handover: Handover) -> list[Criterion]:
    """Return the criteria with their proofs, from the lead as handed over."""
    return [_criterion(item) for item in handover.snapshot.get("score_reasons", [])]


def _criterion(item: Mapping[str, Any]) -> Criterion:
    return Criterion(
        label=item.get("label", ""),
        state=item.get("state", "unknown"),
        proof=proof_text(str(item.get("proof", ""))),
        required=bool(item.get("required", False)),
        points=item.get("points"),
    )


def criterion_of(case: Case, labels: Labels) -> tuple[str, str]:
    """Return the disputed criterion's name and its definition in the agreement's terms."""
    terms = case.evidence.get("criterion")
    name = labels.question(case.version_id, case.rejection)
    return name, _definition(terms) if terms else ""


def _definition(terms: Mapping[str, Any]) -> str:
    """Say the rule of a criterion in words."""
    value = terms["value"]
    if terms["operator"] == "between":
        said = {"low": formats.number_format(value[0], force_grouping=True)}
        said["high"] = formats.number_format(value[1], force_grouping=True)
    else:
        said = {"value": ", ".join(str(part).replace("_", " ") for part in value) if isinstance(value, list) else value}
    sentences = {
        "between": _("(rule: %(field)s from %(low)s to %(high)s)"),
        "contains": _("(rule: %(field)s contains %(value)s)"),
        "is_absent": _("(rule: %(field)s is not known)"),
        "in": _("(rule: %(field)s is one of %(value)s)"),
        "not_in": _("(rule: %(field)s is none of %(value)s)"),
        "equals": _("(rule: %(field)s is %(value)s)"),
        "at_least": _("(rule: %(field)s is at least %(value)s)"),
        "at_most": _("(rule: %(field)s is at most %(value)s)"),
        "matches_any": _("(rule: %(field)s contains one of %(value)s)"),
        "is_present": _("(rule: %(field)s is known)"),
        "count_at_least": _("(rule: %(field)s at least %(value)s times)"),
    }
    return sentences[terms["operator"]] % {"field": terms["field"].replace("_", " "), **said}


def facts_of(case: Case) -> list[Fact]:
    """Return the facts of the handover beside the claims."""
    handover, rejection = case.handover, case.rejection
    found = [
        (_("Handed over"), moment_word(handover.sent_at)),
        (_("Rejected"), moment_word(rejection.at)),
        (_("Tier"), words.word(words.TIERS, handover.tier)),
        (_("Counts in"), formats.date_format(handover.counted_month, "YEAR_MONTH_FORMAT")),
        (_("Note at the handover"), handover.note),
        (_("Handed over below the threshold because"), handover.override_reason),
        (_("Evidence of sales"), rejection.evidence_url),
    ]
    return [Fact(label, value) for label, value in found if value]


def attempts_of(handover: Handover) -> list[AttemptView]:
    """Return the tries to reach the person, oldest first."""
    rows = Attempt.objects.select_related("by").filter(handover=handover).order_by("occurred_at", "pk")
    return [_attempt(row) for row in rows]


def _attempt(row: Attempt) -> AttemptView:
    return AttemptView(
        channel=words.word(words.CHANNELS, row.channel),
        outcome=words.word(words.OUTCOMES, row.outcome),
        at=row.occurred_at,
        by=row.by.name if row.by else "",
        counted=row.counted,
        not_counted_because=words.word(words.NOT_COUNTED, row.not_counted_because),
        note=row.note,
        backdated=row.is_backdated,
    )


def statement_views(statements: Sequence[Statement]) -> list[StatementView]:
    """Return the statements in the order in which they were made."""
    return [StatementView(row.side, row.by.name, row.by.initials, row.at, row.text) for row in statements]


def ruling_view(ruling: Ruling, *, holding: str, cited: Sequence[tuple[str, str]]) -> RulingView:
    """Return a decision in words; ``holding`` is the precedent that it became, ``cited`` stances with case numbers."""
    follows = ", ".join(number for stance, number in cited if stance == Ruling.Stance.FOLLOWS)
    departs = ", ".join(number for stance, number in cited if stance == Ruling.Stance.DEPARTS)
    said = [
        _("Corrects an earlier ruling.") if ruling.corrects_id else "",
        _("Follows %(numbers)s.") % {"numbers": follows} if follows else "",
        _("Departs from %(numbers)s.") % {"numbers": departs} if departs else "",
        _effect(ruling.outcome),
    ]
    return RulingView(
        outcome=ruling.outcome,
        outcome_label=outcome_word(ruling.outcome),
        by_name=ruling.by.name,
        at=ruling.at,
        reasons=ruling.reasons,
        precedent_sentence=holding,
        follows_text=" ".join(sentence for sentence in said if sentence),
    )


def _effect(outcome: str) -> str:
    if outcome == Ruling.Outcome.OVERTURNED:
        return _("The handover is accepted by ruling; the paused clocks of sales run on with the time that was left.")
    return _("The rejection is final: the clocks of sales are cancelled and marketing's credit is reversed.")


def path_of(case: Case, stage: str, statements: Sequence[Statement], rulings: Sequence[Ruling]) -> list[PathStep]:
    """Return the way of the case in four steps."""
    decided = stage in (RULED, WITHDRAWN)
    heard = len({row.side for row in statements})
    steps = [
        PathStep(_("Filed"), moment_word(case.filed_at), "done"),
        PathStep(
            _("Statements"),
            _("%(heard)s of 2 sides") % {"heard": heard},
            "done" if decided or stage == READY else "now",
        ),
    ]
    if any(ruling.outcome == Ruling.Outcome.REMANDED for ruling in rulings):
        steps.append(PathStep(_("Question"), case.remand_question, "now" if stage == REMANDED else "done"))
    steps.append(PathStep(_("Ready to rule"), "", "done" if decided else "now" if stage == READY else "todo"))
    steps.append(_last_step(case, stage, rulings))
    return steps


def _last_step(case: Case, stage: str, rulings: Sequence[Ruling]) -> PathStep:
    if stage == WITHDRAWN:
        return PathStep(_("Withdrawn"), moment_word(case.updated_at), "failed")
    if stage == RULED:
        return PathStep(_("Ruled"), outcome_word(rulings[-1].outcome), "done")
    return PathStep(_("Ruled"), "", "todo")
