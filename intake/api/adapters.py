"""Forms of other providers for clients: set up, change, try, take down."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET, Meta, Struct, UnsetType, structs
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers
from intake.adapters import PROVIDERS
from intake.api.forms import Address, Country, Mapped, Name, form_fields
from intake.api.shapes import represented
from intake.models import Form
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, answer

ProviderKey = Literal["typeform", "tally", "jotform", "hubspot-form", "salesforce-web-to-lead"]
Secret = Annotated[str, Meta(max_length=300)]


class AdapterBody(Struct, forbid_unknown_fields=True):
    """A provider's form. ``secret`` is what it signs with; for Typeform and Tally one is made where it is left out."""

    name: Name
    provider: ProviderKey
    secret: Secret = ""
    thanks_url: Address = ""
    country: Country = ""
    owner: UUID | None = None
    mapping: Mapped = {}
    opt_in: bool = False


class AdapterChange(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays."""

    name: Name | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    thanks_url: Address | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    owner: UUID | UnsetType | None = UNSET
    mapping: Mapped | UnsetType = UNSET
    opt_in: bool | UnsetType = UNSET


def adapter_data(form: Form) -> dict[str, Any]:
    """Return a provider's form as lists show it: without what proves a call."""
    return {
        "id": str(form.pk),
        "name": form.name,
        "provider": form.provider,
        "signed": PROVIDERS[form.provider].is_genuine is not None,
        "thanks_url": form.thanks_url,
        "country": form.country,
        "owner": str(form.owner_id) if form.owner_id else None,
        "mapping": form.mapping,
        "opt_in": form.opt_in,
        "last_received_at": form.key.last_used_at,
        "created_at": form.created_at,
        "retired_at": form.retired_at,
    }


def whole_adapter(form: Form) -> dict[str, Any]:
    """Return a provider's form with the address to give the provider and the secret to sign with."""
    url = settings.BASE_URL + access.adapter_path(form)
    return {**adapter_data(form), "url": url, "secret": actions.secret_of(form) or None}


class Adapters(KeyView):
    """The organisation's forms of other providers."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation("List forms of other providers", gives=Page[answers.Adapter], answers={200: "Forms, newest first."})
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page(request, Form.objects.exclude(provider="").select_related("key"), adapter_data))

    @operation(
        "Set up a form of another provider",
        gives=answers.WholeAdapter,
        tagged=True,
        body=AdapterBody,
        answers={201: "The form, with the address and the secret to give the provider."},
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.FORM_KEEPERS)
        given = structs.asdict(self.body(AdapterBody))
        made = actions.create_adapter(**form_fields(self.member, given), by=self.member, at=self.at)
        place = reverse("api:adapter", args=[made.pk])
        return answer(whole_adapter(made), status=201, revision=made.revision, location=place)


class OneAdapter(KeyView):
    """One form of another provider."""

    scopes: ClassVar = {"GET": "leads:write", "PATCH": "leads:write"}

    @operation(
        "Read a form of another provider", gives=answers.WholeAdapter, tagged=True, answers={200: "With its secret."}
    )
    def get(self, request: Request, form_id: UUID) -> Response:
        form = access.get_adapter(self.member, form_id)
        return answer(whole_adapter(form), revision=form.revision)

    @operation(
        "Change a form of another provider",
        gives=answers.WholeAdapter,
        tagged=True,
        body=AdapterChange,
        answers={200: "The form."},
        problems=(409, 412, 428),
    )
    def patch(self, request: Request, form_id: UUID) -> Response:
        given = structs.asdict(self.body(AdapterChange))
        form = access.get_adapter(self.member, form_id)
        self.expect(form.revision)
        changes = form_fields(self.member, {name: value for name, value in given.items() if value is not UNSET})
        changed = actions.change_adapter(form, by=self.member, at=self.at, **changes)
        return answer(whole_adapter(changed), revision=changed.revision)


class AdapterRetirement(KeyView):
    """Taking a provider's form down."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Take a form of another provider down",
        gives=answers.Adapter,
        answers={200: "Its address takes no more posts."},
        posts=True,
    )
    def post(self, request: Request, form_id: UUID) -> Response:
        self.no_body()
        actions.retire_form(access.get_adapter(self.member, form_id), by=self.member, at=self.at)
        return answer(adapter_data(access.get_adapter(self.member, form_id)))


class AdapterTrial(KeyView):
    """Trying a provider's form."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Try a form of another provider",
        gives=answers.Submission,
        answers={202: "What a sample was understood as; a test waits in quarantine."},
        posts=True,
        problems=(409,),
    )
    def post(self, request: Request, form_id: UUID) -> Response:
        self.no_body()
        form = access.get_adapter(self.member, form_id)
        return answer(represented(actions.try_adapter(form, by=self.member, at=self.at)), status=202)
