"""Addresses of intake: pages under /o/<organisation>/, operations under /api/v1/, pages of a site's visitors."""

from django.urls import path

from intake.api import adapters as adapter_api
from intake.api import batches as batch_api
from intake.api import behaviours, calls, posts, submissions
from intake.api import forms as form_api
from intake.views import adapters, batches, forms, visitors
from intake.views import submissions as pages

app_name = "intake"

urlpatterns = [
    path("intake/", pages.submissions, name="submissions"),
    path("intake/<uuid:submission_id>/", pages.submission, name="submission"),
    path("intake/<uuid:submission_id>/release/", pages.release, name="submission_release"),
    path("intake/<uuid:submission_id>/spam/", pages.mark_spam, name="submission_spam"),
    path("intake/<uuid:submission_id>/opt-in/", pages.ask_again, name="submission_opt_in"),
    path("intake/keeping/", pages.periods, name="periods"),
    path("intake/files/", batches.batches, name="batches"),
    path("intake/files/<uuid:batch_id>/", batches.batch, name="batch"),
    path("intake/files/<uuid:batch_id>/check/", batches.batch_check, name="batch_check"),
    path("intake/files/<uuid:batch_id>/run/", batches.batch_run, name="batch_run"),
    path("intake/files/<uuid:batch_id>/undo/", batches.batch_undo, name="batch_undo"),
    path("intake/files/<uuid:batch_id>/remarks.csv", batches.batch_errors, name="batch_errors"),
    path("adapters/", adapters.adapters, name="adapters"),
    path("adapters/<uuid:form_id>/", adapters.adapter, name="adapter"),
    path("adapters/<uuid:form_id>/try/", adapters.try_adapter, name="adapter_try"),
    path("adapters/<uuid:form_id>/retire/", adapters.retire_adapter, name="adapter_retire"),
    path("forms/", forms.forms, name="forms"),
    path("forms/<uuid:form_id>/", forms.form, name="form"),
    path("forms/<uuid:form_id>/retire/", forms.retire_form, name="form_retire"),
]

api_urlpatterns = [
    # First where most comes in.
    path("intake/forms/<slug:form_key>/submissions", posts.FormSubmissions.as_view(), name="form_submissions"),
    path("intake/submissions", submissions.Submissions.as_view(), name="submissions"),
    path("intake/submissions/<uuid:submission_id>", submissions.OneSubmission.as_view(), name="submission"),
    path("intake/submissions/<uuid:submission_id>/release", submissions.Release.as_view(), name="submission_release"),
    path("intake/submissions/<uuid:submission_id>/spam", submissions.Spam.as_view(), name="submission_spam"),
    path("intake/submissions/<uuid:submission_id>/opt-in", submissions.AskAgain.as_view(), name="submission_opt_in"),
    path("intake/keeping", submissions.KeepingPeriods.as_view(), name="keeping"),
    path("intake/batches", batch_api.Batches.as_view(), name="batches"),
    path("intake/batches/<uuid:batch_id>", batch_api.OneBatch.as_view(), name="batch"),
    path("intake/batches/<uuid:batch_id>/rows", batch_api.BatchRows.as_view(), name="batch_rows"),
    path("intake/batches/<uuid:batch_id>/check", batch_api.BatchCheck.as_view(), name="batch_check"),
    path("intake/batches/<uuid:batch_id>/run", batch_api.BatchRun.as_view(), name="batch_run"),
    path("intake/batches/<uuid:batch_id>/undo", batch_api.BatchUndo.as_view(), name="batch_undo"),
    path("intake/forms", form_api.Forms.as_view(), name="forms"),
    path("intake/forms/<uuid:form_id>", form_api.OneForm.as_view(), name="form"),
    path("intake/forms/<uuid:form_id>/retirement", form_api.FormRetirement.as_view(), name="form_retirement"),
    path("intake/adapters", adapter_api.Adapters.as_view(), name="adapters"),
    path("intake/adapters/<uuid:form_id>", adapter_api.OneAdapter.as_view(), name="adapter"),
    path(
        "intake/adapters/<uuid:form_id>/retirement", adapter_api.AdapterRetirement.as_view(), name="adapter_retirement"
    ),
    path("intake/adapters/<uuid:form_id>/trial", adapter_api.AdapterTrial.as_view(), name="adapter_trial"),
    path("intake/adapters/<slug:provider>/<slug:token>", calls.AdapterCalls.as_view(), name="adapter_call"),
    path("intake/machine-visits", behaviours.MachineVisits.as_view(), name="machine_visits"),
    path("behaviours", behaviours.Behaviours.as_view(), name="behaviours"),
    path("intake/forms/<slug:form_key>/behaviours", posts.FormBehaviours.as_view(), name="form_behaviours"),
]

public_urlpatterns = [
    path("site.js", visitors.site_script, name="intake_script"),
    path("f/<slug:form_key>/", visitors.hosted_form, name="intake_form"),
    path("thanks/<slug:form_key>/", visitors.thanks, name="intake_thanks"),
    path("confirm/<slug:token>/", visitors.confirm, name="intake_confirm"),
]
