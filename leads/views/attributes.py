"""The catalogue of attributes, and those of one lead."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, words
from leads.forms.attributes import AttributeForm, ValuesForm
from leads.forms.faults import last_part, show_faults
from leads.queries.attributes import attributes as catalogue
from leads.queries.attributes import known_of, unknown_fields
from leads.views.dialogs import form_answer
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.queries import job_row, newest_job
from tenants.roles import MARKETING, SALES, Role

LONGEST_SOURCE = 200


@members_only(Role.ADMINISTRATOR)
@require_GET
def attributes(request: MemberRequest) -> HttpResponse:
    """What the organisation asks of leads beyond the usual, and what forms send that nobody reads."""
    own = catalogue()
    job = newest_job(actions.RESCORE)
    context = {
        "attributes": [
            (row, words.word(words.KINDS, row.kind), ", ".join(o["label"] for o in row.options)) for row in own
        ],
        "unknown": unknown_fields(),
        "flags": [str(label) for label in words.FLAGS.values()],
        "job": job_row(job, reader=request.membership) if job else None,
    }
    return render_page(request, "leads/attributes.html", context, partial="list")


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def attribute_new(request: MemberRequest) -> HttpResponse:
    """Add an attribute, perhaps for a form field that came in unread."""
    source = request.GET.get("source", "").replace("\x00", "")[:LONGEST_SOURCE]
    form = AttributeForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        told = form.told() if form.cleaned_data["open_to_forms"] else {**form.told(), "sources": []}
        try:
            made = actions.add_attribute(**told, by=request.membership, at=now())
        except InvalidInput as refusal:
            show_faults(
                form, refusal.errors, lambda pointer: {"key": "label"}.get(last_part(pointer), last_part(pointer))
            )
        else:
            messages.success(request, _("Added %(name)s.") % {"name": made.label})
            return redirect("leads:attributes", slug=request.organisation.slug)
    return form_answer(request, form, title=_("New attribute"), submit_label=_("Add"))


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def attribute_change(request: MemberRequest, attribute_id: UUID) -> HttpResponse:
    """Change the words, the options or the form fields of an attribute."""
    attribute = access.get_attribute(request.membership, attribute_id)
    form = AttributeForm(request.POST or None, of=attribute)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_attribute(attribute, **form.told(), by=request.membership, at=now())
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, last_part)
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:attributes", slug=request.organisation.slug)
    return form_answer(request, form, title=attribute.label, submit_label=_("Save"))


@members_only(Role.ADMINISTRATOR)
@require_POST
def attribute_retire(request: MemberRequest, attribute_id: UUID) -> HttpResponse:
    """Ask for an attribute no more, or again."""
    attribute = access.get_attribute(request.membership, attribute_id)
    actions.retire_attribute(attribute, retired=not attribute.is_retired, by=request.membership, at=now())
    return redirect("leads:attributes", slug=request.organisation.slug)


@members_only()
@require_GET
def lead_known(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """What is known of a lead beyond the usual."""
    lead = access.get_lead(request.membership, lead_id)
    may_edit = request.membership.has(*MARKETING, *SALES)
    context = {"lead": lead, "known": known_of(lead), "may_edit": may_edit}
    return render_page(request, "leads/lead_known.html", context, partial="known")


@members_only(*MARKETING, *SALES)
@require_http_methods(["GET", "POST"])
def lead_attributes(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """Change what is known of a lead beyond the usual."""
    lead = access.get_lead(request.membership, lead_id)
    form = ValuesForm(lead, catalogue(with_retired=False), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_lead(lead, changes={}, attributes=form.told(), by=request.membership, at=now())
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, lambda pointer: f"a_{last_part(pointer)}")
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:detail", slug=request.organisation.slug, lead_id=lead.pk)
    return form_answer(
        request, form, title=_("What is known of %(name)s") % {"name": lead.name}, submit_label=_("Save")
    )
