"""The served OpenAPI document (its page: smarketing.reference)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from notifications.payloads import TYPES, schema_of
from smarketing.lib.openapi.components import PLACE, schemas
from smarketing.lib.openapi.refusals import responses

# What each part of the interface is about, in the order of the reference page.
TAGS = {
    "intake": "The door: submissions, web forms, files of people.",
    "behaviours": "What people do on the site and elsewhere.",
    "leads": "Leads: read, corrected, moved, merged, handed over.",
    "attributes": "The organisation's own attributes of a lead.",
    "duplicates": "Leads that may be one person.",
    "lead-views": "Lists of leads that people keep under a name.",
    "stages": "What the organisation says of the stages of a lead.",
    "rescoring": "Judging all leads again.",
    "followups": "Next steps on leads.",
    "insights": "What customers taught sales.",
    "insight-tags": "The tags of insights.",
    "campaigns": "Campaigns, and what they cost.",
    "handovers": "Leads in the hands of sales: decided, contacted, won, returned.",
    "routing-rules": "Where leads go.",
    "reasons": "The reasons of the agreement in force.",
    "returns": "What becomes of returned leads.",
    "cases": "Disputed rejections, from the appeal to the ruling.",
    "board": "Who sits on the board, and its figures.",
    "sittings": "The meetings of the board.",
    "reviews": "The meetings of both sides: agenda, minutes.",
    "review-actions": "What people took on in meetings of both sides.",
    "precedents": "What rulings teach for similar leads.",
    "rulings": "Rulings on similar questions.",
    "amendments": "From precedents to the next version of the agreement.",
    "agreements": "The agreement's versions: drafted, proposed, signed.",
    "signing-deputy": "Who signs in a head's place.",
    "targets": "Monthly targets and their countersignature.",
    "plans": "The reverse funnel.",
    "months": "Months with their promises, open and closed.",
    "calendars": "Working hours.",
    "clocks": "Deadlines, and why they are due.",
    "breaches": "Broken promises of both sides.",
    "sla": "How the engine is doing.",
    "kpis": "The joint figures.",
    "figure-rules": "The rules of figures that an organisation sets itself.",
    "reports": "Reports on paper, and to whom they are sent.",
    "members": "Who belongs to the organisation.",
    "keys": "Keys of clients, and the consent of those for whom they act.",
    "teams": "Teams.",
    "absences": "Who is away, and who stands in.",
    "jobs": "How far long work is.",
    "notifications": "What a member was told.",
    "notification-choices": "What reaches a member, and when.",
    "mails": "What left by mail.",
    "webhook-endpoints": "Who is told what happens: endpoints and their messages.",
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped library
    """How the document describes a secret key."""

    target_class = "tenants.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sk_live_…"}


@cache
def document() -> bytes:
    """Return the document as JSON; made once per process, for it depends on the code alone."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped library
    schema["components"] |= {"schemas": schemas(), "responses": responses()}
    schema["webhooks"] = {kind: _message(kind) for kind in TYPES}
    used = {told["tags"][0]: "" for item in schema["paths"].values() for told in item.values()}
    # In our order; what is not described yet comes last.
    schema["tags"] = [{"name": name, "description": text} for name, text in {**TAGS, **(used | TAGS)}.items()]
    _drop_unused(schema)
    rendered: bytes = OpenApiJsonRenderer().render(schema)
    return rendered


def _drop_unused(schema: dict[str, Any]) -> None:
    """Leave out shapes that nothing refers to: those of queries are written out as parameters."""
    named: dict[str, Any] = schema["components"]["schemas"]
    used, found = set[str](), set(_references({**schema, "components": {"responses": responses()}}))
    while found:
        used |= found
        found = {name for one in found for name in _references(named[one])} - used
    schema["components"]["schemas"] = {name: named[name] for name in sorted(used)}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        place = value.get("$ref")
        if isinstance(place, str) and place.startswith(PLACE):
            yield place.removeprefix(PLACE)
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _references(part)


def _message(kind: str) -> dict[str, Any]:
    """Describe a message that we post, for whoever receives it."""
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in _SIGNED.items()
    ]
    content = {"application/json": {"schema": schema_of(kind)}}
    told = {
        "operationId": f"webhook_{kind.replace('.', '_')}",
        "summary": str(TYPES[kind].label),
        "tags": ["webhooks"],
        "parameters": headers,
        "requestBody": {"required": True, "content": content},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "The receiver wants nothing any more: the endpoint is switched off."},
            "default": {"description": "Tried again later; Retry-After is respected."},
        },
    }
    return {"post": told}


_SIGNED = {
    "webhook-id": "The same on every attempt of a message.",
    "webhook-timestamp": "Seconds since 1970 of this attempt.",
    "webhook-signature": "v1,<base64 HMAC-SHA256 of id.timestamp.body>; two, separated by a blank, during a rotation.",
}


class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of everything under /api/v1/."""

    permission_classes = ()
    authentication_classes = ()
    manages_scopes = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(document(), content_type=OpenApiJsonRenderer.media_type)
