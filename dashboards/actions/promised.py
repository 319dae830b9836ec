"""What somebody took on in a meeting: given, reminded of, done, given more time, dropped."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from dashboards.actions.reviews import LONGEST_TITLE, locked_open, require_head
from dashboards.models import Review, ReviewAction, ReviewItem
from dashboards.queries.reviews import may_close
from events.actions import record, withdraw
from sla.queries.ladder import opening_for
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.queries import deputies_on, present_deputy, today_in

State, Reminded = ReviewAction.State, ReviewAction.Reminded
FURTHEST = timedelta(days=2 * 366)
# One round reminds of so many; the next one goes on.
MOST_AT_ONCE = 300


class ActionClosed(DomainError):
    """An action is done or dropped once."""

    code = "review_action_closed"


class ActionNotYours(DomainError):
    """Who has an action says that it is done, or the heads do."""

    code = "review_action_not_yours"


class DayUnusable(DomainError):
    """More time is given until a day that is ahead, and after the one it was due on."""

    code = "day_unusable"
    status = 422


@transaction.atomic
def give_action(
    review: Review,
    *,
    text: str,
    owner: Membership,
    due_on: date,
    item: ReviewItem | None = None,
    by: Membership,
    at: datetime,
) -> ReviewAction:
    """Note what somebody takes on until a day. Raises NotYourReview, ReviewNotOpen, InvalidInput."""
    held = locked_open(review, by)
    faults = _day_faults(due_on, at=at)
    if not 0 < len(text.strip()) <= LONGEST_TITLE:
        faults.append(FieldError("/text", "required", _("Say in a few words what is to be done.")))
    if not owner.is_active:
        faults.append(FieldError("/owner", "unknown_value", _("Choose somebody who is here.")))
    if item is not None and item.review_id != held.pk:
        faults.append(FieldError("/item", "unknown_value", _("Choose an item of this meeting.")))
    if faults:
        raise InvalidInput(faults)
    action = ReviewAction.objects.create(
        review=held, item=item, text=text.strip(), owner=owner, due_on=due_on, made_by=by, made_at=at
    )
    _record("review.action_given", action, by=by, at=at)
    return action


@transaction.atomic
def finish_action(action: ReviewAction, *, by: Membership, at: datetime) -> ReviewAction:
    """Note that an action is done. Raises ActionNotYours, ActionClosed."""
    if not may_close(action, by):
        raise ActionNotYours(_("Who has this action says that it is done, or a head of a side."))
    return _close(action, State.DONE, by=by, at=at)


@transaction.atomic
def drop_action(action: ReviewAction, *, by: Membership, at: datetime) -> ReviewAction:
    """Note that an action will not be done. Raises NotYourReview, ActionClosed."""
    require_head(by)
    return _close(action, State.DROPPED, by=by, at=at)


@transaction.atomic
def carry_action(action: ReviewAction, *, due_on: date, by: Membership, at: datetime) -> ReviewAction:
    """Give an action more time; its owner is reminded anew. Raises NotYourReview, ActionClosed, InvalidInput."""
    require_head(by)
    faults = _day_faults(due_on, at=at)
    if not faults and due_on <= action.due_on:
        faults.append(FieldError("/due_on", "too_early", _("Give a day after the one it was due on.")))
    if faults:
        raise InvalidInput(faults)
    carried = {"due_on": due_on, "carried": F("carried") + 1, "reminded": Reminded.NOT_YET}
    _change_open(action, by=by, at=at, kind="review.action_carried", **carried)
    return ReviewAction.objects.select_related("owner", "review").get(pk=action.pk)


def remind_of_actions(at: datetime) -> int:
    """Tell who has an action that it is due tomorrow, and on its day, once each; return how many. A round.

    Who is away is told through their deputy, if they have named one.
    """
    today = today_in(at=at)
    tomorrow = today + timedelta(days=1)
    due = Q(due_on__lte=today) & ~Q(reminded=Reminded.DUE) | Q(due_on=tomorrow, reminded=Reminded.NOT_YET)
    rows = ReviewAction.objects.filter(due, state=State.OPEN, due_on__lte=tomorrow)
    locked = rows.select_for_update(skip_locked=True, of=("self",)).select_related("owner", "review")
    actions = list(locked.order_by("due_on", "pk")[:MOST_AT_ONCE])
    deputies = deputies_on(today) if actions else {}
    standing_in = Membership.objects.filter(is_active=True).in_bulk([pk for pk in deputies.values() if pk])
    for action in actions:
        reader = standing_in.get(present_deputy(action.owner_id, deputies), action.owner)
        _remind(action, reader, is_due=action.due_on <= today, at=at)
    return len(actions)


def _remind(action: ReviewAction, reader: Membership, *, is_due: bool, at: datetime) -> None:
    stage = Reminded.DUE if is_due else Reminded.SOON
    ReviewAction.objects.filter(pk=action.pk).update(reminded=stage)
    opens_at = opening_for(reader, at=at)
    record(
        "review.action_due", action, by=None, at=at,
        data={**_facts(action), "told": str(reader.pk), "is_due": is_due},
        once=f"review_action:{action.pk}:{action.due_on}:{stage}", hold_until=opens_at if opens_at > at else None,
    )  # fmt: skip


def _day_faults(due_on: date, *, at: datetime) -> list[FieldError]:
    today = today_in(at=at)
    if due_on < today:
        return [FieldError("/due_on", "in_the_past", _("This is past already."))]
    if due_on > today + FURTHEST:
        return [FieldError("/due_on", "out_of_range", _("This is too far ahead."))]
    return []


def _close(action: ReviewAction, state: str, *, by: Membership, at: datetime) -> ReviewAction:
    closed = {"state": state, "closed_at": at, "closed_by": by}
    _change_open(action, by=by, at=at, kind=f"review.action_{state}", **closed)
    return ReviewAction.objects.select_related("owner", "review").get(pk=action.pk)


def _change_open(action: ReviewAction, *, by: Membership, at: datetime, kind: str, **changes: Any) -> None:
    still_open = ReviewAction.objects.filter(pk=action.pk, state=State.OPEN)
    if not still_open.update(revision=F("revision") + 1, **changes):
        raise ActionClosed(_("This action is closed already."))
    withdraw(action, "review.action_due", at=at)
    action.refresh_from_db()
    _record(kind, action, by=by, at=at)


def _facts(action: ReviewAction) -> dict[str, Any]:
    # Not what it says: people write names there.
    return {"review": str(action.review_id), "owner": str(action.owner_id), "due_on": action.due_on.isoformat()}


def _record(kind: str, action: ReviewAction, *, by: Membership, at: datetime) -> None:
    record(kind, action, by=by, at=at, data=_facts(action))
