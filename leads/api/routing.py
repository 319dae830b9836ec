"""Routing for REST clients: rules, trying them, giving handovers to others, sending many, and how fair it is."""

from dataclasses import asdict
from typing import Annotated, Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from msgspec import Meta, Struct, structs
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers
from leads.actions.reassigning import MOST, WHY
from leads.api.shapes import WRITE, Note
from leads.models import Handover, Lead
from leads.queries.fairness import FairnessRow, fairness_rows
from leads.queries.routing import plan_in_force, routing_fields
from leads.routing import Condition, Limit, Plan, Rule, Target, route, tried
from leads.scoring import STANDARD
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import whole
from tenants.access import require
from tenants.answers import Job as JobAnswer
from tenants.api.jobs import job_data
from tenants.models import Job
from tenants.rest import KeyView, answer
from tenants.roles import MARKETING, SALES, Role

READERS = (Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)
Key = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}$")]
Name = Annotated[str, Meta(min_length=1, max_length=120)]


class ConditionBody(Struct, forbid_unknown_fields=True):
    """One field of the lead, compared as in the agreement's criteria."""

    field: Annotated[str, Meta(max_length=60)]
    operator: Annotated[str, Meta(max_length=40)]
    value: str | int | bool | list[str | int] | None = None


class RoutingTargetBody(Struct, forbid_unknown_fields=True):
    """A rep, a team, or the manager's queue (without an id)."""

    kind: Annotated[str, Meta(pattern="^(rep|team|queue)$")]
    id: Annotated[str, Meta(max_length=40)] = ""


class RuleBody(Struct, forbid_unknown_fields=True):
    """One rule; the key is yours to choose and stays when it is moved or renamed."""

    key: Key
    name: Name
    conditions: list[ConditionBody]
    to: RoutingTargetBody
    enabled: bool = True


class LimitBody(Struct, forbid_unknown_fields=True):
    """What a rep can take; null is no limit."""

    max_open: int | None = None
    max_per_day: int | None = None


class RoutingBody(Struct, forbid_unknown_fields=True):
    """All rules in order, where other leads go ("reps" or "queue"), and what each rep can take."""

    rules: list[RuleBody]
    default: Annotated[str, Meta(pattern="^(reps|queue)$")] = "reps"
    limits: dict[str, LimitBody] = {}


class AssignmentsBody(Struct, forbid_unknown_fields=True):
    """Handovers, and a rep ("rep:<id>"), a team ("team:<id>") or all reps in turn ("reps")."""

    handovers: Annotated[list[UUID], Meta(min_length=1, max_length=MOST)]
    to: Annotated[str, Meta(pattern=r"^(reps|(rep|team):[0-9a-f-]{36})$")]
    # Only say what would move.
    preview: bool = False


class BulkBody(Struct, forbid_unknown_fields=True):
    """Leads in the order in which they take their turns."""

    leads: Annotated[list[UUID], Meta(min_length=1, max_length=1000)]
    note: Note = ""
    # For those below the threshold; without it they are refused.
    override_reason: Note = ""


class RoutingRules(KeyView):
    """The routing rules."""

    scopes: ClassVar = {"GET": "leads:read", "PUT": "handovers:write"}

    @operation(
        "Read the routing rules",
        gives=answers.RoutingPlan,
        tagged=True,
        answers={200: "The rules; the ETag is needed to change them."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *READERS)
        number, plan = plan_in_force()
        return answer(plan.as_content(), revision=number)

    @operation(
        "Replace the routing rules",
        gives=answers.RoutingPlan,
        tagged=True,
        body=RoutingBody,
        answers={200: "The rules as they hold for every handover from now on."},
        problems=(*WRITE, 412, 428),
    )
    def put(self, request: Request) -> Response:
        require(self.member, Role.SALES_MANAGER, Role.ADMINISTRATOR)
        told = self.body(RoutingBody)
        number, _plan = plan_in_force()
        self.expect(number)
        made = actions.change_routing(_plan_of(told), based_on=number, change="replaced", by=self.member, at=self.at)
        return answer(made.content, revision=made.number)


def _plan_of(told: RoutingBody) -> Plan:
    rules = tuple(
        Rule(
            rule.key,
            rule.name,
            rule.enabled,
            tuple(Condition(**structs.asdict(one)) for one in rule.conditions),
            Target(**structs.asdict(rule.to)),
        )
        for rule in told.rules
    )
    limits = {member: Limit(**structs.asdict(limit)) for member, limit in told.limits.items()}
    return Plan(rules, told.default, limits)


class RoutingTest(KeyView):
    """Trying the rules on a lead."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Say where a lead would go",
        gives=answers.RoutingTrial,
        answers={200: "The target, the rule that decides (0: none), and what each rule says."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        require(self.member, *READERS)
        found = access.get_lead(self.member, lead_id)
        lead = Lead.objects.select_related("company", "campaign").get(pk=found.pk)
        _number, plan = plan_in_force()
        fields = routing_fields(lead, tier=lead.tier or STANDARD)
        decided = route(plan, fields)
        return answer(
            {
                "to": asdict(decided.target),
                "rule": decided.number,
                "rules": [
                    {"number": one.number, "key": one.rule.key, "conditions": one.states, "matches": one.matches}
                    for one in tried(plan, fields)
                ],
            }
        )


class Assignments(KeyView):
    """Giving many handovers to others."""

    scopes: ClassVar = {"POST": "handovers:write"}

    @operation(
        "Give handovers to a rep, a team or all reps in turn",
        gives={200: answers.MovePreview, 201: answers.Moves},
        body=AssignmentsBody,
        answers={201: "What moved to whom and what stayed and why.", 200: "What would move (preview)."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, Role.SALES_MANAGER)
        told = self.body(AssignmentsBody)
        handovers = list(access.visible_handovers(self.member).filter(pk__in=told.handovers))
        if len(handovers) < len(set(told.handovers)):
            raise Http404
        kind, _colon, target_id = told.to.partition(":")
        target = Target(kind, target_id)
        if told.preview:
            return answer(_preview(handovers, target))
        done = actions.reassign_handovers(handovers, target=target, by=self.member, at=self.at)
        moved = [{"handover": pk, "to": member.pk} for pk, member in done.moved.items()]
        return answer({"moved": moved, "stayed": _stayed(done.left)}, status=201)


def _preview(handovers: list[Handover], target: Target) -> dict[str, Any]:
    refusers = actions.refusers_of(handover.pk for handover in handovers)
    codes = {one.pk: actions.stays_because(one, target, refusers.get(one.pk, set())) for one in handovers}
    return {
        "moves": [pk for pk, code in codes.items() if not code],
        "stayed": _stayed({pk: code for pk, code in codes.items() if code}),
    }


def _stayed(left: dict[UUID, str]) -> list[dict[str, Any]]:
    return [{"handover": pk, "code": code, "detail": str(WHY[code])} for pk, code in left.items()]


class BulkHandovers(KeyView):
    """Handing many leads over."""

    scopes: ClassVar = {"POST": "handovers:write"}

    @operation(
        "Hand many leads over",
        gives=JobAnswer,
        body=BulkBody,
        answers={202: "The job; its result names who was sent to whom and who was refused and why."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *MARKETING)
        told = self.body(BulkBody)
        rows = access.visible_leads(self.member).filter(pk__in=told.leads)
        found = {lead.pk: lead for lead in rows}
        unknown = [number for number, pk in enumerate(told.leads) if pk not in found]
        if unknown:
            raise InvalidInput(
                [FieldError(f"/leads/{number}", "unknown_value", "There is no such lead.") for number in unknown]
            )
        leads = [found[pk] for pk in dict.fromkeys(told.leads)]
        job: Job = actions.start_bulk_handover(
            leads, note=told.note, override_reason=told.override_reason, by=self.member, at=self.at
        )
        return answer(job_data(job, whole=True), status=202, location=f"/api/v1/jobs/{job.pk}")


class Fairness(KeyView):
    """What each rep was given."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "What each rep was given this month",
        gives=answers.Fairness,
        answers={200: "One row per rep whose figures the key's member may see."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *SALES)
        month = self.at.astimezone(ZoneInfo(self.organisation.zone)).date().replace(day=1)
        rows = fairness_rows(self.member, month=month, at=self.at)
        return answer({"month": f"{month:%Y-%m}", **whole(_fair(row) for row in rows)})


def _fair(row: FairnessRow) -> dict[str, Any]:
    return {
        "member": row.member_id,
        "given": row.given,
        "open": row.in_hand,
        "absent_days": row.absent_days,
        "accepted": row.accepted,
        "decided": row.decided,
        "contacted": row.contacted,
        "median_seconds_to_contact": row.median_seconds,
    }
