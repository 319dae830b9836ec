"""Addresses of tenants under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "tenants"

urlpatterns: list[URLPattern] = []

public_urlpatterns: list[URLPattern] = []
