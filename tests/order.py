"""A pytest plugin: which tests stay together on one worker, and which begin first.

A module is one piece of work, so that what it builds for all of its tests is built once. Some pieces are more than
a module. The long ones begin first, and the short ones fill the ends up: then both workers stop at the same time.

# Note [Why not the mark xdist_group]
The mark writes the group into the test's id, which pytest 9 no longer takes over: every marked test was handed out
by itself, with a running copy and a browser on each worker.
"""

from typing import Any, Final

import pytest

# What starts a copy of the product, or a browser, starts it once for all that stands below.
TOGETHER: Final = {"tests/browser/": "browser", "tests/services/test_up": "up"}
# The longest first, as measured; what stands in neither list takes half a minute at most.
LONG: Final = (
    "browser",
    "tests/lib/test_bad_input.py",
    "up",
    "tests/tenants/test_canary.py",
    "tests/tenants/test_api_routes.py",
    "tests/tenants/test_routes.py",
    "tests/tenants/test_mutations.py",
    "tests/lib/test_outage.py",
    "tests/sla/test_business_time_oracle.py",
    "tests/lib/test_fuzz.py",
    "tests/sla/test_random_lives.py",
)  # fmt: skip


def piece_of(nodeid: str) -> str:
    """Return the piece of work that a test belongs to."""
    module = nodeid.partition("::")[0]
    return next((piece for start, piece in TOGETHER.items() if module.startswith(start)), module)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long pieces first; the others keep their order."""
    places = {piece: place for place, piece in enumerate(LONG)}
    items.sort(key=lambda item: places.get(piece_of(item.nodeid), len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand the pieces out as wholes, in the order of the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class Pieces(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return piece_of(nodeid)

    # Else the piece with the most tests would come first, and the longest test of all is alone in its module.
    config.option.loadscopereorder = False
    return Pieces(config, log)
