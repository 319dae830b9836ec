"""What is broken at this moment: the newest few, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboards.queries.cut import Cut
from sla.queries import BreachRow, breach_rows, open_breach_clocks
from tenants.models import Membership

# The newest few that page and interface name.
BREACHES_SHOWN = 6


@dataclass(frozen=True)
class BreachesNow:
    """The newest open breaches, and the number of all."""

    rows: Sequence[BreachRow]
    total: int


def breaches_now(cut: Cut, *, at: datetime, limit: int, owner: Membership | None = None) -> BreachesNow:
    """Return the open breaches of a part of the work, whatever month they fell in; ``owner`` sees only their own."""
    rows = open_breach_clocks(at=at, owner=owner).filter(cut.on_clocks())
    newest = breach_rows(rows.order_by("-due_at", "-pk")[:limit], at=at)
    return BreachesNow(newest, rows.count() if len(newest) == limit else len(newest))
