"""Forgetting what was kept for a while: payloads of submissions, and who was asked by mail."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, JSONField, Value

from events.actions import record
from intake.actions.judging import give_up_opt_ins
from intake.actions.visiting import forget_visits
from intake.models import Keeping, OptIn, Submission
from tenants.models import Membership

# One round forgets so many; the next goes on.
AT_ONCE = 2000
OPEN = (Submission.State.RECEIVED, Submission.State.AWAITING_OPT_IN)


def keeping() -> Keeping:
    """Return how long this organisation keeps things, the usual time where nobody has chosen."""
    return Keeping.objects.first() or Keeping()


@transaction.atomic
def change_keeping(*, submissions_days: int, visits_days: int, by: Membership, at: datetime) -> Keeping:
    """Choose for how many days payloads and visits are kept."""
    Keeping.objects.bulk_create([Keeping()], ignore_conflicts=True)
    Keeping.objects.update(submissions_days=submissions_days, visits_days=visits_days, revision=F("revision") + 1)
    kept = Keeping.objects.get()
    data = {"submissions_days": submissions_days, "visits_days": visits_days}
    record("intake.keeping_changed", kept, by=by, at=at, data=data)
    return kept


def keep_the_door(at: datetime) -> None:
    """Make the regular round: give up unanswered questions, forget what is old."""
    give_up_opt_ins(at=at)
    forget_payloads(at=at)
    forget_visits(since=at - timedelta(days=keeping().visits_days), limit=AT_ONCE)


@transaction.atomic
def forget_payloads(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Blank submissions that are older than the organisation keeps them; return how many. Their leads stay."""
    since = at - timedelta(days=keeping().submissions_days)
    old = Submission.objects.filter(received_at__lt=since).exclude(state__in=(*OPEN, Submission.State.ERASED))
    return _blank(list(old.order_by("received_at").values_list("pk", flat=True)[:limit]), at=at)


@transaction.atomic
def forget_submissions_of(lead_id: UUID, *, at: datetime) -> int:
    """Blank every submission of a person who is to be forgotten; return how many."""
    rows = Submission.objects.filter(lead=lead_id).exclude(state=Submission.State.ERASED)
    return _blank(list(rows.values_list("pk", flat=True)), at=at)


def _blank(ids: list[UUID], *, at: datetime) -> int:
    """Take everything personal out of these submissions; that they came, when and what became of them stays.

    The sender's own id stays as well: the same post must not come in a second time.
    """
    OptIn.objects.filter(submission__in=ids).update(email_norm="", confirmed_ip="")
    changed = Submission.objects.filter(pk__in=ids).update(
        state=Submission.State.ERASED, raw=Value({}, JSONField()), ip="", user_agent="", warnings=[]
    )
    if changed:
        record("submissions.forgotten", Submission(pk=ids[0]), by=None, at=at, data={"count": changed})
    return changed
