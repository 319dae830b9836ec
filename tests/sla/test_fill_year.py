"""A year of targets: filled at once, countersigned at once, all or nothing."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from events.models import Event
from sla import actions, queries
from sla.actions import NothingToPropose, NotYourSideToSign, TargetMonthOver, TargetNotProposed
from sla.models import Target
from smarketing.lib.scope import tenant_scope
from tests.support import Cast, signed_in

NOW = datetime.fromisoformat("2026-10-20T09:00:00Z")
YEAR = "/o/acme/targets/2026/"
MONTHS = [date(2026, number, 1) for number in (10, 11, 12)]


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def fill(client: Client, **form: str) -> Any:
    return client.post(f"{YEAR}fill/", form)


def points_in(cast: Cast, state: str = "proposed") -> dict[date, Decimal]:
    with tenant_scope(cast.acme.pk):
        return dict(Target.objects.filter(state=state).order_by("month").values_list("month", "points"))


def propose_all(cast: Cast, points: int = 400) -> list[Target]:
    with tenant_scope(cast.acme.pk):
        same = {month: Decimal(points) for month in MONTHS}
        return actions.propose_targets(points=same, note="", by=cast.marc, at=NOW)


def test_the_same_for_every_month_that_is_not_over(cast: Cast) -> None:
    assert fill(signed_in(cast.marc), method="same", points="400").status_code == 302
    assert points_in(cast) == dict.fromkeys(MONTHS, Decimal(400))


def test_a_sum_is_spread_over_the_working_days(cast: Cast) -> None:
    fill(signed_in(cast.marc), method="working_days", points="1200")
    found = points_in(cast)
    assert list(found) == MONTHS
    assert sum(found.values()) == 1200
    # Austria 2026: 21 working days in October, 21 in November, 21 in December.
    assert set(found.values()) == {Decimal(400)}


def test_as_last_year_takes_what_held_a_year_before(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        old = Target.objects.create(
            month=date(2025, 11, 1), points=333, proposed_by=cast.marc, proposed_at=NOW, state="countersigned",
            countersigned_by=cast.sina, countersigned_at=NOW,
        )  # fmt: skip
    fill(signed_in(cast.marc), method="last_year")
    # October 2025 had no target; December carried November's on.
    assert points_in(cast) == {MONTHS[1]: old.points, MONTHS[2]: old.points}


@pytest.mark.parametrize("form", [{}, {"method": "same"}, {"method": "same", "points": "0"}, {"method": "x"}])
def test_a_year_is_not_filled_with_nonsense(cast: Cast, form: dict[str, str]) -> None:
    assert fill(signed_in(cast.marc), **form).status_code == 422
    assert not points_in(cast)


def test_as_last_year_without_one_is_refused_in_words(cast: Cast) -> None:
    response = fill(signed_in(cast.marc), method="last_year")
    assert response.status_code == 422
    assert "no month to propose" in response.content.decode()


def test_a_year_that_is_over_is_refused(cast: Cast) -> None:
    assert signed_in(cast.marc).post("/o/acme/targets/2025/fill/", {"method": "same", "points": "1"}).status_code == 422


def test_sales_is_told_once_of_a_whole_year(cast: Cast) -> None:
    propose_all(cast)
    with tenant_scope(cast.acme.pk):
        told = [event.data["months"] for event in Event.objects.filter(kind="target.proposed").order_by("pk")]
    assert told == [3, 0, 0]


def test_all_months_are_proposed_or_none(acme: Cast) -> None:
    with pytest.raises(TargetMonthOver):
        actions.propose_targets(
            points={MONTHS[0]: Decimal(1), date(2026, 3, 1): Decimal(1)}, note="", by=acme.marc, at=NOW
        )
    assert not Target.objects.exists()
    with pytest.raises(NothingToPropose):
        actions.propose_targets(points={}, note="", by=acme.marc, at=NOW)
    with pytest.raises(NotYourSideToSign):
        actions.propose_targets(points={MONTHS[0]: Decimal(1)}, note="", by=acme.sina, at=NOW)


def test_the_sales_manager_countersigns_all_that_was_shown(cast: Cast) -> None:
    targets = propose_all(cast)
    page = signed_in(cast.sina).get(YEAR).content.decode()
    assert "Countersign all" in page
    assert "Countersign all" not in signed_in(cast.marc).get(YEAR).content.decode()
    form = {"target": [str(target.pk) for target in targets]}
    assert signed_in(cast.sina).post(f"{YEAR}countersign/", form).status_code == 302
    assert points_in(cast, "countersigned") == dict.fromkeys(MONTHS, Decimal(400))


def test_what_was_proposed_anew_meanwhile_is_not_signed_unseen(cast: Cast) -> None:
    shown = propose_all(cast)
    with tenant_scope(cast.acme.pk):
        actions.propose_target(month=MONTHS[1], points=900, note="", by=cast.marc, at=NOW)
    form = {"target": [str(target.pk) for target in shown]}
    assert signed_in(cast.sina).post(f"{YEAR}countersign/", form).status_code == 409
    assert not points_in(cast, "countersigned")


def test_only_own_proposals_can_be_countersigned(cast: Cast) -> None:
    client = signed_in(cast.sina)
    for form in ({}, {"target": "x"}, {"target": str(uuid4())}):
        assert client.post(f"{YEAR}countersign/", form).status_code == 404
    assert signed_in(cast.marc).post(f"{YEAR}countersign/", {}).status_code == 403
    assert signed_in(cast.gus).post(f"{YEAR}countersign/", {}).status_code == 404


def test_history_says_who_changed_what_from_what(acme: Cast) -> None:
    for hours, points in enumerate((500, 640)):
        at = NOW + timedelta(hours=hours)
        target = actions.propose_target(month=MONTHS[0], points=points, note="", by=acme.marc, at=at)
        actions.countersign_target(target, by=acme.sina, at=at + timedelta(minutes=5))
    cell = queries.targets_of_year(2026, member=acme.sina, at=NOW, zone="Europe/Vienna")[9]
    assert [(line.by_name, line.text) for line in cell.history] == [
        ("Marc", "proposed 500 points"), ("Sina", "countersigned 500 points"),
        ("Marc", "proposed 640 points"), ("Sina", "countersigned: 500 → 640 points"),
    ]  # fmt: skip


def test_a_signature_that_came_first_is_told(acme: Cast) -> None:
    target = actions.propose_target(month=MONTHS[0], points=5, note="", by=acme.marc, at=NOW)
    actions.countersign_targets([target], by=acme.sina, at=NOW)
    with pytest.raises(TargetNotProposed):
        actions.countersign_targets([target], by=acme.sina, at=NOW)
