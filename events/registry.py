"""Who hears of which event; filled by smarketing.wiring at start, read by actions and the relay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.models import Event

Handler = Callable[["Event"], None]
HandlerOfMany = Callable[[Sequence["Event"]], None]
# When a handler may hear of an event, looked at from a moment; None when it is no news any more.
Timing = Callable[["Event", datetime], datetime | None]


@dataclass(frozen=True)
class After:
    """A handler that runs from the outbox, each once per event, in a scope of the event's organisation.

    ``outward`` handlers tell people or machines outside; they wait until an undo window has ended.
    ``timing`` is asked just before: what may be told later only waits, what is no news is withdrawn.
    ``run_many`` does for several events of one organisation, oldest first, what ``run`` would do one by one; what one
    of them breaks is undone for all and run again one by one, so that it may write rows only, nothing outside.
    ``needs`` names a table: an organisation without a row there when something happens has nobody to hear of it.
    """

    name: str
    kinds: tuple[str, ...]
    run: Handler
    outward: bool = False
    timing: Timing | None = None
    run_many: HandlerOfMany | None = None
    needs: str = ""


_within: dict[str, list[Handler]] = {}
_after: dict[str, After] = {}


def register_within(kinds: tuple[str, ...], run: Handler) -> None:
    """Run ``run`` in the transaction of the change itself, for each of these kinds."""
    for kind in kinds:
        handlers = _within.setdefault(kind, [])
        if run not in handlers:
            handlers.append(run)


def register_after(handler: After) -> None:
    """Run this handler from the outbox. A name is registered once."""
    _after[handler.name] = handler


def within(kind: str) -> tuple[Handler, ...]:
    """Return the handlers that run inside the transaction for this kind."""
    return tuple(_within.get(kind, ()))


def after(kind: str) -> tuple[After, ...]:
    """Return the handlers that hear of this kind from the outbox; ``x.*`` hears every kind of x."""
    family = kind.split(".", 1)[0] + ".*"
    return tuple(h for h in _after.values() if kind in h.kinds or family in h.kinds or "*" in h.kinds)


def needs() -> dict[str, str]:
    """Return the tables that outbox handlers need a row of, by the handlers' names."""
    return {handler.name: handler.needs for handler in _after.values() if handler.needs}


def after_by_name(name: str) -> After | None:
    """Return one outbox handler, or None when no code knows it any more."""
    return _after.get(name)
