"""Statements that a connection has planned once, and connections that are not asked whether they are there."""

from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError

from smarketing.lib import prepared
from smarketing.lib.prepared import Prepared, ask, ask_all
from smarketing.lib.scope import tenant_scope
from tests.support import Cast

HALF = Prepared("half_of", ["int", "int"], "select $1 / $2")
NAMED = "select name, prepare_time from pg_prepared_statements where name = 'half_of'"


def named() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(NAMED)
        return list(cursor.fetchall())


def test_is_prepared_once_by_a_connection(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        assert ask(HALF, 9, 3) == [(3,)]
        first = named()
        assert ask(HALF, 8, 2) == [(4,)]
        assert named() == first != []


def test_is_prepared_anew_after_some_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant_scope(cast.acme.pk):
        monkeypatch.setattr(prepared, "LASTING_SECONDS", 0.0)
        prepared._plans.clear()
        ask(HALF, 9, 3)
        first = named()
        ask(HALF, 9, 3)
        assert named() != first


def test_several_are_asked_in_one_round_trip_and_the_last_answers(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        assert ask_all([(HALF, [9, 3]), (HALF, [8, 2])]) == [(4,)]


def test_what_fails_and_is_rolled_back_stays_prepared(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        prepared._plans.clear()
        with pytest.raises(DataError), transaction.atomic():
            ask(HALF, 9, 0)
        assert ask(HALF, 9, 3) == [(3,)]


def test_another_connection_prepares_for_itself(cast: Cast) -> None:
    other = connection.copy()
    try:
        with tenant_scope(cast.acme.pk), other.cursor() as cursor:
            cursor.execute(NAMED)
            assert cursor.fetchall() == []
    finally:
        other.close()


def test_an_idle_connection_is_not_asked_whether_it_is_there_and_a_lost_one_is_known(cast: Cast) -> None:
    other = connection.copy()
    try:
        with tenant_scope(cast.acme.pk), other.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            (pid,) = cursor.fetchone()
        assert other.is_usable()
        with tenant_scope(cast.acme.pk), connection.cursor() as cursor:
            cursor.execute("select query from pg_stat_activity where pid = %s", [pid])
            assert cursor.fetchall() == [("select pg_backend_pid()",)]
            cursor.execute("select pg_terminate_backend(%s)", [pid])
        end = monotonic() + 5
        while other.is_usable() and monotonic() < end:
            sleep(0.01)
        assert not other.is_usable()
    finally:
        other.close()
