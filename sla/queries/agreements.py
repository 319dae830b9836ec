"""Which agreement holds, and what it promises."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from sla.models import AgreementVersion


def agreement_in_force(*, at: datetime) -> AgreementVersion | None:
    """Return the signed version whose time contains ``at``."""
    rows = AgreementVersion.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
    return rows.filter(state=AgreementVersion.State.SIGNED).first()


def commitment_of(version: AgreementVersion, key: str, *, tier: str = "") -> Mapping[str, Any] | None:
    """Return the terms of one commitment for a tier, or None where the version does not promise it."""
    for terms in version.content["commitments"]:
        if terms["key"] == key and terms.get("tier") in (None, tier):
            found: Mapping[str, Any] = terms
            return found
    return None
