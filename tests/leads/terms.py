"""Another agreement, signed by both heads, for tests of what a version can say."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from sla.actions import change_draft, draft_version, propose_version, sign_version
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from tests.support import Cast


def agree(cast: Cast, change: Callable[[dict[str, Any]], None], *, at: datetime, starts_on: date) -> AgreementVersion:
    """Draft, propose and sign what ``change`` makes of the present content; it holds from ``starts_on``."""
    present = agreement_in_force(at=at)
    assert present is not None
    content = deepcopy(present.content)
    change(content)
    draft = draft_version(based_on=present, by=cast.marc, at=at)
    change_draft(draft, content=content, by=cast.marc, at=at)
    propose_version(draft, starts_on=starts_on, by=cast.marc, at=at)
    for head in (cast.marc, cast.sina):
        sign_version(draft, by=head, at=at)
    return AgreementVersion.objects.get(pk=draft.pk)


def commitment(content: dict[str, Any], key: str) -> dict[str, Any]:
    """The terms of one promise in a content."""
    found: dict[str, Any] = next(terms for terms in content["commitments"] if terms["key"] == key)
    return found
