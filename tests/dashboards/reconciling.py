"""The figures of two months against the same recomputed from raw events in plain Python."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.formulas import Share, gross_acceptance, net_acceptance
from dashboards.queries import Cut, month_figures
from dashboards.queries.campaign_return import ReturnAsked, campaign_returns
from dashboards.queries.criteria import CriteriaAsked, criteria_outcomes
from dashboards.queries.quality import quality
from dashboards.queries.revenue import revenue
from dashboards.returns import Return
from leads.models import Campaign, Handover
from leads.normal import fold
from leads.periods import ACCEPTED_AGAIN_WITHIN, CONVERSION_FOR
from leads.queries import recycle_yields
from sla import queries as sla
from tenants.models import Membership
from tests.dashboards import retelling

ZONE = "Europe/Vienna"
MONTHS = (date(2026, 3, 1), date(2026, 4, 1))
WITHIN, AGAIN_WITHIN = CONVERSION_FOR.days, ACCEPTED_AGAIN_WITHIN.days


# What a story must have held to prove anything.
WANTED = {"every month", "purchases", "campaigns", "rulings", "returns"}


def reconcile(until: datetime) -> set[str]:
    """Assert that every figure of the open scope's organisation is that of its events, as of ``until``.

    Returns what of WANTED the story held; one that was drawn may lack a ruling or a purchase.
    """
    told = retelling.handovers(ZONE)
    everything = [handover for handovers in told.values() for handover in handovers]
    for month in MONTHS:
        figures = month_figures(Cut(month), at=until, zone=ZONE)
        _compare_decisions(figures, told[month])
        _compare_progress(figures, told[month])
        _compare_speed(figures, told[month], until)
        _compare_points(figures, told[month])
        _compare_promises(figures, month, until)
    _compare_criteria([handover for month in MONTHS for handover in told[month]], until)
    for touch in ("first", "last"):
        _compare_returns([handover for month in MONTHS for handover in told[month]], touch, until)
    _compare_revenue(everything)
    _compare_quality(told, until)
    held = {
        "every month": all(told[month] for month in MONTHS),
        "purchases": any("won" in handover.reached for handover in everything),
        "campaigns": len(campaign_returns(ReturnAsked(*MONTHS, "first"), at=until, zone=ZONE)) > 2,
        "rulings": any(sum(ruled.values()) for ruled in retelling.rulings(ZONE).values()),
        "returns": any(handover.decision == "rejected" for handover in everything),
    }
    return {name for name, found in held.items() if found}


def _compare_decisions(figures, told) -> None:
    counts = Counter(handover.decision for handover in told)
    decisions = figures.cohort.decisions
    names = ("accepted", "deemed_accepted", "rejected", "overturned", "pending")
    assert [counts[name] for name in names] == [
        decisions.accepted, decisions.deemed, decisions.rejected, decisions.overturned, decisions.pending
    ]  # fmt: skip
    decided = len(told) - counts["pending"]
    gross, net = gross_acceptance(decisions), net_acceptance(decisions)
    assert (gross.numerator, gross.denominator) == (counts["accepted"] + counts["deemed_accepted"], decided)
    assert (net.numerator, net.denominator) == (gross.numerator + counts["overturned"], decided)
    reasons = Counter(h.reason for h in told if h.decision in {"rejected", "overturned"})
    assert {reason.key: reason.count for reason in figures.rejections.reasons} == reasons
    assert figures.rejections.total == sum(reasons.values())


def _compare_progress(figures, told) -> None:
    cohort = figures.cohort
    assert cohort.contacted == sum(h.taken and h.contacted_at is not None for h in told)
    assert cohort.qualified == sum(retelling.within(h, "qualified", WITHIN) for h in told)
    assert cohort.opportunities == sum(retelling.within(h, "opportunity", WITHIN) for h in told)
    assert cohort.won == sum(retelling.within(h, "won", WITHIN) for h in told)
    pipeline = sum((h.amount for h in told if retelling.within(h, "opportunity", WITHIN)), Decimal(0))
    assert cohort.pipeline == pipeline


def _compare_speed(figures, told, until: datetime) -> None:
    owing = [h for h in told if h.contacted_at or h.decision != "rejected"]
    took = sorted(int((h.contacted_at - h.sent_at).total_seconds()) for h in owing if h.contacted_at)
    speed = figures.speeds.elapsed
    assert (speed.contacts, speed.untouched) == (len(took), len(owing) - len(took))
    for found, share in ((speed.median, 0.5), (speed.p90, 0.9)):
        rank = ceil(round(len(owing) * share, 6))
        assert found.seconds == (took[rank - 1] if rank <= len(took) else None)
    # The line of months comes from the database; both must say the same.
    assert figures.medians.get(figures.cut.month) == speed.median.seconds
    assert (figures.speeds.business.contacts, figures.speeds.business.untouched) == (speed.contacts, speed.untouched)


def _compare_points(figures, told) -> None:
    delivered = sum((retelling.WEIGHTS[h.tier] for h in told if h.credited), Decimal(0))
    assert figures.delivery.points_of(figures.cut.month) == delivered
    assert sum(c.count for c in figures.delivery.credits) == sum(h.credited for h in told)
    assert figures.delivery.pace is not None
    assert figures.delivery.pace.delivered == delivered
    suspended = sum((retelling.WEIGHTS[h.tier] for h in told if h.credited and h.decision == "rejected"), Decimal(0))
    assert sum(c.suspended_points for c in figures.delivery.credits) == suspended


def _compare_promises(figures, month: date, until: datetime) -> None:
    for side in ("sales", "marketing", "board"):
        told = retelling.kept(month, side, at=until, zone=ZONE)
        found = figures.promises.of(month, side)
        assert (found.met, found.breached, found.running) == (
            told["met"], told["breached"], told["running"] + told["paused"]
        )  # fmt: skip
        # The page of breaches and the dashboard count alike.
        assert found == sla.kept_between(month, sla.last_day(month), zone=ZONE, at=until).of_side(side)


def _compare_criteria(told, until: datetime) -> None:
    """Compare with what was sealed at each handover; all had their time to buy by then."""
    sealed = {row.pk: row.snapshot for row in Handover.objects.all()}
    expected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for handover in told:
        for reason in sealed[handover.id]["score_reasons"]:
            expected[reason["key"], reason["state"]].update(
                sent=1,
                taken=handover.taken,
                rejected=handover.decision == "rejected",
                won=retelling.within(handover, "won", WITHIN),
            )
    asked = CriteriaAsked(1, {key for key, _state in expected}, *MONTHS)
    found = criteria_outcomes(asked, at=until + timedelta(days=WITHIN), zone=ZONE)
    assert {(key, state) for key, states in found.items() for state in states} == set(expected)
    for (key, state), counts in expected.items():
        outcomes = found[key][state]
        assert (outcomes.sent, outcomes.taken, outcomes.rejected, outcomes.won) == (
            counts["sent"], counts["taken"], counts["rejected"], counts["won"]
        ), (key, state)  # fmt: skip
        assert outcomes.ripe == outcomes.sent


def _compare_returns(told, touch: str, until: datetime) -> None:
    sealed = {row.pk: row.snapshot for row in Handover.objects.all()}
    campaigns = {row.utm_norm: row.pk for row in Campaign.objects.all()}
    expected: dict[Any, Return] = defaultdict(Return)
    for handover in told:
        visits = [sealed[handover.id][name].get("campaign", "") for name in ("first_touch", "last_touch")]
        named = [fold(name) for name in (visits if touch == "first" else reversed(visits)) if name]
        # By the first touch it is the first that somebody knows, by the last touch the last, known or not.
        meant = (
            [campaigns[name] for name in named if name in campaigns]
            if touch == "first"
            else ([campaigns.get(name) for name in named[:1]])
        )
        won, offered = (retelling.within(handover, step, WITHIN) for step in ("won", "opportunity"))
        expected[meant[0] if meant else None] += Return(
            mqls=1,
            sqls=retelling.within(handover, "qualified", WITHIN),
            customers=won,
            pipeline=handover.amount if offered else Decimal(0),
            won=handover.amount if won else Decimal(0),
        )
    found = campaign_returns(ReturnAsked(*MONTHS, touch), at=until, zone=ZONE)
    assert {row.id: row.figures for row in found} == expected


def _compare_quality(told, until: datetime) -> None:
    viewer = Membership.objects.get(name="Rita")
    rulings, everything = retelling.rulings(ZONE), [h for handovers in told.values() for h in handovers]
    found = quality(*MONTHS, at=until, zone=ZONE)
    for month, before in zip(found, (date(2026, 2, 1), *MONTHS), strict=False):
        mine, earlier = told[month.month], len(told.get(before, ()))
        assert month.velocity == ((len(mine) - earlier) * 100 / earlier if earlier else None)
        assert month.decisions.sent == len(mine)
        ruled = rulings.get(month.month, Counter())
        assert month.overturned == Share(ruled["overturned"], ruled["overturned"] + ruled["upheld"])
        back = [h for h in mine if h.decision == "rejected"]
        assert month.returns.returned == len(back)
        assert month.returns.again == sum(retelling.accepted_again(h, everything, AGAIN_WITHIN) for h in back)
        # Months are counted in the database, the page of returns adds its rows up.
        assert month.returns == recycle_yields(viewer, month=month.month, today=until.date(), at=until).whole
        sealed = [row.subject for row in Handover.objects.filter(pk__in=[h.id for h in mine]).select_related("subject")]
        assert month.completeness == Share(
            sum(subject.present_fields for subject in sealed), sum(subject.required_fields for subject in sealed)
        )
        # Nobody was given up in these stories.
        assert month.attempts == Share(0, 0)


def _compare_revenue(told) -> None:
    bought = [(h.reached["won"], h) for h in told if "won" in h.reached]
    found = revenue(date(2026, 3, 1), date(2026, 5, 1), zone=ZONE)
    for month in found.months:
        mine = [h for at, h in bought if at.astimezone(ZoneInfo(ZONE)).date().replace(day=1) == month.month]
        assert month.marketing.customers == len(mine)
        assert month.marketing.amount == sum((h.amount for h in mine), Decimal(0))
        took = sorted(int((h.reached["won"] - h.sent_at).total_seconds()) for h in mine)
        assert month.took.from_handover == (took[ceil(len(took) / 2) - 1] if took else None)
        # All of them were handed over as soon as they came.
        assert month.took.from_touch == month.took.from_handover
        assert month.sales.customers == 0
    took = sorted(int((h.reached["won"] - h.sent_at).total_seconds()) for _at, h in bought)
    assert found.took.from_handover == (took[ceil(len(took) / 2) - 1] if took else None)
