"""Addresses of notifications under /o/<organisation>/, and of endpoints for clients."""

from django.urls import path

from notifications import api, views

app_name = "notifications"

_HOOKS = "settings/webhooks/"

urlpatterns = [
    path("notifications/", views.notices, name="list"),
    path("notifications/read/", views.mark_read, name="mark_read"),
    path("me/notifications/", views.choices, name="choices"),
    path("settings/mails/", views.mails, name="mails"),
    path("settings/mails/<uuid:mail_id>/retry/", views.mail_retry, name="mail_retry"),
    path(_HOOKS, views.endpoints, name="endpoints"),
    path(f"{_HOOKS}new/", views.endpoint_new, name="endpoint_new"),
    path(f"{_HOOKS}messages/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path(f"{_HOOKS}messages/<uuid:delivery_id>/replay/", views.delivery_replay, name="delivery_replay"),
    path(f"{_HOOKS}<uuid:endpoint_id>/", views.endpoint, name="endpoint"),
    path(f"{_HOOKS}<uuid:endpoint_id>/change/", views.endpoint_edit, name="endpoint_edit"),
    path(f"{_HOOKS}<uuid:endpoint_id>/replay/", views.endpoint_replay, name="endpoint_replay"),
    path(f"{_HOOKS}<uuid:endpoint_id>/<slug:act>/", views.endpoint_act, name="endpoint_act"),
]

_ENDPOINT = "webhook-endpoints/<uuid:endpoint_id>"
_DELIVERY = f"{_ENDPOINT}/deliveries/<uuid:delivery_id>"

api_urlpatterns = [
    path("notifications", api.Notices.as_view(), name="notices"),
    path("notifications/read", api.NoticesRead.as_view(), name="notices_read"),
    path("notification-choices", api.Choices.as_view(), name="notification_choices"),
    path("mails", api.Mails.as_view(), name="mails"),
    path("mails/<uuid:mail_id>/retry", api.MailRetry.as_view(), name="mail_retry"),
    path("webhook-endpoints", api.Endpoints.as_view(), name="webhook_endpoints"),
    path(_ENDPOINT, api.OneEndpoint.as_view(), name="webhook_endpoint"),
    path(f"{_ENDPOINT}/secret", api.EndpointSecret.as_view(), name="webhook_secret"),
    path(f"{_ENDPOINT}/pause", api.EndpointPause.as_view(), name="webhook_pause"),
    path(f"{_ENDPOINT}/resumption", api.EndpointResumption.as_view(), name="webhook_resumption"),
    path(f"{_ENDPOINT}/rotation", api.EndpointRotation.as_view(), name="webhook_rotation"),
    path(f"{_ENDPOINT}/trial", api.EndpointTrial.as_view(), name="webhook_trial"),
    path(f"{_ENDPOINT}/replay", api.EndpointReplay.as_view(), name="webhook_replay"),
    path(f"{_ENDPOINT}/deliveries", api.Deliveries.as_view(), name="webhook_deliveries"),
    path(_DELIVERY, api.OneDelivery.as_view(), name="webhook_delivery"),
    path(f"{_DELIVERY}/replay", api.DeliveryReplay.as_view(), name="webhook_delivery_replay"),
]

public_urlpatterns = [
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
