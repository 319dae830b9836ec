"""Plain makers for the tests of agreement versions."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from sla import actions, queries
from sla.models import AgreementVersion
from tests.support import Cast

APRIL = date(2026, 4, 1)


def make_draft(cast: Cast, *, at: datetime, **changes: Any) -> AgreementVersion:
    """Open a draft of the agreement in force; ``changes`` name sections of the content."""
    founding = queries.last_signed()
    assert founding is not None
    version = actions.draft_version(based_on=founding, by=cast.marc, at=at)
    if changes:
        actions.change_draft(version, content={**version.content, **changes}, by=cast.marc, at=at)
    return version


def make_proposal(cast: Cast, *, at: datetime, starts_on: date = APRIL, **changes: Any) -> AgreementVersion:
    """Propose a draft."""
    version = make_draft(cast, at=at, **changes)
    actions.propose_version(version, starts_on=starts_on, by=cast.marc, at=at)
    return version


def make_signed(cast: Cast, *, at: datetime, starts_on: date = APRIL, **changes: Any) -> AgreementVersion:
    """Propose a draft and let both heads sign it."""
    version = make_proposal(cast, at=at, starts_on=starts_on, **changes)
    actions.sign_version(version, by=cast.marc, at=at + timedelta(minutes=1))
    actions.sign_version(version, by=cast.sina, at=at + timedelta(minutes=2))
    version.refresh_from_db()
    return version


def edited(content: dict[str, Any], edit: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return a copy of the content on which ``edit`` has worked."""
    copy = deepcopy(content)
    edit(copy)
    return copy
