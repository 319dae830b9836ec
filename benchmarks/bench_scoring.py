"""Measure how long judging one lead takes: ``python benchmarks/bench_scoring.py``. The aim is one millisecond.

Pure code, no database: the founding agreement, and a large model of 20 criteria against 500 behaviours.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leads.scoring import Did, Facts, next_change, score
from sla.content import default_content

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = [f"kind_{number}" for number in range(10)]
FIELDS: dict[str, Any] = {
    "employees": 120, "industry": "logistics", "country": "AT", "job_title": "Head of Supply Chain",
    "since": "2019-04-01", "topics": ["Warehouse", "Transport"], "budget": "12500.50", "newsletter": True,
}  # fmt: skip
QUESTIONS: list[tuple[str, str, Any]] = [
    ("employees", "between", [50, 2000]),
    ("industry", "in", [f"industry {number}" for number in range(30)]),
    ("country", "not_in", ["US", "CA", "BR"]),
    ("job_title", "matches_any", [f"role{number}" for number in range(30)]),
    ("since", "at_most", "2022-01-01"),
    ("topics", "contains", "transport"),
    ("budget", "at_least", 10_000),
    ("newsletter", "equals", True),
    ("message", "is_absent", None),
    ("job_title", "contains", "supply"),
]
RUNS = 2_000


def large_model() -> dict[str, Any]:
    """Return definitions with ten criteria about facts and ten about behaviour."""
    definitions = default_content("Europe/Vienna", "AT")["definitions"]
    common = {"required": False, "points": 10}
    fit = [
        {"key": f"fit_{n}", "label": f"Fit {n}", "field": field, "operator": operator, "value": value, **common}
        for n, (field, operator, value) in enumerate(QUESTIONS)
    ]
    readiness = [
        {"key": kind, "label": kind, "field": kind, "operator": "count_at_least", "value": 2, **common,
         "window_days": 90, "half_life_days": 14}
        for kind in KINDS
    ]  # fmt: skip
    return {**definitions, "fit": fit, "readiness": readiness}


def facts(behaviours: int) -> Facts:
    """Return a lead that did this much within the last quarter."""
    chance = random.Random(1)
    done = [
        Did(chance.choice(KINDS), AT - timedelta(minutes=chance.randrange(90 * 24 * 60))) for _ in range(behaviours)
    ]
    return Facts(FIELDS, done)


def measure(label: str, run: Callable[[], object]) -> None:
    """Print median and 99th percentile of one call."""
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    print(f"{label:<52} median {statistics.median(took):.3f} ms   p99 {took[int(RUNS * 0.99)]:.3f} ms")


def main() -> None:
    """Print the table."""
    founding, large = default_content("Europe/Vienna", "AT")["definitions"], large_model()
    few, many = facts(10), facts(500)
    measure("founding agreement, 10 behaviours", lambda: score(few, founding, at=AT))
    measure("20 criteria, 10 behaviours", lambda: score(few, large, at=AT))
    measure("20 criteria, 500 behaviours", lambda: score(many, large, at=AT))
    measure("20 criteria, 500 behaviours: next change by decay", lambda: next_change(many, large, at=AT))


if __name__ == "__main__":
    main()
