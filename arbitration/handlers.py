"""What the board does when it hears of others' events (smarketing.wiring)."""

from datetime import datetime

from arbitration import actions
from arbitration.actions import end_remand, follow_version, seat_first_executive
from arbitration.models import Case
from events.models import Event
from leads.queries import identity_of
from sla.models import AgreementVersion
from tenants.models import Membership


def seat_executive(event: Event) -> None:
    """Make the organisation's first executive the chair."""
    if "executive" in event.data["roles"]:
        seat_first_executive(Membership.objects.get(pk=event.subject_id), at=event.at)


def go_on_after_remand(event: Event) -> None:
    """End a remand whose time is over, dated at that time."""
    end_remand(Case.objects.get(pk=event.subject_id), at=datetime.fromisoformat(event.data["answer_by"]))


def follow_new_version(event: Event) -> None:
    """Supersede the precedents whose criterion the version that has come into force defines otherwise."""
    follow_version(AgreementVersion.objects.get(pk=event.subject_id), at=event.at)


def forget_person(event: Event) -> None:
    """Blank what cases say of a person who is being erased; the person's names still stand with the lead."""
    actions.forget_person(identity_of(event.subject_id), at=event.at)
