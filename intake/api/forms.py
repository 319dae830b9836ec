"""Web forms for clients: list, make, change, take down."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET, Meta, Struct, UnsetType, structs
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers
from intake.models import Form
from intake.snippet import field_names
from intake.words import TARGETS
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import get_or_404, require
from tenants.models import Membership
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Address = Annotated[str, Meta(max_length=2000, pattern="^(https?://.+)?$")]
Origins = Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(min_length=1, max_length=50)]
Country = Annotated[str, Meta(pattern="^([A-Za-z]{2})?$")]
Wording = Annotated[str, Meta(max_length=2000)]
Mapped = Annotated[dict[str, str], Meta(max_length=200)]


class AskedField(Struct, forbid_unknown_fields=True):
    """One field that the form shows."""

    name: str
    required: bool = False


Asks = Annotated[list[AskedField], Meta(max_length=20)]


class FormBody(Struct, forbid_unknown_fields=True):
    """A new form; without ``fields`` it asks for what the agreement in force needs."""

    name: Name
    origins: Origins
    thanks_url: Address = ""
    thanks_text: Annotated[str, Meta(max_length=1000)] = ""
    country: Country = ""
    owner: UUID | None = None
    mapping: Mapped = {}
    fields: Asks = []
    consent_text: Wording = ""
    opt_in: bool = False


class FormChange(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays."""

    name: Name | UnsetType = UNSET
    origins: Origins | UnsetType = UNSET
    thanks_url: Address | UnsetType = UNSET
    thanks_text: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    owner: UUID | UnsetType | None = UNSET
    mapping: Mapped | UnsetType = UNSET
    fields: Asks | UnsetType = UNSET
    consent_text: Wording | UnsetType = UNSET
    opt_in: bool | UnsetType = UNSET


def form_data(form: Form) -> dict[str, Any]:
    """Return a form as clients read it."""
    return {
        "id": str(form.pk),
        "name": form.name,
        "key": form.key.visible_prefix,
        "origins": form.key.allowed_origins,
        "post_url": settings.BASE_URL + reverse("api:form_submissions", args=[form.key.visible_prefix]),
        "page_url": settings.BASE_URL + reverse("intake_form", args=[form.key.visible_prefix]),
        "thanks_url": form.thanks_url,
        "thanks_text": form.thanks_text,
        "country": form.country,
        "owner": str(form.owner_id) if form.owner_id else None,
        "mapping": form.mapping,
        "fields": form.asks,
        "consent_text": form.consent_text,
        "consent_version": form.consent_version,
        "opt_in": form.opt_in,
        "created_at": form.created_at,
        "retired_at": form.retired_at,
    }


class Forms(KeyView):
    """The organisation's web forms."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List web forms", gives=Page[answers.Form], answers={200: "Forms, newest first."}, problems=(401, 403, 422)
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page(request, Form.objects.filter(provider="").select_related("key"), form_data))

    @operation(
        "Make a web form",
        gives=answers.Form,
        tagged=True,
        body=FormBody,
        answers={201: "The form with its public key."},
        problems=(400, 401, 403, 404, 413, 415, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.FORM_KEEPERS)
        given = self.body(FormBody)
        made = actions.create_form(**form_fields(self.member, structs.asdict(given)), by=self.member, at=self.at)
        place = reverse("api:form", args=[made.form.pk])
        return answer(form_data(made.form), status=201, revision=made.form.revision, location=place)


class OneForm(KeyView):
    """One web form."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation("Read a web form", gives=answers.Form, tagged=True, answers={200: "The form."}, problems=(401, 403, 404))
    def get(self, request: Request, form_id: UUID) -> Response:
        require(self.member, *access.READERS)
        form = get_or_404(Form.objects.filter(provider="").select_related("key"), form_id)
        return answer(form_data(form), revision=form.revision)

    @operation(
        "Change a web form",
        gives=answers.Form,
        tagged=True,
        body=FormChange,
        answers={200: "The form."},
        problems=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    )
    def patch(self, request: Request, form_id: UUID) -> Response:
        given = structs.asdict(self.body(FormChange))
        form = access.get_form(self.member, form_id)
        self.expect(form.revision)
        changes = form_fields(self.member, {name: value for name, value in given.items() if value is not UNSET})
        changed = actions.change_form(form, by=self.member, at=self.at, **changes)
        return answer(form_data(changed), revision=changed.revision)


class FormRetirement(KeyView):
    """Taking a form down."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Take a web form down",
        gives=answers.Form,
        answers={200: "The form takes no more posts."},
        problems=(401, 403, 404),
        posts=True,
    )
    def post(self, request: Request, form_id: UUID) -> Response:
        self.no_body()
        form = access.get_form(self.member, form_id)
        actions.retire_form(form, by=self.member, at=self.at)
        return answer(form_data(access.get_form(self.member, form_id)))


def form_fields(reader: Membership, given: dict[str, Any]) -> dict[str, Any]:
    """Return what create_form and change_form take; raises InvalidInput, Http404 for an unknown member."""
    _refuse_unknown(given)
    fields = dict(given)
    if "fields" in fields:
        fields["asks"] = [structs.asdict(one) for one in fields.pop("fields")]
    if fields.get("owner") is not None:
        fields["owner"] = get_or_404(Membership.objects.filter(is_active=True), fields["owner"])
        if not fields["owner"].has(*MARKETING):
            raise InvalidInput([FieldError("/owner", "unknown_value", "A form's owner is somebody of marketing.")])
    if "country" in fields:
        fields["country"] = fields["country"].upper()
    return fields


def _refuse_unknown(given: dict[str, Any]) -> None:
    faults = [
        FieldError(f"/mapping/{name}", "unknown_value", f"Use one of {', '.join(TARGETS)}.")
        for name, target in (given.get("mapping") or {}).items()
        if target not in TARGETS
    ]
    asked = [one.name for one in given.get("fields") or []]
    faults += [
        FieldError(f"/fields/{place}/name", "unknown_value", f"Use one of {', '.join(field_names())}.")
        for place, name in enumerate(asked)
        if name not in field_names()
    ]
    if asked and "email" not in asked:
        faults.append(FieldError("/fields", "missing", "Show the e-mail address: nobody is known again without it."))
    if faults:
        raise InvalidInput(faults)
