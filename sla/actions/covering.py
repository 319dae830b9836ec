"""Somebody else owes what is open for a while, or from now on, without a new start."""

from datetime import datetime

from django.db import transaction

from sla.actions.course import owed, record_of
from sla.models import Clock, Subject
from tenants.models import Membership


@transaction.atomic
def cover_clocks(
    subject: Subject, *, side: str, owner: Membership | None, at: datetime, by: Membership | None
) -> list[Clock]:
    """Let a deputy owe what one side owes, or give it back; no deadline moves, whatever the version says.

    An absence moves the clock instead of stopping it. Were it a reassignment that restarts the time, every absence
    would extend a promise that nothing extends. A breach stays with the one who let it happen.
    """
    if side == "sales":
        Subject.objects.filter(pk=subject.pk).update(owner=owner)
        subject.owner = owner
    moved = [clock for clock, _history, _moment in owed(subject, at, side=side) if clock.state != Clock.State.BREACHED]
    for clock in moved:
        old = clock.owner_id
        Clock.objects.filter(pk=clock.pk).update(owner=owner)
        clock.owner = owner
        record_of(clock, "reassigned", at=at, by=by, old_owner=str(old) if old else None)
    return moved
