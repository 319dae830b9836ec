"""The served OpenAPI document and its reference page, without outside hosts."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request


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
    rendered: bytes = OpenApiJsonRenderer().render(schema)
    return rendered


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
