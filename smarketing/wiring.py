"""Which handler hears of which event: the one place where a lower app makes a higher one act.

WITHIN runs in the transaction of the change; AFTER runs from the outbox, once per event and handler,
and computes from the event's ``at``, so that lateness never moves a deadline.
"""

from typing import TYPE_CHECKING

from events.registry import After, Handler, register_after, register_within

if TYPE_CHECKING:
    from events.models import Event


def register_all() -> None:
    """Fill the registries; called once when Django has loaded every app."""
    for kinds, run in _within():
        register_within(kinds, run)
    for handler in _after():
        register_after(handler)


def _within() -> list[tuple[tuple[str, ...], Handler]]:
    return [
        (("organisation.created",), _set_up_agreement),
        (("member.joined",), _seat_executive),
    ]


def _set_up_agreement(event: "Event") -> None:
    from sla.actions import set_up_organisation

    set_up_organisation(country=event.data["country"], zone=event.data["zone"], by=None, at=event.at)


def _seat_executive(event: "Event") -> None:
    from arbitration.handlers import seat_executive

    seat_executive(event)


def _after() -> list[After]:
    from notifications.actions import send_invitation, tell_about
    from notifications.rules import RULES

    return [
        # Its rows are put into the outbox when a case is remanded, to be heard when the answer is due.
        After("arbitration.end_remand", (), _go_on_after_remand),
        After("leads.follow_breach", ("clock.breached",), _follow_breach),
        After("notifications.tell", tuple(RULES), tell_about, outward=True),
        After("notifications.send_invitation", ("invitation.sent",), send_invitation, outward=True),
    ]


def _follow_breach(event: "Event") -> None:
    from leads.handlers import follow_breach

    follow_breach(event)


def _go_on_after_remand(event: "Event") -> None:
    from arbitration.handlers import go_on_after_remand

    go_on_after_remand(event)
