"""Addresses of dashboards under /o/<organisation>/ and /api/v1/."""

from django.urls import path

from dashboards import api, views

app_name = "dashboards"

urlpatterns = [
    path("dashboard/", views.joint, name="joint"),
    path("plan/", views.plan, name="plan"),
    path("plan/adopt/", views.plan_adopt, name="plan_adopt"),
    path("agreement/<int:number>/replay/", views.replay, name="replay"),
    path("dashboard/added-up/", views.rollups, name="rollups"),
    path("privacy/", views.privacy, name="privacy"),
    path("leads/<uuid:lead_id>/privacy/", views.person, name="person"),
    path("leads/<uuid:lead_id>/privacy/export/", views.person_export, name="person_export"),
    path("nav-counts/", views.nav_counts, name="nav_counts"),
]

api_urlpatterns = [
    path("plans", api.Plans.as_view(), name="plans"),
    path("plans/adoption", api.PlanAdoption.as_view(), name="plan_adoption"),
    path("agreements/<int:number>/replay", api.AgreementReplay.as_view(), name="agreement_replay"),
    path("leads/<uuid:lead_id>/erasure", api.PersonErasure.as_view(), name="lead_erasure"),
    path("leads/<uuid:lead_id>/export", api.PersonExport.as_view(), name="lead_export"),
    path("kpis", api.Kpis.as_view(), name="kpis"),
    path("kpis/added-up", api.AddedUp.as_view(), name="kpis_added_up"),
    path("kpis/funnel", api.Funnel.as_view(), name="kpis_funnel"),
    path("kpis/pace", api.Pace.as_view(), name="kpis_pace"),
    path("kpis/speed-to-lead", api.SpeedToLead.as_view(), name="kpis_speed_to_lead"),
]
