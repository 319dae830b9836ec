"""Files put before the board: by the sides until their statements close, by the board until it rules.

# Note [Files of a case]
What the rejection and its answer were proved with is evidence of leads and sealed by its hash at the appeal. What comes
later belongs to the case: it is part of what others argue about, so that it is never removed, only withdrawn.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arbitration.actions.hearing import NotOnBoard
from arbitration.actions.locking import lock_open
from arbitration.actions.statements import require_open_statements
from arbitration.models import Case, CaseFile
from arbitration.queries import case_parties
from arbitration.queries.board import vote_bar_of
from arbitration.rules import side_in_case
from events.actions import record
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.actions import erase_file, store_file
from tenants.files import Upload
from tenants.models import Membership

# Of each side, and of the board, in one case.
MOST_FILES = 10


class NotYourFile(DomainError):
    """Only whoever added a file withdraws it."""

    code = "not_your_file"


@transaction.atomic
def add_case_files(case: Case, *, uploads: Sequence[Upload], by: Membership, at: datetime) -> list[CaseFile]:
    """Put files before the board for one's side, or as a member of the board without a hand in the case.

    Raises NotOnBoard, StatementsClosed, AlreadyRuled, CaseWithdrawn, and InvalidInput at /file.
    """
    held = lock_open(case)
    side = _side_of(by, held, at=at)
    there = CaseFile.objects.filter(case=held, side=side).count()
    if there + len(uploads) > MOST_FILES:
        sentence = ngettext("At most %(n)d file is kept here.", "At most %(n)d files are kept here.", MOST_FILES)
        raise InvalidInput([FieldError("/file", "too_many", sentence % {"n": MOST_FILES})])
    return [_kept(held, side, upload, by=by, at=at) for upload in uploads]


def _side_of(member: Membership, case: Case, *, at: datetime) -> str:
    """Return for whom the member adds files now. Raises NotOnBoard, StatementsClosed."""
    parties = case_parties(case)
    side = side_in_case(member_id=member.pk, roles=member.roles, marketing=parties.marketing, sales=parties.sales)
    if side:
        require_open_statements(case, at=at)
        return side
    if vote_bar_of(member, parties):
        raise NotOnBoard(_("Only the people of this case, the heads of both sides and the board add files."))
    return CaseFile.Side.BOARD


def _kept(case: Case, side: str, upload: Upload, *, by: Membership, at: datetime) -> CaseFile:
    try:
        file = store_file(name=upload.name, content=upload.content, by=by, at=at)
    except InvalidInput as refused:
        named = [FieldError(e.pointer, e.code, f"{upload.name}: {e.detail}") for e in refused.errors]
        raise InvalidInput(named) from refused
    made = CaseFile.objects.create(case=case, side=side, file=file, by=by, at=at)
    _record("added", made, case, by=by, at=at)
    return made


@transaction.atomic
def withdraw_case_file(file: CaseFile, *, by: Membership, at: datetime) -> CaseFile:
    """Rely on one's own file no more; it stays on record. Raises NotYourFile, AlreadyRuled, CaseWithdrawn."""
    held = lock_open(file.case)
    if file.by_id != by.pk:
        raise NotYourFile(_("Only who added a file withdraws it."))
    if CaseFile.objects.filter(pk=file.pk, withdrawn_at=None).update(withdrawn_at=at):
        _record("withdrawn", file, held, by=by, at=at)
    file.refresh_from_db(fields=["withdrawn_at"])
    return file


def _record(what: str, file: CaseFile, case: Case, *, by: Membership, at: datetime) -> None:
    data = {"number": case.number, "file": str(file.pk), "side": file.side, "sha256": file.file.sha256}
    record(f"case.file_{what}", case, by=by, at=at, thread=case.handover.lead_id, data=data)


@transaction.atomic
def erase_case_files(lead_id: UUID, *, at: datetime) -> int:
    """Forget what is in the files of all cases about a person who was erased; the hashes stay. Return how many."""
    files = CaseFile.objects.select_related("file").filter(case__handover__lead=lead_id, file__erased_at=None)
    found = list(files)
    for row in found:
        erase_file(row.file, by=None, at=at)
    return len(found)
