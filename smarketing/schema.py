"""The served OpenAPI document and its reference page, without outside hosts."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

from notifications.payloads import TYPES, schema_of


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes a secret key."""

    target_class = "tenants.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sk_live_…"}


@cache
def document() -> bytes:
    """Return the document as JSON; made once per process, for it depends on the code alone."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema["webhooks"] = {kind: _message(kind) for kind in TYPES}
    rendered: bytes = OpenApiJsonRenderer().render(schema)
    return rendered


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


class Reference(SpectacularSwaggerSplitView):
    """The document to read and try."""

    permission_classes = ()
    authentication_classes = ()
    url_name = "api:schema"
    template_name = "reference.html"
    manages_scopes = True
