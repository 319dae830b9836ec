"""Figures added up from the events against the same figures read from the rows themselves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from dashboards.models import Counted, Rollup, Slice
from dashboards.queries import Cut, Direct, Rolled, campaign_return, criteria, source_of
from dashboards.queries.campaign_life import campaign_life
from dashboards.queries.kept import kept_by_owner
from dashboards.queries.rejections import direct_rejected, rolled_rejected
from dashboards.returns import Return
from dashboards.rollups import fold, plan_rollups
from dashboards.rollups.histogram import ERROR
from events.models import Event
from leads.actions import merge_leads, undo_merge
from leads.actions.reassigning import reassign_handovers as pass_to
from leads.brought import Brought
from leads.models import Campaign, Handover, Lead, Merge
from leads.queries.campaigns import brought_directly
from leads.routing import REP, Target
from sla.actions import decide_plea, request_excuse, submit_evidence
from sla.models import AgreementVersion, Clock
from sla.queries import Compliance, kept_between, last_day
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership, Team
from tests.dashboards.history import DAY, NothingToActOn, Step, send, tell
from tests.dashboards.reconciling import WANTED as WANTED_OF_EVENTS
from tests.dashboards.reconciling import reconcile
from tests.leads.makers import make_lead, make_rep
from tests.support import Cast, run_outbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

ZONE = "Europe/Vienna"
MONTHS = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
HOUR = timedelta(hours=1)
Act = Callable[[Cast, Random, datetime], object]


def pick(rows: Any, chance: Random) -> Any:
    found = list(rows)
    if not found:
        raise NothingToActOn("Nothing there.")
    return chance.choice(found)


def merge(cast: Cast, chance: Random, at: datetime) -> None:
    leads = list(Lead.objects.filter(merged_into=None).order_by("number"))
    if len(leads) < 2:
        raise NothingToActOn("Nobody to merge.")
    one, other = chance.sample(leads, 2)
    merge_leads(one, other, by=cast.mara, at=at)


def unmerge(cast: Cast, chance: Random, at: datetime) -> None:
    undo_merge(pick(Merge.objects.filter(undone_at=None).order_by("at"), chance), by=cast.mara, at=at)


def breached(chance: Random) -> Clock:
    rows = Clock.objects.filter(state="breached", side="sales").select_related("subject", "version")
    return pick(rows.order_by("due_at", "pk"), chance)


def excuse(cast: Cast, chance: Random, at: datetime) -> None:
    plea = request_excuse(breached(chance), reason="The line was down", by=cast.sina, at=at)
    decide_plea(plea, granted=True, note="It was", by=cast.marc, at=at)


def prove(cast: Cast, chance: Random, at: datetime) -> None:
    clock = breached(chance)
    submit_evidence(clock, happened_at=clock.due_at - HOUR / 4, note="Call log", by=cast.sina, at=at, by_machine=True)


def pass_on(cast: Cast, chance: Random, at: datetime) -> None:
    rows = Handover.objects.filter(merged_into=None).select_related("lead", "subject", "version")
    reps = Membership.objects.filter(roles__contains=["sales_rep"]).order_by("name")
    target = Target(REP, str(pick(reps, chance).pk))
    pass_to([pick(rows.order_by("sent_at"), chance)], target=target, by=cast.sina, at=at)


ACTS: tuple[Act, ...] = (merge, merge, merge, unmerge, excuse, excuse, prove, prove, pass_on, pass_on)
# What a history must have held to prove anything.
WANTED = {
    "lead.merged", "handover.merged", "clock.excused", "clock.breach_voided", "handover.assigned", "handover.settled",
    "handover.decision_undone", "handover.deemed_accepted",
}  # fmt: skip


def afterwards(cast: Cast, since: datetime) -> Callable[[Random], Iterator[Step]]:
    """What takes figures back or moves them: mergers, excuses, late evidence, another rep."""

    def bound(act: Act, chance: Random) -> Callable[[datetime], object]:
        return lambda moment: act(cast, chance, moment)

    def drawn(chance: Random) -> Iterator[Step]:
        # Nobody decides on this one but silence, after it went from one rep to another.
        quiet: dict[str, Handover] = {}
        sven = Target(REP, str(Membership.objects.get(name="Sven").pk))
        # Its company may be known by then, and too small.
        yield (
            since + DAY,
            lambda at: quiet.update(one=send(make_lead(at=at, email="quiet@example.com"), by=cast.mara, at=at)),
        )
        for to in (Target(REP, str(cast.sam.pk)), sven):
            yield (
                since + DAY + HOUR,
                lambda at, to=to: pass_to([quiet["one"]], target=to, by=cast.sina, at=at),
            )
        # Rows of the outbox are dated by the machine's clock, which is ahead of the story.
        for days in (9, 30, 74):
            yield since + days * DAY, lambda at: run_outbox(organisation=cast.acme, at=datetime.now(at.tzinfo) + DAY)
        for act in ACTS:
            yield since + chance.uniform(2, 70) * DAY, bound(act, chance)

    return drawn


@pytest.fixture
def counted(live_cast: Cast, at: datetime) -> Cast:
    """The cast with a second rep, in organisations whose figures are added up."""
    with tenant_scope(live_cast.acme.pk):
        make_rep("sven", at=at)
    assert plan_rollups(at=at) == 2
    assert plan_rollups(at=at) == 0
    fold(live_cast.acme.pk, at=at)
    return live_cast


def kept() -> tuple[Any, ...]:
    """Return everything that is kept, but for sums that have come to nothing."""
    columns = ("dimension", "month", "key", "part", "figures")
    slices = {row[:4]: row[4] for row in Slice.objects.values_list(*columns) if row[4]}
    subjects = {row[0]: row[1:] for row in Counted.objects.values_list("subject", "by", "parts") if row[2]}
    return slices, subjects


def parts_of(cast: Cast) -> list[Cut]:
    """Every single part that there is, and drawn combinations of them."""
    people = list(Membership.objects.filter(roles__contains=["sales_rep"]))
    choices: dict[str, list[Any]] = {
        "tier": ["standard", "hand_raiser"],
        "team": list(Team.objects.values_list("pk", flat=True)),
        "segment": sorted(set(Lead.objects.values_list("country", flat=True)) - {""}),
        "campaign": list(Campaign.objects.values_list("pk", flat=True)),
    }
    parts: list[dict[str, Any]] = [{}, *({"owner": person.pk} for person in people)]
    parts += [{name: value} for name, values in choices.items() for value in values]
    for names in [*combinations(choices, 2), *combinations(choices, 3), tuple(choices)]:
        parts.append({name: choices[name][-1] for name in names})
        parts.append({name: choices[name][0] for name in names} | {"compared": date(2025, 3, 1)})
    mine = [name for name in choices if name != "campaign"]
    parts += [
        {name: choices[name][0] for name in names} | {"owner": people[0].pk} for names in (*combinations(mine, 1), mine)
    ]
    return [Cut(MONTHS[0], **part) for part in parts]


def compare(cast: Cast, cuts: list[Cut], at: datetime) -> None:
    """Assert that what was added up, with the tail, says the same as the rows."""
    with tenant_scope(cast.acme.pk):
        for cut in cuts:
            direct, rolled = Direct(cut, at, ZONE), source_of(cut, at=at, zone=ZONE)
            assert isinstance(rolled, Rolled)
            assert rolled.cohorts() == direct.cohorts()
            assert rolled.rejections() == direct.rejections()
            assert rolled.credits() == direct.credits()
            assert rolled.campaigns() == direct.campaigns()
            assert rolled.segments() == direct.segments()
            assert rolled.ledger() == direct.ledger()
            promises, truly = rolled.promises(), direct.promises()
            assert promises.by_month == truly.by_month
            assert without_nothing(promises.by_commitment) == without_nothing(truly.by_commitment)
            assert without_nothing(promises.by_team) == without_nothing(truly.by_team)
            assert rolled.speeds() == direct.speeds()
            assert rolled.medians() == direct.medians()
            compare_histograms(replace(rolled, exact_up_to=-1), direct)
            for by in ("campaign", "rep"):
                assert rolled_rejected(cut, by, at=at, zone=ZONE) in (None, direct_rejected(cut, by))
        compare_reports(cuts[0].month, cuts[-1].month, at)
        compare_kept(cuts[0].month, at)


def compare_kept(month: date, at: datetime) -> None:
    """Assert that the page of breaches is told the same of sides and owners as the rows say."""
    told = kept_by_owner(month, at, ZONE)
    assert told is not None
    truly = kept_between(month, last_day(month), zone=ZONE, at=at).tallies
    assert told == truly


def compare_reports(first: date, last: date, at: datetime) -> None:
    """Assert that criteria and campaigns come out the same from what was added up and from the handovers."""
    version = AgreementVersion.objects.get()
    definitions = version.content["definitions"]
    keys = [criterion["key"] for kind in ("fit", "readiness") for criterion in definitions[kind]]
    asked = criteria.CriteriaAsked(version.number, keys, first, last)
    rolled = criteria.rolled_criteria(asked, at=at, zone=ZONE)
    assert rolled is not None
    assert sorted(rolled) == sorted(criteria.direct_criteria(asked))
    lives = campaign_life(None, at)
    assert lives is not None
    brought = {key: told for key, told in lives.items() if told != Brought()}
    assert brought == brought_directly(Campaign.objects.values_list("pk", flat=True))
    assert all(campaign_life(key, at) == {key: told} for key, told in brought.items())
    for touch in ("first", "last"):
        names, returns = campaign_return.names_of_touch(touch), campaign_return.ReturnAsked(first, last, touch)
        brought = campaign_return.rolled_returns(returns, names, at=at, zone=ZONE)
        assert brought is not None
        truly = campaign_return.direct_returns(returns, names)
        assert {key: found for key, found in brought.items() if found != Return()} == truly


def without_nothing(promises: dict[str, Compliance]) -> dict[str, Compliance]:
    return {key: kept for key, kept in promises.items() if any(vars(kept).values())}


def compare_histograms(rolled: Rolled, direct: Direct) -> None:
    """Assert that counts are exact and percentiles within the error that is stated."""
    medians, truly = rolled.medians(), direct.medians()
    assert medians.keys() == truly.keys()
    assert all(is_near(medians[month], truly[month]) for month in medians)
    found, exact = rolled.speeds(), direct.speeds()
    for kind in ("elapsed", "business"):
        one, other = getattr(found, kind), getattr(exact, kind)
        assert (one.contacts, one.untouched, one.within_hour, one.buckets) == (
            other.contacts, other.untouched, other.within_hour, other.buckets
        )  # fmt: skip
        for name in ("median", "p90"):
            mine, true = getattr(one, name), getattr(other, name)
            assert is_near(mine.seconds, true.seconds)
            # Untouched leads are known by the hour: what something is more than may be told up to an hour short.
            assert (mine.over is None) is (true.over is None)
            assert mine.over is None or true.over - HOUR.seconds - true.over * ERROR <= mine.over <= true.over + 1


def is_near(found: int | None, true: int | None) -> bool:
    if found is None or true is None:
        return found is true
    return abs(found - true) <= true * ERROR + 1


@pytest.mark.timeout(300)
def test_a_random_history_adds_up_whenever_somebody_looks(counted: Cast, at: datetime) -> None:
    assert add_up(counted, at, seed=1) >= WANTED


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_random_histories_add_up(counted: Cast, at: datetime, seed: int) -> None:
    assert add_up(counted, at, seed=seed)


@pytest.mark.timeout(300)
def test_what_was_added_up_is_what_the_events_tell(counted: Cast, at: datetime) -> None:
    assert add_up_plainly(counted, at, seed=2) == WANTED_OF_EVENTS


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(200, 230))
def test_many_random_histories_are_what_their_events_tell(counted: Cast, at: datetime, seed: int) -> None:
    add_up_plainly(counted, at, seed=seed)


def add_up_plainly(cast: Cast, at: datetime, *, seed: int) -> set[str]:
    """Tell a history while the worker comes by; increments, rebuild and the raw events in plain Python agree."""
    looks = Random(seed)
    until = tell(
        cast, since=at, leads=24, seed=seed,
        between=lambda moment: fold(cast.acme.pk, at=moment) if looks.random() < 0.2 else None,
    )  # fmt: skip
    fold(cast.acme.pk, at=until)
    with tenant_scope(cast.acme.pk):
        assert isinstance(source_of(Cut(MONTHS[0]), at=until, zone=ZONE), Rolled)
        by_increments = kept()
        reconcile(until)
    call_command("rebuild_rollups", organisation="acme")
    with tenant_scope(cast.acme.pk):
        assert kept() == by_increments
        return reconcile(until)


def add_up(cast: Cast, at: datetime, *, seed: int) -> set[str]:
    """Tell a history while the worker comes by and pages are opened; return the kinds of its events."""
    looks = Random(seed)

    def look(moment: datetime) -> None:
        # The worker comes by now and then; a page may be opened before or after.
        if looks.random() < 0.2:
            fold(cast.acme.pk, at=moment)
        if looks.random() < 0.05:
            compare(cast, [Cut(looks.choice(MONTHS))], moment)

    until = tell(cast, since=at, leads=12, seed=seed, more=afterwards(cast, at), between=look)
    compare(cast, [Cut(month) for month in MONTHS], until)
    fold(cast.acme.pk, at=until)
    with tenant_scope(cast.acme.pk):
        by_increments, cuts = kept(), parts_of(cast)
        revision = Rollup.objects.get().revision
        heard = set(Event.objects.values_list("kind", flat=True))
    compare(cast, cuts, until)
    call_command("rebuild_rollups", organisation="acme")
    with tenant_scope(cast.acme.pk):
        assert by_increments[0]
        assert kept() == by_increments
        assert Rollup.objects.get().revision > revision
    return heard
