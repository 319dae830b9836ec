"""What waits for a member, as small numbers beside the navigation."""

from dataclasses import dataclass
from datetime import datetime

from arbitration.access import visible_cases
from arbitration.models import Case
from leads.access import visible_handovers
from leads.models import Rejection
from leads.queries import overview_of
from sla.access import sees_only_own
from sla.queries import open_breach_clocks
from tenants.models import Membership
from tenants.roles import MARKETING, SALES

BELL = "bell"
SETTLED = (Case.Stage.RULED, Case.Stage.WITHDRAWN)


@dataclass(frozen=True)
class NavCount:
    """The number beside one link; ``key`` is the link's letter, ``hot`` asks for attention."""

    key: str
    count: int
    hot: bool = False


def nav_counts(membership: Membership, *, unread: int, at: datetime) -> list[NavCount]:
    """Return the counts of the links that this member's roles open, and how many notices they have not seen."""
    owner = membership if sees_only_own(membership) else None
    breaches = open_breach_clocks(at=at, owner=owner).count()
    disputes = visible_cases(membership).exclude(stage__in=SETTLED).count()
    found = [NavCount("d", disputes), NavCount("s", breaches, hot=breaches > 0), NavCount(BELL, unread)]
    if membership.has(*SALES):
        waiting = overview_of(membership, at=at).counts["todo"]
        found.append(NavCount("i", waiting, hot=waiting > 0))
    if membership.has(*MARKETING):
        found.append(NavCount("r", _open_returns(membership)))
    return found


def _open_returns(membership: Membership) -> int:
    rows = Rejection.objects.filter(state=Rejection.State.OPEN, handover__in=visible_handovers(membership))
    return rows.exclude(reason_class=Rejection.Class.PROCEDURAL).count()
