"""What the page of the plan says around its figures."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.forms import PlanForm
from dashboards.formulas import LEAST_CASES, wilson
from dashboards.plan import STEPS, Plan, own_rate, steps_of
from dashboards.queries.funnel import Actual, OwnRates
from sla.queries import month_state, target_for
from tenants.access import MemberRequest
from tenants.roles import Role

# Who plans: the heads of both sides and the executives; auditors read.
PLANNERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.AUDITOR)


def plan_context(
    form: PlanForm,
    own: OwnRates,
    plan: Plan | None,
    actual: Actual | None,
    *,
    request: MemberRequest,
    at: datetime,
    zone: str,
) -> dict[str, Any]:
    """Return the context of dashboards/plan.html."""
    _suggest(form, own)
    context = {
        "form": form,
        "own": own,
        "own_period": f"{format_date(own.first, 'M Y')} – {format_date(own.last, 'M Y')}",
        "own_rates": [_own_line(key, own) for key in STEPS],
        "least_cases": LEAST_CASES,
        "currency": request.organisation.currency,
        "plan": plan,
    }
    if plan is None or actual is None:
        return context
    return context | {
        "steps": steps_of(plan, actual),
        "rates": list(plan.rates.values()),
        "month_label": format_date(plan.goal.month, "F Y"),
        "month_value": f"{plan.goal.month:%Y-%m}",
        "target": target_for(plan.goal.month),
        "may_adopt": _may_adopt(request, plan, at=at, zone=zone),
        "adopt_url": reverse("dashboards:plan_adopt", kwargs={"slug": request.organisation.slug}),
        "adopt_note": _note(plan, request.organisation.currency),
    }


def _suggest(form: PlanForm, own: OwnRates) -> None:
    """Show one's own figures where a field is left empty: that is what it then means."""
    for key in STEPS:
        rate = own_rate(getattr(own, key))
        if rate is not None:
            form.fields[key].widget.attrs["placeholder"] = f"{(rate * 100).normalize():f}"
        else:
            form.fields[key].help_text = _("Your own figures are too few yet: type it.")
    if own.average_deal is not None and own.deals >= LEAST_CASES:
        form.fields["average_deal"].widget.attrs["placeholder"] = str(own.average_deal)
    form.fields["points_per_mql"].widget.attrs["placeholder"] = str(own.points_per_mql or 1)


def _own_line(key: str, own: OwnRates) -> dict[str, Any]:
    labels = {
        "prospect_to_customer": _("Prospects that bought"),
        "mql_to_prospect": _("MQL that became prospects"),
        "lead_to_mql": _("Leads that became MQL"),
    }
    share = getattr(own, key)
    return {
        "label": labels[key],
        "share": share,
        "interval": wilson(share.numerator, share.denominator),
        "enough": own_rate(share) is not None,
    }


def _may_adopt(request: MemberRequest, plan: Plan, *, at: datetime, zone: str) -> bool:
    open_still = month_state(plan.goal.month, at=at, zone=zone) in {"open", "future"}
    return open_still and request.membership.has(Role.MARKETING_MANAGER)


def _note(plan: Plan, currency: str) -> str:
    text = _("Planned from %(revenue)s %(currency)s: %(customers)s customers, %(prospects)s prospects, %(mqls)s MQL.")
    return text % {
        "revenue": f"{plan.goal.revenue.normalize():f}",
        "currency": currency,
        "customers": plan.funnel.customers,
        "prospects": plan.funnel.prospects,
        "mqls": plan.funnel.mqls,
    }
