"""Leaving a criterion out of the next version: what it was meant to tell, the figures do not show.

# Note [Grades keep their meaning]
Grades begin at so many points of all that criteria can give. Without one of them the best grade could be out of
reach, so the floors come down in the same proportion; both heads see them in the comparison, and may set others.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla.actions.drafting import change_draft, draft_version
from sla.models import AgreementVersion
from sla.queries.agreements import draft_of, last_signed
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class CriterionGone(DomainError):
    """The version that is worked on has no such criterion."""

    code = "criterion_gone"


@transaction.atomic
def draft_without(key: str, *, by: Membership, at: datetime) -> AgreementVersion:
    """Take a criterion out of the draft of the next version, which is opened if need be; return the draft.

    It then goes the ordinary way. Raises CriterionGone, OnlyHeadsAgree, VersionNotDraft where a version is proposed
    already, and InvalidInput where the agreement makes no sense without it.
    """
    version = draft_of() or last_signed()
    definitions = version.content["definitions"] if version else {"fit": [], "readiness": []}
    kind = next((kind for kind in ("fit", "readiness") if key in _keys(definitions[kind])), None)
    if version is None or kind is None:
        raise CriterionGone(_("The version that is worked on does not have this criterion."))
    if version.state == AgreementVersion.State.SIGNED:
        version = draft_version(based_on=version, by=by, at=at)
    change_draft(version, content=_without(version.content, kind, key), by=by, at=at)
    return version


def _without(content: Mapping[str, Any], kind: str, key: str) -> dict[str, Any]:
    """Return the content without a criterion; see Note [Grades keep their meaning]."""
    changed = deepcopy(dict(content))
    definitions = changed["definitions"]
    before = definitions[kind]
    definitions[kind] = [criterion for criterion in before if criterion["key"] != key]
    points, left = _points(before), _points(definitions[kind])
    grades = f"{kind}_grades"
    definitions[grades] = {name: floor * left // points for name, floor in definitions[grades].items()}
    return changed


def _points(criteria: Iterable[Mapping[str, Any]]) -> int:
    return sum(criterion["points"] for criterion in criteria)


def _keys(criteria: list[dict[str, object]]) -> set[object]:
    return {criterion["key"] for criterion in criteria}
