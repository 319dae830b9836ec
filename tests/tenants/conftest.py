"""The furnished world, standing for all tests of one module."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.tenants.world import LATER, World, standing_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, services: Any) -> Iterator[World]:
    """Both furnished organisations, committed; a test's own changes are rolled back."""
    with standing_world(services, django_db_blocker) as made:
        yield made


@pytest.fixture
def later() -> Iterator[None]:
    """Two hours after the world was made, before any deadline."""
    with time_machine.travel(LATER, tick=False):
        yield
