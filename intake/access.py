"""The only road from an outside id or form key to a form or a submission."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.http import Http404
from django.urls import reverse

from intake.models import Batch, Form, OptIn, Submission
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants.access import get_or_404, organisation_id_of, organisation_of, require
from tenants.keys import is_use_unnoted, note_use
from tenants.links import linked_secret
from tenants.models import Key, Membership, Organisation
from tenants.roles import Role

READERS = (Role.MARKETER, Role.MARKETING_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR)
JUDGES = (Role.MARKETER, Role.MARKETING_MANAGER, Role.ADMINISTRATOR)
FORM_KEEPERS = (Role.MARKETING_MANAGER, Role.ADMINISTRATOR)
# Who decides how long things are kept, and who may look at it.
PERIOD_KEEPERS = (Role.ADMINISTRATOR,)
PERIOD_READERS = (Role.ADMINISTRATOR, Role.AUDITOR)
# Everybody but the auditor may push: a CRM acts for sales, a landing page for marketing.
PUSHERS = tuple(role for role in Role if role is not Role.AUDITOR)


class FormRetired(DomainError):
    """The form was taken down, or its key revoked."""

    code = "form_retired"
    status = 410


@dataclass(frozen=True)
class FoundForm:
    """A form as its public key leads to it."""

    organisation: Organisation
    form: Form


def find_form(form_key: str, *, at: datetime) -> FoundForm:
    """Return the form behind a public key (``fk_…``); Http404 for an unknown one, FormRetired for an ended one.

    Call outside a tenant's scope; opens the organisation's for the look-up only.
    """
    organisation = organisation_of(_public_id(form_key))
    if organisation is None:
        raise Http404
    with tenant_scope(organisation.pk):
        return FoundForm(organisation, open_form(form_key, at=at))


@dataclass(frozen=True)
class MarkedForm:
    """A form with its key as they were read, and the mark that their rows had then."""

    form: Form
    mark: str


# A mark changes with every version of a row.
MARK = RawSQL("concat(intake_form.ctid, intake_form.xmin, tenants_key.ctid, tenants_key.xmin)", ())
# So many forms are remembered by a process.
_MOST_FORMS = 10_000
_remembered: dict[str, MarkedForm] = {}


def remembered_form(form_key: str, *, at: datetime) -> MarkedForm | None:
    """Return a form as this process has last read it; None when it has not, or when it has to look again.

    Whether it still is so tells the database (Note [What was believed of the form] in intake.actions.storing).
    """
    found = _remembered.get(form_key)
    if found is None or not found.form.key.works_at(at) or is_use_unnoted(found.form.key, at=at):
        return None
    return found


def form_of_key(form_key: str, *, at: datetime) -> MarkedForm:
    """Read the form behind a public key and remember it; Http404, FormRetired for an ended one."""
    _remembered.pop(form_key, None)
    with tenant_scope(organisation_id_of_form(form_key)):
        found = _marked(_public_id(form_key), provider="", at=at)
    if len(_remembered) >= _MOST_FORMS:
        _remembered.clear()
    _remembered[form_key] = found
    return found


def organisation_id_of_form(form_key: str) -> int:
    """Return the id of the organisation whose form has this public key; Http404 for an unknown one."""
    found = organisation_id_of(_public_id(form_key))
    if found is None:
        raise Http404
    return found


def open_form(form_key: str, *, at: datetime) -> Form:
    """Return the form behind a public key, inside its organisation's scope; Http404, FormRetired for an ended one."""
    return _form_of(_public_id(form_key), provider="", at=at)


def _public_id(form_key: str) -> str:
    kind, _, public_id = form_key.partition("_")
    return public_id if kind == "fk" and public_id.isalnum() else ""


def find_adapter(provider: str, token: str, *, at: datetime) -> FoundForm:
    """Return the form of another provider behind its address; Http404 for any other, FormRetired for an ended one."""
    public_id, _dash, secret = token.partition("-")
    organisation = organisation_of(public_id) if is_linked("adapter", public_id, secret) else None
    if organisation is None or not provider:
        raise Http404
    with tenant_scope(organisation.pk):
        form = _form_of(public_id, provider=provider, at=at)
    return FoundForm(organisation, form)


def _form_of(public_id: str, *, provider: str, at: datetime) -> Form:
    return _marked(public_id, provider=provider, at=at).form


def _marked(public_id: str, *, provider: str, at: datetime) -> MarkedForm:
    form = _read(public_id, provider)
    if note_use(form.key, at=at):
        # The note has changed the mark.
        form = _read(public_id, provider)
    if form.retired_at is not None or not form.key.works_at(at):
        raise FormRetired("This form is no longer in use.")
    return MarkedForm(form, form.mark)


def _read(public_id: str, provider: str) -> Any:
    rows = Form.objects.select_related("key", "owner").filter(provider=provider)
    form = rows.filter(key__public_id=public_id, key__kind=Key.Kind.FORM).annotate(mark=MARK).first()
    if form is None:
        raise Http404
    return form


def adapter_path(form: Form) -> str:
    """Return the path that a provider calls; its second half is made, never stored, and proves who may."""
    public_id = form.key.public_id
    token = f"{public_id}-{linked_secret('adapter', public_id)}"
    return reverse("api:adapter_call", args=[form.provider, token])


def is_linked(purpose: str, public_id: str, secret: str) -> bool:
    """Tell whether the secret part of a link is ours; compared in constant time."""
    made = linked_secret(purpose, public_id).encode()
    return public_id.isalnum() and hmac.compare_digest(secret.encode("utf-8", "replace"), made)


@dataclass(frozen=True)
class FoundOptIn:
    """A question by mail as its link leads to it."""

    organisation: Organisation
    opt_in: OptIn


def opt_in_path(public_id: str) -> str:
    """Return the path of the link in the mail."""
    return f"/confirm/{public_id}-{linked_secret('opt_in', public_id)}/"


def find_opt_in(token: str) -> FoundOptIn:
    """Return the question behind a link; Http404 for any other text."""
    public_id, _dash, secret = token.partition("-")
    organisation = organisation_of(public_id) if is_linked("opt_in", public_id, secret) else None
    if organisation is None:
        raise Http404
    with tenant_scope(organisation.pk):
        rows = OptIn.objects.select_related("submission__form__key")
        opt_in = rows.filter(public_id=public_id).first()
    if opt_in is None:
        raise Http404
    return FoundOptIn(organisation, opt_in)


def get_submission(membership: Membership, submission_id: UUID | str, *, for_update: bool = False) -> Submission:
    """Return a submission of the organisation, for those who may see intake."""
    require(membership, *READERS)
    rows = Submission.objects.all() if for_update else Submission.objects.select_related("form", "lead")
    return get_or_404(rows, submission_id, for_update=for_update)


def get_batch(membership: Membership, batch_id: UUID | str) -> Batch:
    """Return a file of the organisation, for those who may see intake."""
    require(membership, *READERS)
    return get_or_404(Batch.objects.select_related("owner", "by", "job"), batch_id)


def get_form(membership: Membership, form_id: UUID | str) -> Form:
    """Return a form of the organisation, for those who keep forms."""
    require(membership, *FORM_KEEPERS)
    return get_or_404(Form.objects.filter(provider="").select_related("key", "owner"), form_id)


def get_adapter(membership: Membership, form_id: UUID | str) -> Form:
    """Return a form of another provider, for those who keep forms."""
    require(membership, *FORM_KEEPERS)
    return get_or_404(Form.objects.exclude(provider="").select_related("key", "owner"), form_id)
