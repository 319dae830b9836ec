"""The files of a case: what the rejection was proved with, and what was put before the board."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from arbitration.models import Case, CaseFile
from arbitration.rules import OPEN_STAGES
from leads.queries import EvidenceRow, evidence_on
from sla.words import side_label
from tenants.models import Membership


@dataclass(frozen=True)
class FileRow:
    """One file as the page lists it; ``sealed`` is part of the evidence pack by its hash."""

    file_id: UUID
    handover_id: UUID
    is_evidence: bool
    side: str
    side_label: str
    name: str
    size: int
    sha256: str
    by_name: str
    at: datetime
    sealed: bool
    withdrawn: bool
    erased: bool
    may_withdraw: bool


def files_in(case: Case) -> list[CaseFile]:
    """Return the files put before the board in a case, oldest first."""
    return list(CaseFile.objects.select_related("file", "by").filter(case=case).order_by("at", "pk"))


def file_rows(case: Case, member: Membership) -> list[FileRow]:
    """Return the evidence of the rejection and the files of the case as one reader sees them, oldest first."""
    sealed = {fact["sha256"] for fact in case.evidence.get("files", [])}
    evidence = [row for row in evidence_on(case.handover, member) if row.rejection_id == case.rejection_id]
    rows = [_of_evidence(row, sealed) for row in evidence]
    is_open = case.stage in OPEN_STAGES
    return rows + [_of_case(row, case, mine=is_open and row.by_id == member.pk) for row in files_in(case)]


def _of_evidence(row: EvidenceRow, sealed: Collection[str]) -> FileRow:
    return FileRow(
        file_id=row.evidence_id,
        handover_id=row.handover_id,
        is_evidence=True,
        side=row.side,
        side_label=_side(row.side),
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        by_name=row.by_name,
        at=row.at,
        sealed=row.sha256 in sealed,
        withdrawn=row.withdrawn_at is not None,
        erased=row.erased,
        may_withdraw=False,
    )


def _of_case(row: CaseFile, case: Case, *, mine: bool) -> FileRow:
    return FileRow(
        file_id=row.pk,
        handover_id=case.handover_id,
        is_evidence=False,
        side=row.side,
        side_label=_side(row.side),
        name=row.file.name,
        size=row.file.size,
        sha256=row.file.sha256,
        by_name=row.by.name,
        at=row.at,
        sealed=False,
        withdrawn=row.withdrawn_at is not None,
        erased=row.file.erased_at is not None,
        may_withdraw=mine and row.withdrawn_at is None,
    )


def _side(side: str) -> str:
    return _("The board") if side == CaseFile.Side.BOARD else side_label(side)
