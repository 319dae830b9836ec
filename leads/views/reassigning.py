"""What waits for somebody, and giving handovers to other reps, one or many; what each rep was given."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from leads import access, actions
from leads.actions.reassigning import MOST, WHY
from leads.forms.routing import ReassignForm
from leads.models import Handover
from leads.queries.fairness import fairness_rows
from leads.queries.waiting import in_hand_counts, open_handovers, waiting_rows
from leads.routing import REP, Target
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.models import Team
from tenants.queries import absent_on, active_members, today_in
from tenants.roles import SALES, Role

TEMPLATE = "leads/handovers.html"


@members_only(Role.SALES_MANAGER)
@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """Show the handovers of nobody, or of the rep in ``?of=``, to be given to somebody."""
    return _page(request, ReassignForm(people=_people(), teams=_teams()))


def _page(request: MemberRequest, form: ReassignForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    at = now()
    of = _owner_asked(request)
    people = _people()
    counts, away = in_hand_counts(), absent_on(today_in(at=at))
    path = reverse("leads:queue", args=[request.organisation.slug])
    sources: list[dict[str, Any]] = [
        {"label": _("Waiting for somebody"), "count": counts.get(None, 0), "url": path, "active": of is None}
    ]
    for person in people:
        if person.has(Role.SALES_REP) or counts.get(person.pk):
            sources.append(
                {
                    "label": person.name,
                    "count": counts.get(person.pk, 0),
                    "url": f"{path}?{urlencode({'of': str(person.pk)})}",
                    "active": person.pk == of,
                    "away": person.pk in away,
                }
            )
    context = {
        "sources": sources,
        "rows": open_handovers(of, at=at, zone=request.organisation.zone),
        "of": of,
        "owner": next((person.name for person in people if person.pk == of), ""),
        "total": counts.get(of, 0),
        "form": form,
        "refusal": refusal,
    }
    return render_page(request, TEMPLATE, context, partial="rows", status=status)


def _owner_asked(request: MemberRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("of", ""))
    except ValueError:
        return None


def _people() -> Any:
    return sorted(active_members(roles=sorted(SALES)), key=lambda member: member.name)


def _teams() -> list[Team]:
    return list(Team.objects.filter(side="sales").order_by("name"))


@members_only(Role.SALES_MANAGER)
@require_POST
def reassign(request: MemberRequest) -> HttpResponse:
    """Show what would move to whom; with ``confirmed`` move it."""
    form = ReassignForm(request.POST, people=_people(), teams=_teams())
    handovers = _chosen(request)
    if not form.is_valid() or not handovers:
        refusal = "" if handovers else _("Tick the leads that should move.")
        return _page(request, form, refusal=refusal, status=422)
    if not request.POST.get("confirmed"):
        return _preview(request, form, handovers)
    try:
        done = actions.reassign_handovers(handovers, target=form.target(), by=request.membership, at=now())
    except InvalidInput as invalid:
        return _page(request, form, refusal=invalid.errors[0].detail, status=422)
    n = len(done.moved)
    said = ngettext("%(n)d lead has moved.", "%(n)d leads have moved.", n) % {"n": n}
    if done.left:
        reasons = sorted({str(WHY[code]) for code in done.left.values()})
        said += " " + _("%(n)d stayed: %(why)s.") % {"n": len(done.left), "why": ", ".join(reasons)}
    messages.success(request, said)
    return redirect(request.get_full_path().replace("/reassign/", "/"))


def _chosen(request: MemberRequest) -> list[Handover]:
    rows = access.visible_handovers(request.membership).select_related("lead__company", "assigned_to")
    if request.POST.get("all"):
        owner = _owner_asked(request)
        mine = rows.filter(assigned_to=owner).exclude(progress=Handover.Progress.CLOSED)
        return list(mine.exclude(decision=Handover.Decision.REJECTED).order_by("sent_at", "pk")[:MOST])
    ids = []
    for text in request.POST.getlist("handover")[:MOST]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return list(rows.filter(pk__in=ids).order_by("sent_at", "pk"))


def _preview(request: MemberRequest, form: ReassignForm, handovers: list[Handover]) -> HttpResponse:
    target = form.target()
    refusers = actions.refusers_of(handover.pk for handover in handovers)
    codes = {one.pk: actions.stays_because(one, target, refusers.get(one.pk, set())) for one in handovers}
    rows = waiting_rows(handovers, at=now(), zone=request.organisation.zone)
    context = {
        "rows": [(row, str(WHY[codes[row.handover_id]]) if codes[row.handover_id] else "") for row in rows],
        "moving": sum(not code for code in codes.values()),
        "staying": sum(bool(code) for code in codes.values()),
        "to": dict(form.fields["to"].choices)[form.cleaned_data["to"]],  # type: ignore[attr-defined]  # a field of choices
        "to_value": form.cleaned_data["to"],
        "in_turn": target.kind != REP,
        "away": _is_away(target),
        "action_url": request.get_full_path(),
        "back_url": request.get_full_path().replace("/reassign/", "/"),
    }
    return render_page(request, "leads/handovers_preview.html", context)


def _is_away(target: Target) -> bool:
    return target.kind == REP and UUID(target.id) in absent_on(today_in(at=now()))


@members_only(*sorted(SALES))
@require_GET
def fairness(request: MemberRequest) -> HttpResponse:
    """Show what each rep was given this month; a rep sees their own line."""
    at = now()
    month = at.astimezone(ZoneInfo(request.organisation.zone)).date().replace(day=1)
    rows = fairness_rows(request.membership, month=month, at=at)
    context = {"rows": rows, "month": month}
    return render_page(request, "leads/fairness.html", context, partial="table")
