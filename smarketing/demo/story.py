"""What happens to each lead of the demo (pure, by seed): when it comes, how good it is, how people react."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from smarketing.demo import scenery

# Share of a day's arrivals by local hour, two humps around late morning and afternoon.
HOURS = {7: 2, 8: 7, 9: 12, 10: 14, 11: 12, 12: 7, 13: 9, 14: 12, 15: 10, 16: 8, 17: 4, 18: 2, 20: 1}
# Leads of the last day, whose reps have mostly not come to them yet.
FRESH = 40
WEEKDAYS = (1.0, 1.15, 1.2, 1.1, 0.8, 0.06, 0.04)

# Letters of our names as they stand in addresses.
PLAIN = str.maketrans("éıüöäčáóř", "eiuoacaor")


@dataclass(frozen=True)
class Visitor:
    """A made-up person with company and attribution."""

    given_name: str
    family_name: str
    job_title: str
    company: str
    domain: str
    country: str
    employees: int
    industry: str
    phone: str
    campaign: int
    fits: bool

    @property
    def email(self) -> str:
        """A speaking address under the company's reserved domain."""
        name = f"{self.given_name}.{self.family_name}".lower().translate(PLAIN)
        return f"{name}@{self.domain}"


@dataclass(frozen=True)
class Reaction:
    """How sales and marketing behave towards one handover; waits are business seconds after the step before."""

    contact_after: int | None
    reached: bool
    weekend_duty: bool
    decision: str  # accept | reject | silent
    decide_after: int
    reason: str
    criterion: str
    answer: str  # resend | nurture | appeal | none
    answer_after: int
    ruling: str  # overturned | upheld
    rule_after: int
    qualified: bool
    opportunity: bool
    outcome: str  # won | lost | open
    amount: int


@dataclass(frozen=True)
class Story:
    """One lead's part in the demo."""

    arrived_at: datetime
    visitor: Visitor
    hand_raiser: bool
    pricing_views: int
    webinar: bool
    message: str
    spam: bool
    reaction: Reaction


def arrivals(count: int, *, first: date, until: datetime, zone: ZoneInfo, rng: Random) -> list[datetime]:
    """Return ``count`` moments between the first day (local) and ``until``: working days, hours, bursts."""
    days = [first + timedelta(days=n) for n in range((until.astimezone(zone).date() - first).days + 1)]
    burst_days = set(rng.sample(days, k=max(1, len(days) // 14)))
    weights = [WEEKDAYS[day.weekday()] * (2.6 if day in burst_days else rng.uniform(0.8, 1.2)) for day in days]
    # What came since yesterday waits in the inboxes, on whatever day the demo is loaded.
    fresh = min(FRESH, count // 10)
    moments = [until - timedelta(hours=22 * rng.random() ** 1.5) for _ in range(fresh)]
    while len(moments) < count:
        day = rng.choices(days, weights)[0]
        hour = rng.choices(list(HOURS), list(HOURS.values()))[0]
        local = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=zone)
        if local < until:
            moments.append(local.astimezone(until.tzinfo))
    return sorted(moments)


def stories(moments: Sequence[datetime], *, until: datetime, domestic: str, rng: Random) -> list[Story]:
    """Return one story per moment; ``until`` is where the present begins."""
    return [
        _story(moment, number, domestic, rng, fresh=until - moment < timedelta(hours=22))
        for number, moment in enumerate(moments)
    ]


def _story(moment: datetime, number: int, domestic: str, rng: Random, *, fresh: bool) -> Story:
    visitor = _visitor(number, domestic, rng)
    hand_raiser = visitor.fits and rng.random() < 0.16
    reaction = _reaction(visitor, hand_raiser, rng)
    if fresh and rng.random() < 0.75:
        reaction = replace(reaction, contact_after=None, decision="silent")
    return Story(
        arrived_at=moment,
        visitor=visitor,
        hand_raiser=hand_raiser,
        pricing_views=rng.choices((0, 1, 2, 3), (3, 4, 2, 1))[0],
        webinar=visitor.campaign == 0 or rng.random() < 0.2,
        message=rng.choice(scenery.MESSAGES).format(month=f"{moment:%B}") if hand_raiser or rng.random() < 0.2 else "",
        spam=not visitor.fits and rng.random() < 0.1,
        reaction=reaction,
    )


def _visitor(number: int, domestic: str, rng: Random) -> Visitor:
    campaign = rng.choices(range(len(scenery.CAMPAIGNS)), [c[5] for c in scenery.CAMPAIGNS])[0]
    fits = rng.random() < scenery.CAMPAIGNS[campaign][6]
    trade, industry = rng.choice(scenery.COMPANY_TRADES if fits else scenery.OTHER_TRADES + scenery.COMPANY_TRADES)
    word = rng.choice(scenery.COMPANY_WORDS)
    employees = int(rng.lognormvariate(5.3, 0.7)) if fits else rng.choice((6, 11, 18, 34, 40, 2600))
    return Visitor(
        given_name=rng.choice(scenery.GIVEN_NAMES),
        family_name=rng.choice(scenery.FAMILY_NAMES),
        job_title=rng.choice(scenery.DECIDERS if rng.random() < (0.8 if fits else 0.3) else scenery.OTHERS),
        company=f"{word} {trade} {rng.choice(('GmbH', 'AG', 'KG'))}",
        # The number keeps e-mail addresses apart: a known one would be appended to the same lead.
        domain=f"{word}-{trade}-{number}.example".lower().translate(PLAIN),
        country=rng.choices((domestic, "DE", "CH", "AT"), (6, 3, 1, 1))[0],
        employees=min(1990, max(52, employees)) if fits else employees,
        industry=industry,
        phone=f"+43 1 555 {number % 10_000:04d}",
        campaign=campaign,
        fits=fits,
    )


def _reaction(visitor: Visitor, hand_raiser: bool, rng: Random) -> Reaction:
    median = 1500 if hand_raiser else 6000
    contact = int(rng.lognormvariate(0, 0.8) * median) * (4 if rng.random() < 0.04 else 1)
    if rng.random() < 0.03:
        # Forgotten, until the manager asks.
        contact = int(rng.uniform(3, 8) * 8 * 3600)
    decision = rng.choices(("accept", "reject", "silent"), (80, 13, 7))[0]
    reason, criterion = _claim(rng)
    won = rng.random() < 0.27
    return Reaction(
        contact_after=contact,
        reached=rng.random() < 0.62,
        weekend_duty=rng.random() < 0.55,
        decision=decision,
        decide_after=int(rng.lognormvariate(0, 0.7) * 7000),
        reason=reason,
        criterion=criterion,
        answer=rng.choices(("resend", "nurture", "appeal", "none"), (18, 45, 27, 10))[0],
        answer_after=int(rng.lognormvariate(0, 0.6) * 20_000),
        ruling=rng.choices(("overturned", "upheld"), (55, 45))[0],
        rule_after=int(rng.uniform(2, 9) * 8 * 3600),
        qualified=rng.random() < 0.46,
        opportunity=rng.random() < 0.5,
        outcome=rng.choices(("won", "lost", "open"), (3, 4, 3))[0] if won or rng.random() < 0.7 else "open",
        amount=int(rng.lognormvariate(10.1, 0.6)) // 100 * 100,
    )


def _claim(rng: Random) -> tuple[str, str]:
    """Return the reason of a rejection and the criterion claimed unmet ("" for a clerical or procedural one)."""
    if rng.random() < 0.4:
        return rng.choice(("data_missing", "wrong_addressee")), ""
    criterion = rng.choice(("company_size", "industry", "role", "pricing_viewed"))
    return ("not_ready" if criterion == "pricing_viewed" else "not_fitting"), criterion
