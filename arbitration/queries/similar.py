"""Rulings that resemble a dispute, each with the reasons why, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from arbitration.likeness import Condition, Likeness, Question, likeness
from arbitration.models import Citation, Precedent, Ruling
from arbitration.queries.contradictions import MOST_NAMED, contradicting, on_question
from arbitration.queries.labels import Labels, labels_of
from arbitration.words import outcome_word, precedent_word
from leads.criteria import demand_text
from leads.queries.attributes import field_labels

SUGGESTED = 5
# So many of the newest rulings on the criterion, on the reason, and of the valid precedents are compared.
COMPARED = 100
# Large columns that no list of rulings shows.
HEAVY = ("case__evidence", "case__grounds", "case__version__content", "case__version__labels")


@dataclass(frozen=True)
class RulingOn:
    """A ruling on a similar question, as shown while somebody rejects, appeals or rules."""

    number: str
    outcome: str
    outcome_label: str
    criterion: str
    holding: str
    state: str
    state_label: str
    at: datetime
    version: int
    similar_because: str
    differs_because: str
    case_id: UUID
    precedent_id: UUID | None
    followed: int
    departed: int
    points: int
    contradicts: list[str]
    url: str = ""


@dataclass(frozen=True)
class Tally:
    """How the board has ruled on a question so far."""

    total: int
    overturned: int


@dataclass(frozen=True)
class _Said:
    """What fields, criteria and reasons are called, and what precedents have met since."""

    fields: Mapping[str, str]
    labels: Labels
    cited: Mapping[UUID, tuple[int, int]]
    contradicts: Mapping[UUID, list[str]]


def rulings_on(
    criterion: str,
    reason: str,
    *,
    fields: Mapping[str, object] | None = None,
    except_case: UUID | None = None,
    limit: int = SUGGESTED,
) -> list[RulingOn]:
    """Return the rulings most like a question, valid precedents first; ``fields`` are the lead's facts."""
    question = Question(criterion, reason, fields or {})
    best = _best(question, except_case=except_case)[:limit]
    wanted = Ruling.objects.filter(pk__in=[found.ruling for found in best])
    rulings = {row.pk: row for row in wanted.select_related("case__rejection", "case__version").defer(*HEAVY)}
    teaching = {row.ruling_id: row for row in Precedent.objects.filter(ruling__in=rulings)}
    ranked = [(found.like, rulings[found.ruling]) for found in best]
    said = _Said(
        fields=field_labels() if any(like.holds or like.differs for like, _ruling in ranked) else {},
        labels=labels_of(ruling.case.version_id for _like, ruling in ranked),
        cited=citations_of(row.pk for row in teaching.values()),
        contradicts=contradicting(teaching.values(), most=MOST_NAMED),
    )
    return [_row(like, ruling, teaching.get(ruling.pk), said) for like, ruling in ranked]


def suggested_precedents(
    criterion: str,
    reason: str,
    *,
    fields: Mapping[str, object] | None = None,
    except_case: UUID | None = None,
    limit: int = SUGGESTED,
) -> list[Precedent]:
    """Return the valid precedents most like a question: those on which a ruling must take a stance."""
    question = Question(criterion, reason, fields or {})
    rows = Precedent.objects.filter(on_question(criterion, reason), state=Precedent.State.VALID)
    if except_case:
        rows = rows.exclude(ruling__case=except_case)
    newest = rows.order_by("-published_at").values_list("pk", "criterion", "reason", "conditions", "published_at")
    compared = [
        (likeness(question, criterion=key, reason=why, conditions=conditions).points, at, pk)
        for pk, key, why, conditions, at in newest[:COMPARED]
    ]
    best = [pk for _points, _at, pk in sorted(compared, reverse=True)[:limit]]
    wanted = Precedent.objects.filter(pk__in=best).select_related("ruling__case").defer("ruling__case__evidence")
    found = {row.pk: row for row in wanted}
    return [found[pk] for pk in best]


def tally_on(criterion: str, reason: str) -> Tally:
    """Return how many rulings there are on the question, and how many overturned the rejection."""
    rows = standing_rulings().filter(on_question(criterion, reason))
    counted = rows.aggregate(total=Count("pk"), overturned=Count("pk", filter=Q(outcome=Ruling.Outcome.OVERTURNED)))
    return Tally(counted["total"], counted["overturned"])


def standing_rulings() -> "QuerySet[Ruling]":
    """Return the rulings that decide their case: no remands, nothing that was corrected since."""
    corrected = Ruling.objects.filter(corrects__isnull=False).values("corrects")
    return Ruling.objects.exclude(outcome=Ruling.Outcome.REMANDED).exclude(pk__in=corrected)


def citations_of(precedents: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return how often each of the precedents was followed and departed from."""
    rows = Citation.objects.filter(precedent__in=list(precedents)).values_list("precedent")
    counted = rows.annotate(
        followed=Count("pk", filter=Q(stance="follows")), departed=Count("pk", filter=Q(stance="departs"))
    )
    return {pk: (followed, departed) for pk, followed, departed in counted.order_by()}


@dataclass(frozen=True)
class _Candidate:
    """A ruling as far as it is compared: nothing else of it is read before it is among the best."""

    ruling: UUID
    like: Likeness
    force: int
    at: datetime


def _best(question: Question, *, except_case: UUID | None) -> list[_Candidate]:
    """Return the compared rulings, the most like ones first."""
    rows = standing_rulings().exclude(case=except_case) if except_case else standing_rulings()
    facts = _facts_of_newest(rows, question)
    taught = Precedent.objects.filter(ruling__in=list(facts)).values_list("ruling", "state", "conditions")
    teaching = {ruling: (state, conditions) for ruling, state, conditions in taught}
    found = [_candidate(question, pk, row, *teaching.get(pk, ("", []))) for pk, row in facts.items()]
    return sorted(found, key=lambda one: (one.force, one.like.points, one.at), reverse=True)


def _facts_of_newest(rows: "QuerySet[Ruling]", question: Question) -> dict[UUID, tuple[str, str, datetime]]:
    """Return criterion, reason and time of the newest rulings on the criterion, on the reason, and of precedents."""
    newest, columns = rows.order_by("-at"), ("pk", "criterion", "reason", "at")
    valid = Precedent.objects.filter(on_question(question.criterion, question.reason), state=Precedent.State.VALID)
    binding = list(valid.order_by("-published_at").values_list("ruling", flat=True)[:COMPARED])
    found = [
        *newest.filter(reason=question.reason).values_list(*columns)[:COMPARED],
        *rows.filter(pk__in=binding).values_list(*columns),
    ]
    if question.criterion:
        found += newest.filter(criterion=question.criterion).values_list(*columns)[:COMPARED]
    return {pk: (criterion, reason, at) for pk, criterion, reason, at in found}


def _candidate(
    question: Question, ruling: UUID, facts: tuple[str, str, datetime], state: str, conditions: Sequence[Condition]
) -> _Candidate:
    criterion, reason, at = facts
    like = likeness(question, criterion=criterion, reason=reason, conditions=conditions)
    return _Candidate(ruling, like, _FORCE.get(state, 0), at)


# What binds comes before what only was decided, and that before what binds no more.
_FORCE = {Precedent.State.VALID: 2, "": 1}


def _row(
    like: Likeness,
    ruling: Ruling,
    precedent: Precedent | None,
    said: _Said,
) -> RulingOn:
    rejection = ruling.case.rejection
    followed, departed = said.cited.get(precedent.pk, (0, 0)) if precedent else (0, 0)
    return RulingOn(
        number=ruling.case.number,
        outcome=ruling.outcome,
        outcome_label=outcome_word(ruling.outcome),
        criterion=said.labels.question(ruling.case.version_id, rejection),
        holding=precedent.holding if precedent else Truncator(ruling.reasons).chars(160),
        state=precedent.state if precedent else "",
        state_label=precedent_word(precedent.state) if precedent else "",
        at=ruling.at,
        version=ruling.case.version.number,
        similar_because=_because(like, ruling, said),
        differs_because=_facts(like.differs, _("Not alike: the ruling was about %(facts)s."), said),
        case_id=ruling.case_id,
        precedent_id=precedent.pk if precedent else None,
        followed=followed,
        departed=departed,
        points=like.points,
        contradicts=said.contradicts.get(precedent.pk, []) if precedent else [],
    )


def _because(like: Likeness, ruling: Ruling, said: _Said) -> str:
    """Say why a ruling is similar, in one or two sentences."""
    version, rejection = ruling.case.version_id, ruling.case.rejection
    found = []
    if like.same_criterion:
        found.append(_("Same criterion: %(label)s.") % {"label": said.labels.criterion(version, rejection)})
    if like.same_reason:
        found.append(_("Same reason: %(label)s.") % {"label": said.labels.reason(version, rejection)})
    if like.holds:
        found.append(_facts(like.holds, _("Same facts: %(facts)s."), said))
    return " ".join(found)


def _facts(conditions: Sequence[Condition], sentence: str, said: _Said) -> str:
    if not conditions:
        return ""
    return sentence % {"facts": ", ".join(demand_text(condition, said.fields) for condition in conditions)}
