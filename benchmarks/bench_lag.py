"""From a deadline to its recorded breach, with beat and worker really running.

Run it as `python benchmarks/bench_lag.py [deadlines [seconds]]`; it starts a database, a queue, beat and worker of its
own, spreads the deadlines over the seconds and waits for them in real time.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from ground import ROOT, Ground, ground, load, open_organisations

DEADLINES = 300
SPREAD_SECONDS = 60
# Time for the deadlines to be written before the first of them, and for the programs to start before that.
AHEAD = timedelta(seconds=30)
READY_WITHIN = 60


def main() -> None:
    """Spread deadlines over a minute and print how long each waited to be recorded."""
    words = [int(word) for word in sys.argv[1:]]
    number, seconds = (*words, *(DEADLINES, SPREAD_SECONDS)[len(words) :])
    with ground(with_queue=True) as place:
        (organisation_id,) = open_organisations(1, at=_now() - timedelta(days=30))
        with programs_running(place):
            _until(place, "select exists (select from sla_sweep where at is not null)", READY_WITHIN)
            _start(organisation_id, number, seconds)
            ended = "select not exists (select from sla_clock where state = 'running' and commitment = 'decision')"
            _until(place, ended, seconds + AHEAD.total_seconds() + READY_WITHIN)
        lags = [row[0] for row in place.ask(LAGS)]
    assert len(lags) == number, f"{len(lags)} of {number} were recorded"
    print(f"{number} deadlines over {seconds} s: recorded after {_share(lags, 50)} (p50), {_share(lags, 99)} (p99)")
    print(f"slowest {lags[-1]:.2f} s, {load()}")


LAGS = """
select extract(epoch from e.recorded_at - e.at)::float from events_event e
where e.kind = 'clock.breached' and e.data ->> 'commitment' = 'decision' order by 1
"""


@contextmanager
def programs_running(place: Ground) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run the product's own beat and worker on this ground."""
    from smarketing.services import programs

    binaries = Path(sys.executable).parent
    commands = [programs.worker(binaries), programs.beat(binaries, place.data / "schedule")]
    children = []
    for command in commands:
        with (place.data / "programs.log").open("ab") as log:
            environment = os.environ | place.variables
            children.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
    try:
        yield children
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(60)


def _start(organisation_id: int, number: int, seconds: int) -> None:
    """Start clocks in elapsed time that fall due one after the other."""
    from sla import actions, queries
    from smarketing.lib.scope import tenant_scope

    first = _now() + AHEAD
    with tenant_scope(organisation_id):
        version = queries.agreement_in_force(at=first)
        assert version is not None
        terms = next(terms for terms in version.content["commitments"] if terms["key"] == "decision")
        terms |= {"amount": 1, "unit": "elapsed_hours", "warn_shares": []}
        for place in range(number):
            begun = first + timedelta(seconds=seconds * place / number) - timedelta(hours=1)
            subject = actions.open_subject(
                kind="handover", thread_id=None, version=version, opened_at=begun, zone="Europe/Vienna"
            )
            actions.start_clock(subject, "decision", at=begun)


def _until(place: Ground, question: str, seconds: float) -> None:
    """Ask once a second until the answer is yes."""
    end = time.monotonic() + seconds
    while place.ask(question) != [(True,)] and time.monotonic() < end:
        time.sleep(1)


def _now() -> datetime:
    from smarketing.lib.clock import now

    return now()


def _share(values: list[float], percent: int) -> str:
    return f"{values[min(len(values) * percent // 100, len(values) - 1)]:.2f} s"


if __name__ == "__main__":
    main()
