"""What the board does when it hears of others' events (smarketing.wiring)."""

from datetime import datetime

from arbitration.actions import end_remand, seat_first_executive
from arbitration.models import Case
from events.models import Event
from tenants.models import Membership


def seat_executive(event: Event) -> None:
    """Make the organisation's first executive the chair."""
    if "executive" in event.data["roles"]:
        seat_first_executive(Membership.objects.get(pk=event.subject_id), at=event.at)


def go_on_after_remand(event: Event) -> None:
    """End a remand whose time is over, dated at that time."""
    end_remand(Case.objects.get(pk=event.subject_id), at=datetime.fromisoformat(event.data["answer_by"]))
