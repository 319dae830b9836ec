"""Reading the board's docket: open cases by stage, and what the quarter settled.

# Note [What a board shows]
Each column shows its first cases and says how many there are; more of them are asked for by a link. So a board costs
what it shows, not what waits.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from arbitration.models import Case, Ruling, Statement
from arbitration.queries.contradictions import same_key
from arbitration.queries.credit import months_written
from arbitration.queries.labels import Labels, labels_of
from arbitration.queries.rulings import ruling_counts
from arbitration.queries.similar import standing_rulings
from arbitration.queries.stages import in_stage
from arbitration.rules import EVIDENCE, FILED, OPEN_STAGES, READY, REMANDED, RULED, SALES, next_stages, stage_at
from arbitration.words import move_word, quota_effect, stage_word
from leads.models import Rejection
from sla.queries import calendar_in_force, clock_views, hours_for
from sla.queries.clocks import ClockView

# So many cards a column begins with, and as many more each time; the rulings page has what was settled long ago.
CARDS = 12
# More than a board can hear in a quarter: the others come up as these are settled.
MOST_CARDS = 200
# A card says what it is about; the case has all that the sides say.
CLAIM_CHARS = 160
# What only time and other pages change shows this late on a board that is looked at.
FRESH_FOR_SECONDS = 300

# What would be read and unpacked for nothing, of every case.
NOT_ON_CARDS = (
    "evidence",
    "handover__snapshot",
    "handover__routed",
    "handover__lead__custom",
    "handover__lead__attributes",
    "handover__lead__score_reasons",
    "handover__lead__first_touch",
    "handover__lead__last_touch",
)

# Columns of the board: a question to the sides is answered by statements.
OPEN_COLUMNS = (FILED, EVIDENCE, READY)
COLUMNS = (*OPEN_COLUMNS, RULED)
COLUMN_OF = {REMANDED: EVIDENCE}


@dataclass(frozen=True)
class CaseCard:
    """One case on the board, in one glance."""

    case_id: UUID
    number: str
    lead_name: str
    company: str
    criterion: str
    marketing_claim: str
    sales_claim: str
    age_days: int
    leads_at_stake: int
    quota_effect: str
    similar: int
    clock: ClockView | None
    stage: str
    stage_label: str
    outcome: str
    ruled_at: datetime | None
    moves: list[tuple[str, str]]
    url: str = ""


@dataclass(frozen=True)
class Column:
    """The first cases of one stage, oldest first (ruled ones newest first), and how many there are."""

    key: str
    label: str
    total: int = 0
    cards: list[CaseCard] = field(default_factory=list)
    # How many come next and where, the address that is kept then, the card at which those asked for last begin.
    more: int = 0
    more_url: str = ""
    kept_url: str = ""
    begins_at: int = 0


@dataclass(frozen=True)
class Docket:
    """The board's page."""

    columns: list[Column]
    settled_quarter: int
    mean_days: float | None


@dataclass(frozen=True)
class _Facts:
    """What all cards share, read once."""

    outcomes: dict[UUID, str]
    sales_said: dict[UUID, str]
    at_stake: dict[tuple[str, str], int]
    similar: dict[tuple[str, str], int]
    clocks: dict[UUID, list[ClockView]]
    written: dict[UUID, date]
    labels: Labels
    spoken: dict[UUID, set[str]]


def docket(visible: "QuerySet[Case]", *, at: datetime, zone: str, shown: Mapping[str, int] | None = None) -> Docket:
    """Return the board of the visible cases at a moment; ``shown`` is how many cards a column has, where not CARDS.

    The number of queries does not depend on how many cases there are. See Note [What a board shows].
    """
    ruled = visible.filter(stage=RULED, ruled_at__gte=_quarter_start(at, zone)).order_by("-ruled_at", "-pk")
    days = [TruncDate(name, tzinfo=ZoneInfo(zone)) for name in ("filed_at", "ruled_at")]
    spans = list(ruled.order_by().values_list(*days).annotate(n=Count("pk")))
    settled = sum(number for _filed, _ruled, number in spans)
    waiting = visible.filter(stage__in=OPEN_STAGES).order_by("filed_at", "pk")
    totals = waiting.order_by().aggregate(**{key: Count("pk", filter=_held_by(key, at=at)) for key in OPEN_COLUMNS})
    rows = {key: waiting.filter(_held_by(key, at=at)) for key in OPEN_COLUMNS if totals[key]} | {RULED: ruled}
    cases = {key: list(_light(found)[: _most(key, shown)]) for key, found in rows.items()}
    facts = _facts_of([case for found in cases.values() for case in found], at=at, zone=zone)
    totals[RULED] = settled
    columns = [
        Column(key, stage_word(key), totals[key], [_card(case, facts, at=at) for case in cases.get(key, [])])
        for key in COLUMNS
    ]
    return Docket(columns, settled_quarter=settled, mean_days=_mean_days(spans))


def version_of_docket(visible: "QuerySet[Case]", *, at: datetime) -> str:
    """Return what changes whenever a case on the board does, read without any of them.

    Every act on an open case renews it, every decision is a ruling. What hangs on the rest of the house (names, who
    may move) and the age in days show within FRESH_FOR_SECONDS.
    """
    waiting = visible.filter(stage__in=OPEN_STAGES)
    state = waiting.aggregate(
        cases=Count("pk"), newest=Max("updated_at"), closed=Count("pk", filter=Q(statements_close_at__lte=at))
    )
    ruled = Ruling.objects.order_by("-at").values_list("pk", flat=True).first()
    told = (*state.values(), ruled, int(at.timestamp()) // FRESH_FOR_SECONDS)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def _held_by(column: str, *, at: datetime) -> Q:
    """Return the condition on open cases that they stand in this column."""
    held = in_stage(column, at=at)
    for stage, other in COLUMN_OF.items():
        if other == column:
            held |= in_stage(stage, at=at)
    return held


def _most(column: str, shown: Mapping[str, int] | None) -> int:
    return min(max((shown or {}).get(column, CARDS), CARDS), MOST_CARDS)


def _light(rows: "QuerySet[Case]") -> "QuerySet[Case]":
    return rows.select_related("handover__lead", "rejection").defer(*NOT_ON_CARDS)


def _quarter_start(at: datetime, zone: str) -> datetime:
    today = at.astimezone(ZoneInfo(zone)).date()
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))


def _mean_days(spans: Sequence[tuple[date, date, int]]) -> float | None:
    """Return the mean of the board's working days from appeal to ruling, None without a ruling."""
    if not spans:
        return None
    hours, one_day = hours_for(calendar_in_force("board")), timedelta(days=1)
    days = sum(number * len(hours.working_days(filed + one_day, ruled)) for filed, ruled, number in spans)
    return days / sum(number for _filed, _ruled, number in spans)


def _facts_of(cases: Sequence[Case], *, at: datetime, zone: str) -> _Facts:
    ids = [case.pk for case in cases]
    rulings = standing_rulings().filter(case__in=ids)
    said = list(Statement.objects.filter(case__in=ids).order_by("-at").values_list("case_id", "side", "text"))
    spoken: dict[UUID, set[str]] = {}
    for case_id, side, _text in said:
        spoken.setdefault(case_id, set()).add(side)
    return _Facts(
        outcomes=dict(rulings.values_list("case_id", "outcome")),
        # Oldest last, so that each case keeps its first.
        sales_said={case_id: text for case_id, side, text in said if side == SALES},
        at_stake=_at_stake(),
        similar=ruling_counts({same_key(case.rejection.criterion, case.rejection.reason) for case in cases}),
        # What is decided shows no clock.
        clocks=clock_views([case.subject_id for case in cases if case.stage != RULED], at=at, zone=zone),
        written=months_written(case.handover.subject_id for case in cases if case.stage == RULED),
        labels=labels_of(case.version_id for case in cases),
        spoken=spoken,
    )


def _at_stake() -> dict[tuple[str, str], int]:
    """Return how many rejections of each kind still wait for their answer or ruling."""
    waiting = Rejection.objects.filter(state__in=[Rejection.State.OPEN, Rejection.State.APPEALED])
    found: dict[tuple[str, str], int] = {}
    for criterion, reason, number in waiting.values_list("criterion", "reason").annotate(n=Count("pk")).order_by():
        key = same_key(criterion, reason)
        found[key] = found.get(key, 0) + number
    return found


def sales_claim(rejection: Rejection, said: str = "") -> str:
    """Return sales' side in one text: the note of the rejection, else what they said first, else the reason."""
    return rejection.note or said or rejection.reason_label


def _card(case: Case, facts: _Facts, *, at: datetime) -> CaseCard:
    handover, rejection = case.handover, case.rejection
    key = same_key(rejection.criterion, rejection.reason)
    outcome = facts.outcomes.get(case.pk, "")
    stage = stage_at(case.stage, statements_close_at=case.statements_close_at, at=at)
    return CaseCard(
        case_id=case.pk,
        number=case.number,
        lead_name=handover.lead.name,
        company=handover.lead.company_name,
        criterion=facts.labels.question(case.version_id, rejection),
        marketing_claim=_cut(case.grounds),
        sales_claim=_cut(sales_claim(rejection, facts.sales_said.get(case.pk, ""))),
        age_days=((case.ruled_at or at) - case.filed_at).days,
        leads_at_stake=0 if outcome else facts.at_stake.get(key, 0),
        quota_effect=quota_effect(
            points=handover.weight,
            month=handover.counted_month,
            outcome=outcome,
            written=facts.written.get(handover.subject_id),
        ),
        similar=facts.similar.get(key, 0) - (1 if outcome else 0),
        clock=_first(facts.clocks.get(case.subject_id, [])),
        stage=stage,
        stage_label=_("Question open") if stage == REMANDED else "",
        outcome=outcome,
        ruled_at=case.ruled_at,
        moves=[(key, move_word(key)) for key in _moves(case, facts, at=at)],
    )


def _cut(claim: str) -> str:
    return Truncator(claim).chars(CLAIM_CHARS)


def _moves(case: Case, facts: _Facts, *, at: datetime) -> tuple[str, ...]:
    spoken = facts.spoken.get(case.pk, set())
    return next_stages(case.stage, spoken=spoken, statements_open=at < case.statements_close_at)


def _first(clocks: Iterable[ClockView]) -> ClockView | None:
    return next(iter(clocks), None)
