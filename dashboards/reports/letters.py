"""A report as a mail: figures in words, the curve as a picture, tables with bars that every mail program shows."""

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboards.models import ReportEdition, ReportPlan
from dashboards.reports.content import Report
from dashboards.reports.drawings import COLOURS
from dashboards.reports.paper import card_note, card_value, pace_words
from dashboards.reports.words import NOTICE, kind_label
from notifications.letters import Bar, Figure, Letter, Picture, Section
from smarketing.lib.templatetags.ui import number, percent

# Under this name the HTML shows the month's curve.
PACE = "pace@report"


def letter_of(report: Report, edition: ReportEdition, *, form: str, is_punctual: bool) -> Letter:
    """Return a report as a mail, with its paper where that is wanted and could be kept."""
    wants_paper = form == ReportPlan.Form.PDF
    missing = _("The room for files is used up, so the PDF is missing.") if wants_paper and not edition.paper else ""
    slug, currency = report.organisation.slug, report.organisation.currency
    return Letter(
        kind=NOTICE[report.kind],
        subject=f"{report.organisation.name}: {kind_label(report.kind)}, {report.title}",
        intro=" ".join(filter(None, (*report.opening, missing))),
        figures=[Figure(kpi.name, card_value(kpi, currency), card_note(kpi)) for kpi in report.kpis],
        sections=[section for section in _sections(report, edition) if section.bars or section.picture],
        more=_("Open the joint dashboard"),
        more_path=f"{reverse('dashboards:joint', kwargs={'slug': slug})}?month={report.period.month:%Y-%m}",
        files=[edition.paper] if wants_paper and edition.paper else [],
        is_punctual=is_punctual,
    )


def _sections(report: Report, edition: ReportEdition) -> list[Section]:
    return [_pace(report, edition), _kept(report), _funnel(report), _speed(report), _rejections(report)]


def _pace(report: Report, edition: ReportEdition) -> Section:
    picture = Picture(edition.picture, PACE, pace_words(report.pace)) if edition.picture and report.pace else None
    return Section(_("Pace against the monthly target"), picture=picture)


def _kept(report: Report) -> Section:
    rows = [(row, "sales") for row in report.compliance.rows]
    rows += [(report.compliance.marketing, "marketing")] if report.compliance.marketing else []
    bars = [
        Bar(row.name, percent(row.share), round(row.share), COLOURS[owner])
        for row, owner in rows
        if row.share is not None
    ]
    return Section(_("Promises kept"), report.compliance.said, bars)


def _funnel(report: Report) -> Section:
    bars = [Bar(step.name, number(step.count), round(step.share), COLOURS[step.owner]) for step in report.funnel]
    return Section(_("Funnel"), _("Leads handed over in %(month)s.") % {"month": report.month_label}, bars)


def _speed(report: Report) -> Section:
    buckets = report.speed.buckets if report.speed.contacts else []
    bars = [Bar(bucket.label, number(bucket.count), round(bucket.share), COLOURS["sales"]) for bucket in buckets]
    return Section(_("Speed to lead"), _("Time from handover to first contact."), bars)


def _rejections(report: Report) -> Section:
    most = max((row.count for row in report.rejections.rows), default=0) or 1
    bars = [Bar(row.label, number(row.count), round(row.count * 100 / most)) for row in report.rejections.rows]
    return Section(_("Rejections"), bars=bars)
