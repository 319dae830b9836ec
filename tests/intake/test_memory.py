"""What comes in through the door does not stay in memory."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_memory_does_not_grow_with_posts_nor_with_files() -> None:
    command = [sys.executable, "benchmarks/bench_memory.py", "200000", "10000", "100000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
