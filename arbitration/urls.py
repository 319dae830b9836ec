"""Addresses of arbitration under /o/<organisation>/ and /api/v1/."""

from django.urls import path

from arbitration import api, views

app_name = "arbitration"

urlpatterns = [
    path("cases/", views.docket, name="docket"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/statement/", views.statement, name="statement"),
    path("cases/<uuid:case_id>/ruling/", views.rule, name="rule"),
    path("cases/<uuid:case_id>/withdrawal/", views.withdraw, name="withdraw"),
    path("handovers/<uuid:handover_id>/appeal/", views.appeal, name="appeal"),
    path("rulings/", views.rulings, name="rulings"),
    path("rulings/on/", views.rulings_on, name="rulings_on"),
]

api_urlpatterns = [
    path("handovers/<uuid:handover_id>/appeal", api.Appeal.as_view(), name="handover_appeal"),
    path("cases", api.Cases.as_view(), name="cases"),
    path("cases/<uuid:case_id>", api.OneCase.as_view(), name="case"),
    path("cases/<uuid:case_id>/statements", api.Statements.as_view(), name="case_statements"),
    path("cases/<uuid:case_id>/ruling", api.CaseRuling.as_view(), name="case_ruling"),
    path("cases/<uuid:case_id>/withdrawal", api.Withdrawal.as_view(), name="case_withdrawal"),
    path("precedents", api.Precedents.as_view(), name="precedents"),
]
