"""How much memory the door takes: of the web after many posts, of the worker after a small and a large file.

Run it as `python benchmarks/bench_memory.py [posts [rows [rows of the large file]]]` (10,000 posts, files of 1,000 and
10,000 rows). It fails when either grows with what has gone through it.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import bench_intake
import bench_lag
import firing
from ground import ground, load
from rows_of_a_post import client_post, form_post

POSTS, SMALL, LARGE = 10_000, 1_000, 10_000
STEPS = 10
# Each thread's first work, and what the allocator keeps in reserve, come before what can be called growth.
WARM_STEPS = 3
MOST_GROWTH_MB = 8.0


def main() -> None:
    """Post, take files in, and print the memory of each step."""
    words = [int(word) for word in sys.argv[1:]]
    posts, small, large = (*words, *(POSTS, SMALL, LARGE)[len(words) :])
    with ground(with_queue=True) as base, bench_intake.furnished(base) as place:
        web = _after_posts(place, posts)
        worker = _after_files(place, (small, large))
    print(f"web after each of {STEPS} x {posts // STEPS} posts: {_told(web)} MB; {load()}")
    print(f"worker at its most, files of {small} and {large} rows: {_told(worker)} MB")
    grown = max(web[-1] - web[WARM_STEPS], worker[1] - worker[0])
    if grown > MOST_GROWTH_MB:
        raise SystemExit(f"grown by {grown:.1f} MB")


def _after_posts(place: bench_intake.Place, posts: int) -> list[float]:
    """Return what all web processes hold together, after each step."""
    path = f"/api/v1/intake/forms/{place.form}/submissions"

    def make(number: int) -> bytes:
        headers = {"Origin": bench_intake.SITE, "Idempotency-Key": f"memory-{number}"}
        return firing.request(path, json.dumps(form_post(number)).encode(), headers)

    held = []
    for step in range(STEPS):
        shots = firing.fire(place.port, make, seconds=10_000, first=step * (posts // STEPS), most=posts // STEPS)
        assert set(shots.statuses) == {202}, shots.statuses
        held.append(sum(_megabytes(pid, "VmRSS") for pid in _with_children(place.web_pid)))
    return held


def _after_files(place: bench_intake.Place, sizes: tuple[int, int]) -> list[float]:
    """Return what the largest process of the worker has ever held, after each file."""
    bench_intake.settle(place)
    most, first = [], 10_000_000
    with bench_lag.programs_running(place.ground) as children:
        for size in sizes:
            with tempfile.TemporaryFile() as file:
                file.writelines(_lines(first, size))
                file.seek(0)
                batch = _kept(place, file, size)
            first += size
            _until_done(place, batch, size)
            most.append(max(_megabytes(pid, "VmHWM") for child in children for pid in _with_children(child.pid)))
    return most


def _kept(place: bench_intake.Place, stream: BinaryIO, size: int) -> str:
    """Keep a file as the page does, to be taken in when it has been tried; return its id."""
    from intake.actions import send_batch
    from smarketing.lib.clock import now
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(place.organisations[1]):
        then, by = {"hand_over": False, "owner": None}, bench_intake.administrator()
        kept = send_batch(
            stream, kind="ndjson", name="bench", mapping=None, then_run=then, by=by, at=now(), most_rows=size
        )
        return str(kept.pk)


def _lines(first: int, size: int) -> Iterator[bytes]:
    return (json.dumps(client_post(number)).encode() + b"\n" for number in range(first, first + size))


def _until_done(place: bench_intake.Place, batch: str, size: int) -> None:
    end = time.monotonic() + 60 + size / 10
    while place.ground.ask(f"select state = 'done' from intake_batch where id = '{batch}'") != [(True,)]:
        assert time.monotonic() < end, "the file was not taken in"
        time.sleep(0.5)


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [one for child in (task / "children").read_text().split() for one in _with_children(int(child))]
    return found


def _megabytes(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _told(held: list[float]) -> str:
    steps = [f"{later - earlier:+.1f}" for earlier, later in pairwise(held)]
    return f"{held[0]:.0f} {' '.join(steps)}"


if __name__ == "__main__":
    main()
