"""The board in numbers, and a ruling on paper."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from arbitration.access import get_case
from arbitration.papers import download, ruling_pdf
from arbitration.queries.figures import MOST_DAYS, figures_of
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only


class PeriodForm(forms.Form):
    """Which days; the last twelve months unless somebody asks otherwise."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
@members_only()
def figures(request: MemberRequest) -> HttpResponse:
    """How often is appealed and overturned, how long it takes, whether precedents are followed."""
    first, last = _period(request, at=now())
    found = figures_of(first, last, reader=request.membership, zone=request.organisation.zone)
    cuts = [
        (_("By reason"), _("Reason"), found.by_reason),
        (_("By criterion"), _("Criterion"), found.by_criterion),
        (_("By campaign"), _("Campaign"), found.by_campaign),
        (_("By rep who rejected"), _("Rep"), found.by_rep),
        (_("By marketer who sent"), _("Marketer"), found.by_marketer),
    ]
    form = PeriodForm(initial={"first": first, "last": last})
    return render_page(request, "arbitration/figures.html", {"figures": found, "cuts": cuts, "form": form})


def _period(request: MemberRequest, *, at: datetime) -> tuple[date, date]:
    """Return the days that the address asks for; what cannot be read means the last twelve months."""
    today = at.astimezone(ZoneInfo(request.organisation.zone)).date()
    form = PeriodForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    last = min(given.get("last") or today, today)
    first = given.get("first") or last - timedelta(days=MOST_DAYS - 1)
    if first.year < 2000 or first > last:
        first = last - timedelta(days=MOST_DAYS - 1)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


@require_GET
@members_only()
def ruling_paper(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Give the ruling on a case as a PDF."""
    case = get_case(request.membership, case_id)
    paper = ruling_pdf(case, organisation=request.organisation)
    if paper is None:
        raise Http404
    return download(paper, "application/pdf", f"ruling-{request.organisation.slug}-{case.number}.pdf")
