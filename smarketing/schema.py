"""The served OpenAPI document and its reference page, without outside hosts."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of everything under /api/v1/."""

    permission_classes = ()
    authentication_classes = ()
    manages_scopes = True


class Reference(SpectacularSwaggerSplitView):
    """The document to read and try."""

    permission_classes = ()
    authentication_classes = ()
    url_name = "api:schema"
    manages_scopes = True
