"""Which handler hears of which event: the one place where a lower app makes a higher one act.

WITHIN runs in the transaction of the change; AFTER runs from the outbox, once per event and handler,
and computes from the event's ``at``, so that lateness never moves a deadline.
"""

from events.registry import After, Handler, register_after, register_within


def register_all() -> None:
    """Fill the registries; called once when Django has loaded every app."""
    for kinds, run in _within():
        register_within(kinds, run)
    for handler in _after():
        register_after(handler)


def _within() -> list[tuple[tuple[str, ...], Handler]]:
    return []


def _after() -> list[After]:
    return []
