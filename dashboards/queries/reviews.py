"""Reading meetings, their agendas and what was agreed in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from dashboards.models import Review, ReviewAction, ReviewItem
from tenants.models import Membership
from tenants.roles import HEADS

# As many as one page shows; a year of weekly meetings is fewer.
MOST_SHOWN = 100


@dataclass(frozen=True)
class ReviewRow:
    """One meeting in the list."""

    id: UUID
    starts_at: datetime
    place: str
    rhythm: str
    state: str
    actions: int
    open_actions: int


@dataclass(frozen=True)
class ActionRow:
    """One action as pages print it."""

    id: UUID
    review_id: UUID
    review_at: datetime
    item_id: UUID | None
    text: str
    owner_id: UUID
    owner_name: str
    owner_initials: str
    due_on: date
    state: str
    carried: int
    is_open: bool
    is_late: bool
    is_mine: bool
    may_close: bool
    may_carry: bool
    revision: int


def review_rows() -> list[ReviewRow]:
    """Return the meetings, the newest first, with what is still to be done of each."""
    rows = list(Review.objects.order_by("-starts_at", "-pk")[:MOST_SHOWN])
    mine = ReviewAction.objects.filter(review__in=[row.pk for row in rows]).order_by()
    is_open = Count("pk", filter=Q(state=ReviewAction.State.OPEN))
    counts = {pk: (n, left) for pk, n, left in mine.values_list("review").annotate(n=Count("pk"), left=is_open)}
    return [ReviewRow(r.pk, r.starts_at, r.place, r.rhythm, r.state, *counts.get(r.pk, (0, 0))) for r in rows]


def next_review(*, at: datetime) -> Review | None:
    """Return the meeting that is being held, else the next one that is planned."""
    rows = Review.objects.filter(state__in=[Review.State.PLANNED, Review.State.OPEN])
    return rows.order_by("-state", "starts_at", "pk").filter(Q(state="open") | Q(starts_at__gte=at)).first()


def items_of_review(review: Review) -> list[ReviewItem]:
    """Return the agenda in its order."""
    return list(ReviewItem.objects.filter(review=review).select_related("added_by", "written_by").order_by("position"))


def actions_of(review: Review, *, reader: Membership, today: date) -> list[ActionRow]:
    """Return what was agreed to be done in a meeting, what is due first at the head."""
    return action_rows(ReviewAction.objects.filter(review=review), reader=reader, today=today)


def open_actions(*, reader: Membership, today: date, owner: Membership | None = None) -> list[ActionRow]:
    """Return what is still to be done, of one person or of all."""
    rows = ReviewAction.objects.filter(state=ReviewAction.State.OPEN)
    return action_rows(rows.filter(owner=owner) if owner else rows, reader=reader, today=today)


def actions_by_id(ids: Iterable[str], *, reader: Membership, today: date) -> list[ActionRow]:
    """Return the actions with these ids as they stand now."""
    return action_rows(ReviewAction.objects.filter(pk__in=list(ids)), reader=reader, today=today)


def action_rows(rows: "QuerySet[ReviewAction]", *, reader: Membership, today: date) -> list[ActionRow]:
    """Return actions as finished rows, in one query."""
    found: Sequence[ReviewAction] = list(rows.select_related("owner", "review").order_by("due_on", "pk")[:MOST_SHOWN])
    return [_row(action, reader, today) for action in found]


def may_close(action: ReviewAction, member: Membership) -> bool:
    """Tell who says that an action is done: who has it, and the heads of both sides."""
    return action.owner_id == member.pk or member.has(*HEADS)


def _row(action: ReviewAction, reader: Membership, today: date) -> ActionRow:
    return ActionRow(
        id=action.pk,
        review_id=action.review_id,
        review_at=action.review.starts_at,
        item_id=action.item_id,
        text=action.text,
        owner_id=action.owner_id,
        owner_name=action.owner.name,
        owner_initials=action.owner.initials,
        due_on=action.due_on,
        state=action.state,
        carried=action.carried,
        is_open=action.is_open,
        is_late=action.is_open and action.due_on < today,
        is_mine=action.owner_id == reader.pk,
        may_close=action.is_open and may_close(action, reader),
        may_carry=action.is_open and reader.has(*HEADS),
        revision=action.revision,
    )


def local_day(at: datetime, zone: str) -> date:
    """Return the day of a moment in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
