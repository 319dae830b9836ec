"""What time does to a signed version: it comes into force, and its review comes due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from events.actions import record
from events.models import Event
from sla.models import AgreementVersion
from sla.queries.agreements import agreement_in_force
from sla.queries.months import zone_of_organisation

# Both heads hear of the review this long before its day, and on the day.
REVIEW_NOTICE = timedelta(days=14)


def start_versions(at: datetime) -> None:
    """Announce, once each, the versions whose time has begun, dated at their start, however late this runs."""
    told = Event.objects.filter(kind="agreement.in_force", subject_id=OuterRef("pk"))
    begun = AgreementVersion.objects.filter(state=AgreementVersion.State.SIGNED, starts_at__lte=at)
    for version in begun.filter(~Exists(told)).order_by("starts_at"):
        data = {"number": version.number, "hash": version.content_hash, "founding": False}
        record(
            "agreement.in_force",
            version,
            by=None,
            at=version.starts_at or at,
            data=data,
            once=f"agreement:{version.pk}:in_force",
        )


def remind_of_reviews(at: datetime) -> None:
    """Remind both heads that the agreement in force is to be reviewed: 14 days before, and on the day; once each."""
    version = agreement_in_force(at=at)
    if version is None or version.review_on is None:
        return
    today = at.astimezone(ZoneInfo(zone_of_organisation())).date()
    if today < version.review_on - REVIEW_NOTICE:
        return
    days = 0 if today >= version.review_on else REVIEW_NOTICE.days
    once = f"agreement:{version.pk}:review:{days}"
    if Event.objects.filter(once_key=once).exists():
        return
    data = {"number": version.number, "review_on": version.review_on.isoformat(), "days": days}
    record("agreement.review_due", version, by=None, at=at, data=data, once=once)
