"""Reading the board's docket: open cases by stage, and what the quarter settled."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from arbitration.models import Case, Statement
from arbitration.queries.contradictions import same_key
from arbitration.queries.labels import Labels, labels_of
from arbitration.queries.rulings import ruling_counts
from arbitration.queries.similar import standing_rulings
from arbitration.rules import EVIDENCE, FILED, OPEN_STAGES, READY, REMANDED, RULED, SALES, next_stages, stage_at
from arbitration.words import move_word, quota_effect, stage_word
from leads.models import Rejection
from sla.queries import calendar_in_force, clock_views, hours_for
from sla.queries.clocks import ClockView

# A board column shows what still matters; the rulings page has the rest.
RULED_SHOWN = 20
# More open cases than a board can hear: the oldest of them, the others come up as these are settled.
OPEN_SHOWN = 300

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
COLUMNS = (FILED, EVIDENCE, READY, RULED)
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
    """The cases of one stage, oldest first (ruled ones newest first)."""

    key: str
    label: str
    cards: list[CaseCard] = field(default_factory=list)


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
    labels: Labels
    spoken: dict[UUID, set[str]]


def docket(visible: "QuerySet[Case]", *, at: datetime, zone: str) -> Docket:
    """Return the board of the visible cases at a moment; the number of queries does not depend on theirs."""
    rows = visible.select_related("handover__lead", "rejection").defer(*NOT_ON_CARDS)
    quarter = _quarter_start(at, zone)
    ruled = rows.filter(stage=RULED, ruled_at__gte=quarter).order_by("-ruled_at")
    waiting = rows.filter(stage__in=OPEN_STAGES).order_by("filed_at", "pk")
    cases = [*waiting[:OPEN_SHOWN], *ruled[:RULED_SHOWN]]
    facts = _facts_of(cases, at=at, zone=zone)
    cards = [_card(case, facts, at=at) for case in cases]
    columns = [Column(key, stage_word(key), [card for card in cards if _column(card) == key]) for key in COLUMNS]
    spans = [(filed, done) for filed, done in ruled.order_by().values_list("filed_at", "ruled_at") if done is not None]
    return Docket(columns, settled_quarter=len(spans), mean_days=_mean_days(spans, zone))


def _column(card: CaseCard) -> str:
    return COLUMN_OF.get(card.stage, card.stage)


def _quarter_start(at: datetime, zone: str) -> datetime:
    today = at.astimezone(ZoneInfo(zone)).date()
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))


def _mean_days(spans: Sequence[tuple[datetime, datetime]], zone: str) -> float | None:
    """Return the mean of the board's working days from appeal to ruling, None without a ruling."""
    if not spans:
        return None
    hours, here = hours_for(calendar_in_force("board")), ZoneInfo(zone)
    days = Counter((_day(filed, here) + timedelta(days=1), _day(ruled, here)) for filed, ruled in spans)
    return sum(number * len(hours.working_days(*span)) for span, number in days.items()) / len(spans)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


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
        clocks=clock_views([case.subject_id for case in cases], at=at, zone=zone),
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
        marketing_claim=case.grounds,
        sales_claim=sales_claim(rejection, facts.sales_said.get(case.pk, "")),
        age_days=((case.ruled_at or at) - case.filed_at).days,
        leads_at_stake=0 if outcome else facts.at_stake.get(key, 0),
        quota_effect=quota_effect(points=handover.weight, month=handover.counted_month, outcome=outcome),
        similar=facts.similar.get(key, 0) - (1 if outcome else 0),
        clock=_first(facts.clocks.get(case.subject_id, [])),
        stage=stage,
        stage_label=_("Question open") if stage == REMANDED else "",
        outcome=outcome,
        ruled_at=case.ruled_at,
        moves=[(key, move_word(key)) for key in _moves(case, facts, at=at)],
    )


def _moves(case: Case, facts: _Facts, *, at: datetime) -> tuple[str, ...]:
    spoken = facts.spoken.get(case.pk, set())
    return next_stages(case.stage, spoken=spoken, statements_open=at < case.statements_close_at)


def _first(clocks: Iterable[ClockView]) -> ClockView | None:
    return next(iter(clocks), None)
