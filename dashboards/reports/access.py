"""The road from outside to a report: kinds that there are, days that have come, papers that one was sent."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from dashboards.models import ReportSending
from dashboards.reports.occasions import KINDS
from tenants.models import Membership
from tenants.roles import Role

FIRST_YEAR = 2000
# Who sees what others were sent: who keeps the mails, and who reads everything.
READ_ALL = (Role.ADMINISTRATOR, Role.AUDITOR)


def get_kind(kind: str) -> str:
    """Return a kind of report; 404 for any other."""
    if kind not in KINDS:
        raise Http404
    return kind


def day_from(text: str, *, today: date) -> date | None:
    """Return the day on which a report would be made, today for nothing, None for one that cannot be."""
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR and day <= today and text == str(day) else None


def sendings_open_to(member: Membership) -> "QuerySet[ReportSending]":
    """Return what was sent to a member; to everybody for who may read that."""
    rows = ReportSending.objects.all() if member.has(*READ_ALL) else ReportSending.objects.filter(member=member)
    return rows.select_related("edition__paper", "member")


def get_sending(sending_id: UUID) -> ReportSending:
    """Return one report that was sent: its paper holds joint numbers, which every member may read. 404 for none."""
    found = ReportSending.objects.select_related("edition__paper").filter(pk=sending_id).first()
    if found is None:
        raise Http404
    return found
