"""A closed month is shown as it was frozen; what comes later is told apart."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboards.queries import Credits, Cut, month_figures
from events.models import Event
from leads.models import Handover
from sla import actions, queries
from sla.content import content_hash
from sla.models import AgreementVersion, Month
from tests.dashboards import retelling
from tests.dashboards.history import tell
from tests.sla.support import ZONE
from tests.sla.test_months import CLOSING, agree, deliver
from tests.support import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
ONE, THREE, NONE = Decimal(1), Decimal(3), Decimal(0)


def credits_of(cut: Cut) -> list[Credits]:
    return month_figures(cut, at=CLOSING + timedelta(days=1), zone=ZONE).delivery.credits


@pytest.mark.parametrize("tier", ["", "standard", "hand_raiser"])
def test_the_counts_of_a_closed_month_stay_whatever_is_reversed_later(acme: Cast, at: datetime, tier: str) -> None:
    agree(at)
    first, second = deliver(2, at + timedelta(hours=2))
    (raiser,) = deliver(1, at + timedelta(hours=3), tier="hand_raiser", weight=3)
    actions.suspend_credit(second, at=at + timedelta(hours=4))
    assert queries.frozen_tiers(MARCH) is None
    actions.keep_months(CLOSING)
    for subject in (first, raiser):
        actions.reverse_credit(subject, at=CLOSING + timedelta(hours=1), zone=ZONE)
    frozen = [Credits("standard", ONE, 2, NONE, ONE), Credits("hand_raiser", THREE, 1, NONE, NONE)]
    assert credits_of(Cut(MARCH, tier=tier)) == [credit for credit in frozen if tier in ("", credit.tier)]
    # The ledger of the month says the same.
    assert sum(queries.ledger_by_day(MARCH).values()) == 5
    assert credits_of(Cut(APRIL)) == []


# The figures once more, from events alone


def retold(version: AgreementVersion, *, before: datetime) -> dict[str, Any]:
    """Return March as its events tell it until a moment, by the terms of the version then in force."""
    told = retelling.handovers(ZONE, before=before)[MARCH]
    weights = {tier: Decimal(terms["weight"]) for tier, terms in version.content["tiers"].items()}
    kept = [handover for handover in told if handover.credited]
    delivered = sum((weights[handover.tier] for handover in kept), Decimal(0))
    ledger = {"given": [weights[handover.tier] for handover in told]}
    gone = [-weights[handover.tier] for handover in told if not handover.credited]
    ledger |= {"reversed": gone} if gone else {}
    decided = Counter(handover.decision for handover in told)
    points = version.content["volume"]["points_per_month"]
    return {
        "month": "2026-03",
        "zone": ZONE,
        "agreement_version": version.number,
        # From Monday the second on: every working day of the month.
        "target": {"points": str(points), "source": "agreement"},
        "planned_days": 22,
        "delivered_points": plain(delivered),
        "ledger": {kind: {"lines": len(lines), "points": plain(sum(lines))} for kind, lines in ledger.items()},
        "by_tier": {tier: by_tier(kept, tier, weights[tier]) for tier in sorted({h.tier for h in kept})},
        "acceptance": {
            "accepted": decided["accepted"],
            "deemed": decided["deemed_accepted"],
            "overturned": decided["overturned"],
            "rejected": decided["rejected"],
            "pending": decided["pending"],
        },
        "completeness": completeness(version),
        "verdicts": [
            {
                "commitment": "volume",
                "cycle": 1,
                "unit": "points",
                "state": "met" if delivered >= points else "breached",
                "promised": str(points),
                "delivered": plain(delivered),
                "due_at": "2026-03-31T21:59:59+00:00",
            }
        ],
    }


def plain(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"


def by_tier(kept: list[retelling.Told], tier: str, weight: Decimal) -> dict[str, Any]:
    mine = [handover for handover in kept if handover.tier == tier]
    open_still = sum(handover.decision == "rejected" for handover in mine)
    return {
        "count": len(mine),
        "points": plain(len(mine) * weight),
        "suspended": open_still,
        "suspended_points": plain(open_still * weight),
    }


def completeness(version: AgreementVersion) -> dict[str, int]:
    """Count the agreed fields in what was sealed at each handover."""
    required = version.content["definitions"]["required_fields"]
    sealed = [h.snapshot["fields"] for h in Handover.objects.filter(counted_month=MARCH)]
    return {
        "present": sum(name in fields for fields in sealed for name in required),
        "required": len(required) * len(sealed),
    }


@pytest.mark.timeout(300)
def test_a_closed_month_comes_out_the_same_from_its_events_under_the_version_then_in_force(
    acme: Cast, at: datetime
) -> None:
    founding = queries.last_signed()
    assert founding is not None

    tell(acme, since=at, leads=20, seed=5, more=lambda _chance: [(CLOSING, actions.keep_months)])
    month = Month.objects.get(month=MARCH)
    assert month.closed_at is not None
    # Life went on, and none of it is in the figures.
    assert Event.objects.filter(subject_kind="handover", at__gt=month.closed_at).exists()
    expected = retold(founding, before=month.closed_at)
    assert month.figures == expected
    assert month.figures_hash == content_hash(expected)
