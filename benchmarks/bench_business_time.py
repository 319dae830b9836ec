"""How long a due time takes to compute, and how long a calendar takes to compile.

Run it as `python benchmarks/bench_business_time.py`; it needs nothing but the program.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sla.business_time import Hours, due_after, parse_calendar, standard_calendar  # noqa: E402 -- the path comes first

ZONE = "Europe/Vienna"
CALLS = 20_000
HOUR = 3600


def main() -> None:
    """Measure and print microseconds a call and milliseconds a compilation, the best of five."""
    listed = holidays.country_holidays("AT", years=range(2016, 2046))
    rows = {day.isoformat(): name for day, name in listed.items()}
    spec = parse_calendar(standard_calendar("bench", ZONE, rows))
    hours = Hours(spec)
    starts = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=26 * n) for n in range(CALLS)]
    eight = _best(lambda: [hours.add(start, 8 * HOUR) for start in starts]) / CALLS
    days = _best(lambda: [due_after(start, 3, "business_days", hours) for start in starts]) / CALLS
    worked = _best(lambda: [hours.between(start, start + timedelta(days=30)) for start in starts]) / CALLS
    print(f"+ 8 business hours, a year cached: {eight * 1e6:.1f} µs")
    print(f"+ 3 business days, a year cached: {days * 1e6:.1f} µs")
    print(f"business time between two moments: {worked * 1e6:.1f} µs")
    print(f"a year compiled cold: {_best(lambda: _compile(hours, 1)) * 1e3:.1f} ms")
    print(f"twenty years compiled cold: {_best(lambda: _compile(hours, 20)) * 1e3:.1f} ms")


def _compile(warm: Hours, years: int) -> None:
    cold = Hours(warm.spec)
    cold.working_days(date(2026, 1, 1), date(2025 + years, 12, 31))


def _best(work: Callable[[], object]) -> float:
    times = []
    for _round in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
