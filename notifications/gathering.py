"""Several notices of one kind in one sentence (pure): "3 leads were rejected", and which ones."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.utils.translation import ngettext


class Telling(Protocol):
    """What one notice says."""

    @property
    def kind(self) -> str: ...

    @property
    def text(self) -> str: ...


T = TypeVar("T", bound=Telling)


@dataclass(frozen=True)
class Gathered(Generic[T]):
    """One notice, or several of one kind under a heading; ``text`` is what all of them say alike, else ""."""

    heading: str
    text: str
    notices: Sequence[T]


def _leads_handed_over(n: int) -> str:
    return ngettext("%(n)d lead was handed over", "%(n)d leads were handed over", n) % {"n": n}


def _leads_given(n: int) -> str:
    return ngettext("%(n)d lead was given to you", "%(n)d leads were given to you", n) % {"n": n}


def _leads_rejected(n: int) -> str:
    return ngettext("Sales has rejected %(n)d lead", "Sales has rejected %(n)d leads", n) % {"n": n}


def _leads_woke(n: int) -> str:
    return ngettext("%(n)d lead has woken up", "%(n)d leads have woken up", n) % {"n": n}


def _leads_still(n: int) -> str:
    return ngettext("%(n)d lead of yours stands still", "%(n)d leads of yours stand still", n) % {"n": n}


def _leads_merged(n: int) -> str:
    return ngettext("%(n)d lead of yours was merged", "%(n)d leads of yours were merged", n) % {"n": n}


def _steps_due(n: int) -> str:
    return ngettext("%(n)d next step of yours is due", "%(n)d next steps of yours are due", n) % {"n": n}


def _deadlines_near(n: int) -> str:
    return ngettext("%(n)d deadline comes near", "%(n)d deadlines come near", n) % {"n": n}


def _deadlines_missed(n: int) -> str:
    return ngettext("%(n)d deadline was missed, or nearly", "%(n)d deadlines were missed, or nearly", n) % {"n": n}


def _promises_missed(n: int) -> str:
    return ngettext("%(n)d promise of a month was missed", "%(n)d promises of a month were missed", n) % {"n": n}


def _pleas(n: int) -> str:
    sentence = ngettext(
        "The other side asks about %(n)d broken promise", "The other side asks about %(n)d broken promises", n
    )
    return sentence % {"n": n}


def _cases_opened(n: int) -> str:
    return ngettext("%(n)d rejection is disputed", "%(n)d rejections are disputed", n) % {"n": n}


def _cases_ruled(n: int) -> str:
    return ngettext("%(n)d case was ruled on", "%(n)d cases were ruled on", n) % {"n": n}


def _mails_failed(n: int) -> str:
    return ngettext("%(n)d mail could not be delivered", "%(n)d mails could not be delivered", n) % {"n": n}


# Kinds that come in numbers; the others are told one by one.
HEADINGS: Mapping[str, Callable[[int], str]] = {
    "handover.sent": _leads_handed_over,
    "handover.assigned": _leads_given,
    "handover.rejected": _leads_rejected,
    "followup.due": _steps_due,
    "lead.woke": _leads_woke,
    "lead.dwelling": _leads_still,
    "lead.merged": _leads_merged,
    "clock.warning": _deadlines_near,
    "clock.escalated": _deadlines_missed,
    "clock.breached": _promises_missed,
    "clock.plea": _pleas,
    "case.opened": _cases_opened,
    "case.ruled": _cases_ruled,
    "mail.failed": _mails_failed,
}


def gathered(notices: Sequence[T], *, apart: Callable[[T], Hashable] = lambda _one: None) -> list[Gathered[T]]:
    """Return the notices with those of one kind together, where the first of them stood.

    What differs in ``apart`` (its day, whether it was read) is not put together.
    """
    places: dict[Hashable, list[T]] = {}
    for number, one in enumerate(notices):
        key: Hashable = (one.kind, apart(one)) if one.kind in HEADINGS else number
        places.setdefault(key, []).append(one)
    return [_told(together) for together in places.values()]


def _told(together: Sequence[T]) -> Gathered[T]:
    first = together[0]
    heading = HEADINGS[first.kind](len(together)) if len(together) > 1 else ""
    alike = all(one.text == first.text for one in together)
    return Gathered(heading, first.text if alike else "", together)
