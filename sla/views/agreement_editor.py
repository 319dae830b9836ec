"""The editor of a draft, section by section, with what it says in words beside it.

# Note [Two people in one draft]
Whoever saves sends along a digest of the section as it was read. Somebody else's change of another
section is none of it and both stand; a change of the same one answers 409 with what was written
kept in the form, and the next save is a decision made knowing both.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sla import access, actions
from sla.forms.agreements import SECTION_FORMS, SectionForm, digest_of
from sla.models import AgreementVersion
from sla.queries.clauses import SECTIONS, clauses_of, section_label
from sla.views.agreements import HEAD_ROLES, to_version
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only

TEMPLATE = "sla/agreement_edit.html"


@require_http_methods(["GET", "POST"])
@members_only(*HEAD_ROLES)
def agreement_edit(request: MemberRequest, number: int) -> HttpResponse:
    """Show one section of a draft, or save it."""
    version, section = access.get_version(request.membership, number), _section(request)
    if version.state != AgreementVersion.State.DRAFT:
        if request.method == "POST":
            raise actions.VersionNotDraft(_("Only a draft can be changed."))
        return to_version(request, version)
    if request.method == "POST" and section in SECTION_FORMS:
        return _save(request, version, section)
    return _page(request, version, section, _form(version, section), status=200)


@require_POST
@members_only(*HEAD_ROLES)
def agreement_preview(request: MemberRequest, number: int) -> HttpResponse:
    """Say in words what the form as it is filled in would amount to; nothing is saved."""
    version, section = access.get_version(request.membership, number), _section(request)
    if section not in SECTION_FORMS:
        raise Http404
    form = SECTION_FORMS[section](version.content, request.POST)
    _try(form)
    context = _words(version, section, form)
    return render_page(request, TEMPLATE, {**_frame(request, version, section), **context}, partial="preview")


def _save(request: MemberRequest, version: AgreementVersion, section: str) -> HttpResponse:
    form = SECTION_FORMS[section](version.content, request.POST)
    if not _try(form):
        return _page(request, version, section, form, status=422)
    if form.value("base") != digest_of(section, version.content):
        return _collision(request, version, section, form)
    try:
        actions.change_draft(version, content=form.content(), by=request.membership, at=now())
    except actions.DraftChanged:
        return _collision(request, version, section, form)
    messages.success(request, _("Saved."))
    following = request.POST.get("next", "")
    return redirect(_address(request, version, following if following in SECTIONS else section))


def _try(form: SectionForm) -> bool:
    """Tell whether the form's content could be saved; its faults are shown at their fields."""
    if form.is_valid():
        try:
            actions.refuse_faults(form.content())
        except InvalidInput as refusal:
            form.show_faults(refusal.errors)
    return form.is_valid()


def _collision(request: MemberRequest, version: AgreementVersion, section: str, form: SectionForm) -> HttpResponse:
    """See Note [Two people in one draft]."""
    version.refresh_from_db()
    who = version.changed_by.name if version.changed_by else ""
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    form.data["base"] = digest_of(section, version.content)  # type: ignore[index]  # now mutable
    refusal = _(
        "%(who)s has changed this section meanwhile. What you wrote is still here; save again to put it in place."
    )
    context = {"refusal": refusal % {"who": who}, "theirs": _clauses(version.content, section)}
    return _page(request, version, section, form, status=409, **context)


def _page(
    request: MemberRequest,
    version: AgreementVersion,
    section: str,
    form: SectionForm | None,
    *,
    status: int,
    **more: Any,
) -> HttpResponse:
    context = {**_frame(request, version, section), **_words(version, section, form), **more, "form": form}
    context["groups"] = form.as_shown() if form else []
    return render_page(request, TEMPLATE, context, status=status)


def _frame(request: MemberRequest, version: AgreementVersion, section: str) -> dict[str, Any]:
    names = list(SECTIONS)
    position = names.index(section)
    tabs = [
        {"label": section_label(name), "url": _address(request, version, name), "active": name == section}
        for name in names
    ]
    arguments = {"slug": request.organisation.slug, "number": version.number}
    return {
        "version": version,
        "section": section,
        "live": section in SECTION_FORMS,
        "section_title": section_label(section),
        "tabs": tabs,
        "next_section": names[position + 1] if position + 1 < len(names) else "",
        "preview_url": reverse("sla:agreement_preview", kwargs=arguments) + f"?section={section}",
        "version_url": reverse("sla:agreement_version", kwargs=arguments),
        "diff_url": reverse("sla:agreement_diff", kwargs=arguments),
    }


def _words(version: AgreementVersion, section: str, form: SectionForm | None) -> dict[str, Any]:
    """Return what the section says: as it is filled in where that can be said, else as it is saved."""
    if form is not None and form.is_bound:
        if not form.is_valid():
            return {"clauses": _clauses(version.content, section), "faulty": True}
        return {"clauses": _clauses(form.content(), section)}
    return {"clauses": _clauses(version.content, section)}


def _clauses(content: dict[str, Any], section: str) -> list[Any]:
    return [clause for clause in clauses_of(content) if clause.section == section]


def _form(version: AgreementVersion, section: str) -> SectionForm | None:
    if section not in SECTION_FORMS:
        return None
    form = SECTION_FORMS[section](version.content)
    form.initial["base"] = digest_of(section, version.content)
    return form


def _section(request: MemberRequest) -> str:
    section = request.POST.get("section") or request.GET.get("section") or SECTIONS[0]
    if section not in SECTIONS:
        raise Http404
    return section


def _address(request: MemberRequest, version: AgreementVersion, section: str) -> str:
    arguments = {"slug": request.organisation.slug, "number": version.number}
    return reverse("sla:agreement_edit", kwargs=arguments) + f"?section={section}"
