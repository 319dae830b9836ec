"""Which agreement holds, what it promises, and who has signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from sla.models import AgreementVersion, Signature


def agreement_in_force(*, at: datetime) -> AgreementVersion | None:
    """Return the signed version whose time contains ``at``."""
    rows = AgreementVersion.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
    return rows.filter(state=AgreementVersion.State.SIGNED).first()


def draft_of() -> AgreementVersion | None:
    """Return the version that is being worked on or waits for signatures; there is at most one."""
    states = [AgreementVersion.State.DRAFT, AgreementVersion.State.PROPOSED]
    return AgreementVersion.objects.filter(state__in=states).select_related("based_on", "changed_by").first()


def last_signed(*, for_update: bool = False) -> AgreementVersion | None:
    """Return the signed version that starts last, be it in force or still to come."""
    rows = AgreementVersion.objects.filter(state=AgreementVersion.State.SIGNED).order_by("-starts_at")
    return (rows.select_for_update(of=("self",)) if for_update else rows).first()


def version_before(version: AgreementVersion) -> AgreementVersion | None:
    """Return what a version is compared with: the one it was drafted from, else the one numbered before."""
    if version.based_on_id:
        return AgreementVersion.objects.get(pk=version.based_on_id)
    signed = AgreementVersion.objects.filter(number__lt=version.number, state=AgreementVersion.State.SIGNED)
    return signed.order_by("-number").first()


def signatures_of(version: AgreementVersion) -> list[Signature]:
    """Return the signatures that count: those under the version as it was last proposed."""
    if version.state not in (AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED):
        return []
    rows = Signature.objects.filter(version=version, proposal=version.proposal)
    return list(rows.select_related("member", "for_member").order_by("signed_at", "pk"))


def commitment_of(version: AgreementVersion, key: str, *, tier: str = "") -> Mapping[str, Any] | None:
    """Return the terms of one commitment for a tier, or None where the version does not promise it."""
    for terms in version.content["commitments"]:
        if terms["key"] == key and terms.get("tier") in (None, tier):
            found: Mapping[str, Any] = terms
            return found
    return None
