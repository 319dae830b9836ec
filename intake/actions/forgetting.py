"""Forgetting what was kept for a while: payloads of submissions, and who was asked by mail."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from events.actions import record
from events.models import Event
from intake.actions.judging import give_up_opt_ins
from intake.actions.visiting import forget_visits
from intake.models import Batch, BatchChunk, BatchRow, Keeping, OptIn, Submission, Visit, Visitor
from leads.actions import remember_forgotten
from leads.queries import Identity
from notifications.actions import forget_mails_with_keys
from smarketing.lib.redaction import STRUCK, struck
from smarketing.lib.tenancy import new_ids
from tenants.models import Membership

# One round forgets so many; the next goes on.
AT_ONCE = 2000
# Files whose rows a job still reads.
UNDER_WORK = (Batch.State.CHECKING, Batch.State.RUNNING, Batch.State.UNDOING)
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
    forget_files(at=at)
    forget_visits(since=at - timedelta(days=keeping().visits_days), limit=AT_ONCE)


@transaction.atomic
def forget_payloads(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Blank submissions that are older than the organisation keeps them; return how many. Their leads stay."""
    since = at - timedelta(days=keeping().submissions_days)
    old = Submission.objects.filter(received_at__lt=since).exclude(state__in=(*OPEN, Submission.State.ERASED))
    return _blank(list(old.order_by("received_at").values_list("pk", flat=True)[:limit]), at=at)


@transaction.atomic
def forget_person(person: Identity, *, at: datetime) -> int:
    """Blank everything that came in about a person who is erased, also what never became a lead; return how many posts.

    Visits of their browser go, rows of files are emptied, questions that were mailed to them as well.
    """
    mine = Q(lead=person.lead_id) | Q(pk__in=OptIn.objects.filter(email_norm__in=person.emails).values("submission"))
    ids = set(Submission.objects.filter(mine).values_list("pk", flat=True)) | _posts_with(person.emails)
    events = Event.objects.filter(subject_id__in=ids, kind="submission.opt_in_asked")
    forget_mails_with_keys([f"opt-in:{pk}" for pk in events.values_list("pk", flat=True)], at=at)
    rows = BatchRow.objects.filter(lead=person.lead_id) | BatchRow.objects.filter(submission__in=ids)
    _empty_rows(rows, person)
    rows.update(notes=[], before=None)
    visits = Visit.objects.filter(visitor__lead=person.lead_id)
    visits.delete()
    Visitor.objects.filter(lead=person.lead_id).delete()
    for row in Submission.objects.filter(pk__in=ids).exclude(external_id=None):
        if struck(row.external_id or "", person.values) != row.external_id:
            Submission.objects.filter(pk=row.pk).update(external_id=None)
    return _blank(sorted(ids), at=at)


@transaction.atomic
def forget_address(email: str, *, by: Membership, at: datetime) -> int:
    """Blank what came in with an address that no lead has, and notice it from now on; return how many posts."""
    [nobody] = new_ids(1)
    person = Identity(nobody, (email,), (), (email,))
    count = forget_person(person, at=at)
    remember_forgotten(person, at=at)
    record("posts.erased", by, by=by, at=at, data={"count": count})
    return count


def posts_with(email: str) -> int:
    """Return how many posts name this address and belong to no lead."""
    return len(_posts_with([email]))


def _posts_with(emails: Collection[str]) -> set[UUID]:
    """Return the posts that name one of these addresses and belong to no lead: quarantined, spam, unconfirmed."""
    if not emails:
        return set()
    named = reduce(or_, (Q(told__icontains=email) for email in emails))
    rows = Submission.objects.filter(lead=None).exclude(state=Submission.State.ERASED)
    return set(rows.annotate(told=Cast("raw", TextField())).filter(named).values_list("pk", flat=True))


def _empty_rows(rows: "QuerySet[BatchRow]", person: Identity) -> None:
    """Empty the person's rows in the pieces of files: those that became their lead, and those that name an address."""
    numbers: dict[UUID, set[int]] = {}
    for batch_id, number in rows.values_list("batch_id", "number"):
        numbers.setdefault(batch_id, set()).add(number)
    named = reduce(or_, (Q(told__icontains=email) for email in person.emails), Q(batch__in=list(numbers)))
    for chunk in BatchChunk.objects.annotate(told=Cast("rows", TextField())).filter(named):
        emptied = [
            _emptied(row) if chunk.first_row + place in numbers.get(chunk.batch_id, ()) or _names(row, person) else row
            for place, row in enumerate(chunk.rows)
        ]
        if emptied != chunk.rows:
            BatchChunk.objects.filter(pk=chunk.pk).update(rows=emptied)


def _emptied(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": {}} if "value" in row else {"broken": STRUCK}


def _names(row: Mapping[str, Any], person: Identity) -> bool:
    told = json.dumps(row, ensure_ascii=False).casefold()
    return any(email.casefold() in told for email in person.emails)


@transaction.atomic
def forget_files(*, at: datetime, limit: int = 200) -> int:
    """Forget the rows of files that are older than submissions are kept; what became of each row stays."""
    since = at - timedelta(days=keeping().submissions_days)
    old = BatchChunk.objects.filter(batch__created_at__lt=since).exclude(batch__state__in=UNDER_WORK)
    return BatchChunk.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


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
