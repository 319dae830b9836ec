"""A month's handovers under another version of the agreement, a piece at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from dashboards.queries.replay_month import MonthLine, month_lines
from dashboards.replay import (
    NOT_PROMISED,
    OUTCOMES,
    Outcome,
    after_silence,
    outcome_of,
    under_other_hours,
    with_attempts,
    with_contact,
)
from leads.models import Attempt
from sla.business_time import ALWAYS, ELAPSED_HOURS, Hours, hours_of
from sla.clocks import Attempt as Tried
from sla.clocks import AttemptTerms, Terms
from sla.content import amount_of
from sla.describing import Description, describe
from sla.models import AgreementVersion, Clock, Subject
from sla.queries import History, calendar_in_force, clock_histories, commitment_of
from tenants.jobs import Step
from tenants.models import Job

KIND = "dashboards.replay"
COMMITMENTS = ("decision", "first_contact", "attempts", "return_answer", "status_current", "ruling")
# Handovers of one step: about half a second.
_PIECE = 200
# So many of the leads that differ are listed; all are counted.
_LISTED = 200


@dataclass(frozen=True)
class ReplayLine:
    """One promise: what became of it then, and what would have."""

    commitment: str
    tier: str
    then: Mapping[str, int]
    now: Mapping[str, int]


@dataclass(frozen=True)
class Difference:
    """One lead for which it would have come out otherwise."""

    lead: Description
    commitment: str
    then: str
    now: str
    due_then: datetime | None
    due_now: datetime | None


@dataclass(frozen=True)
class Replay:
    """A finished replay."""

    lines: list[ReplayLine]
    figures: list[MonthLine]
    differences: list[Difference]
    differing: int
    handovers: int
    points_then: Decimal
    points_now: Decimal
    target_now: int
    at: datetime | None


def handovers_of(month: date) -> int:
    """Return how many handovers count in a month."""
    return int(_cohort(month).count())


def subjects_of(month: date) -> int:
    """Return how many subjects a replay goes through: the month's handovers, and the cases opened in it."""
    return int(_replayed(month).count())


def newest_replay(version: AgreementVersion, month: date) -> Job | None:
    """Return the newest replay of this version on this month, as the version stands now."""
    wanted = {"version": str(version.pk), "month": month.isoformat(), "revision": version.revision}
    return Job.objects.filter(kind=KIND, params__contains=wanted).order_by("-created_at").first()


def replay_params(version: AgreementVersion, month: date) -> dict[str, Any]:
    """Return what a replay has to know."""
    return {"version": str(version.pk), "month": month.isoformat(), "revision": version.revision}


def replay_of(job: Job, version: AgreementVersion, *, zone: str) -> Replay:
    """Return what a finished replay found; leads are named as they are called now."""
    result = job.result
    listed: list[dict[str, Any]] = result["differences"]
    subjects = {str(row.pk): row for row in Subject.objects.filter(pk__in=[row["subject"] for row in listed])}
    names = describe(subjects.values())
    month = date.fromisoformat(job.params["month"])
    return Replay(
        lines=[ReplayLine(*key.split("|"), **tally) for key, tally in result["tally"].items()],
        figures=month_lines(version, month, at=job.finished_at or job.created_at, zone=zone),
        differences=[_difference(row, names[UUID(row["subject"])]) for row in listed if row["subject"] in subjects],
        differing=result["differing"],
        handovers=handovers_of(month),
        points_then=_points(month, None),
        points_now=_points(month, version),
        target_now=version.content["volume"]["points_per_month"],
        at=job.finished_at,
    )


def _difference(row: Mapping[str, Any], lead: Description) -> Difference:
    due = [datetime.fromisoformat(row[name]) if row[name] else None for name in ("due_then", "due_now")]
    return Difference(lead, row["commitment"], row["then"], row["now"], *due)


def _points(month: date, version: AgreementVersion | None) -> Decimal:
    """Return the month's points by the weights of the time, or by those of a version."""
    counted = _cohort(month).filter(credit__in=(Subject.Credit.COUNTED, Subject.Credit.SUSPENDED))
    total = Decimal(0)
    for tier, count, weight in counted.values_list("tier").annotate(n=Count("pk"), points=Sum("weight")):
        weights = version.content["tiers"] if version else {}
        total += Decimal(weights[tier]["weight"]) * count if tier in weights else weight
    return total


def _cohort(month: date) -> Any:
    return Subject.objects.filter(kind=Subject.Kind.HANDOVER, counted_month=month)


def _replayed(month: date) -> Any:
    kinds = (Subject.Kind.HANDOVER, Subject.Kind.CASE)
    return Subject.objects.filter(kind__in=kinds, counted_month=month)


# One step


def replay_step(job: Job, at: datetime) -> Step:
    """Replay the next handovers and cases of the month; everything found so far is in the cursor."""
    version = AgreementVersion.objects.get(pk=job.params["version"])
    month = date.fromisoformat(job.params["month"])
    cursor = job.cursor or {
        "after": None,
        "done": 0,
        "tally": {},
        "differences": [],
        "differing": 0,
        "at": at.isoformat(),
    }
    rows = _replayed(month).select_related("version").order_by("pk")
    rows = rows.filter(Q(pk__gt=cursor["after"])) if cursor["after"] else rows
    subjects = list(rows[:_PIECE])
    # All pieces are judged as of one moment.
    _Piece(version, subjects, at=datetime.fromisoformat(cursor["at"])).add_to(cursor)
    cursor["done"] += len(subjects)
    if subjects:
        cursor["after"] = str(subjects[-1].pk)
    finished = len(subjects) < _PIECE
    result = {name: cursor[name] for name in ("tally", "differences", "differing")} if finished else {}
    return Step(cursor, cursor["done"], max(job.total, cursor["done"]), finished, result)


class _Piece:
    """Some handovers with everything that is known of their clocks, read in a fixed number of queries."""

    def __init__(self, version: AgreementVersion, subjects: Sequence[Subject], *, at: datetime) -> None:
        self.version, self.at = version, at
        self.subjects = {subject.pk: subject for subject in subjects}
        self.hours = _hours_under(version)
        clocks = Clock.objects.filter(subject__in=list(self.subjects), commitment__in=COMMITMENTS)
        self.clocks = list(clocks.order_by("started_at", "pk"))
        self.histories = clock_histories([clock.pk for clock in self.clocks])
        self.attempts = _attempts_of(list(self.subjects))

    def add_to(self, found: dict[str, Any]) -> None:
        """Count what became of each promise, and list where it would have come out otherwise."""
        for clock in self.clocks:
            subject = self.subjects[clock.subject_id]
            history = self.histories[clock.pk]
            then = outcome_of(history.facts, history.terms, at=self.at)
            now = self._now(clock, subject, history, then)
            tier = subject.tier if clock.commitment == "first_contact" else ""
            blank = {"then": dict.fromkeys(OUTCOMES, 0), "now": dict.fromkeys(OUTCOMES, 0)}
            tally = found["tally"].setdefault(f"{clock.commitment}|{tier}", blank)
            tally["then"][then.kind] += 1
            tally["now"][now.kind] += 1
            if now.kind != then.kind:
                _list(found, subject, clock.commitment, then, now)

    def _now(self, clock: Clock, subject: Subject, history: History, then: Outcome) -> Outcome:
        given = commitment_of(self.version, clock.commitment, tier=subject.tier)
        if given is None:
            return NOT_PROMISED
        terms = self._terms(given)
        faster = commitment_of(self.version, clock.commitment, tier="hand_raiser")
        facts = under_other_hours(history.facts, shorter=self._terms(faster) if faster else None)
        if clock.commitment == "first_contact" and self._other_contact(subject):
            facts = with_contact(facts, self._contact_at(subject))
        if clock.commitment == "attempts" and _spacing(given) != _spacing(_old(subject, clock)):
            spaced = self._spaced(given)
            facts = with_attempts(facts, self.attempts[subject.pk], spaced, terms, at=self.at)
        now = outcome_of(facts, terms, at=self.at)
        return after_silence(then, now) if clock.commitment == "decision" else now

    def _other_contact(self, subject: Subject) -> bool:
        return bool(self.version.content["contact_means"] != subject.version.content["contact_means"])

    def _contact_at(self, subject: Subject) -> datetime | None:
        means = self.version.content["contact_means"]
        return subject.reached_at if means == "reached" else subject.first_attempt_at

    def _terms(self, given: Mapping[str, Any]) -> Terms:
        return Terms.of(given, ALWAYS if given["unit"] == ELAPSED_HOURS else self.hours[given["calendar"]])

    def _spaced(self, given: Mapping[str, Any]) -> AttemptTerms:
        amount = amount_of(given["spacing_amount"])
        if amount is None:
            raise ValueError(f"{given['spacing_amount']!r} is not an amount.")
        return AttemptTerms(given["count"], amount, given["spacing_unit"], self.hours[given["calendar"]])


def _list(found: dict[str, Any], subject: Subject, commitment: str, then: Outcome, now: Outcome) -> None:
    found["differing"] += 1
    if len(found["differences"]) < _LISTED:
        found["differences"].append(
            {
                "subject": str(subject.pk),
                "commitment": commitment,
                "then": then.kind,
                "now": now.kind,
                "due_then": then.due_at.isoformat() if then.due_at else None,
                "due_now": now.due_at.isoformat() if now.due_at else None,
            }
        )


def _hours_under(version: AgreementVersion) -> dict[str, Hours]:
    """Return each side's weekly hours as the version has them, with the closed days that are known now."""
    return {side: _hours(calendar_in_force(side).content, week) for side, week in version.content["hours"].items()}


def _hours(content: Mapping[str, Any], week: Mapping[str, Any]) -> Hours:
    # The version's week holds throughout, also where the calendar had another one before.
    kept = {name: value for name, value in content.items() if name != "earlier"}
    return hours_of({**kept, "zone": week["zone"], "weekly": week["weekly"]})


def _attempts_of(subjects: Sequence[UUID]) -> Mapping[UUID, list[Tried]]:
    found: dict[UUID, list[Tried]] = defaultdict(list)
    rows = Attempt.objects.filter(handover__subject__in=subjects).order_by("occurred_at", "pk")
    for subject_id, at, automatic, outcome in rows.values_list(
        "handover__subject_id", "occurred_at", "automatic", "outcome"
    ):
        reached = outcome == Attempt.Outcome.REACHED
        found[subject_id].append(Tried(at, is_human=not automatic, reached=reached))
    return found


def _old(subject: Subject, clock: Clock) -> Mapping[str, Any]:
    return commitment_of(subject.version, clock.commitment, tier=subject.tier) or {}


def _spacing(terms: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(terms.get(name) for name in ("count", "spacing_amount", "spacing_unit", "calendar"))
