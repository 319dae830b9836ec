"""Asking the other side to excuse a breach, and answering what was asked (see sla.consent).

Granted: the clock is excused, or evidence voids its breach. Either way the breach stays on record, dated as it was.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sla.actions.course import caught_up, happen, record_of
from sla.actions.evidence import prove
from sla.actions.pleading import check_may_ask, check_none_open, locked_clock
from sla.clocks import ClockNotBreached, Excused
from sla.consent import may_decide, missing_consents
from sla.models import Clock, Plea
from sla.queries.pleas import asked_of, person_of
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class PleaAnswered(DomainError):
    """It was answered or withdrawn already."""

    code = "plea_answered"


class NotYoursToDecide(DomainError):
    """Only the head of the other side may answer, and nobody their own request."""

    code = "not_yours_to_decide"


@transaction.atomic
def request_excuse(clock: Clock, *, reason: str, by: Membership, at: datetime) -> Plea:
    """Ask the other side to excuse a breach. Raises ClockNotBreached, PleaOpen, NotYoursToAsk."""
    check_may_ask(clock, by)
    clock = locked_clock(clock)
    _history, moment = caught_up(clock, at)
    if clock.state != Clock.State.BREACHED:
        raise ClockNotBreached(_("There is no breach to excuse."))
    check_none_open(clock, Plea.Kind.EXCUSE)
    plea = Plea.objects.create(
        clock=clock, kind=Plea.Kind.EXCUSE, reason=reason.strip(), requested_by=by, requested_at=moment
    )
    record_of(clock, "excuse_requested", at=moment, by=by, plea=str(plea.pk))
    return plea


@transaction.atomic
def decide_plea(plea: Plea, *, granted: bool, note: str, by: Membership, at: datetime) -> Plea:
    """Consent to a request or refuse it, with a note. What the board owed needs both heads; either may refuse.

    Raises PleaAnswered, NotYoursToDecide.
    """
    # The clock is always locked before what was said about it.
    clock = locked_clock(plea.clock)
    plea = _locked_open(plea)
    asked = asked_of(plea, clock)
    if not may_decide(person_of(by), asked):
        raise NotYoursToDecide(_("The head of the other side answers this, and nobody their own request."))
    if granted and len(missing_consents(asked)) > 1:
        return _consent(plea, clock, note, by=by, at=at)
    _answer(plea, Plea.State.GRANTED if granted else Plea.State.REFUSED, note=note, by=by, at=at)
    if granted:
        _GRANTED[plea.kind](plea, clock, by, at)
    else:
        record_of(clock, f"{plea.kind}_refused", at=at, by=by, **_about(plea))
    return plea


@transaction.atomic
def withdraw_plea(plea: Plea, *, by: Membership, at: datetime) -> Plea:
    """Take back what was asked. Raises PleaAnswered, NotYoursToAsk."""
    clock = locked_clock(plea.clock)
    plea = _locked_open(plea)
    if plea.requested_by_id != by.pk:
        check_may_ask(clock, by)
    _answer(plea, Plea.State.WITHDRAWN, note="", by=by, at=at)
    record_of(clock, f"{plea.kind}_withdrawn", at=at, by=by, **_about(plea))
    return plea


def _locked_open(plea: Plea) -> Plea:
    plea = Plea.objects.select_for_update(of=("self",)).select_related("consented_by").get(pk=plea.pk)
    if plea.state != Plea.State.OPEN:
        raise PleaAnswered(_("This was answered already."), state=plea.state)
    return plea


def _consent(plea: Plea, clock: Clock, note: str, *, by: Membership, at: datetime) -> Plea:
    """Note the first of two consents."""
    plea.consented_by, plea.consented_at, plea.note = by, at, note.strip()
    plea.save(update_fields=["consented_by", "consented_at", "note"])
    record_of(clock, f"{plea.kind}_consented", at=at, by=by, **_about(plea))
    return plea


def _answer(plea: Plea, state: str, *, note: str, by: Membership, at: datetime) -> None:
    words = "\n".join(part for part in (plea.note, note.strip()) if part)
    plea.state, plea.decided_by, plea.decided_at, plea.note = state, by, at, words
    plea.save(update_fields=["state", "decided_by", "decided_at", "note"])


def _about(plea: Plea) -> dict[str, str | None]:
    return {"plea": str(plea.pk), "requested_by": str(plea.requested_by_id) if plea.requested_by_id else None}


def _excuse(plea: Plea, clock: Clock, by: Membership, at: datetime) -> None:
    history, moment = caught_up(clock, at)
    happen(clock, history, "excused", Excused(moment), by=by, **_about(plea))


def _believe(plea: Plea, clock: Clock, by: Membership, at: datetime) -> None:
    history, moment = caught_up(clock, at)
    if plea.happened_at is not None:
        prove(clock, history, happened_at=plea.happened_at, waives=plea.waives, by=by, at=moment)


_GRANTED: dict[str, Callable[[Plea, Clock, Membership, datetime], None]] = {
    Plea.Kind.EXCUSE: _excuse,
    Plea.Kind.EVIDENCE: _believe,
}
