"""The definitions of a qualified lead in a draft: criteria, grades, gate; tried on real leads before anybody signs.

# Note [What was read is saved upon]
Every form carries a digest of what it changes as it was read: the definitions, or one criterion. Who saves upon what
somebody else changed is told (409) and shown how it stands now.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leads import actions, words
from leads.criteria import behaviour_text, demand_text
from leads.facts import known_fields
from leads.forms.definitions import BehaviourForm, CriterionForm, GateForm, GradesForm, digest_of_criterion, new_key
from leads.forms.faults import last_part, show_faults
from leads.queries.attributes import field_labels
from leads.queries.scoring import latest_preview, preview_view
from leads.views.dialogs import form_answer
from sla import actions as sla
from sla.access import get_version
from sla.content import content_hash
from sla.content.definitions import FLAG
from sla.models import AgreementVersion
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.queries import job_row
from tenants.roles import HEADS, Role

TEMPLATE = "leads/definitions.html"
FORMS: dict[str, type[CriterionForm | BehaviourForm]] = {"fit": CriterionForm, "readiness": BehaviourForm}
HEAD_ROLES = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)


class DefinitionsChanged(DomainError):
    """Somebody else changed the definitions since they were read."""

    code = "definitions_changed"


@members_only()
@require_http_methods(["GET", "POST"])
def definitions(request: MemberRequest, number: int) -> HttpResponse:
    """Show the definitions of a version; change grades, gate or the order of criteria of a draft."""
    version = get_version(request.membership, number)
    if request.method == "GET":
        return _page(request, version)
    _require_head(request)
    if version.state != AgreementVersion.State.DRAFT:
        return _page(request, version, refusal=_("Only a draft can be changed."), status=409)
    do = request.POST.get("do", "")
    if do in ("grades", "gate"):
        return _save_form(request, version, do)
    return _rearrange(request, version, do)


def _require_head(request: MemberRequest) -> None:
    if not request.membership.has(*HEADS):
        raise sla.OnlyHeadsAgree(_("The two heads write the agreement."))


def _save_form(request: MemberRequest, version: AgreementVersion, do: str) -> HttpResponse:
    forms = _forms(version, **{do: request.POST})
    form: Any = forms[do]
    if not form.is_valid():
        return _page(request, version, forms=forms, status=422)
    told = {**version.content["definitions"], **form.definitions()}
    try:
        _require_unchanged(request.POST.get("base", ""), digest_of(version))
        _save(request, version, told)
    except InvalidInput as refusal:
        show_faults(form, refusal.errors, _place_in_form)
        return _page(request, version, forms=forms, status=422)
    except (DefinitionsChanged, sla.DraftChanged) as error:
        return _page(request, version, refusal=error.sentence, status=409)
    return _saved(request, version)


def _rearrange(request: MemberRequest, version: AgreementVersion, do: str) -> HttpResponse:
    """Remove a criterion, or move it up or down."""
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    if do not in ("remove", "up", "down") or kind not in FORMS:
        raise Http404
    rows = list(version.content["definitions"][kind])
    place = next((n for n, row in enumerate(rows) if row["key"] == key), None)
    if place is None:
        raise Http404
    row = rows.pop(place)
    if do != "remove":
        rows.insert(max(0, place + (-1 if do == "up" else 1)), row)
    try:
        _require_unchanged(request.POST.get("base", ""), digest_of(version))
        _save(request, version, {**version.content["definitions"], kind: rows})
    except InvalidInput as refusal:
        return _page(request, version, refusal=" ".join(error.detail for error in refusal.errors), status=422)
    except (DefinitionsChanged, sla.DraftChanged) as error:
        return _page(request, version, refusal=error.sentence, status=409)
    return _saved(request, version)


@members_only(*HEAD_ROLES)
@require_http_methods(["GET", "POST"])
def criterion(request: MemberRequest, number: int, kind: str) -> HttpResponse:
    """Add a criterion to a draft, or change one (``?key=``)."""
    version = get_version(request.membership, number)
    if kind not in FORMS:
        raise Http404
    if version.state != AgreementVersion.State.DRAFT:
        if request.method == "POST":
            raise sla.VersionNotDraft(_("Only a draft can be changed."))
        return redirect("leads:definitions", slug=request.organisation.slug, number=number)
    rows = version.content["definitions"][kind]
    key = request.GET.get("key", "")
    of = next((row for row in rows if row["key"] == key), None)
    if key and of is None:
        raise Http404
    form, refusal = FORMS[kind](field_labels_of_leads(), request.POST or None, of=of), ""
    if request.method == "POST" and form.is_valid():
        told = form.criterion(key or new_key(form.cleaned_data["label"], _keys(version)))
        changed = [told if row["key"] == key else row for row in rows] if key else [*rows, told]
        try:
            _require_unchanged(form.cleaned_data["base"], digest_of_criterion(of))
            _save(request, version, {**version.content["definitions"], kind: changed})
        except InvalidInput as invalid:
            here = f"/definitions/{kind}/{changed.index(told)}/"
            show_faults(form, invalid.errors, lambda pointer: last_part(pointer) if pointer.startswith(here) else "")
        except DomainError as error:
            refusal = error.sentence
        else:
            return _saved(request, version)
    title = (of or {}).get("label") or (_("New fit criterion") if kind == "fit" else _("New readiness criterion"))
    return form_answer(request, form, title=title, submit_label=_("Save"), refusal=refusal)


@members_only(*HEAD_ROLES)
@require_POST
def definitions_try(request: MemberRequest, number: int) -> HttpResponse:
    """Judge the leads of the last 90 days by this version and by the one in force."""
    version = get_version(request.membership, number)
    address = request.path_info.removesuffix("try/")
    actions.start_preview(version, next_url=address, by=request.membership, at=now())
    return redirect(address)


def field_labels_of_leads() -> dict[str, str]:
    """Return the fields that criteria may ask for, by name; an amount is none of a lead."""
    return {name: label for name, label in field_labels().items() if name != "amount"}


def digest_of(version: AgreementVersion) -> str:
    """See Note [What was read is saved upon]."""
    return content_hash(version.content["definitions"])[:16]


def _keys(version: AgreementVersion) -> set[str]:
    found = version.content["definitions"]
    return {row["key"] for row in (*found["fit"], *found["readiness"])}


def _require_unchanged(read: str, present: str) -> None:
    """See Note [What was read is saved upon]."""
    if read != present:
        raise DefinitionsChanged(_("Somebody else has changed this meanwhile. Look at how it stands now."))


def _save(request: MemberRequest, version: AgreementVersion, told: Mapping[str, Any]) -> None:
    content = {**version.content, "definitions": dict(told)}
    sla.change_draft(version, content=content, by=request.membership, at=now())


def _saved(request: MemberRequest, version: AgreementVersion) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("leads:definitions", slug=request.organisation.slug, number=version.number)


def _place_in_form(pointer: str) -> str:
    """Return the field of the grades or the gate form that a pointer means."""
    parts = pointer.removeprefix("/definitions/").split("/")
    if parts[0] == "matrix":
        return "_".join(["m", *parts[1:]])
    if parts[0] == "hand_raiser":
        return parts[1] if len(parts) > 1 else ""
    return f"{parts[0]}_{parts[1]}" if parts[0].endswith("_grades") and len(parts) > 1 else parts[0]


def _forms(
    version: AgreementVersion,
    *,
    grades: Mapping[str, Any] | None = None,
    gate: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
) -> dict[str, Form]:
    found = version.content["definitions"]
    labels = labels or field_labels_of_leads()
    flags = {name: labels[name] for name, kind in known_fields().items() if kind == FLAG}
    return {"grades": GradesForm(found, grades), "gate": GateForm(found, labels, flags, gate)}


def _page(
    request: MemberRequest,
    version: AgreementVersion,
    *,
    forms: Mapping[str, Form] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    found, labels = version.content["definitions"], field_labels_of_leads()
    job = latest_preview(version) if request.membership.has(*HEADS) else None
    context = {
        "version": version,
        "may_edit": version.state == AgreementVersion.State.DRAFT and request.membership.has(*HEADS),
        "may_try": request.membership.has(*HEADS),
        "base": digest_of(version),
        "fit": [(row, demand_text(row, labels)) for row in found["fit"]],
        "readiness": [(row, behaviour_text(row)) for row in found["readiness"]],
        "forms": forms or _forms(version, labels=labels),
        "tiers": words.TIERS,
        "refusal": refusal,
        "job": job_row(job, reader=request.membership) if job and job.is_open else None,
        "preview": preview_view(job, version, request.membership),
    }
    return render_page(request, TEMPLATE, context, status=status)
