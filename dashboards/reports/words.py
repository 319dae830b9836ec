"""Words of reports."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboards.models import ReportPlan
from dashboards.reports.occasions import MONTHLY, WEEKLY
from notifications import kinds

LABELS: dict[str, Promise] = {WEEKLY: _("The week in figures"), MONTHLY: _("The month in figures")}
FORMS: dict[str, Promise] = {
    ReportPlan.Form.MAIL: _("In the mail"),
    ReportPlan.Form.PDF: _("In the mail, with the PDF attached"),
}
WEEKDAYS: tuple[Promise, ...] = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
# The kind of notice that a person ends by the link in the mail.
NOTICE = {WEEKLY: kinds.WEEKLY, MONTHLY: kinds.MONTHLY}


def kind_label(kind: str) -> str:
    """Return the name of a kind of report."""
    return str(LABELS[kind])
