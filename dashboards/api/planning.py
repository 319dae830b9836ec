"""The plan, the replay and how current the figures are, for REST clients."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Meta, Struct, field
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers, queries, serializers
from dashboards.plan import STEPS, Goal, Plan, plan_for
from dashboards.plan_page import PLANNERS
from dashboards.queries.health import rollup_health
from dashboards.queries.replay import newest_replay, replay_of
from dashboards.replay_page import REPLAYERS, replayed_month, start_replay
from sla.access import READS_HEALTH, get_version
from sla.actions import propose_target
from sla.answers import Target as TargetAnswer
from sla.models import AgreementVersion
from sla.serializers import target_row
from smarketing.lib.errors import FieldError, Forbidden, InvalidInput
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.models import Job
from tenants.rest import KeyView, answer

Month = Annotated[str, Meta(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]


# Beyond counting: a typing error.
MOST = 10**12


class RatesBody(Struct, forbid_unknown_fields=True):
    """Rates from 0 to 1, as text or number; what is left out is taken from the own cohorts."""

    prospect_to_customer: Decimal | None = None
    mql_to_prospect: Decimal | None = None
    lead_to_mql: Decimal | None = None


class PlanBody(Struct, forbid_unknown_fields=True):
    """A revenue goal for a month's leads."""

    month: Month
    revenue_goal: Decimal
    average_deal: Decimal | None = None
    rates: RatesBody = field(default_factory=RatesBody)
    points_per_mql: Decimal | None = None

    def goal(self) -> Goal:
        """Return what is planned with; raises InvalidInput naming every figure that cannot be."""
        rates = {name: getattr(self.rates, name) for name in STEPS}
        amounts = {name: getattr(self, name) for name in ("revenue_goal", "average_deal", "points_per_mql")}
        errors = [_fault(f"/{name}", "amount") for name, value in amounts.items() if not _within(value, MOST)]
        errors += [_fault(f"/rates/{name}", "rate") for name, value in rates.items() if not _within(value, 1)]
        if errors:
            raise InvalidInput(errors)
        month = date.fromisoformat(f"{self.month}-01")
        return Goal(month, self.revenue_goal, self.average_deal, points_per_mql=self.points_per_mql, **rates)


def _within(value: Decimal | None, most: int) -> bool:
    return value is None or (value.is_finite() and 0 < value <= most)


def _fault(pointer: str, kind: str) -> FieldError:
    texts = {
        "amount": _("Give a number greater than zero."),
        "rate": _("Give a rate greater than 0 and up to 1."),
    }
    return FieldError(pointer, "out_of_range", texts[kind])


class PlanView(KeyView):
    """What planning and adopting share: only who may plan reads rates and revenue."""

    def planned(self) -> Plan:
        """Return the plan of the body."""
        if not self.member.has(*PLANNERS):
            raise Forbidden(_("The heads of both sides and the executives plan."))
        own = queries.own_rates(at=self.at, zone=self.zone.key)
        return plan_for(self.body(PlanBody).goal(), own)


class Plans(PlanView):
    """The reverse funnel."""

    scopes: ClassVar = {"POST": "reports:read"}

    @operation(
        "Plan from a revenue goal",
        gives=answers.Plan,
        body=PlanBody,
        answers={200: "Every step of the plan beside what the month has brought. Nothing is stored."},
        problems=(401, 403, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Plan customers, prospects, MQL, leads and points, rounded up at every step."""
        plan = self.planned()
        return answer(serializers.plan(plan, queries.actual_of(plan.goal.month, zone=self.zone.key)))


class PlanAdoption(PlanView):
    """A plan's points as the month's target."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Propose a plan's points as target",
        gives=TargetAnswer,
        body=PlanBody,
        answers={201: "The proposal; it counts once sales has countersigned."},
        problems=(401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Propose the points of the plan as the target of its month."""
        plan = self.planned()
        month, points = plan.goal.month, Decimal(plan.points)
        note = f"{plan.goal.revenue} → {plan.funnel.mqls} MQL"
        target = propose_target(month=month, points=points, note=note, by=self.member, at=self.at)
        return answer(target_row(target), status=201, location=f"/api/v1/targets?month={month:%Y-%m}")


class AddedUp(KeyView):
    """How current the figures are, for monitoring."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read how far figures are added up",
        gives=answers.AddedUp,
        answers={200: "The state, the lag, and what the last nightly check found."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Return how far the figures are added up, and what the last check found."""
        require(self.member, *READS_HEALTH)
        return answer(vars(rollup_health(at=self.at)))


class ReplayFilter(Struct, forbid_unknown_fields=True):
    """Which month; the one before the present if not told."""

    month: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}$")] = ""


class AgreementReplay(KeyView):
    """What a version would have made of a month's handovers."""

    scopes: ClassVar = {"GET": "reports:read", "POST": "reports:read"}

    @operation(
        "Read the newest replay of a version",
        gives=answers.Replay,
        query=ReplayFilter,
        answers={200: "How far it is, and what it found once it is done."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, number: int) -> Response:
        """Return the newest replay of the version as it stands on a month; 404 before the first."""
        version, month = self._asked(number)
        job = newest_replay(version, month)
        if job is None:
            raise Http404
        return answer(
            serializers.replay(
                job, replay_of(job, version, zone=self.zone.key) if job.state == Job.State.DONE else None
            )
        )

    @operation(
        "Replay a month under a version",
        gives=answers.Replay,
        query=ReplayFilter,
        answers={202: "It is being worked out."},
        problems=(401, 403, 404, 422),
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        """Work out what the version would have made of a month's handovers; read the answer with GET."""
        self.no_body()
        version, month = self._asked(number)
        job = start_replay(version, month, next_url="", by=self.member, at=self.at)
        return answer(serializers.replay(job, None), status=202)

    def _asked(self, number: int) -> tuple[AgreementVersion, date]:
        if not self.member.has(*REPLAYERS):
            raise Forbidden(_("The heads of both sides and the executives replay."))
        month = replayed_month(self.query(ReplayFilter).month, at=self.at, zone=self.zone.key)
        if month is None:
            raise InvalidInput([FieldError("/month", "out_of_range", "Give a month that has begun, as 2026-11.")])
        return get_version(self.member, number), month
