"""Which subjects have changed since a mark, by the events; see Note [Marks] in folding."""

from uuid import UUID

from django.db import connection

from smarketing.lib.scope import current_organisation_id

# A subject has changed with its handover, with a clock of it, with its lead (all handovers of it: a merger moves
# them), and with the campaign that its lead was found to come from.
CHANGED = """
with heard as materialized (
  select distinct kind, subject_kind, subject_id, thread_id, data ->> 'campaign' as campaign
  from events_event
  where organisation_id = %(organisation)s and txid >= %(since)s and (%(until)s::bigint is null or txid < %(until)s)
),
campaigns as (
  select subject_id as id from heard where subject_kind = 'campaign'
  union
  select campaign::uuid from heard where kind = 'campaign.name_mapped' and campaign is not null
)
select subject_id from (
  select subject_id from leads_handover
  where organisation_id = %(organisation)s and id in (select subject_id from heard where subject_kind = 'handover')
  union
  select subject_id from leads_handover
  where organisation_id = %(organisation)s and lead_id in (select thread_id from heard where thread_id is not null)
  union
  select subject_id from sla_clock
  where organisation_id = %(organisation)s and id in (select subject_id from heard where subject_kind = 'clock')
  union
  select h.subject_id from leads_lead l
  join leads_handover h on h.organisation_id = l.organisation_id and h.lead_id = l.id
  where l.organisation_id = %(organisation)s and l.campaign_id in (select id from campaigns)
) changed
where %(after)s::uuid is null or subject_id > %(after)s::uuid
order by subject_id limit %(limit)s
"""

FINISHED = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def changed_subjects(*, since: int, until: int | None = None, after: UUID | None = None, limit: int) -> list[UUID]:
    """Return up to ``limit`` subjects that events of these transactions are about, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGED,
            {
                "organisation": current_organisation_id(),
                "since": since,
                "until": until,
                "after": str(after) if after else None,
                "limit": limit,
            },
        )
        return [subject_id for (subject_id,) in cursor.fetchall()]


def finished_before() -> int:
    """Return the number of the oldest transaction that is still open: those before it have ended."""
    with connection.cursor() as cursor:
        cursor.execute(FINISHED)
        return int(cursor.fetchone()[0])
