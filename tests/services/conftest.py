"""Data folders for servers that these tests start themselves."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services.copies import Copy


@pytest.fixture
def new_folder() -> Iterator[Callable[[], Path]]:
    """Makes data folders; each is removed afterwards, with what stands elsewhere for it.

    Not pytest's own folder: that one is closed to other users, which is a case of its own.
    """
    with ExitStack() as cleanup:

        def make() -> Path:
            folder = Path(tempfile.mkdtemp(prefix="smarketing-data-"))
            cleanup.callback(forget, folder)
            return folder

        yield make


@pytest.fixture(scope="session")
def copy() -> Iterator[Copy]:
    """One running copy for all modules of the piece "up"; each asks it to be there with ``ensure``."""
    copy = Copy(Path(tempfile.mkdtemp(prefix="smarketing-data-")))
    yield copy
    if copy.up and copy.up.poll() is None:
        copy.stop()
    forget(copy.data)
    copy.output.unlink(missing_ok=True)


@pytest.fixture
def data(new_folder: Callable[[], Path]) -> Path:
    """One data folder that the server's own user can enter."""
    return new_folder()


def forget(data: Path) -> None:
    """Remove a data folder, and its cluster when that had to stand elsewhere."""
    place = data / "postgres"
    if place.is_symlink():
        shutil.rmtree(place.resolve())
    shutil.rmtree(data)
