"""What the tests of the board's pages begin with."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import Filed, make_case
from tests.support import Cast


@pytest.fixture
def filed(cast: Cast, at: datetime) -> Iterator[Filed]:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
    with time_machine.travel(at + timedelta(days=1), tick=False):
        yield Filed(cast, case)
