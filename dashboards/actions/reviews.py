"""Meetings of both sides: planned, moved, opened with a frozen agenda, put into minutes, closed."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from dashboards.meetings import next_slot
from dashboards.models import Review, ReviewItem
from dashboards.queries.agenda import draw_agenda
from events.actions import record
from sla.queries import zone_of_organisation
from smarketing.lib.errors import DomainError, FieldError, Forbidden, InvalidInput
from tenants.models import Membership
from tenants.roles import HEADS

State, Rhythm = Review.State, Review.Rhythm
# Further ahead nobody plans a meeting; it is a slip of the keyboard.
FURTHEST = timedelta(days=2 * 366)
LONGEST_TITLE, LONGEST_TEXT = 200, 10_000
# Points that people add come behind what the figures say.
OWN_POINTS_FROM = 50
MOST_POINTS = 40


class NotYourReview(Forbidden):
    """The heads of both sides call the meetings and lead them."""

    code = "not_your_review"


class ReviewNotPlanned(DomainError):
    """What has begun, or was cancelled, is not planned any more."""

    code = "review_not_planned"


class ReviewNotOpen(DomainError):
    """Minutes are written while the meeting is held."""

    code = "review_not_open"


class ReviewChanged(DomainError):
    """Somebody else changed it meanwhile."""

    code = "review_changed"


class AgendaFull(DomainError):
    """An agenda takes so many points of people."""

    code = "agenda_full"


@transaction.atomic
def plan_review(
    *, starts_at: datetime, minutes_for: int = 60, place: str = "", rhythm: str = "once", by: Membership, at: datetime
) -> Review:
    """Call a meeting, once or in a rhythm. Raises NotYourReview, InvalidInput."""
    require_head(by)
    _check_start(starts_at, at=at)
    return _made(
        by=by,
        at=at,
        starts_at=starts_at,
        slot_at=starts_at,
        minutes_for=minutes_for,
        place=place.strip(),
        rhythm=Rhythm(rhythm),
    )


@transaction.atomic
def change_review(
    review: Review,
    *,
    starts_at: datetime,
    minutes_for: int,
    place: str,
    rhythm: str,
    revision: int,
    by: Membership,
    at: datetime,
) -> Review:
    """Move a planned meeting, or change its rhythm; ``revision`` is what was read.

    Moving leaves the rhythm's own time, a new rhythm counts from this meeting. Raises NotYourReview,
    ReviewNotPlanned, ReviewChanged, InvalidInput.
    """
    held = _locked_planned(review, by)
    if held.revision != revision:
        raise ReviewChanged(_("Somebody else has just changed this meeting. Look at it again."))
    if starts_at != held.starts_at:
        _check_start(starts_at, at=at)
    told = {"starts_at": starts_at, "minutes_for": minutes_for, "place": place.strip()}
    is_moved = any(getattr(held, name) != value for name, value in told.items())
    changes: dict[str, Any] = told | {"rhythm": Rhythm(rhythm)}
    if rhythm != held.rhythm:
        changes["slot_at"] = starts_at
    if is_moved:
        changes["sequence"] = F("sequence") + 1
    _change(held, at=at, **changes)
    kind = "review.moved" if is_moved else "review.changed"
    record(kind, held, by=by, at=at, data={"starts_at": starts_at.isoformat(), "rhythm": rhythm})
    return Review.objects.get(pk=held.pk)


@transaction.atomic
def cancel_review(review: Review, *, by: Membership, at: datetime) -> None:
    """Cancel one meeting; its rhythm goes on with the next. Raises NotYourReview, ReviewNotPlanned."""
    held = _locked_planned(review, by)
    _change(held, at=at, state=State.CANCELLED, sequence=F("sequence") + 1)
    record("review.cancelled", held, by=by, at=at, data={"starts_at": held.starts_at.isoformat()})
    plan_next(held, at=at)


@transaction.atomic
def open_review(review: Review, *, by: Membership, at: datetime) -> Review:
    """Begin a meeting: its agenda is drawn from the figures and stays as it is from now on.

    Raises NotYourReview, ReviewNotPlanned.
    """
    held = _locked_planned(review, by)
    agenda = draw_agenda(held, at=at, zone=zone_of_organisation())
    ReviewItem.objects.bulk_create(
        ReviewItem(review=held, position=place, topic=item.topic, facts=item.facts)
        for place, item in enumerate(agenda.items, 1)
    )
    opened = {"opened_at": at, "opened_by": by, "since": agenda.since, "month": agenda.month}
    _change(held, at=at, state=State.OPEN, **opened)
    data = {"month": f"{agenda.month:%Y-%m}", "topics": [str(item.topic) for item in agenda.items]}
    record("review.opened", held, by=by, at=at, data=data)
    plan_next(held, at=at)
    return Review.objects.get(pk=held.pk)


@transaction.atomic
def close_review(review: Review, *, by: Membership, at: datetime) -> Review:
    """End a meeting; its minutes stay as they are. Raises NotYourReview, ReviewNotOpen."""
    held = locked_open(review, by)
    _change(held, at=at, state=State.CLOSED, closed_at=at, closed_by=by)
    record("review.closed", held, by=by, at=at, data={"starts_at": held.starts_at.isoformat()})
    return Review.objects.get(pk=held.pk)


@transaction.atomic
def add_point(review: Review, *, title: str, by: Membership, at: datetime) -> ReviewItem:
    """Put a point on the agenda, before or during the meeting.

    Raises NotYourReview, ReviewNotOpen, AgendaFull, InvalidInput.
    """
    require_head(by)
    held = Review.objects.select_for_update().get(pk=review.pk)
    if not (held.is_planned or held.is_open):
        raise ReviewNotOpen(_("This meeting is over."))
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise InvalidInput([FieldError("/title", "required", _("Say in a few words what it is about."))])
    rows = ReviewItem.objects.filter(review=held, position__gt=OWN_POINTS_FROM)
    last = rows.aggregate(last=Max("position"))["last"] or OWN_POINTS_FROM
    if last >= OWN_POINTS_FROM + MOST_POINTS:
        raise AgendaFull(_("An agenda takes at most %(n)d points of its own.") % {"n": MOST_POINTS})
    own = {"topic": ReviewItem.Topic.OWN, "title": title.strip(), "added_by": by}
    item = ReviewItem.objects.create(review=held, position=last + 1, **own)
    _change(held, at=at)
    record("review.point_added", held, by=by, at=at, data={"item": str(item.pk)})
    return item


@transaction.atomic
def write_item(
    item: ReviewItem, *, minutes: str, decision: str, revision: int, by: Membership, at: datetime
) -> ReviewItem:
    """Write down what was said and decided about an item; ``revision`` is what was read.

    Raises NotYourReview, ReviewNotOpen, ReviewChanged, InvalidInput.
    """
    held = locked_open(item.review, by)
    faults = [
        FieldError(f"/{name}", "too_long", _("At most %(n)d characters.") % {"n": LONGEST_TEXT})
        for name, text in (("minutes", minutes), ("decision", decision))
        if len(text) > LONGEST_TEXT
    ]
    if faults:
        raise InvalidInput(faults)
    written = {"minutes": minutes.strip(), "decision": decision.strip(), "written_by": by, "written_at": at}
    seen = ReviewItem.objects.filter(pk=item.pk, revision=revision)
    if not seen.update(**written, revision=F("revision") + 1):
        raise ReviewChanged(_("Somebody else has just written about this. Read it again, then write."))
    _change(held, at=at)
    record("review.minuted", held, by=by, at=at, data={"item": str(item.pk), "decided": bool(decision.strip())})
    return ReviewItem.objects.select_related("review").get(pk=item.pk)


def plan_reviews(at: datetime) -> int:
    """Plan the meeting after each one whose time has come and that repeats; return how many. A round."""
    followed = Review.objects.exclude(follows=None).values("follows")
    due = Review.objects.filter(starts_at__lte=at).exclude(rhythm=Rhythm.ONCE).exclude(pk__in=followed)
    return sum(plan_next(review, at=at) is not None for review in due.order_by("starts_at"))


def plan_next(review: Review, *, at: datetime) -> Review | None:
    """Plan the next meeting of the rhythm, unless there is one already."""
    if review.rhythm == Rhythm.ONCE or Review.objects.filter(follows=review).exists():
        return None
    zone = zone_of_organisation()
    slot = next_slot(review.slot_at, review.rhythm, after=max(at, review.slot_at), zone=zone)
    try:
        with transaction.atomic():
            return _made(
                by=None,
                at=at,
                starts_at=slot,
                slot_at=slot,
                follows=review,
                minutes_for=review.minutes_for,
                place=review.place,
                rhythm=review.rhythm,
            )
    except IntegrityError:
        # Another round, or the opening of the meeting, has planned it at the same moment.
        return None


def require_head(by: Membership) -> None:
    """Raise NotYourReview unless the member is head of a side."""
    if not by.has(*HEADS):
        raise NotYourReview(_("The heads of both sides call the meetings and lead them."))


def locked_open(review: Review, by: Membership) -> Review:
    """Return the meeting, locked. Raises NotYourReview, ReviewNotOpen."""
    require_head(by)
    held = Review.objects.select_for_update().get(pk=review.pk)
    if not held.is_open:
        raise ReviewNotOpen(_("Minutes are written while the meeting is held."))
    return held


def _locked_planned(review: Review, by: Membership) -> Review:
    require_head(by)
    held = Review.objects.select_for_update().get(pk=review.pk)
    if not held.is_planned:
        raise ReviewNotPlanned(_("This meeting is not ahead any more."))
    return held


def _check_start(starts_at: datetime, *, at: datetime) -> None:
    if starts_at <= at:
        raise InvalidInput([FieldError("/starts_at", "in_the_past", _("Give a time in the future."))])
    if starts_at > at + FURTHEST:
        raise InvalidInput([FieldError("/starts_at", "out_of_range", _("This is too far ahead."))])


def _made(*, by: Membership | None, at: datetime, **told: Any) -> Review:
    review = Review.objects.create(planned_by=by, created_at=at, updated_at=at, **told)
    data = {"starts_at": review.starts_at.isoformat(), "rhythm": review.rhythm}
    record("review.planned", review, by=by, at=at, data=data)
    return review


def _change(review: Review, *, at: datetime, **changes: Any) -> None:
    Review.objects.filter(pk=review.pk).update(updated_at=at, revision=F("revision") + 1, **changes)
