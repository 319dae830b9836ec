"""The rule on figures by person: everybody reads it, administrators set it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants import actions, queries
from tenants.access import MemberRequest, members_only, require
from tenants.forms import FIGURE_RULES, FigureRuleForm
from tenants.roles import Role


@members_only()
@require_http_methods(["GET", "POST"])
def figure_rule(request: MemberRequest) -> HttpResponseBase:
    """Show who sees what a person has done in figures; POST sets another rule."""
    if request.method == "POST":
        require(request.membership, Role.ADMINISTRATOR)
    rule = queries.figure_rule()
    form = FigureRuleForm(request.POST or None, initial={"rule": str(rule)})
    if request.method == "POST" and form.is_valid():
        actions.set_figure_rule(by=request.membership, at=now(), **form.cleaned_data)
        messages.success(request, _("The rule holds from now on."))
        where = reverse("tenants:figure_rule", kwargs={"slug": request.organisation.slug})
        return HttpResponseRedirect(where, status=303)
    return _page(request, form)


def _page(request: MemberRequest, form: FigureRuleForm) -> HttpResponse:
    labels = dict(FIGURE_RULES)
    context = {
        "sentence": labels[queries.figure_rule()],
        "history": [(row, labels[row.rule]) for row in queries.figure_rules()],
        "may_change": request.membership.has(Role.ADMINISTRATOR),
        "form": form,
    }
    return render_page(request, "tenants/figure_rule.html", context, status=422 if form.errors else 200)
