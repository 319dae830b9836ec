"""The evidence on handovers, as both sides and the board see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.models import Evidence, Handover, Rejection
from tenants.models import Membership


@dataclass(frozen=True)
class EvidenceRow:
    """One file: what it is called, whose it is, and what the reader may do about it."""

    evidence_id: UUID
    handover_id: UUID
    rejection_id: UUID | None
    side: str
    name: str
    size: int
    media_type: str
    sha256: str
    by_id: UUID
    by_name: str
    at: datetime
    withdrawn_at: datetime | None
    # Its bytes were erased; the hash stays.
    erased: bool
    # "remove" while it can go as if it had never been there, "withdraw" afterwards, "" for everybody else.
    may: str

    @property
    def waits(self) -> bool:
        """It was gathered before sales decided."""
        return self.rejection_id is None


def evidence_on(handover: Handover, membership: Membership) -> list[EvidenceRow]:
    """Return the files of a handover, oldest first."""
    return evidence_of([handover.pk], membership).get(handover.pk, [])


def evidence_of(handover_ids: Iterable[UUID], membership: Membership) -> dict[UUID, list[EvidenceRow]]:
    """Return the files of several handovers by handover, in one query."""
    rows = Evidence.objects.filter(handover__in=list(handover_ids)).select_related("file", "by", "rejection")
    found: dict[UUID, list[EvidenceRow]] = {}
    for row in rows.order_by("at", "id"):
        found.setdefault(row.handover_id, []).append(evidence_as_row(row, membership))
    return found


def evidence_as_row(evidence: Evidence, membership: Membership) -> EvidenceRow:
    """Return one file as a reader sees it; needs its file, its author and its rejection."""
    file = evidence.file
    return EvidenceRow(
        evidence_id=evidence.pk,
        handover_id=evidence.handover_id,
        rejection_id=evidence.rejection_id,
        side=evidence.side,
        name=file.name,
        size=file.size,
        media_type=file.media_type,
        sha256=file.sha256,
        by_id=evidence.by_id,
        by_name=evidence.by.name,
        at=evidence.at,
        withdrawn_at=evidence.withdrawn_at,
        erased=file.erased_at is not None,
        may=_may(evidence, membership),
    )


def _may(evidence: Evidence, membership: Membership) -> str:
    if evidence.by_id != membership.pk or evidence.withdrawn_at is not None:
        return ""
    rejection = evidence.rejection
    return "remove" if rejection is None or rejection.state == Rejection.State.OPEN else "withdraw"


def may_add(handover: Handover, membership: Membership) -> bool:
    """Tell whether this member can add a file now: sales until the answer, marketing while it has to answer."""
    if membership.side == "sales" and handover.decision == Handover.Decision.PENDING:
        return True
    open_ones = Rejection.objects.filter(handover=handover, state=Rejection.State.OPEN)
    return membership.side != "" and open_ones.exclude(reason_class=Rejection.Class.PROCEDURAL).exists()


def evidence_facts(rejection: Rejection) -> list[dict[str, Any]]:
    """Return what a sealed pack holds of the evidence: who added what when, and the hash; no name, no bytes."""
    rows = Evidence.objects.filter(rejection=rejection).select_related("file").order_by("at", "id")
    return [
        {
            "id": row.pk,
            "side": row.side,
            "sha256": row.file.sha256,
            "size": row.file.size,
            "by": row.by_id,
            "at": row.at,
        }
        for row in rows
    ]
