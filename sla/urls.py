"""Addresses of sla under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern, path

from sla import api, views

app_name = "sla"

urlpatterns: list[URLPattern] = [
    path("targets/<int:year>/", views.targets, name="targets"),
    path("targets/propose/", views.target_propose, name="target_propose"),
    path("targets/<int:year>/fill/", views.targets_fill, name="targets_fill"),
    path("targets/<int:year>/countersign/", views.targets_countersign, name="targets_countersign"),
    path("targets/<uuid:target_id>/countersign/", views.target_countersign, name="target_countersign"),
    path("months/", views.months, name="months"),
    path("months/<str:month>/", views.month, name="month"),
    path("agreement/", views.agreement, name="agreement"),
    path("agreement/<int:number>/", views.agreement, name="agreement_version"),
    path("agreement/draft/", views.agreement_draft, name="agreement_draft"),
    path("agreement/deputy/", views.agreement_deputy, name="agreement_deputy"),
    path("agreement/<int:number>/edit/", views.agreement_edit, name="agreement_edit"),
    path("agreement/<int:number>/preview/", views.agreement_preview, name="agreement_preview"),
    path("agreement/<int:number>/propose/", views.agreement_propose, name="agreement_propose"),
    path("agreement/<int:number>/reopen/", views.agreement_reopen, name="agreement_reopen"),
    path("agreement/<int:number>/discard/", views.agreement_discard, name="agreement_discard"),
    path("agreement/<int:number>/diff/", views.agreement_diff, name="agreement_diff"),
    path("agreement/<int:number>/labels/", views.agreement_labels, name="agreement_labels"),
    path("agreement/<int:number>/agreement.pdf", views.agreement_pdf, name="agreement_pdf"),
    path("agreement/<uuid:version_id>/sign/", views.agreement_sign, name="agreement_sign"),
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.calendar_new, name="calendar_new"),
    path("calendars/<uuid:calendar_id>/", views.calendar, name="calendar"),
    path("calendars/<uuid:calendar_id>/edit/", views.calendar_edit, name="calendar_edit"),
    path("calendars/<uuid:calendar_id>/days/", views.calendar_days, name="calendar_days"),
    path(
        "calendars/<uuid:calendar_id>/days/<str:first>/<str:last>/clear/", views.calendar_clear, name="calendar_clear"
    ),
    path("calendars/<uuid:calendar_id>/holidays/", views.calendar_holidays, name="calendar_holidays"),
    path("calendars/<uuid:calendar_id>/file/", views.calendar_file, name="calendar_file"),
    path("calendars/<uuid:calendar_id>/history/", views.calendar_history, name="calendar_history"),
    path("calendars/<uuid:calendar_id>/retire/", views.calendar_retire, name="calendar_retire"),
    path("sla/", views.breaches, name="breaches"),
    path("sla/health/", views.health, name="health"),
    path("sla/health/check/", views.health_check, name="health_check"),
]

api_urlpatterns: list[URLPattern] = [
    path("agreements", api.Agreements.as_view(), name="agreements"),
    path("agreements/<int:number>", api.Agreement.as_view(), name="agreement"),
    path("agreements/<int:number>/proposal", api.AgreementProposal.as_view(), name="agreement_proposal"),
    path("agreements/<int:number>/diff", api.AgreementDiff.as_view(), name="agreement_diff"),
    path("agreements/<int:number>/labels", api.AgreementLabels.as_view(), name="agreement_labels"),
    path("signing-deputy", api.SigningDeputy.as_view(), name="signing_deputy"),
    path("agreements/<int:number>/signatures", api.AgreementSignatures.as_view(), name="agreement_signatures"),
    path("targets", api.Targets.as_view(), name="targets"),
    path("targets/<uuid:target_id>/countersignature", api.TargetCountersignature.as_view(), name="countersignature"),
    path("months", api.Months.as_view(), name="months"),
    path("months/<str:month>", api.Month.as_view(), name="month"),
    path("clocks", api.Clocks.as_view(), name="clocks"),
    path("clocks/<uuid:clock_id>/explanation", api.ClockExplanation.as_view(), name="clock_explanation"),
    path("breaches", api.Breaches.as_view(), name="breaches"),
    path("sla/health", api.EngineHealth.as_view(), name="engine_health"),
    path("calendars", api.Calendars.as_view(), name="calendars"),
    path("calendars/<uuid:calendar_id>/preview", api.CalendarPreview.as_view(), name="calendar_preview"),
]
