"""What can be read or taken away of a version: the comparison, the PDF, its labels."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sla import access, actions, queries
from sla.forms.agreements import LabelsForm
from sla.models import AgreementVersion
from sla.papers import agreement_pdf as pdf_of
from sla.queries.agreement_page import state_of, version_lines
from sla.queries.comparison import compare, count_changes
from sla.views.agreements import to_version
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role


@require_GET
@members_only()
def agreement_diff(request: MemberRequest, number: int) -> HttpResponse:
    """Show what a version says otherwise than another one, the one before it if none is named."""
    at, zone = now(), request.organisation.zone
    version = access.get_version(request.membership, number)
    other = _other(request, version)
    sections = compare(other.labelled_content, version.labelled_content)
    context = {
        "number": version.number,
        "state": state_of(version, at=at),
        "other_number": other.number,
        "other_state": state_of(other, at=at),
        "sections": sections,
        "changes": count_changes(sections),
        "versions": [line for line in version_lines(at=at, zone=zone) if line.number != version.number],
    }
    return render_page(request, "sla/agreement_diff.html", context, partial="diff")


def _other(request: MemberRequest, version: AgreementVersion) -> AgreementVersion:
    asked = request.GET.get("with", "")
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 7):
            raise Http404
        return access.get_version(request.membership, int(asked))
    found = queries.version_before(version)
    if found is None:
        raise Http404
    return found


@require_GET
@members_only()
def agreement_pdf(request: MemberRequest, number: int) -> HttpResponse:
    """Give a version as a PDF: every term in words, the signatures and the hash."""
    version = access.get_version(request.membership, number)
    paper = pdf_of(version, organisation=request.organisation, at=now())
    response = HttpResponse(paper, content_type="application/pdf")
    name = f"agreement-{request.organisation.slug}-v{version.number}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@members_only(Role.ADMINISTRATOR)
def agreement_labels(request: MemberRequest, number: int) -> HttpResponse:
    """Word the labels of a signed version better; the terms stay."""
    version = access.get_version(request.membership, number)
    form = LabelsForm(version.content, version.labels, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_labels(version, labels=form.labels(), by=request.membership, at=now())
        except InvalidInput as refusal:
            names = {place: name for name, place in form.places.items()}
            for error in refusal.errors:
                form.add_error(names.get(error.pointer), error.detail)
        else:
            messages.success(request, _("Saved. Both heads are told."))
            return to_version(request, version)
    context = {"form": form, "number": version.number}
    return render_page(request, "sla/agreement_labels.html", context, status=422 if form.is_bound else 200)
