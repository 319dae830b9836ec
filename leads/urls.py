"""Addresses of leads under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "leads"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
