"""Addresses of notifications under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "notifications"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
