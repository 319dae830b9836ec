"""Addresses of notifications under /o/<organisation>/."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/read/", views.mark_read, name="mark_read"),
]
