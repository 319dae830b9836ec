"""The audit log's address, under the name of the events that it shows: their app knows no members and no leads."""

from django.urls import path

from dashboards import views

app_name = "events"

urlpatterns = [path("audit/", views.audit_log, name="audit")]
