"""A cheap mark that changes with whatever a page of figures shows, so that an unchanged poll costs next to nothing.

# Note [What a mark is made of]
Everything that changes a page records an event. Events of transactions before the horizon have all been counted, so
the newest event together with the number behind the horizon tells any two states apart, also where a transaction
with a smaller number commits late; the horizon itself belongs to it while anything lies behind it. What only time
changes (a deadline passes, somebody waits) is an event of the sweep a second later, or shows within five minutes.
"""

import hashlib
from datetime import datetime

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
