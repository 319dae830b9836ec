"""Addresses of intake under /o/<organisation>/ and /api/v1/."""

from django.urls import URLPattern

app_name = "intake"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []

public_urlpatterns: list[URLPattern] = []
