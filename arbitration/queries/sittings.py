"""Reading meetings of the board and what is on their docket."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from arbitration.models import Case, Ruling, Sitting, SittingCase
from arbitration.queries.contradictions import same_key
from arbitration.queries.credit import months_written
from arbitration.queries.docket import sales_claim
from arbitration.queries.labels import labels_of
from arbitration.queries.similar import standing_rulings
from arbitration.rules import OPEN_STAGES, stage_at
from arbitration.words import outcome_word, quota_effect, stage_word
from leads.models import Rejection

MOST_CASES = 20
# Open cases are few: the board has ten business days for each.
LOOKED_AT = 500
SHOWN = 50


@dataclass(frozen=True)
class SittingRow:
    """One sitting in the list."""

    id: UUID
    starts_at: datetime
    place: str
    state: str
    state_label: str
    cases: int


@dataclass(frozen=True)
class Item:
    """One case on the docket, as the meeting room shows it."""

    case_id: UUID
    position: int
    number: str
    lead_name: str
    company: str
    criterion: str
    marketing_claim: str
    sales_claim: str
    stage_label: str
    outcome: str
    outcome_label: str
    age_days: int
    quota_effect: str
    url: str = ""


def cases_in_order(order: str, *, at: datetime) -> list[Case]:
    """Return the open cases, the most pressing first.

    ``oldest`` by the appeal; ``value`` by the weight of the lead's tier; ``quota`` by the points that hang on the
    ruling: the lead's own and those of every rejection that waits on the same question.
    """
    rows = Case.objects.filter(stage__in=OPEN_STAGES).select_related("handover", "rejection")
    cases = list(rows.defer("evidence", "handover__snapshot").order_by("filed_at", "pk")[:LOOKED_AT])
    if order == Sitting.Order.VALUE:
        return sorted(cases, key=lambda case: -case.handover.weight)
    if order == Sitting.Order.QUOTA:
        points = _points_waiting()
        return sorted(cases, key=lambda case: -points[same_key(case.rejection.criterion, case.rejection.reason)])
    return cases


def _points_waiting() -> Counter[tuple[str, str]]:
    waiting = Rejection.objects.filter(state__in=[Rejection.State.OPEN, Rejection.State.APPEALED])
    counted = waiting.values_list("criterion", "reason", "handover__weight").annotate(n=Count("pk"))
    found: Counter[tuple[str, str]] = Counter()
    for criterion, reason, weight, number in counted.order_by():
        found[same_key(criterion, reason)] += int(Decimal(weight) * number * 100)
    return found


def sitting_rows() -> list[SittingRow]:
    """Return the sittings, the newest first."""
    rows = list(Sitting.objects.order_by("-starts_at")[:SHOWN])
    counts = dict(
        SittingCase.objects.filter(sitting__in=[row.pk for row in rows])
        .values_list("sitting")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [
        SittingRow(row.pk, row.starts_at, row.place, row.state, state_word(row.state), counts.get(row.pk, 0))
        for row in rows
    ]


def state_word(state: str) -> str:
    """Return the state of a sitting in words."""
    return {"planned": _("planned"), "held": _("held"), "cancelled": _("cancelled")}[state]


def items_of(sitting: Sitting, visible: "QuerySet[Case]", *, at: datetime) -> list[Item]:
    """Return the docket of a sitting, as far as the reader may see its cases."""
    rows = SittingCase.objects.filter(sitting=sitting, case__in=visible.values("pk"))
    related = rows.select_related("case__handover__lead", "case__rejection")
    found = list(related.defer("case__evidence", "case__handover__snapshot").order_by("position", "pk"))
    cases = [row.case for row in found]
    labels = labels_of(case.version_id for case in cases)
    outcomes = _outcomes(cases)
    written = months_written(case.handover.subject_id for case in cases if case.pk in outcomes)
    return [
        Item(
            case_id=case.pk,
            position=place + 1,
            number=case.number,
            lead_name=case.handover.lead.name,
            company=case.handover.lead.company_name,
            criterion=labels.question(case.version_id, case.rejection),
            marketing_claim=case.grounds,
            sales_claim=sales_claim(case.rejection),
            stage_label=stage_word(stage_at(case.stage, statements_close_at=case.statements_close_at, at=at)),
            outcome=outcomes.get(case.pk, ""),
            outcome_label=outcome_word(outcomes.get(case.pk, "")),
            age_days=((case.ruled_at or at) - case.filed_at).days,
            quota_effect=quota_effect(
                points=case.handover.weight,
                month=case.handover.counted_month,
                outcome=outcomes.get(case.pk, ""),
                written=written.get(case.handover.subject_id),
            ),
        )
        for place, case in enumerate(cases)
    ]


def _outcomes(cases: Sequence[Case]) -> dict[UUID, str]:
    rulings: QuerySet[Ruling] = standing_rulings().filter(case__in=[case.pk for case in cases])
    return dict(rulings.values_list("case_id", "outcome"))


def open_cases_off(sitting: Sitting) -> list[tuple[str, str]]:
    """Return the open cases that are not on this docket, as choices."""
    on_it = SittingCase.objects.filter(sitting=sitting).values("case")
    rows = Case.objects.filter(stage__in=OPEN_STAGES).exclude(pk__in=on_it).select_related("handover__lead")
    rows = rows.defer("evidence", "handover__snapshot").order_by("filed_at")[:LOOKED_AT]
    return [(str(row.pk), f"{row.number} {row.handover.lead.name}") for row in rows]
