"""Reading what members want to hear, and from when on mail may come to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications.hours import opening_of
from notifications.models import Choice, Habit
from notifications.quiet import after_quiet
from tenants.models import Membership, Organisation


def choices_about(kind: str, members: Sequence[Membership]) -> dict[UUID, str]:
    """Return how these members want to hear of a kind; who wants the usual is left out."""
    rows = Choice.objects.filter(member__in=members, kind=kind)
    return dict(rows.values_list("member_id", "how"))


def choices_of(member: Membership) -> dict[str, str]:
    """Return what a member chose, by kind."""
    return dict(Choice.objects.filter(member=member).values_list("kind", "how"))


def habit_of(member: Membership) -> Habit:
    """Return when mail may come to a member; the usual habit is not stored."""
    return Habit.objects.filter(member=member).first() or Habit(member=member)


def may_mail_from(member: Membership, organisation: Organisation, *, at: datetime) -> datetime:
    """Return ``at`` where mail may come to the member now, else the moment from which it may."""
    habit = habit_of(member)
    if habit.quiet == Habit.Quiet.NEVER:
        return at
    if habit.quiet == Habit.Quiet.WORK:
        return opening_of(member, at)
    zone = ZoneInfo(member.user.zone or organisation.zone)
    return after_quiet(at, begin=habit.quiet_from, end=habit.quiet_until, zone=zone)
