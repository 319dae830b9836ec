"""Addresses of sla under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern, path

from sla import api, views

app_name = "sla"

urlpatterns: list[URLPattern] = [
    path("targets/<int:year>/", views.targets, name="targets"),
    path("targets/propose/", views.target_propose, name="target_propose"),
    path("targets/<uuid:target_id>/countersign/", views.target_countersign, name="target_countersign"),
    path("agreement/", views.agreement, name="agreement"),
    path("agreement/<int:number>/", views.agreement, name="agreement_version"),
    path("agreement/<uuid:version_id>/sign/", views.agreement_sign, name="agreement_sign"),
    path("sla/", views.breaches, name="breaches"),
]

api_urlpatterns: list[URLPattern] = [
    path("agreements", api.Agreements.as_view(), name="agreements"),
    path("agreements/<int:number>", api.Agreement.as_view(), name="agreement"),
    path("agreements/<int:number>/signatures", api.AgreementSignatures.as_view(), name="agreement_signatures"),
    path("targets", api.Targets.as_view(), name="targets"),
    path("targets/<uuid:target_id>/countersignature", api.TargetCountersignature.as_view(), name="countersignature"),
    path("clocks", api.Clocks.as_view(), name="clocks"),
    path("clocks/<uuid:clock_id>/explanation", api.ClockExplanation.as_view(), name="clock_explanation"),
    path("breaches", api.Breaches.as_view(), name="breaches"),
    path("calendars", api.Calendars.as_view(), name="calendars"),
    path("calendars/<uuid:calendar_id>/preview", api.CalendarPreview.as_view(), name="calendar_preview"),
]
