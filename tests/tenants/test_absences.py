"""Absences: who is away, who stands in, what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from events.models import Event
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.access import may_manage_absences_of
from tenants.actions import AbsenceOver, AbsenceOverlaps, end_absence, plan_absence
from tenants.models import Absence
from tenants.queries import absent_on, deputy_of, present_deputy
from tests.support import Cast

# The cast's moment is this Monday.
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def away(acme: Cast, *, first: date = MONDAY, last: date = MONDAY + 4 * DAY, at: datetime, **changes: Any) -> Absence:
    """Sam is away for a week."""
    changes = {"deputy": acme.sina, "by": acme.sam} | changes
    return plan_absence(acme.sam, first_day=first, last_day=last, at=at, **changes)


def test_is_away_on_its_days_and_no_others(acme: Cast, at: datetime) -> None:
    away(acme, at=at)
    assert [day for day in range(-1, 7) if acme.sam.pk in absent_on(MONDAY + day * DAY)] == [0, 1, 2, 3, 4]
    assert deputy_of(acme.sam, MONDAY) == acme.sina
    assert deputy_of(acme.sam, MONDAY + 5 * DAY) is None
    assert deputy_of(acme.mara, MONDAY) is None
    event = Event.objects.get(kind="absence.planned")
    assert event.by_id == acme.sam.pk
    assert event.data["deputy"] == str(acme.sina.pk)


def test_refuses_days_that_overlap(acme: Cast, at: datetime) -> None:
    away(acme, at=at)
    for first, last in ((0, 0), (-1, 0), (4, 9), (1, 2), (-3, 9)):
        with pytest.raises(AbsenceOverlaps):
            away(acme, first=MONDAY + first * DAY, last=MONDAY + last * DAY, at=at)
    away(acme, first=MONDAY + 5 * DAY, last=MONDAY + 6 * DAY, at=at)
    plan_absence(acme.mara, first_day=MONDAY, last_day=MONDAY, by=acme.mara, at=at)
    assert Absence.objects.count() == 3
    assert Event.objects.filter(kind="absence.planned").count() == 3


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"last": MONDAY - DAY}, "/last_day"),
        ({"first": MONDAY - 9 * DAY, "last": MONDAY - DAY}, "/last_day"),
        ({"last": MONDAY + timedelta(days=800)}, "/last_day"),
    ],
)
def test_refuses_days_that_cannot_be(acme: Cast, at: datetime, changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        away(acme, at=at, **changes)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_a_deputy_is_an_active_colleague_of_the_same_department(acme: Cast, at: datetime) -> None:
    for deputy in (acme.sam, acme.mara, acme.rita, acme.ada):
        with pytest.raises(InvalidInput) as refused:
            away(acme, deputy=deputy, at=at)
        assert refused.value.errors[0].pointer == "/deputy"
    type(acme.sina).objects.filter(pk=acme.sina.pk).update(is_active=False)
    acme.sina.refresh_from_db()
    with pytest.raises(InvalidInput):
        away(acme, at=at)
    assert not Absence.objects.exists()


def test_who_comes_back_early_was_away_until_yesterday(acme: Cast, at: datetime) -> None:
    absence = away(acme, at=at)
    end_absence(absence, by=acme.sam, at=at + 2 * DAY)
    assert absent_on(MONDAY + DAY) == {acme.sam.pk}
    assert absent_on(MONDAY + 2 * DAY) == set()
    with pytest.raises(AbsenceOver):
        end_absence(absence, by=acme.sam, at=at + 2 * DAY)


def test_what_has_not_begun_or_begins_today_is_called_off(acme: Cast, at: datetime) -> None:
    end_absence(away(acme, at=at), by=acme.sam, at=at)
    end_absence(away(acme, first=MONDAY + DAY, at=at), by=acme.sam, at=at)
    assert absent_on(MONDAY) == absent_on(MONDAY + DAY) == set()
    # The days are free again.
    away(acme, at=at)


def test_a_deputy_who_is_away_hands_on(acme: Cast, at: datetime) -> None:
    assert present_deputy("a", {"a": "b", "b": "c"}) == "c"
    assert present_deputy("a", {"a": "b", "b": None}) is None
    assert present_deputy("a", {"a": "b", "b": "a"}) is None
    assert present_deputy("a", {}) is None


def test_own_absences_ones_people_and_ones_side(acme: Cast) -> None:
    may = {name for name, member in acme.people().items() if may_manage_absences_of(member, acme.sam)}
    assert may == {"sam", "sina", "ada"}
    assert may_manage_absences_of(acme.marc, acme.mara)
    assert not may_manage_absences_of(acme.mara, acme.marc)


def plan_twice_at_once(cast: Cast, at: datetime) -> list[Any]:
    barrier = Barrier(2)

    def plan(_number: int) -> Any:
        try:
            with tenant_scope(cast.acme.pk):
                barrier.wait(timeout=20)
                return away(cast, at=at)
        except AbsenceOverlaps as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(plan, range(2)))


def test_of_two_entered_at_once_one_stands(live_cast: Cast, at: datetime) -> None:
    found = plan_twice_at_once(live_cast, at)
    assert sum(isinstance(result, AbsenceOverlaps) for result in found) == 1


def test_without_the_constraint_both_would_stand(live_cast: Cast, at: datetime, services: Any) -> None:
    """The negative control: nothing but the database stands between the two."""
    import psycopg2

    connection = psycopg2.connect(services.url("admin"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'absence_never_overlaps'")
        (definition,) = cursor.fetchone()
        cursor.execute("alter table tenants_absence drop constraint absence_never_overlaps")
        try:
            found = plan_twice_at_once(live_cast, at)
            assert not [result for result in found if isinstance(result, AbsenceOverlaps)]
        finally:
            cursor.execute("truncate tenants_absence cascade")
            cursor.execute(f"alter table tenants_absence add constraint absence_never_overlaps {definition}")
    connection.close()
