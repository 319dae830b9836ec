"""What is held about a person, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARTS: Mapping[str, Promise] = {
    "leads": _("Records of the person"),
    "consents": _("Consents"),
    "behaviours": _("What they did on the site"),
    "stages": _("Stages"),
    "handovers": _("Handovers to sales"),
    "rejections": _("Rejections"),
    "attempts": _("Attempts to reach them"),
    "evidence": _("Evidence"),
    "next_steps": _("Next steps"),
    "insights": _("Insights"),
    "campaign_feedback": _("Feedback on their campaign"),
    "deadlines": _("Deadlines"),
    "pleas": _("Requests about deadlines"),
    "companies": _("Companies"),
    "submissions": _("Forms and rows as they came"),
    "confirmations": _("Questions by mail"),
    "rows_of_files": _("Rows of files"),
    "visitors": _("Browsers"),
    "visits": _("Visits"),
    "cases": _("Disputes"),
    "statements": _("Statements"),
    "hearing_notes": _("Notes of hearings"),
    "rulings": _("Rulings"),
    "events": _("What happened"),
}
