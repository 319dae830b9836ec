"""A thread that ends takes its connections along; those of others stand."""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections

from smarketing.lib import rate_limit, threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_collects() -> Iterator[None]:
    """The collector would close them some time; nobody may wait for it."""
    gc.disable()
    yield
    gc.enable()


def in_a_thread(run: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(run)
    told.result()


def test_a_thread_that_ends_closes_its_database_connection() -> None:
    opened = []

    def ask() -> None:
        connections["default"].ensure_connection()
        opened.append(connections["default"].connection)
        assert not opened[0].closed

    in_a_thread(ask)
    assert opened[0].closed
    assert not connections["default"].connection.closed


def test_a_thread_that_ends_closes_its_line_to_valkey() -> None:
    lines = []

    def count() -> None:
        rate_limit.allow(f"test:{uuid4()}", limit=1, per_seconds=60)
        lines.append(rate_limit._line())
        assert lines[0].is_connected

    in_a_thread(count)
    assert not lines[0].is_connected


def test_what_took_the_place_of_another_is_closed_alone() -> None:
    closed: list[str] = []

    def keep() -> None:
        threads.close_with_thread("test", lambda: closed.append("first"))
        threads.close_with_thread("test", lambda: closed.append("second"))

    in_a_thread(keep)
    assert closed == ["second"]


def test_a_forked_process_leaves_alone_what_is_its_parents() -> None:
    closed: list[int] = []

    def fork() -> None:
        threads.close_with_thread("test", lambda: closed.append(os.getpid()))
        child = os.fork()
        if child == 0:
            del threads._kept.test
            os._exit(len(closed))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert not closed

    in_a_thread(fork)
    assert closed == [os.getpid()]
