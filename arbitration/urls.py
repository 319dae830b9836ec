"""Addresses of arbitration under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "arbitration"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
