"""What a web process leaves behind is collected soon, though what it begins with is never looked at."""

import subprocess
import sys

# One in twenty of these cycles lives on: far fewer than a quarter of what the process begins with.
CYCLES = """
import gc
import smarketing.wsgi
before, kept = gc.get_stats()[2]["collections"], []
for number in range(200_000):
    cycle = []
    cycle.append(cycle)
    if number % 20 == 0:
        kept.append(cycle)
print(gc.get_freeze_count() > 100_000, gc.get_stats()[2]["collections"] - before)
"""


def test_a_full_collection_comes_soon_and_spares_what_the_process_begins_with() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CYCLES], capture_output=True, text=True, check=True)
    frozen, collections = done.stdout.split()
    assert frozen == "True"
    assert int(collections) >= 1
