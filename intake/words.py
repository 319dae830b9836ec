"""States and fields of submissions in words (pure but for translation)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from intake.models import Batch, BatchRow, Submission

STATES: Mapping[str, Promise] = {
    Submission.State.RECEIVED: gettext_lazy("received"),
    Submission.State.MATCHED: gettext_lazy("became a lead"),
    Submission.State.AWAITING_OPT_IN: gettext_lazy("waits for its confirmation"),
    Submission.State.QUARANTINED: gettext_lazy("in quarantine"),
    Submission.State.SPAM: gettext_lazy("spam"),
    Submission.State.ERASED: gettext_lazy("erased"),
}

BATCHES: Mapping[str, Promise] = {
    Batch.State.UPLOADED: gettext_lazy("columns to be named"),
    Batch.State.CHECKING: gettext_lazy("being tried"),
    Batch.State.CHECKED: gettext_lazy("tried, nothing taken in yet"),
    Batch.State.RUNNING: gettext_lazy("being taken in"),
    Batch.State.DONE: gettext_lazy("taken in"),
    Batch.State.UNDOING: gettext_lazy("being taken back"),
    Batch.State.UNDONE: gettext_lazy("taken back"),
}
OUTCOMES: Mapping[str, Promise] = {
    BatchRow.Outcome.ERROR: gettext_lazy("not taken in"),
    BatchRow.Outcome.WARNING: gettext_lazy("with a remark"),
    BatchRow.Outcome.CREATED: gettext_lazy("new leads"),
    BatchRow.Outcome.APPENDED: gettext_lazy("added to known leads"),
    BatchRow.Outcome.KNOWN: gettext_lazy("came in earlier"),
    BatchRow.Outcome.QUARANTINED: gettext_lazy("in quarantine"),
    BatchRow.Outcome.KEPT: gettext_lazy("not taken back, changed since"),
    BatchRow.Outcome.UNDONE: gettext_lazy("taken back"),
}

# Where a value of a form or a file can go.
TARGETS: Mapping[str, Promise] = {
    "person.email": gettext_lazy("E-mail"),
    "person.given_name": gettext_lazy("Given name"),
    "person.family_name": gettext_lazy("Family name"),
    "name": gettext_lazy("Whole name"),
    "person.phone": gettext_lazy("Phone"),
    "person.job_title": gettext_lazy("Job title"),
    "company.name": gettext_lazy("Company"),
    "company.website": gettext_lazy("Website"),
    "company.employees": gettext_lazy("Employees"),
    "company.industry": gettext_lazy("Industry"),
    "company.country": gettext_lazy("Country (two letters)"),
    "message": gettext_lazy("Message"),
    "intent": gettext_lazy("What they want"),
    "consent": gettext_lazy("Sales may contact them (yes or no)"),
    "external_id": gettext_lazy("Number in the other system"),
    "attribution.last.source": gettext_lazy("Source"),
    "attribution.last.medium": gettext_lazy("Medium"),
    "attribution.last.campaign": gettext_lazy("Campaign"),
    "attribution.last.term": gettext_lazy("Search term"),
    "attribution.last.content": gettext_lazy("Content"),
    "attribution.landing_page": gettext_lazy("Landing page"),
    "attribution.referrer": gettext_lazy("Came from"),
}

# Where a provider's form is told our address, by the provider's key.
PASTED: Mapping[str, Promise] = {
    "typeform": gettext_lazy(
        "In Typeform: Connect, Webhooks, Add a webhook. Paste the address, and the secret under “Secret”."
    ),
    "tally": gettext_lazy(
        "In Tally: Integrations, Webhooks, Connect. Paste the address, and the secret under “Signing secret”."
    ),
    "jotform": gettext_lazy(
        "In Jotform: Settings, Integrations, WebHooks. Paste the address and keep it to yourself: it is the only proof."
    ),
    "hubspot-form": gettext_lazy(
        "In HubSpot: let a workflow on form submissions send a webhook (POST) to this address, signed by your app."
    ),
    "salesforce-web-to-lead": gettext_lazy(
        "In the HTML that Salesforce made, put this address into the form’s “action” in place of Salesforce’s. "
        "Keep it to yourself where you can: it is the only proof."
    ),
}
