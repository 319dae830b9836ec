"""A cheap mark that changes with whatever a page of figures shows, so that an unchanged poll costs next to nothing.

# Note [What a mark is made of]
Everything that changes a page records an event. Events of transactions before the horizon have all been counted, so
the newest event together with the number behind the horizon tells any two states apart, also where a transaction
with a smaller number commits late; the horizon itself belongs to it while anything lies behind it. What only time
changes (a deadline passes, somebody waits) is an event of the sweep a second later, or shows within five minutes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership

# Behind so many events the worker is far behind, and counting them is no longer cheap.
MOST_BEHIND = 1000
SECONDS = 300

STATE = """
select (select max(txid) from events_event where organisation_id = %(organisation)s), r.revision, r.horizon,
  (select count(*) from (select from events_event e where e.organisation_id = %(organisation)s
    and e.txid >= r.horizon limit %(most)s) behind)
from (
  select coalesce(max(revision), 0) as revision, coalesce(max(horizon), 0) as horizon
  from dashboards_rollup where organisation_id = %(organisation)s
) r
"""


def mark_of(membership: Membership, *shown: str, at: datetime) -> str:
    """Return the mark of what a member is shown; "" where there is none.

    ``shown`` is what else the page depends on. See Note [What a mark is made of].
    """
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"organisation": current_organisation_id(), "most": MOST_BEHIND})
        newest, revision, horizon, behind = cursor.fetchone()
    if behind >= MOST_BEHIND:
        return ""
    state = (newest, revision, behind, horizon if behind else None)
    moment = int(at.timestamp()) // SECONDS
    told = (state, moment, membership.pk, sorted(membership.roles), get_language(), shown)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


# Numbers of transactions are given early and become visible late: of what is not counted yet a newer event may be seen
# before an older one. The newest that is seen now is in every figure that is read afterwards.
NEWEST = """
select
  (select e.id from events_event e where e.organisation_id = %(organisation)s and e.txid is not null
   order by e.txid desc, e.id desc limit 1),
  (select e.id from dashboards_rollup r, lateral (
     select id from events_event where organisation_id = %(organisation)s and txid < r.horizon
     order by txid desc, id desc limit 1) e
   where r.organisation_id = %(organisation)s)
"""


@dataclass(frozen=True)
class KnownEvents:
    """The newest event that there is, and the newest of those that were added up."""

    newest: UUID | None
    counted: UUID | None


def known_events() -> KnownEvents:
    """Return up to where events are known; whoever reads figures afterwards finds these in them."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"organisation": current_organisation_id()})
        return KnownEvents(*cursor.fetchone())
