"""Addresses of dashboards under /o/<organisation>/ and /api/v1/."""

from django.urls import path

from dashboards import api, views

app_name = "dashboards"

urlpatterns = [
    path("dashboard/", views.joint, name="joint"),
    path("nav-counts/", views.nav_counts, name="nav_counts"),
]

api_urlpatterns = [
    path("kpis", api.Kpis.as_view(), name="kpis"),
    path("kpis/funnel", api.Funnel.as_view(), name="kpis_funnel"),
    path("kpis/pace", api.Pace.as_view(), name="kpis_pace"),
    path("kpis/speed-to-lead", api.SpeedToLead.as_view(), name="kpis_speed_to_lead"),
]
