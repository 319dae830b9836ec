"""Who posts alone gets their lead at once; what comes in a crowd is only stored, and the worker judges it."""

from threading import Event, Thread

import pytest

from intake import crowd
from smarketing.lib.clock import now
from tests.intake.support import make_form
from tests.intake.test_form_key import post, states
from tests.support import Cast


@pytest.mark.parametrize(
    ("before", "seconds", "state"),
    [(crowd.CROWD - 1, 0.9, "received"), (crowd.CROWD - 2, 0.9, "matched"), (crowd.CROWD - 1, 1.1, "matched")],
    ids=["a crowd", "negative control: too few", "negative control: too long ago"],
)
def test_in_a_crowd_a_post_is_stored_and_the_worker_judges_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, before: int, seconds: float, state: str
) -> None:
    clock = iter([100.0] * before + [100.0 + seconds] * 2)
    monkeypatch.setattr(crowd, "monotonic", lambda: next(clock))
    for _post in range(before):
        with crowd.entered():
            pass
    assert post(make_form(cast, at=now())).status_code == 202
    assert states(cast) == [state]


def test_while_another_post_is_inside_a_post_is_stored_only(cast: Cast) -> None:
    entered, leave = Event(), Event()

    def stay() -> None:
        with crowd.entered():
            entered.set()
            leave.wait(30)

    other = Thread(target=stay)
    other.start()
    try:
        assert entered.wait(30)
        post(make_form(cast, at=now()))
    finally:
        leave.set()
        other.join(30)
    assert states(cast) == ["received"]
