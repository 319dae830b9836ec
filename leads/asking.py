"""What an address asks the list of leads for, and back: the one spelling of views, exports and the interface."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.http import urlencode

from leads import words
from leads.models import Lead, Rejection
from leads.periods import BAND_ENDS
from leads.queries.cohort_lists import SENT
from leads.queries.cohorts import DECIDED, PROMISES, REACHED, CohortCut, Reported
from leads.queries.lists import NONE, ORDERS, VIEWS, Asked, Span
from sla.models import Side
from sla.queries import end_of_month, start_of_month
from smarketing.lib.months import month_of

LONGEST_SEARCH = 200
LONGEST_VALUE = 100
FITS = ("A", "B", "C", "D")
READINESS = ("1", "2", "3", "4")
# Days back from now.
RECENT = ("1", "7", "30", "90", "365")
COLUMNS = (
    "score",
    "stage",
    "owner",
    "marketer",
    "source",
    "country",
    "email",
    "created",
    "wake_on",
    "clock",
    "activity",
)
SHOWN_AT_FIRST = ("score", "stage", "owner", "source", "clock", "activity")
# What reports narrow a cohort by, and what the dashboard's figures do; see leads.queries.cohorts.
REPORTED = ("until", "dated", "origin", "version", "criterion", "judged", "last_touch")
FIGURED = (
    "decision", "reached", "reason", "label", "reason_class", "disputed", "counted", "band", "promise", "side",
    "commitment",
)  # fmt: skip
COHORT = ("month", "team", *FIGURED, *REPORTED)


@dataclass(frozen=True)
class Asking:
    """What was asked, and the parameters that say so; what could not be read is left out of both."""

    asked: Asked
    given: dict[str, str]
    columns: tuple[str, ...] = SHOWN_AT_FIRST

    @property
    def query(self) -> str:
        """Return the parameters as they are kept and compared: in order, url-encoded."""
        return urlencode(sorted(self.given.items()))

    def seen_as(self, view: str) -> Asked:
        """Return the same filters in another view."""
        return replace(self.asked, view=view)


def asking_from(told: Mapping[str, str], *, at: datetime, zone: str) -> Asking:
    """Read parameters; unknown values mean nothing, as links from elsewhere may be old."""
    given = {name: value for name, value in _readable(told).items() if value}
    cohort = _cohort(given, at=at, zone=zone)
    if cohort is None:
        given = {name: value for name, value in given.items() if name not in COHORT}
    spans: dict[str, Any] = {name: _span(given.get(name, ""), at=at, zone=zone) for name in ("created", "updated")}
    columns = tuple(name for name in COLUMNS if name in given.get("cols", "").split("."))
    asked = Asked(
        view=given.get("view", VIEWS[0]),
        order=given.get("order") or _first_order(spans, cohort),
        text=given.get("q", ""),
        cohort=cohort,
    )
    exact: dict[str, Any] = {name: given.get(name, "") for name in EXACT}
    asked = replace(asked, **spans, **exact)
    return Asking(asked, {k: v for k, v in given.items() if k not in spans or spans[k]}, columns or SHOWN_AT_FIRST)


def _first_order(spans: Mapping[str, Any], cohort: CohortCut | None) -> str:
    # What was made in a period is read by when it was made: the same index gives both. So is what was sent in a month.
    if spans["created"]:
        return "created"
    return "activity" if cohort is None else SENT


EXACT = ("stage", "tier", "fit", "readiness", "owner", "marketer", "campaign", "source", "country", "with_sales")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS[1:],
    "order": tuple(ORDERS),
    "stage": tuple(Lead.Stage.values),
    "tier": (*words.TIERS, NONE),
    "fit": (*FITS, NONE),
    "readiness": (*READINESS, NONE),
    "with_sales": ("yes", "no"),
    "decision": tuple(DECIDED),
    "reached": tuple(REACHED),
    "dated": ("won",),
    "origin": tuple(Lead.Origin.values),
    "judged": ("met", "not_met", "unknown"),
    "reason_class": tuple(Rejection.Class.values),
    "disputed": ("yes",),
    "counted": ("yes",),
    "band": tuple(str(band) for band in range(len(BAND_ENDS) + 1)),
    "promise": tuple(PROMISES),
    "side": tuple(Side.values),
}
_IDS = ("owner", "marketer", "campaign", "last_touch", "team")
_TEXTS = {
    "source": LONGEST_VALUE, "reason": LONGEST_VALUE, "label": LONGEST_VALUE, "commitment": LONGEST_VALUE,
    "criterion": LONGEST_VALUE, "q": LONGEST_SEARCH,
}  # fmt: skip


def _readable(told: Mapping[str, str]) -> dict[str, str]:
    """Return each known parameter in one spelling, "" where it says nothing."""
    found = {name: told.get(name, "") for name in _CHOICES}
    found = {name: value if value in _CHOICES[name] else "" for name, value in found.items()}
    for name in _IDS:
        found[name] = _id(told.get(name, ""))
    for name, longest in _TEXTS.items():
        found[name] = told.get(name, "").replace("\x00", "").strip()[:longest]
    country = told.get("country", "")
    found["country"] = country if country == NONE or (len(country) == 2 and country.isalpha()) else ""
    found["source"] = found["source"].lower()
    wanted = told.get("cols", "").split(".")
    columns = [name for name in COLUMNS if name in wanted]
    found["cols"] = "" if tuple(columns) == SHOWN_AT_FIRST else ".".join(columns)
    version = told.get("version", "")
    found["version"] = version if version.isascii() and version.isdigit() and len(version) < 5 else ""
    return found | {name: told.get(name, "") for name in ("created", "updated", "month", "until")}


def _id(text: str) -> str:
    if text == NONE:
        return NONE
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _cohort(given: Mapping[str, str], *, at: datetime, zone: str) -> CohortCut | None:
    """Return the cohort that the parameters name; without a readable month there is none."""
    month = month_of(given.get("month", ""))
    if month is None:
        return None
    parts: dict[str, Any] = {name: _known_id(given.get(name, "")) for name in ("owner", "team", "campaign")}
    parts |= {name: given.get(name, "").replace(NONE, "") for name in ("tier", "country")}
    figured: dict[str, Any] = {name: given.get(name, "") for name in FIGURED}
    # Whatever is late is late by now, and days are the organisation's.
    reported = _reported(month, given, zone=zone)
    # Whose promise it was is another question than whose lead it is.
    unassigned = given.get("owner") == NONE and not figured["promise"]
    late_at = at if figured["promise"] else None
    return CohortCut(month=month, **parts, **figured, unassigned=unassigned, reported=reported, at=late_at, zone=zone)


def _known_id(text: str) -> UUID | None:
    return UUID(text) if text and text != NONE else None


def _reported(month: date, given: Mapping[str, str], *, zone: str) -> Reported:
    last = month_of(given.get("until", ""))
    last = last if last and month < last else None
    version, touch = given.get("version", ""), given.get("last_touch", "")
    is_won = given.get("dated") == "won"
    return Reported(
        last=last,
        closed=(start_of_month(month, zone=zone), end_of_month(last or month, zone=zone)) if is_won else None,
        origin=given.get("origin", ""),
        version=int(version) if version else None,
        criterion=given.get("criterion", ""),
        judged=given.get("judged", ""),
        last_touch=_known_id(touch),
    )


def _span(text: str, *, at: datetime, zone: str) -> Span | None:
    """Read "30" (days back) or "2026-01-01..2026-01-31" (whole days of the organisation, either may be missing)."""
    if text in RECENT:
        return Span(since=at - timedelta(days=int(text)))
    first, dots, last = text.partition("..")
    try:
        since = date.fromisoformat(first) if first else None
        until = date.fromisoformat(last) + timedelta(days=1) if last else None
    except (ValueError, OverflowError):
        return None
    if not dots or (since is None and until is None):
        return None
    return Span(_midnight(since, zone), _midnight(until, zone))


def _midnight(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None


def span_text(first: Any, last: Any) -> str:
    """Return how two days (or None) are spelled as a period."""
    return f"{first or ''}..{last or ''}" if first or last else ""
