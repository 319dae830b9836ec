"""A random but repeatable history of leads, told by the real actions, each at its own time."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from arbitration.actions import file_appeal, rule_on_case, withdraw_case
from arbitration.models import Case
from leads.actions import (
    accept_handover,
    advance_handover,
    hand_over,
    log_attempt,
    nurture_lead,
    reject_handover,
    resend_lead,
    undo_decision,
)
from leads.actions.campaigns import create_campaign
from leads.capture import Attribution, Touch
from leads.models import Campaign, Handover, Lead, Rejection
from sla.actions import notice_due
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership, Team
from tests.leads.makers import make_lead
from tests.support import Cast, run_outbox

Row = TypeVar("Row")
Step = tuple[datetime, Callable[[datetime], object]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Some leads come from a campaign, some from a name that nobody knows; all from countries that are sold to.
CAMPAIGNS = ("spring", "autumn", "nobody-knows")
COUNTRIES = ("AT", "DE")
REASONS = [("not_fitting", "company_size"), ("not_ready", "pricing_viewed"), ("data_missing", "")]


class NothingToActOn(DomainError):
    """Silence had accepted before anybody could reject, so there is nothing to answer."""


def _found(row: Row | None) -> Row:
    if row is None:
        raise NothingToActOn("Nothing there.")
    return row


def tell(
    acme: Cast,
    *,
    since: datetime,
    leads: int,
    seed: int = 1,
    more: Callable[[Random], Iterable[Step]] = lambda _chance: (),
    between: Callable[[datetime], object] = lambda _at: None,
) -> datetime:
    """Let ``leads`` arrive over forty days and live on; return the moment after the last of it.

    ``more`` draws further steps, ``between`` is done after each. Outside a scope every step has a transaction of
    its own.
    """
    chance = Random(seed)
    steps = [step for number in range(leads) for step in _story(acme, number, since, chance)]
    with tenant_scope(acme.acme.pk):
        _prepare(acme, since)
        steps += more(chance)
    until = since + 75 * DAY
    refused = 0
    for at, act in sorted(steps, key=lambda step: step[0]):
        _pass_time(acme, at)
        try:
            with tenant_scope(acme.acme.pk):
                act(at)
        except DomainError:
            # Stories are drawn blindly: silence may have decided, a return may be over.
            refused += 1
        between(at)
    _pass_time(acme, until)
    assert refused < len(steps) / 2
    return until


def _prepare(acme: Cast, at: datetime) -> None:
    """Make the campaigns and a team for the rep, so that there is something to cut by."""
    for name in CAMPAIGNS[:2]:
        if not Campaign.objects.filter(utm_norm=name).exists():
            create_campaign(name=name.title(), utm=name, by=acme.ada, at=at)
    team, _is_new = Team.objects.get_or_create(name="Field", side="sales")
    Membership.objects.filter(pk=acme.sam.pk).update(team=team)


def _pass_time(acme: Cast, at: datetime) -> None:
    with tenant_scope(acme.acme.pk):
        notice_due(at=at)
    run_outbox(organisation=acme.acme, at=at)


def send(lead: Lead, *, by: Membership, at: datetime) -> Handover:
    """Hand a lead over; below the threshold, as its company may have come to be, with a reason."""
    return hand_over(lead, by=by, at=at, override_reason="" if lead.tier else "known to us")


def _story(acme: Cast, number: int, since: datetime, chance: Random) -> Iterator[Step]:
    sent_at = since + chance.uniform(0, 40) * DAY
    email = f"lead{number}@example.com"
    held: dict[str, Handover] = {}

    def arrive(at: datetime) -> None:
        company = {"country": COUNTRIES[number % len(COUNTRIES)], "employees": (120, 120, 4)[number % 5 % 3]}
        intent = "talk_to_sales" if number % 3 == 0 else ""
        lead = make_lead(at=at, email=email, intent=intent, attribution=_visits(number), company=company)
        held["handover"] = send(lead, by=acme.mara, at=at)

    def handover() -> Handover:
        rows = Handover.objects.select_related("lead__company", "subject", "version", "assigned_to")
        return rows.get(pk=held["handover"].pk)

    yield sent_at, arrive
    for delay in sorted(chance.uniform(0.1, 60) for _ in range(chance.randrange(3))):
        yield (
            sent_at + delay * HOUR,
            lambda at: log_attempt(
                handover(), channel="call", outcome=chance.choice(["reached", "no_answer"]), by=acme.sam, at=at
            ),
        )
    decide_at = sent_at + chance.uniform(0.1, 90) * HOUR
    kind = chance.choice(["accept", "accept", "accept", "reject", "reject", "undo", "silence"])
    if kind == "accept":
        yield decide_at, lambda at: accept_handover(handover(), by=acme.sam, at=at)
        yield from _progress(acme, handover, decide_at, chance)
    elif kind == "undo":
        yield decide_at, lambda at: _reject(acme, handover(), ("not_fitting", "industry"), at)
        yield decide_at + timedelta(seconds=4), lambda at: undo_decision(handover(), by=acme.sam, at=at)
        yield decide_at + HOUR, lambda at: accept_handover(handover(), by=acme.sam, at=at)
    elif kind == "reject":
        reason = chance.choice(REASONS)
        yield decide_at, lambda at: _reject(acme, handover(), reason, at)
        yield from _answer(acme, handover, decide_at, chance)


def _visits(number: int) -> Attribution:
    """Return the visits of a lead; every other one came back by another campaign, or by none."""
    first = Touch(source="linkedin", campaign=CAMPAIGNS[number % len(CAMPAIGNS)])
    last = Touch(source="google", campaign=(*CAMPAIGNS, "")[number % (len(CAMPAIGNS) + 1)])
    return Attribution(first=first, last=last if number % 2 else None)


def _reject(acme: Cast, handover: Handover, reason: tuple[str, str], at: datetime) -> None:
    reject_handover(handover, reason=reason[0], criterion=reason[1], note="no", by=acme.sam, at=at)


def _progress(acme: Cast, handover: Callable[[], Handover], since: datetime, chance: Random) -> Iterator[Step]:
    def move(progress: str, amount: Decimal | None = None) -> Callable[[datetime], object]:
        return lambda at: advance_handover(handover(), progress=progress, amount=amount, by=acme.sam, at=at)

    amount = Decimal(chance.randrange(1000, 9000))
    if chance.random() < 0.6:
        yield since + 2 * DAY, move("qualified")
    if chance.random() < 0.4:
        yield since + 4 * DAY, move("opportunity", amount)
        yield since + 9 * DAY, lambda at: advance_handover(handover(), outcome="won", amount=amount, by=acme.sam, at=at)


def _answer(acme: Cast, handover: Callable[[], Handover], since: datetime, chance: Random) -> Iterator[Step]:
    answer_at = since + chance.uniform(1, 120) * HOUR
    kind = chance.choice(["resend", "nurture", "upheld", "overturned", "withdraw", "open"])

    def rejection() -> Rejection:
        rows = Rejection.objects.select_related("handover__lead", "handover__subject", "handover__version")
        return _found(rows.filter(handover=handover()).order_by("-at").first())

    def case() -> Case:
        return _found(Case.objects.filter(handover=handover(), stage="filed").first())

    if kind == "resend":
        yield answer_at, lambda at: resend_lead(rejection(), changes={}, note="again", by=acme.mara, at=at)
    elif kind == "nurture":
        yield answer_at, lambda at: nurture_lead(rejection(), wake_on=(at + 30 * DAY).date(), by=acme.mara, at=at)
    else:
        yield answer_at, lambda at: file_appeal(rejection(), grounds="It fits", by=acme.mara, at=at)
        if kind == "withdraw":
            yield answer_at + DAY, lambda at: withdraw_case(case(), by=acme.mara, at=at)
        elif kind != "open":
            yield (
                answer_at + 2 * DAY,
                lambda at: rule_on_case(case(), outcome=kind, reasons="As sealed.", by=acme.rita, at=at),
            )
