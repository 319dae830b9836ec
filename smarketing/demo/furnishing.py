"""What a demo organisation has set up besides its people: campaigns with what they cost, a team, rules, an absence."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from leads.actions import book_cost, change_routing, create_campaign
from leads.routing import Condition, Plan, Rule, Target
from smarketing.demo.scenery import CAMPAIGNS, COSTS, Scenery
from tenants.actions import make_team, plan_absence
from tenants.models import Membership, Team
from tenants.roles import Role

# From how many people on a company is a large account, and on which day of the month a campaign's costs are booked.
LARGE = 600
BOOKED_ON = 10
AWAY_FOR = timedelta(days=4)


def open_campaigns(marketers: list[Membership], scenery: Scenery, *, since: datetime, until: datetime) -> None:
    """Make the campaigns and book what each has cost, month by month up to the present."""
    for number, (name, utm, _source, medium, *_rest) in enumerate(CAMPAIGNS):
        owner = marketers[number % len(marketers)]
        bills = list(_bills(utm, scenery, since=since, until=until))
        budget = sum((amount for _at, _note, amount in bills), Decimal(0))
        campaign = create_campaign(name=name, utm=utm, channel=medium, owner=owner, budget=budget, by=owner, at=since)
        for at, note, amount in bills:
            book_cost(campaign, booked_on=at.date(), amount=amount, note=note, by=owner, at=at)


def _bills(utm: str, scenery: Scenery, *, since: datetime, until: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
    """Yield what was paid when; a company with fewer leads spends less."""
    once, monthly = (round(Decimal(euros) * Decimal(str(scenery.share)), 2) for euros in COSTS[utm])
    yield since, "Set-up", once
    for month in _months(since.date(), until.date()):
        at = max(datetime(month.year, month.month, BOOKED_ON, 9, tzinfo=since.tzinfo), since)
        if monthly and at <= until:
            yield at, f"Invoice {month:%m/%Y}", monthly


def _months(first: date, last: date) -> list[date]:
    found = [first.replace(day=1)]
    while (following := (found[-1] + timedelta(days=32)).replace(day=1)) <= last:
        found.append(following)
    return found


def write_rules(people: tuple[Membership, ...], *, at: datetime) -> None:
    """Put two reps into a team for large accounts and send it what is large; all others take turns."""
    administrator = next(member for member in people if member.has(Role.ADMINISTRATOR))
    manager = next(member for member in people if member.has(Role.SALES_MANAGER))
    reps = [member for member in people if member.has(Role.SALES_REP)]
    team = make_team(name="Large accounts", side="sales", members=reps[:2], by=administrator, at=at)
    change_routing(_plan(team), based_on=0, change="rule_added", by=manager, at=at)


def _plan(team: Team) -> Plan:
    large = Condition("employees", "at_least", LARGE)
    return Plan((Rule("large-accounts", "Large accounts", True, (large,), Target("team", str(team.pk))),))


def send_somebody_on_holiday(people: tuple[Membership, ...], *, today: date, at: datetime) -> None:
    """Let the newest rep be away these days, and the colleague before them stand in."""
    reps = [member for member in people if member.has(Role.SALES_REP)]
    away, deputy = reps[-1], reps[-2]
    plan_absence(away, first_day=today, last_day=today + AWAY_FOR, deputy=deputy, by=away, at=at)
