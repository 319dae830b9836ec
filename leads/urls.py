"""Addresses of leads under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern, path

from leads import views

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

api_urlpatterns: list[URLPattern] = []
