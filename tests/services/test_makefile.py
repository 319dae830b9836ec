"""What is missing on a machine is named in one clear line."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("refuses", "named"),
    [("version_info", "Python 3.11 or newer is needed"), ("ensurepip", "install the Debian package python3-venv")],
)
def test_make_env_names_what_is_missing(tmp_path: Path, refuses: str, named: str) -> None:
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{refuses}*) exit 1;; esac\nexit 0\n')
    python.chmod(0o755)
    done = subprocess.run(
        ["make", "--no-print-directory", "env", f"PYTHON={python}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert named in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_no_index_address_is_committed() -> None:
    for name in ("Makefile", ".ci/run", "Dockerfile", "requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "index-url" not in text, name
        assert "://" not in text, name
