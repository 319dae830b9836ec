"""What the pages of reports say around their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.models import ReportEdition, ReportSending
from dashboards.reports.content import Report, title_of
from dashboards.reports.occasions import WEEKLY, Period
from dashboards.reports.readers import Reader
from dashboards.reports.words import FORMS, WEEKDAYS, kind_label
from notifications.models import Mail
from notifications.words import MAIL_STATES


@dataclass(frozen=True)
class PlanCard:
    """One kind of report, as its reader planned it."""

    kind: str
    label: str
    is_on: bool
    when: str
    form_label: str
    next_at: datetime | None


@dataclass(frozen=True)
class SendingRow:
    """One line of the archive."""

    id: UUID
    label: str
    title: str
    name: str
    at: datetime
    state_label: str
    tone: str
    has_paper: bool


def plan_card(reader: Reader, *, at: datetime) -> PlanCard:
    """Return how a kind of report comes."""
    return PlanCard(
        kind=reader.kind,
        label=kind_label(reader.kind),
        is_on=reader.is_on,
        when=when_words(reader),
        form_label=str(FORMS[reader.form]),
        next_at=reader.next_at(at=at),
    )


def when_words(reader: Reader) -> str:
    """Return when it comes in words."""
    plan = reader.schedule
    told = {"time": f"{plan.hour:02}:00", "zone": plan.zone.key, "day": plan.day, "weekday": WEEKDAYS[plan.weekday]}
    if plan.kind == WEEKLY:
        return _("Every %(weekday)s at %(time)s (%(zone)s)") % told
    return _("On day %(day)s of each month at %(time)s (%(zone)s)") % told


def period_of_edition(edition: ReportEdition) -> Period:
    """Return the days that an edition is about."""
    return Period(edition.first_date, edition.last_date)


def sending_rows(sendings: Sequence[ReportSending]) -> list[SendingRow]:
    """Return the lines of an archive; what became of each mail is read at once."""
    keys = {f"report:{sending.pk}": sending.pk for sending in sendings}
    mails = dict(Mail.objects.filter(once_key__in=keys).values_list("once_key", "state"))
    states = {keys[key]: state for key, state in mails.items()}
    return [_row(sending, states.get(sending.pk)) for sending in sendings]


def _row(sending: ReportSending, mail_state: str | None) -> SendingRow:
    label, tone = _state(sending, mail_state)
    edition = sending.edition
    return SendingRow(
        id=sending.pk,
        label=kind_label(sending.kind),
        title=title_of(edition.kind, period_of_edition(edition)) if edition else "",
        name=sending.member.name,
        at=sending.at,
        state_label=label,
        tone=tone,
        has_paper=bool(edition and edition.paper_id),
    )


def _state(sending: ReportSending, mail_state: str | None) -> tuple[str, str]:
    if sending.state == ReportSending.State.FAILED:
        return _("could not be made"), "crit"
    # Mails are forgotten earlier than reports.
    label, tone = MAIL_STATES[mail_state or Mail.State.SENT]
    return str(label), str(tone)


def report_context(report: Report, on: date, *, today: date) -> dict[str, Any]:
    """Return the context of dashboards/report.html."""
    step = timedelta(days=7) if report.kind == WEEKLY else None
    before, after = (on - step, on + step) if step else (report.period.first, _month_after(on))
    page = reverse("dashboards:report", kwargs={"slug": report.organisation.slug, "kind": report.kind})
    paper = reverse("dashboards:report_pdf", kwargs={"slug": report.organisation.slug, "kind": report.kind})
    return {
        "report": report,
        "label": kind_label(report.kind),
        "month": {"label": report.month_label},
        "kpis": report.kpis,
        "pace": report.pace,
        "compliance": report.compliance,
        "funnel": report.funnel,
        "velocity": report.velocity,
        "quality_url": report.quality_url,
        "speed": report.speed,
        "rejections": report.rejections,
        "previous_url": f"{page}?on={before}",
        "next_url": f"{page}?on={after}" if after <= today else None,
        "pdf_url": f"{paper}?on={on}",
        "on_label": format_date(on, "j M Y"),
    }


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
