"""Counting calls: over a connection of the thread's own, which is made anew when it was lost."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import redis
from django.conf import settings

from smarketing.lib import rate_limit


def counted(name: str, *, limit: int) -> bool:
    return rate_limit.allow(name, limit=limit, per_seconds=60).allowed


def test_calls_are_counted_over_all_threads() -> None:
    name = f"test:{uuid4()}"
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _n: counted(name, limit=5), range(8)))
    assert sorted(found) == [False] * 3 + [True] * 5


def test_several_names_are_counted_apart_in_one_round_trip() -> None:
    near, far = f"test:{uuid4()}", f"test:ä {uuid4()}"
    for _call in range(2):
        found = rate_limit.allow_each({near: 1, far: 2}, per_seconds=60)
    assert not found[near].allowed
    assert found[near].retry_after_seconds in range(55, 61)
    assert found[far].allowed


def test_a_connection_that_was_lost_is_made_anew_and_the_count_goes_on() -> None:
    name = f"test:{uuid4()}"
    assert counted(name, limit=1)
    other = redis.Redis.from_url(settings.REDIS_URL)
    other.client_kill_filter(_type="normal", skipme=True)
    assert not counted(name, limit=1), "counted by the process alone, it would be the first"
    other.close()
