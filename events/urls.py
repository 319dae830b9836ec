"""Addresses of events under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "events"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
