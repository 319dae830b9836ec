"""Threads that come at once share one piece of work, and each gets its own result or error."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from smarketing.lib.together import MOST, Together
from smarketing.services import process


class BrokenError(Exception):
    """One item's."""


class LostError(Exception):
    """Everybody's: what became of the work is not known."""


@dataclass
class Kitchen:
    """Doubles numbers; holds the first group until it is told to go on."""

    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)
    groups: list[list[int]] = field(default_factory=list)
    breaks: type[Exception] = BrokenError

    def __post_init__(self) -> None:
        self.together = Together[str, int, int](self.work, is_final=lambda error: isinstance(error, LostError))

    def work(self, key: str, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        if key == "slow" and len(self.groups) == 1:
            self.begun.set()
            assert self.go_on.wait(30)
        if -1 in items:
            raise self.breaks
        return [2 * item for item in items]

    def served(self, *items: int) -> list[Future[int]]:
        """Have these come while 0 is being worked on, one after the other; return what became of each, 0 first."""
        with ThreadPoolExecutor(len(items) + 1) as pool:
            futures = [pool.submit(self.together.do, "slow", 0)]
            assert self.begun.wait(30)
            for number, item in enumerate(items, start=1):
                futures.append(pool.submit(self.together.do, "slow", item))
                assert process.wait_until(lambda number=number: self._waiting() == number, 30, every=0.001)  # type: ignore[misc]  # mypy cannot infer a lambda's default
            assert self.together.do("other", 5) == 10
            self.groups.remove([5])
            self.go_on.set()
        return futures

    def _waiting(self) -> int:
        return len(self.together._waiting["slow"])


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def test_who_comes_alone_is_served_alone(kitchen: Kitchen) -> None:
    assert [kitchen.together.do("quick", item) for item in (1, 2)] == [2, 4]
    assert kitchen.groups == [[1], [2]]
    with pytest.raises(BrokenError):
        kitchen.together.do("quick", -1)
    assert kitchen.together.do("quick", 3) == 6


def test_who_comes_meanwhile_shares_the_next_piece_and_other_keys_do_not_wait(kitchen: Kitchen) -> None:
    assert [future.result() for future in kitchen.served(1, 2, 3)] == [0, 2, 4, 6]
    assert kitchen.groups == [[0], [1, 2, 3]]
    assert kitchen.together.do("slow", 4) == 8


def test_a_piece_is_not_larger_than_the_most(kitchen: Kitchen) -> None:
    items = range(1, MOST + 2)
    assert [future.result() for future in kitchen.served(*items)] == [0, *(2 * item for item in items)]
    assert [len(group) for group in kitchen.groups] == [1, MOST, 1]


def test_what_breaks_a_group_is_done_one_by_one(kitchen: Kitchen) -> None:
    futures = kitchen.served(1, -1, 3)
    assert [future.exception().__class__ for future in futures] == [type(None), type(None), BrokenError, type(None)]
    assert [futures[place].result() for place in (0, 1, 3)] == [0, 2, 6]
    assert sorted(kitchen.groups) == [[-1], [0], [1], [1, -1, 3], [3]]


def test_what_may_not_be_done_again_is_everybodys(kitchen: Kitchen) -> None:
    kitchen.breaks = LostError
    futures = kitchen.served(1, -1)
    assert [future.exception().__class__ for future in futures] == [type(None), LostError, LostError]
    assert kitchen.groups == [[0], [1, -1]]
    assert kitchen.together.do("slow", 4) == 8
