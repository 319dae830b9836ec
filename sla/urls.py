"""Addresses of sla under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "sla"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
