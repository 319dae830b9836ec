"""Whether files have changed since something was made from them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent


def of_content(*patterns: str) -> str:
    """The fingerprint of what the files below the checkout hold."""
    content = hashlib.sha256()
    for path in _files(patterns):
        content.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return content.hexdigest()


def of_dates(*patterns: str) -> str:
    """The fingerprint of names, sizes and dates: for folders too large to read each time."""
    content = hashlib.sha256()
    for path in _files(patterns):
        facts = path.stat()
        content.update(f"{path.relative_to(ROOT)}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return content.hexdigest()


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return iter(sorted(found))
