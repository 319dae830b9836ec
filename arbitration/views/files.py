"""Files of a case: put before the board, saved, withdrawn; never shown inside the product."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from arbitration import actions
from arbitration.access import get_case, get_case_file
from arbitration.views.frame import case_page, done
from leads.forms import MOST_BYTES, EvidenceForm
from smarketing.lib.clock import now
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import InvalidInput
from smarketing.lib.uploads import takes_uploads
from tenants.access import MemberRequest, members_only
from tenants.queries import content_of


@require_POST
@members_only()
@takes_uploads(MOST_BYTES)
def files(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Put files before the board."""
    found = get_case(request.membership, case_id)
    form = EvidenceForm(request.POST, request.FILES, auto_id="files_%s")
    if form.is_valid():
        try:
            actions.add_case_files(found, uploads=form.uploads(), by=request.membership, at=now())
        except InvalidInput as refused:
            for fault in refused.errors:
                form.add_error("evidence_files", fault.detail)
        else:
            return done(request, found, partial="files", text=_("The files are before the board."))
    return case_page(request, found, partial="files", status=422, files_form=form)


@require_GET
@members_only()
def file(request: MemberRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """One file, to be saved."""
    found = get_case_file(request.membership, case_id, file_id)
    content = content_of(found.file)
    if content is None:
        raise Http404
    return attachment(content, name=found.file.name, media_type=found.file.media_type)


@require_POST
@members_only()
def file_withdraw(request: MemberRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Rely on one's own file no more."""
    found = get_case_file(request.membership, case_id, file_id)
    actions.withdraw_case_file(found, by=request.membership, at=now())
    return done(request, found.case, partial="files", text=_("Withdrawn; it stays on record."))
