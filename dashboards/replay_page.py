"""A replay in words: which month, how far it is, what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards.months import month_from
from dashboards.queries import months_before
from dashboards.queries.replay import (
    KIND,
    Replay,
    ReplayLine,
    handovers_of,
    newest_replay,
    replay_of,
    replay_params,
    subjects_of,
)
from dashboards.queries.replay_month import Judged, MonthLine
from dashboards.replay import NONE, OPEN, OTHER, UNCLEAR
from sla.clocks import BREACHED, MET, SHARE
from sla.models import AgreementVersion
from sla.words import amount_text, commitment_label, tier_label
from tenants.actions import start_job
from tenants.models import Job, Membership
from tenants.queries import job_row
from tenants.roles import Role

REPLAYERS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE)
_MONTHS_OFFERED = 6


@dataclass(frozen=True)
class Row:
    """One promise as the page prints it: what became of it then and would have now."""

    label: str
    met_then: int
    breached_then: int
    share_then: float | None
    met_now: int
    breached_now: int
    share_now: float | None
    notes: list[str]


def replayed_month(text: str, *, at: datetime, zone: str) -> date | None:
    """Return the month asked for, the one before the present for nothing, None for one that has not begun."""
    today = at.astimezone(ZoneInfo(zone)).date()
    if not text:
        return months_before(today.replace(day=1), 1)
    month = month_from(text, today=today)
    return month if month is not None and month <= today else None


def start_replay(version: AgreementVersion, month: date, *, next_url: str, by: Membership, at: datetime) -> Job:
    """Begin to work a replay out, or return the one that is being worked out."""
    known = newest_replay(version, month)
    if known is not None and is_open(known):
        return known
    params = {**replay_params(version, month), "next_url": next_url}
    return start_job(kind=KIND, params=params, by=by, at=at, total=subjects_of(month))


def is_open(job: Job) -> bool:
    """Tell whether a replay is still being worked out."""
    return job.state in (Job.State.WAITING, Job.State.RUNNING)


def replay_context(
    version: AgreementVersion, month: date, job: Job | None, *, reader: Membership, at: datetime, zone: str
) -> dict[str, Any]:
    """Return the context of dashboards/replay.html."""
    found = replay_of(job, version, zone=zone) if job is not None and job.state == Job.State.DONE else None
    return {
        "version": version,
        "month": month,
        "month_label": format_date(month, "F Y"),
        "months": _months(month, at=at, zone=zone),
        "handovers": handovers_of(month),
        "job": job_row(job, reader=reader) if job is not None and found is None else None,
        "found": found,
        "rows": [_row(line) for line in found.lines] if found else [],
        "figures": [_figure(line) for line in found.figures] if found else [],
        "differences": _differences(found) if found else [],
    }


def _months(chosen: date, *, at: datetime, zone: str) -> list[dict[str, Any]]:
    this_month = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    months = [months_before(this_month, number) for number in range(_MONTHS_OFFERED)]
    return [{"value": f"{m:%Y-%m}", "label": format_date(m, "F Y"), "chosen": m == chosen} for m in months]


def _row(line: ReplayLine) -> Row:
    label = commitment_label(line.commitment)
    return Row(
        label=f"{label} ({tier_label(line.tier)})" if line.tier else label,
        met_then=line.then[MET],
        breached_then=line.then[BREACHED],
        share_then=_share(line.then),
        met_now=line.now[MET],
        breached_now=line.now[BREACHED],
        share_now=_share(line.now),
        notes=[f"{line.now[kind]} {text}" for kind, text in _notes().items() if line.now[kind]],
    )


def _figure(line: MonthLine) -> dict[str, Any]:
    label = commitment_label(line.commitment)
    week = _("%(label)s, week %(number)s") % {"label": label, "number": line.week} if line.week else label
    return {"label": week, "then": _judged(line.then, line.unit), "now": _judged(line.now, line.unit)}


def _judged(figure: Judged, unit: str) -> dict[str, Any]:
    words = {MET: _("kept"), BREACHED: _("broken"), **_notes(), UNCLEAR: _("unclear: other fields are asked for")}
    tones = {MET: "ok", BREACHED: "crit"}
    return {
        "text": _of_promised(figure, unit),
        "word": words[figure.kind],
        "tone": tones.get(figure.kind, ""),
    }


def _of_promised(figure: Judged, unit: str) -> str:
    if figure.promised is None:
        return ""
    promised = amount_text(figure.promised, unit)
    if figure.delivered is None:
        return promised
    delivered = f"{figure.delivered:.1%}".replace("%", " %") if unit == SHARE else f"{figure.delivered.normalize():f}"
    return _("%(delivered)s of %(promised)s") % {"delivered": delivered, "promised": promised}


def _share(tally: Mapping[str, int]) -> float | None:
    judged = tally[MET] + tally[BREACHED]
    return tally[MET] * 100 / judged if judged else None


def _notes() -> dict[str, str]:
    return {
        OPEN: _("still open"),
        UNCLEAR: _("unclear: silence had ended it before"),
        OTHER: _("fell away or excused"),
        NONE: _("not promised any more"),
    }


def _differences(found: Replay) -> list[dict[str, Any]]:
    words = {MET: _("kept"), BREACHED: _("broken"), **_notes()}
    return [
        {
            "lead": row.lead,
            "label": commitment_label(row.commitment),
            "then": words[row.then],
            "now": words[row.now],
            "worse": row.now == BREACHED,
            "due_then": row.due_then,
            "due_now": row.due_now,
        }
        for row in found.differences
    ]
