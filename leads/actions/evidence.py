"""Files as evidence: added while the rejection is open, taken back by whoever added them.

# Note [What is frozen when]
While a rejection is open (or not yet made) its evidence is being gathered: a file can go as if it had never been
there. Once marketing has answered or appealed, the file may be part of what others relied upon, or sealed by its hash
in a case: it can only be withdrawn, which is seen.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions import record
from leads import reasons
from leads.actions.changing import locked_handover
from leads.models import Evidence, Handover, Rejection
from sla.models import Side
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.actions import remove_file, store_file
from tenants.files import Upload
from tenants.models import Membership

# Of each side, about one rejection.
MOST_FILES = 5


class EvidenceClosed(DomainError):
    """There is no open rejection (any more) that could be proved."""

    code = "evidence_closed"


class NotYourEvidence(DomainError):
    """Only whoever added a file takes it back."""

    code = "not_your_evidence"


class EvidenceNeeded(DomainError):
    """The reason of the rejection demands a proof, and this is the only one."""

    code = "evidence_needed"


@transaction.atomic
def add_evidence(handover: Handover, *, uploads: Sequence[Upload], by: Membership, at: datetime) -> list[Evidence]:
    """Add files of the member's side to the open rejection; sales may also gather some before it decides.

    Raises EvidenceClosed, and InvalidInput at /file for a file that is not kept or one too many.
    """
    handover = locked_handover(handover)
    rejection = open_rejection(handover)
    waiting = handover.decision == Handover.Decision.PENDING and by.side == Side.SALES
    if by.side not in (Side.SALES, Side.MARKETING) or (rejection is None and not waiting):
        raise EvidenceClosed(_("Evidence belongs to a rejection that is open; there is none."))
    return attach(handover, rejection, uploads, side=Side(by.side), by=by, at=at)


def open_rejection(handover: Handover) -> Rejection | None:
    """Return the rejection that waits for marketing's answer, locked; None where there is none."""
    rows = Rejection.objects.select_for_update().filter(handover=handover, state=Rejection.State.OPEN)
    return rows.exclude(reason_class=Rejection.Class.PROCEDURAL).first()


def attach(
    handover: Handover,
    rejection: Rejection | None,
    uploads: Sequence[Upload],
    *,
    side: Side,
    by: Membership,
    at: datetime,
) -> list[Evidence]:
    """Keep files as evidence of a side on a locked handover. Raises InvalidInput at /file, naming the file."""
    if not uploads:
        return []
    there = Evidence.objects.filter(handover=handover, rejection=rejection, side=side).count()
    if there + len(uploads) > MOST_FILES:
        sentence = ngettext("At most %(n)d file is kept here.", "At most %(n)d files are kept here.", MOST_FILES)
        raise InvalidInput([FieldError("/file", "too_many", sentence % {"n": MOST_FILES})])
    return [_kept(handover, rejection, upload, side=side, by=by, at=at) for upload in uploads]


def _kept(
    handover: Handover, rejection: Rejection | None, upload: Upload, *, side: Side, by: Membership, at: datetime
) -> Evidence:
    try:
        file = store_file(name=upload.name, content=upload.content, by=by, at=at)
    except InvalidInput as refused:
        named = [FieldError(e.pointer, e.code, f"{upload.name}: {e.detail}") for e in refused.errors]
        raise InvalidInput(named) from refused
    made = Evidence.objects.create(handover=handover, rejection=rejection, side=side, file=file, by=by, at=at)
    _record("added", made, by=by, at=at)
    return made


def _record(what: str, evidence: Evidence, *, by: Membership, at: datetime) -> None:
    data: dict[str, Any] = {
        "evidence": str(evidence.pk),
        "rejection": str(evidence.rejection_id) if evidence.rejection_id else None,
        "side": evidence.side,
        "sha256": evidence.file.sha256,
    }
    handover = evidence.handover
    record(f"handover.evidence_{what}", handover, by=by, at=at, data=data, thread=handover.lead_id)


@transaction.atomic
def take_back_evidence(evidence: Evidence, *, by: Membership, at: datetime) -> Evidence | None:
    """Take one's own file back: it is gone while the rejection is open, later it is withdrawn and returned so.

    Raises NotYourEvidence, EvidenceNeeded. See Note [What is frozen when].
    """
    handover = locked_handover(evidence.handover)
    if evidence.by_id != by.pk:
        raise NotYourEvidence(_("Only who added a file takes it back."))
    found = Evidence.objects.select_related("handover", "rejection", "file", "by").filter(pk=evidence.pk).first()
    if found is None:
        return None
    evidence, rejection = found, found.rejection
    if rejection is not None and rejection.state != Rejection.State.OPEN:
        return _withdraw(evidence, by=by, at=at)
    _require_other_proof(handover, rejection, evidence)
    _record("removed", evidence, by=by, at=at)
    _let_go(evidence, by=by, at=at)
    return None


def _withdraw(evidence: Evidence, *, by: Membership, at: datetime) -> Evidence:
    if Evidence.objects.filter(pk=evidence.pk, withdrawn_at=None).update(withdrawn_at=at):
        evidence.withdrawn_at = at
        _record("withdrawn", evidence, by=by, at=at)
    return evidence


def _require_other_proof(handover: Handover, rejection: Rejection | None, evidence: Evidence) -> None:
    if rejection is None or evidence.side != Side.SALES or rejection.evidence_url:
        return
    reason = reasons.find_reason(handover.version.content, rejection.reason)
    others = Evidence.objects.filter(rejection=rejection, side=Side.SALES).exclude(pk=evidence.pk)
    if reason is not None and reason.needs_evidence and not others.exists():
        raise EvidenceNeeded(_("The reason needs evidence, and this is the only one. Add another file first."))


def _let_go(evidence: Evidence, *, by: Membership | None, at: datetime) -> None:
    Evidence.objects.filter(pk=evidence.pk).delete()
    remove_file(evidence.file, by=by, at=at)


def has_waiting(handover: Handover) -> bool:
    """Tell whether sales has gathered files before its decision."""
    return Evidence.objects.filter(handover=handover, rejection=None).exists()


def claim_waiting(handover: Handover, rejection: Rejection) -> None:
    """Let the files that sales gathered before be part of its rejection."""
    Evidence.objects.filter(handover=handover, rejection=None).update(rejection=rejection)


def release(rejection: Rejection) -> None:
    """Let the files of a rejection that is undone wait for the next one; marketing has answered none yet."""
    Evidence.objects.filter(rejection=rejection, side=Side.SALES).update(rejection=None)


def drop_waiting(handover: Handover, *, at: datetime) -> None:
    """Forget what sales gathered for a rejection that was not made."""
    for row in Evidence.objects.select_related("file").filter(handover=handover, rejection=None):
        _let_go(row, by=None, at=at)
