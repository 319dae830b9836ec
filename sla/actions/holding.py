"""Whether the sweep may go on: what it remembers of the clocks, and how a hold begins and ends.

# Note [Holding]
A breach cannot be taken back, so a clock that contradicts itself stops the sweep: when it goes
back, until it has caught up; when it jumps ahead, until it comes back or somebody says that it is
right now (``manage.py release_sweep``). What falls due meanwhile is dated at its deadline all the same.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connections

from sla.timekeeping import Hold, Reading, contradiction

log = logging.getLogger(__name__)

# Changes with every start of the machine.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# The row as it stood when the statement began, and the time after that: nobody can have noted a later one.
STANDING = """
select clock_timestamp(), s.at, s.booted, s.held_since
from (values (1)) one (id) left join sla_sweep s on s.id = one.id
"""

# Lost with the power, it is written again in the next second: no reason to wait for the disk.
SWEPT = """
with unhurried as (select set_config('synchronous_commit', 'off', true))
insert into sla_sweep as s (id, at, moved, took_ms, moved_at, booted, hold_reason)
select 1, %(at)s, %(moved)s, %(took_ms)s, %(moved_at)s, %(booted)s, '' from unhurried
on conflict (id) do update
set at = greatest(s.at, excluded.at), moved = excluded.moved, took_ms = excluded.took_ms,
    moved_at = coalesce(excluded.moved_at, s.moved_at),
    booted = case when (select count(*) from jsonb_object_keys(s.booted)) < 16
                  then s.booted || excluded.booted else excluded.booted end,
    held_since = null, hold_reason = '', hold_seconds = null
"""

HELD = """
insert into sla_sweep as s (id, moved, took_ms, booted, held_since, hold_reason, hold_seconds)
values (1, 0, 0, '{}', %(at)s, %(reason)s, %(seconds)s)
on conflict (id) do update
set held_since = coalesce(s.held_since, excluded.held_since),
    hold_reason = excluded.hold_reason, hold_seconds = excluded.hold_seconds
"""

RELEASED = """
update sla_sweep set at = null, booted = '{}', held_since = null, hold_reason = '', hold_seconds = null,
  released_at = clock_timestamp()
"""


def this_machine(at: datetime) -> Reading:
    """Read the time since this machine was started, beside the database's time ``at``."""
    since_boot = timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))
    return Reading(at=at, machine=BOOT_ID.read_text().strip(), since_boot=since_boot)


def believed(clocks: Callable[[datetime], Reading]) -> Reading | None:
    """Return both clocks as they are now, or None when they contradict what is known. See Note [Holding]."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(STANDING)
        database_at, last_at, booted, held_since = cursor.fetchone()
    reading = clocks(database_at)
    known = json.loads(booted or "{}").get(reading.machine)
    booted_at = datetime.fromisoformat(known) if known else None
    hold = contradiction(reading, last_at=last_at, booted_at=booted_at)
    if hold:
        _hold(reading, hold, is_new=held_since is None)
        return None
    if held_since is not None:
        log.warning("The sweep goes on: the clocks agree again.")
    return reading


def note_swept(reading: Reading, *, moved: int, took: float) -> None:
    """Remember a sweep that was let through; it ends a hold."""
    facts: dict[str, Any] = {
        "at": reading.at,
        "moved": moved,
        "took_ms": took * 1000,
        "moved_at": reading.at if moved else None,
        "booted": json.dumps({reading.machine: reading.booted_at.isoformat()}),
    }
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(SWEPT, facts)


def release_sweep() -> None:
    """Say that the database's clock is right as it is: the next reading is believed."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(RELEASED)


def _hold(reading: Reading, hold: Hold, *, is_new: bool) -> None:
    seconds = hold.by.total_seconds()
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(HELD, {"at": reading.at, "reason": hold.reason, "seconds": seconds})
    if is_new:
        log.critical("The sweep is held: the database's clock went %s by %.1f seconds.", hold.reason, seconds)
