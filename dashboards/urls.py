"""Addresses of dashboards under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "dashboards"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
