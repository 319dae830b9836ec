"""The routing rules: reading, changing, ordering by keyboard, trying out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads import access, actions, words
from leads.actions.routing import peek
from leads.criteria import demand_text
from leads.forms.routing import LimitsForm, RuleForm
from leads.models import Lead
from leads.normal import email_norm
from leads.queries.routing import plan_history, plan_in_force, routing_fields, routing_labels
from leads.routing import DEFAULTS, QUEUE, REP, TEAM, Condition, Plan, Rule, Target, moved, route, tried
from leads.scoring import MET, STANDARD
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page, wants_fragment
from tenants.access import MemberRequest, members_only
from tenants.models import Membership, Team
from tenants.queries import active_members
from tenants.roles import SALES, Role

TEMPLATE = "leads/routing.html"
WRITERS = (Role.SALES_MANAGER, Role.ADMINISTRATOR)
READERS = (*WRITERS, Role.AUDITOR)


@dataclass(frozen=True)
class RuleRow:
    """One rule as the page prints it."""

    key: str
    number: int
    name: str
    enabled: bool
    conditions: list[str]
    goes_to: str
    first: bool
    last: bool


@dataclass(frozen=True)
class Names:
    """How the page calls fields, members and teams."""

    labels: dict[str, str]
    people: dict[str, str]
    teams: dict[str, str]

    def target(self, target: Target) -> str:
        """Return whom a target names, in words."""
        if target.kind == QUEUE:
            return _("the manager's queue")
        if target.kind == TEAM:
            return _("team %(name)s, in turn") % {"name": self.teams.get(target.id, _("(gone)"))}
        if target.kind == REP:
            return self.people.get(target.id) or _("(no longer in sales)")
        return _("all reps, in turn")

    def condition(self, condition: Condition) -> str:
        """Return a condition in words."""
        demand = {"field": condition.field, "operator": condition.operator, "value": condition.value}
        return demand_text(demand, self.labels)


@members_only(*READERS)
@require_GET
def routing(request: MemberRequest) -> HttpResponse:
    """Show where leads go, by which rule; ``?lead=`` tries the rules on one lead."""
    part = "test" if request.htmx and request.htmx.target == "test" else "rules"
    return render_page(request, TEMPLATE, _context(request), partial=part)


def _context(request: MemberRequest, *, refusal: str = "", limits: LimitsForm | None = None) -> dict[str, Any]:
    number, plan = plan_in_force()
    people, teams = _people(), _teams()
    names = _names(people, teams)
    reps = [member for member in people if member.has(Role.SALES_REP)]
    return {
        "number": number,
        "rules": [_row(rule, place, len(plan.rules), names) for place, rule in enumerate(plan.rules, start=1)],
        "default": plan.default,
        "may_change": request.membership.has(*WRITERS),
        "limits": limits or LimitsForm(plan=plan, based_on=number, people=reps),
        "test": _test(request, plan, names),
        "asked": request.GET.get("lead", "")[:200],
        "history": [
            {"number": row.number, "text": word_of_change(row.change), "by": row.made_by.name if row.made_by else "",
             "at": row.made_at}
            for row in plan_history()
        ],
        "refusal": refusal,
    }  # fmt: skip


def _row(rule: Rule, number: int, count: int, names: Names) -> RuleRow:
    return RuleRow(
        key=rule.key,
        number=number,
        name=rule.name,
        enabled=rule.enabled,
        conditions=[names.condition(condition) for condition in rule.conditions],
        goes_to=names.target(rule.to),
        first=number == 1,
        last=number == count,
    )


def _people() -> list[Membership]:
    return sorted(active_members(roles=sorted(SALES)), key=lambda member: member.name)


def _teams() -> list[Team]:
    return list(Team.objects.filter(side="sales").order_by("name"))


def _names(people: Sequence[Membership], teams: Sequence[Team]) -> Names:
    return Names(
        routing_labels(),
        {str(member.pk): member.name for member in people},
        {str(team.pk): team.name for team in teams},
    )


def word_of_change(change: str) -> str:
    """Return in words what was done to the plan."""
    said = {
        "rule_added": _("added a rule"),
        "rule_changed": _("changed a rule"),
        "rule_moved": _("changed the order"),
        "rule_enabled": _("put a rule in use"),
        "rule_disabled": _("took a rule out of use"),
        "rule_removed": _("removed a rule"),
        "default_changed": _("changed where other leads go"),
        "limits_changed": _("changed what reps can take"),
        "replaced": _("replaced all rules over the interface"),
    }
    return said.get(change, change)


# The test box


def _test(request: MemberRequest, plan: Plan, names: Names) -> dict[str, Any] | None:
    """Return what the rules say of the lead that the URL names; None when it names none."""
    asked = request.GET.get("lead", "").replace("\x00", "").strip()[:200]
    if not asked:
        return None
    lead = _find(request.membership, asked)
    if lead is None:
        return {"lead": None}
    fields = routing_fields(lead, tier=lead.tier or STANDARD)
    found = route(plan, fields)
    day = now().astimezone(ZoneInfo(request.organisation.zone)).date()
    following = peek(found.target, plan, day=day) if found.target.kind != QUEUE else None
    return {
        "lead": {"id": lead.pk, "name": lead.name, "number": str(lead)},
        "rule": {"number": found.number, "name": found.rule.name} if found.rule else None,
        "goes_to": names.target(found.target),
        "to_queue": found.target.kind == QUEUE,
        "next": following.name if following else "",
        "tried": [
            {
                "number": one.number,
                "name": one.rule.name,
                "enabled": one.rule.enabled,
                "decides": one.decides,
                "conditions": [
                    (names.condition(condition), state, words.word(words.CONDITION_STATES, state), state == MET)
                    for condition, state in zip(one.rule.conditions, one.states, strict=True)
                ],
            }
            for one in tried(plan, fields)
        ],
    }


def _find(membership: Membership, asked: str) -> Lead | None:
    rows = access.visible_leads(membership).select_related("company", "campaign")
    number = asked.upper().removeprefix("L-")
    if number.isascii() and number.isdigit() and len(number) < 10:
        return rows.filter(number=int(number)).first()
    known = email_norm(asked)
    return rows.filter(email_norm=known, merged_into=None).first() if known else None


# Changing


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def rule_new(request: MemberRequest) -> HttpResponse:
    """Add a rule at the end."""
    number, plan = plan_in_force()
    return _rule_page(request, plan, number, None)


@members_only(*WRITERS)
@require_http_methods(["GET", "POST"])
def rule_edit(request: MemberRequest, key: str) -> HttpResponse:
    """Change a rule."""
    number, plan = plan_in_force()
    return _rule_page(request, plan, number, _rule(plan, key))


def _rule(plan: Plan, key: str) -> Rule:
    for rule in plan.rules:
        if rule.key == key:
            return rule
    raise Http404


def _rule_page(request: MemberRequest, plan: Plan, number: int, rule: Rule | None) -> HttpResponse:
    form = RuleForm(
        request.POST or None, rule=rule, based_on=number, labels=routing_labels(), people=_people(), teams=_teams()
    )
    refusal = ""
    if request.method == "POST" and form.is_valid():
        made = form.made()
        rules = tuple(made if one.key == made.key else one for one in plan.rules) if rule else (*plan.rules, made)
        change = "rule_changed" if rule else "rule_added"
        refusal = _change(request, replace(plan, rules=rules), form.cleaned_data["based_on"], change, form)
        if not refusal and not form.errors:
            messages.success(request, _("Saved. It holds for every handover from now on."))
            return redirect("leads:routing", slug=request.organisation.slug)
    context = {
        "title": _("Change the rule") if rule else _("Add a rule"),
        "form": form,
        "refusal": refusal,
        "action_url": request.path,
        "back_url": reverse("leads:routing", args=[request.organisation.slug]),
    }
    status = 422 if form.errors else 409 if refusal else 200
    return render_page(request, "leads/routing_rule.html", context, status=status)


def _change(request: MemberRequest, plan: Plan, based_on: int, change: str, form: Any = None) -> str:
    """Put a plan in force; return the sentence of a refusal, faults stand in the form."""
    try:
        actions.change_routing(plan, based_on=based_on, change=change, by=request.membership, at=now())
    except InvalidInput as invalid:
        if form is None:
            raise
        form.add_error(None, [_(fault.detail) for fault in invalid.errors])
    except DomainError as refused:
        return refused.sentence
    return ""


@members_only(*WRITERS)
@require_POST
def rule_act(request: MemberRequest, key: str) -> HttpResponse:
    """Move a rule up or down, put it in or out of use, or remove it."""
    _number, plan = plan_in_force()
    rule = _rule(plan, key)
    acts: dict[str, tuple[str, Callable[[], tuple[Rule, ...]]]] = {
        "up": ("rule_moved", lambda: moved(plan.rules, key, by=-1)),
        "down": ("rule_moved", lambda: moved(plan.rules, key, by=1)),
        "enable": ("rule_enabled", lambda: _with(plan, replace(rule, enabled=True))),
        "disable": ("rule_disabled", lambda: _with(plan, replace(rule, enabled=False))),
        "remove": ("rule_removed", lambda: tuple(one for one in plan.rules if one.key != key)),
    }
    if request.POST.get("act") not in acts:
        raise Http404
    change, rules = acts[request.POST["act"]]
    return _acted(request, replace(plan, rules=rules()), change)


def _with(plan: Plan, rule: Rule) -> tuple[Rule, ...]:
    return tuple(rule if one.key == rule.key else one for one in plan.rules)


@members_only(*WRITERS)
@require_POST
def default_change(request: MemberRequest) -> HttpResponse:
    """Say where leads go that no rule matches."""
    _number, plan = plan_in_force()
    default = request.POST.get("default", "")
    if default not in DEFAULTS:
        raise Http404
    return _acted(request, replace(plan, default=default), "default_changed")


def _acted(request: MemberRequest, plan: Plan, change: str) -> HttpResponse:
    based_on = request.POST.get("based_on", "")
    refusal = _change(request, plan, int(based_on) if based_on.isascii() and based_on.isdigit() else -1, change)
    if not refusal and not wants_fragment(request):
        return redirect("leads:routing", slug=request.organisation.slug)
    status = 409 if refusal else 200
    return render_page(request, TEMPLATE, _context(request, refusal=refusal), partial="rules", status=status)


@members_only(*WRITERS)
@require_POST
def limits_change(request: MemberRequest) -> HttpResponse:
    """Say how much each rep can take."""
    number, plan = plan_in_force()
    reps = [member for member in _people() if member.has(Role.SALES_REP)]
    form = LimitsForm(request.POST, plan=plan, based_on=number, people=reps)
    if not form.is_valid():
        return render_page(request, TEMPLATE, _context(request, limits=form), status=422)
    changed = replace(plan, limits=form.limits())
    refusal = _change(request, changed, form.cleaned_data["based_on"], "limits_changed")
    if refusal:
        return render_page(request, TEMPLATE, _context(request, refusal=refusal), status=409)
    messages.success(request, _("Saved. Who has as much as they can take is passed over."))
    return redirect("leads:routing", slug=request.organisation.slug)
