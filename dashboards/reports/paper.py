"""A report on paper: the same figures and charts as the joint dashboard, as PDF/UA; and its chart as a picture.

The same figures give the same bytes, whoever asks.
"""

from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from dashboards.cards import Kpi
from dashboards.panels import PacePanel
from dashboards.reports.content import Report
from dashboards.reports.drawings import bar_picture, columns_picture, gauge_picture, pace_picture
from dashboards.reports.words import kind_label
from smarketing.lib.papers import set_paper, set_picture
from smarketing.lib.templatetags.ui import day, duration, figure, number, percent, points, signed

# Two pixels for each that is shown: sharp on every screen.
PICTURE_WIDTH = 560


def report_pdf(report: Report) -> bytes:
    """Return the report as PDF/UA."""
    return set_paper("dashboards/report.typ", _paper(report))


def pace_png(report: Report) -> bytes | None:
    """Return the month's curve as a picture for mails; None where there is no target to be on pace for."""
    return set_picture(pace_picture(report.pace), width=PICTURE_WIDTH) if report.pace else None


def _paper(report: Report) -> dict[str, Any]:
    return {
        "language": (get_language() or "en")[:2],
        "organisation": report.organisation.name,
        "title": kind_label(report.kind),
        "period": report.title,
        "sub": report.sub,
        "as_of": _("As of %(moment)s") % {"moment": report.as_of},
        "opening": report.opening,
        "page": _("Page"),
        "of": _("of"),
        "cards": [_card(kpi, report.organisation.currency) for kpi in report.kpis],
        "pace": _pace(report),
        "kept": _kept(report),
        "funnel": _funnel(report),
        "speed": _speed(report),
        "rejections": _rejections(report),
    }


def card_value(kpi: Kpi, currency: str) -> str:
    """Return the figure of a card in words, with what it is of."""
    value = strip_tags(figure(kpi.kind, kpi.value, currency))
    of = _("of %(target)s") % {"target": points(kpi.of)} if kpi.of is not None and kpi.value is not None else ""
    return f"{value} {of}".strip()


def card_note(kpi: Kpi) -> str:
    """Return what stands under the figure of a card: what it counts, what is open, how it moved."""
    pending = f"{number(kpi.pending)} {kpi.pending_label}" if kpi.pending else ""
    moved = f"{kpi.delta_text} {kpi.basis}".strip() if kpi.delta_text else kpi.basis
    return "; ".join(filter(None, (kpi.note, pending, moved)))


def _card(kpi: Kpi, currency: str) -> dict[str, str]:
    return {"name": kpi.name, "owner": kpi.owner, "value": card_value(kpi, currency), "note": card_note(kpi)}


def _table(title: str, head: list[str], rows: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"title": title, "head": head, "rows": rows} | more


def _pace(report: Report) -> dict[str, Any] | None:
    if report.pace is None:
        return None
    return _table(
        _("Pace against the monthly target"),
        [_("Day"), _("Delivered"), _("Plan"), _("Gap")],
        [
            [day(line.date, "D j M"), points(line.delivered), points(line.plan), signed(line.gap)]
            for line in report.pace.table
        ],
        note=_(
            "Weighted points. Full line: delivered; dotted: plan over working days; dashed: forecast with its range."
        ),
        annex=_("Pace by working day"),
        picture=pace_picture(report.pace),
        alt=pace_words(report.pace),
    )


def pace_words(panel: PacePanel) -> str:
    """Return what the curve says, for who does not see it."""
    told = {"delivered": points(panel.delivered), "target": points(panel.target)}
    return _("Points by day: %(delivered)s delivered of %(target)s.") % told


def _kept(report: Report) -> dict[str, Any]:
    panel = report.compliance
    rows = [*panel.rows, panel.sales, *([panel.marketing] if panel.marketing else [])]
    label = _("%(n)s met") % {"n": number(panel.sales.met)}
    return _table(
        panel.title,
        [panel.rows_label, _("Met"), _("Late"), _("Share")],
        [[row.name, number(row.met), number(row.breached), percent(row.share)] for row in rows],
        note=panel.said,
        picture=gauge_picture(panel, label),
        alt=_("%(share)s of the promises that were due were kept.") % {"share": percent(panel.share)},
    )


def _funnel(report: Report) -> dict[str, Any]:
    return _table(
        _("Funnel"),
        [_("Stage"), "", _("Leads"), _("Of all")],
        [
            [step.name, bar_picture(step.share, step.owner), number(step.count), percent(step.share)]
            for step in report.funnel
        ],
        note=_("Leads handed over in %(month)s.") % {"month": report.month_label},
        empty=_("No lead was handed over this month."),
    )


def _speed(report: Report) -> dict[str, Any]:
    speed = report.speed
    contacts = ngettext("%(n)s first contact", "%(n)s first contacts", speed.contacts) % {"n": number(speed.contacts)}
    untouched = _("%(n)s untouched") % {"n": number(speed.untouched)}
    rows = [[bucket.label, number(bucket.count), percent(bucket.share)] for bucket in speed.buckets]
    return _table(
        _("Speed to lead"),
        [_("Time to first contact"), _("Leads"), _("Share")],
        rows if speed.contacts else [],
        note=f"{contacts}, {untouched}",
        stats=[
            [_("median"), seconds_or_more(speed.median_seconds, speed.median_over_seconds)],
            [_("90th percentile"), seconds_or_more(speed.p90_seconds, speed.p90_over_seconds)],
            [_("within 1 h"), percent(speed.within_hour_share, 0)],
        ],
        picture=columns_picture(speed.buckets) if speed.contacts else "",
        alt="; ".join(f"{row[0]}: {row[1]}" for row in rows),
        empty=_("No contact yet"),
    )


def seconds_or_more(seconds: int | None, over: int | None) -> str:
    """Return a percentile in words; an infinite one by its lower bound."""
    return duration(seconds) if seconds is not None or over is None else f"> {duration(over)}"


def _rejections(report: Report) -> dict[str, Any]:
    panel = report.rejections
    most = max((row.count for row in panel.rows), default=0) or 1
    told = {"total": number(panel.total), "decided": number(panel.decided)}
    return _table(
        _("Rejections"),
        [_("Reason"), "", _("Leads")],
        [[row.label, bar_picture(row.count * 100 / most), number(row.count)] for row in panel.rows],
        note=_("%(total)s of %(decided)s decided") % told,
        empty=_("Nothing was rejected"),
    )
