"""Every address: pages of no organisation, pages under /o/<organisation>/, the REST interface."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path

from arbitration.urls import api_urlpatterns as arbitration_api
from dashboards.urls import api_urlpatterns as dashboards_api
from dashboards.views import home
from intake.urls import api_urlpatterns as intake_api
from intake.urls import public_urlpatterns as intake_public
from leads.urls import api_urlpatterns as leads_api
from notifications.urls import api_urlpatterns as notifications_api
from notifications.urls import public_urlpatterns as notifications_public
from sla.urls import api_urlpatterns as sla_api
from smarketing import pages
from smarketing.reference import problem, reference
from smarketing.schema import Schema
from tenants.urls import api_urlpatterns as tenants_api
from tenants.urls import public_urlpatterns as tenants_public

handler400 = "smarketing.pages.bad_request"
handler403 = "smarketing.pages.permission_denied"
handler404 = "smarketing.pages.not_found"
handler500 = "smarketing.pages.server_error"

organisation_urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="organisation_home"),
    path("", include("dashboards.urls", namespace="dashboards")),
    path("", include("arbitration.urls", namespace="arbitration")),
    path("", include("intake.urls", namespace="intake")),
    path("", include("leads.urls", namespace="leads")),
    path("", include("sla.urls", namespace="sla")),
    path("", include("notifications.urls", namespace="notifications")),
    path("", include("tenants.urls", namespace="tenants")),
    path("", include("dashboards.audit_urls", namespace="events")),
]

api_urlpatterns: list[URLPattern | URLResolver] = [
    *intake_api,
    *leads_api,
    *sla_api,
    *arbitration_api,
    *dashboards_api,
    *notifications_api,
    *tenants_api,
    path("schema/", Schema.as_view(), name="schema"),
    path("reference/", reference, name="reference"),
    path("problems/<slug:code>", problem, name="problem"),
]

urlpatterns = [
    # First what is asked for most: an address is compared with one pattern after the other.
    path("api/v1/", include((api_urlpatterns, "api"))),
    path("o/<slug:slug>/", include(organisation_urlpatterns)),
    path("", pages.home, name="home"),
    path("healthz", pages.healthz, name="healthz"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    # The key has a dash of its own: where the person's id ends has to be said.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    *tenants_public,
    *intake_public,
    *notifications_public,
]
