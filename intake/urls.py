"""Addresses of intake: pages under /o/<organisation>/, operations under /api/v1/, a visitor's thank-you page."""

from django.urls import path

from intake import api, views

app_name = "intake"

urlpatterns = [
    path("intake/", views.submissions, name="submissions"),
    path("intake/<uuid:submission_id>/", views.submission, name="submission"),
    path("intake/<uuid:submission_id>/release/", views.release, name="submission_release"),
    path("intake/<uuid:submission_id>/spam/", views.mark_spam, name="submission_spam"),
    path("forms/", views.forms, name="forms"),
    path("forms/<uuid:form_id>/retire/", views.retire_form, name="form_retire"),
]

api_urlpatterns = [
    path("intake/submissions", api.Submissions.as_view(), name="submissions"),
    path("intake/submissions/<uuid:submission_id>", api.OneSubmission.as_view(), name="submission"),
    path("intake/submissions/<uuid:submission_id>/release", api.Release.as_view(), name="submission_release"),
    path("intake/submissions/<uuid:submission_id>/spam", api.Spam.as_view(), name="submission_spam"),
    path("intake/forms/<slug:form_key>/submissions", api.FormSubmissions.as_view(), name="form_submissions"),
]

public_urlpatterns = [
    path("thanks/<slug:form_key>/", views.thanks, name="intake_thanks"),
]
