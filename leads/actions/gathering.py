"""Writing what one piece of work changes at its end, every table in one statement.

# Note [The same actions, one write]
Inside ``gathered_work`` the actions of a lead (change_lead, rescore, follow_score, record) do what they always do, but
to the lead in memory; what they would have written is kept in order and written together. So a hundred leads are
judged by the code that judges one, and cost as many statements as one.
Everything about a lead that the work has changed has to come from the lead in memory: the table is behind.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from events.actions import gathering
from leads.models import Attribute, Behaviour, Consent, ForgottenSalt, Lead, StageEntry, StageSetting
from leads.queries.persons import salt
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.altering import alterations
from smarketing.lib.inserting import insertions, note_written
from smarketing.lib.prepared import Call, Plain
from smarketing.lib.settled import Settled
from smarketing.lib.tenancy import TenantModel
from tenants.models import Membership

T = TypeVar("T")

SETTINGS = (AgreementVersion, Attribute, StageSetting, Membership, ForgottenSalt)

# In this order: later ones point at earlier ones.
KINDS = (Behaviour, Consent, StageEntry)


@dataclass
class Work:
    """What is to be written."""

    made: list[Lead] = field(default_factory=list)
    changes: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    rows: dict[type[Model], list[Any]] = field(default_factory=dict)
    # What others write of the leads, after everything else.
    others: list[TenantModel] = field(default_factory=list)
    # What is written with the events, and before it, where the caller undoes it alone: the savepoint of that name.
    calls: list[Call] = field(default_factory=list)
    savepoint: str = ""
    _settled: Settled | None = None

    @property
    def settled(self) -> Settled:
        """What the organisation has set up, as far as taking leads in asks for it."""
        self._settled = self._settled or _known.get() or Settled(SETTINGS)
        return self._settled

    def change(self, lead: Lead, fields: dict[str, Any]) -> None:
        """Keep a change of a lead that stands in the table; one that is made here is written as it is at the end."""
        if not lead._state.adding:
            self.changes.setdefault(lead.pk, {}).update(fields)

    def add(self, rows: Iterable[Model]) -> None:
        """Keep rows that belong to leads."""
        for row in rows:
            self.rows.setdefault(type(row), []).append(row)

    def write(self) -> None:
        """Write it all, in an order that two such works share, so that they cannot wait for each other in a circle."""
        made = sorted(self.made, key=lambda lead: (lead.email_norm, lead.pk))
        rows = [self.rows.get(kind, []) for kind in KINDS]
        if self.savepoint:
            self.calls.append((Plain(f"savepoint {self.savepoint}"), ()))
        self.calls += [*insertions(made), *alterations(Lead, self.changes), *insertions(*rows, self.others)]
        for table in (made, *rows, self.others):
            note_written(table)


_work: ContextVar[Work | None] = ContextVar("smarketing_work", default=None)
# What the organisation has set up, where several works are to be told once.
_known: ContextVar[Settled | None] = ContextVar("smarketing_settings", default=None)


def current_work() -> Work | None:
    """Return the work that gathers now, or None: then everything is written at once."""
    return _work.get()


@contextmanager
def gathered_work(*, savepoint: str = "") -> Iterator[Work]:
    """Gather what the block changes. See Note [The same actions, one write]; the caller calls ``write``."""
    work = Work(savepoint=savepoint)
    token = _work.set(work)
    try:
        with gathering() as work.calls:
            yield work
    finally:
        _work.reset(token)


@contextmanager
def settings_known(*, ids: int) -> Iterator[None]:
    """Look once at what the organisation has set up, for all works of the block; draw so many ids for new rows."""
    token = _known.set(Settled(SETTINGS, ids=ids))
    try:
        yield
    finally:
        _known.reset(token)


def salt_of_forgotten() -> str | None:
    """Return under what the hashes of the forgotten are made (leads.queries.forgotten_among)."""
    return once("forgotten_salt", ForgottenSalt, salt)


def once(name: str, of: type[TenantModel], ask: Callable[[], T]) -> T:
    """Return what the organisation's own settings say; inside a work it is remembered (smarketing.lib.settled)."""
    work = _work.get()
    settled = work.settled if work else _known.get()
    return ask() if settled is None else settled.fact(name, of, ask)


def version_at(at: datetime) -> AgreementVersion | None:
    """Return the agreement in force; what comes within one hour nearly always has one agreement."""
    # Filled here, one after the other: most have only the one in force asked for.
    held = once("agreements", AgreementVersion, list[AgreementVersion])
    for version in held:
        if version.starts_at and version.starts_at <= at and (version.ends_at is None or at < version.ends_at):
            return version
    found = agreement_in_force(at=at)
    held += [found] if found else []
    return found
