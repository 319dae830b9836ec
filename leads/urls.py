"""Addresses of leads under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern, path

from leads import api, views

app_name = "leads"

urlpatterns: list[URLPattern] = [
    path("inbox/", views.inbox, name="inbox"),
    path("leads/", views.lead_list, name="list"),
    path("leads/<uuid:lead_id>/", views.lead_detail, name="detail"),
    path("leads/<uuid:lead_id>/handover/", views.handover, name="handover"),
    path("handovers/<uuid:handover_id>/accept/", views.accept, name="accept"),
    path("handovers/<uuid:handover_id>/reject/", views.reject, name="reject"),
    path("handovers/<uuid:handover_id>/undo/", views.undo, name="undo"),
    path("handovers/<uuid:handover_id>/attempt/", views.attempt, name="attempt"),
    path("handovers/<uuid:handover_id>/assign/", views.assign, name="assign"),
    path("handovers/<uuid:handover_id>/progress/", views.progress, name="progress"),
    path("handovers/<uuid:handover_id>/resend/", views.resend, name="return_resend"),
    path("handovers/<uuid:handover_id>/nurture/", views.nurture, name="return_nurture"),
    path("returns/", views.returns, name="returns"),
]

api_urlpatterns: list[URLPattern] = [
    path("leads", api.Leads.as_view(), name="leads"),
    path("leads/<uuid:lead_id>", api.OneLead.as_view(), name="lead"),
    path("leads/<uuid:lead_id>/events", api.LeadEvents.as_view(), name="lead_events"),
    path("leads/<uuid:lead_id>/handovers", api.LeadHandovers.as_view(), name="lead_handovers"),
    path("handovers", api.Handovers.as_view(), name="handovers"),
    path("handovers/<uuid:handover_id>", api.OneHandover.as_view(), name="handover"),
    path("handovers/<uuid:handover_id>/acceptance", api.Acceptance.as_view(), name="handover_acceptance"),
    path("handovers/<uuid:handover_id>/rejection", api.RejectionOf.as_view(), name="handover_rejection"),
    path("handovers/<uuid:handover_id>/attempts", api.Attempts.as_view(), name="handover_attempts"),
    path("handovers/<uuid:handover_id>/outcome", api.OutcomeOf.as_view(), name="handover_outcome"),
    path("handovers/<uuid:handover_id>/assignment", api.Assignment.as_view(), name="handover_assignment"),
    path("handovers/<uuid:handover_id>/return", api.Return.as_view(), name="handover_return"),
]
