"""Making a report once for everybody who reads it in one language at one moment."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils import translation

from dashboards.models import ReportEdition
from dashboards.queries import Cut, MonthFigures, month_figures
from dashboards.reports.content import Report, told
from dashboards.reports.occasions import Period
from dashboards.reports.paper import pace_png, report_pdf
from smarketing.lib.errors import InvalidInput
from tenants.actions import store_file
from tenants.models import Organisation, StoredFile

log = logging.getLogger(__name__)


class Press:
    """The reports of one moment: figures are read once for each month, papers set once for each language."""

    def __init__(self, organisation: Organisation, *, at: datetime) -> None:
        self._organisation = organisation
        self._at = at
        self._figures: dict[date, MonthFigures] = {}
        self._made: dict[tuple[str, Period, str], tuple[Report, ReportEdition]] = {}

    def print(self, kind: str, period: Period, language: str) -> tuple[Report, ReportEdition]:
        """Return a report and its edition, made when it is first asked for."""
        key = (kind, period, language)
        if key not in self._made:
            with translation.override(language), transaction.atomic():
                report = told(kind, period, self._organisation, self._figures_of(period.month))
                self._made[key] = report, _edition(report, language, at=self._at)
        return self._made[key]

    def _figures_of(self, month: date) -> MonthFigures:
        if month not in self._figures:
            self._figures[month] = month_figures(Cut(month), at=self._at, zone=self._organisation.zone)
        return self._figures[month]


def _edition(report: Report, language: str, *, at: datetime) -> ReportEdition:
    picture = pace_png(report)
    return ReportEdition.objects.create(
        kind=report.kind,
        first_date=report.period.first,
        last_date=report.period.last,
        language=language,
        made_at=at,
        paper=_kept(file_name(report.organisation, report.kind, report.period), report_pdf(report), at=at),
        picture=_kept(f"pace-{report.period.first}.png", picture, at=at) if picture else None,
    )


def file_name(organisation: Organisation, kind: str, period: Period) -> str:
    """Return the name under which the paper is saved."""
    return f"{organisation.slug}-{kind}-{period.first}.pdf"


def _kept(name: str, content: bytes, *, at: datetime) -> StoredFile | None:
    """Keep a file; None where the room is used up, for a report without its paper is still worth reading."""
    try:
        return store_file(name=name, content=content, by=None, at=at)
    except InvalidInput as refusal:
        if any(error.code != "storage_full" for error in refusal.errors):
            raise
        log.warning("No room for %s", name)
        return None
