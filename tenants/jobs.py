"""Long work in steps: which kinds there are; filled by smarketing.wiring at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tenants.roles import Role

if TYPE_CHECKING:
    from tenants.models import Job


@dataclass(frozen=True)
class Step:
    """How far a job is after one step; ``cursor`` is what the next step needs to go on.

    ``done`` and ``total`` count from the job's beginning; ``result`` is what the finished job shows.
    """

    cursor: Mapping[str, Any]
    done: int
    total: int
    finished: bool
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JobKind:
    """One kind of long work.

    ``step`` does some seconds of it, with the job's row locked, in one transaction with its progress.
    ``label`` says what is done, for people; ``roles`` may look at it besides the one who started it.
    """

    kind: str
    step: Callable[["Job", datetime], Step]
    label: str
    roles: tuple[Role, ...] = ()


_kinds: dict[str, JobKind] = {}


def register_job(entry: JobKind) -> None:
    """Let jobs of this kind be started. A kind is registered once."""
    _kinds[entry.kind] = entry


def job_kind(kind: str) -> JobKind | None:
    """Return a kind of job, or None when no code knows it any more."""
    return _kinds.get(kind)
