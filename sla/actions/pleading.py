"""What every plea shares: who may make one, one at a time, on a locked clock (see sla.consent)."""

from datetime import datetime

from django.utils.translation import gettext as _

from sla.models import Clock, Plea
from sla.queries.pleas import speaks_for
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class PleaOpen(DomainError):
    """The same was asked already and waits for an answer."""

    code = "plea_open"


class NotYoursToAsk(DomainError):
    """Only whom the clock concerns, or the head of the side that owes it, may ask."""

    code = "not_yours_to_ask"


def is_asked(clock: Clock, kind: str) -> bool:
    """Tell whether the same waits for an answer."""
    return Plea.objects.filter(clock=clock, kind=kind, state=Plea.State.OPEN).exists()


def check_none_open(clock: Clock, kind: str) -> None:
    """Raise PleaOpen where the same waits for an answer."""
    if is_asked(clock, kind):
        raise PleaOpen(_("This was asked already and waits for an answer."))


def close_pleas(clock: Clock, *, at: datetime) -> None:
    """Let what waits for an answer fall away: the breach that it was about is disproved."""
    waiting = Plea.objects.filter(clock=clock, state=Plea.State.OPEN)
    waiting.update(state=Plea.State.WITHDRAWN, decided_at=at)


def locked_clock(clock: Clock) -> Clock:
    """Return the clock as it is now, locked, with its subject."""
    rows = Clock.objects.select_for_update(of=("self",)).select_related("subject")
    return rows.get(pk=clock.pk)


def check_may_ask(clock: Clock, by: Membership) -> None:
    """Raise NotYoursToAsk unless the member may speak for what is owed."""
    if not speaks_for(by, clock):
        raise NotYoursToAsk(_("Only whom this concerns, or the head of the side that owes it, can ask."))
