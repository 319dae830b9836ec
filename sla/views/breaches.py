"""What was not kept, and what is late now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sla import access, queries
from sla.models import Clock
from sla.queries import BreachCut
from sla.words import commitment_label, side_label
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from smarketing.lib.months import month_of
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only

PAST_PER_PAGE = 25
# Nobody turns more pages; what lies beyond is found by a filter.
MOST_ROWS = 2_000
OPEN_PER_PAGE = 25
MONTHS_BACK = 12
PARTS = {"list", "by_owner", "heat", "past"}
SIDES = ("marketing", "sales", "board")
COMMITMENTS = (
    "decision",
    "first_contact",
    "attempts",
    "status_current",
    "return_answer",
    "ruling",
    "volume",
    "pace",
    "acceptance_rate",
    "completeness",
)


@require_GET
@members_only()
def breaches(request: MemberRequest) -> HttpResponse:
    """Show broken promises of both sides."""
    partial = request.htmx.target if request.htmx and request.htmx.target in PARTS else "list"
    return render_page(request, "sla/breaches.html", _breaches(request), partial=partial)


def _breaches(request: MemberRequest) -> dict[str, Any]:
    at, zone = now(), request.organisation.zone
    owner = request.membership if access.sees_only_own(request.membership) else None
    cut, today = _cut(request), at.astimezone(ZoneInfo(zone)).date()
    first = cut.month or today.replace(day=1)
    kept = queries.kept_in_month(first, zone=zone, at=at)
    still_open = _open(request, cut, owner=owner, at=at, zone=zone)
    past = _past(request, cut, owner=owner, at=at, zone=zone)
    lines = queries.breach_lines([*still_open.object_list, *past.object_list], at=at)
    number = len(still_open.object_list)
    still_open.object_list, past.object_list = lines[:number], lines[number:]
    mine = queries.cut_breaches(Clock.objects.all(), replace(cut, month=None, state=""), zone=zone)
    visible = mine.filter(owner=owner) if owner else mine
    return {
        "open": still_open,
        "by_owner": queries.breaches_by_owner(kept, at=at, owner=owner),
        "past": past,
        "page_obj": past,
        "weekdays": [date_format(date(2024, 1, number), "D") for number in range(1, 8)],
        "heat": queries.heat_of(visible, month=cut.month, zone=zone, at=at),
        "heat_days": None if cut.month else queries.HEAT_DAYS,
        "hours": range(24),
        "month_label": date_format(first, "F Y"),
        "pleas": queries.open_pleas(reader=request.membership, clocks=access.visible_clocks(request.membership)),
        "days_since_last": queries.days_since_last_breach(at=at),
        "marketing": kept.of_side("marketing"),
        "sales": kept.of_side("sales"),
        "filters": _filters(request, cut, today=today, owner=owner, at=at),
    }


def _open(request: MemberRequest, cut: BreachCut, *, owner: Any, at: datetime, zone: str) -> Any:
    """Return a page of what is open now, the latest deadline first; a state that nothing open can have selects none."""
    rows = queries.open_breach_clocks(at=at, side=cut.side, owner=owner)
    rows = queries.cut_breaches(rows, replace(cut, state=""), zone=zone).order_by("-due_at", "-pk")
    shown = rows if cut.state in ("", "open") else rows.none()
    return _page_of(shown, request.GET.get("open"), per_page=OPEN_PER_PAGE, at=at)


def _past(request: MemberRequest, cut: BreachCut, *, owner: Any, at: datetime, zone: str) -> Any:
    rows: QuerySet[Clock] = queries.past_breach_clocks(at=at, side=cut.side, owner=owner)
    rows = queries.cut_breaches(rows, cut, zone=zone)
    return _page_of(rows, request.GET.get("page"), per_page=PAST_PER_PAGE, at=at)


def _page_of(rows: QuerySet[Clock], number: str | None, *, per_page: int, at: datetime) -> Any:
    page: Any = CappedPaginator(rows, per_page, most=MOST_ROWS).get_page(number)
    page.object_list = queries.breach_rows(page.object_list, at=at)
    return page


def _cut(request: MemberRequest) -> BreachCut:
    """Return what the URL asks for; what cannot be read asks for nothing."""
    given = request.GET
    return BreachCut(
        month=month_of(given.get("month", "")),
        side=_one_of(given.get("side", ""), SIDES),
        commitment=_one_of(given.get("commitment", ""), COMMITMENTS),
        owner=_uuid(given.get("owner", "")),
        state=_one_of(given.get("state", ""), tuple(queries.STATES)),
    )


def _one_of(text: str, known: Sequence[str]) -> str:
    return text if text in known else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _filters(request: MemberRequest, cut: BreachCut, *, today: date, owner: Any, at: datetime) -> list[dict[str, Any]]:
    given = {
        "month": f"{cut.month:%Y-%m}" if cut.month else "",
        "side": cut.side,
        "commitment": cut.commitment,
        "owner": str(cut.owner) if cut.owner else "",
        "state": cut.state,
    }
    base = reverse("sla:breaches", kwargs={"slug": request.organisation.slug})
    found = [
        _filter(base, given, "month", _("Month"), _months(today, cut.month)),
        _filter(base, given, "side", _("Side"), [(key, side_label(key)) for key in SIDES]),
        _filter(base, given, "commitment", _("Promise"), [(key, commitment_label(key)) for key in COMMITMENTS]),
        _filter(base, given, "state", _("State"), list(_states().items())),
    ]
    if owner is None:
        people = [(str(pk), name) for pk, name in queries.owners_of(queries.broken(Clock.objects.all(), at=at))]
        found.insert(3, _filter(base, given, "owner", _("Owner"), people))
    return found


def _months(today: date, chosen: date | None) -> list[tuple[str, str]]:
    count = today.year * 12 + today.month - 1
    months = [date(number // 12, number % 12 + 1, 1) for number in range(count, count - MONTHS_BACK, -1)]
    if chosen is not None and chosen not in months:
        months.append(chosen)
    return [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in months]


def _states() -> dict[str, str]:
    return {
        "open": _("Open"),
        "late": _("Done late"),
        "closed": _("Fell away"),
        "excused": _("Excused"),
        "voided": _("Disproved"),
    }


def _filter(
    base: str, given: dict[str, str], name: str, label: str, choices: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return one filter as links that keep the others."""

    def address(value: str) -> str:
        query = {key: text for key, text in {**given, name: value}.items() if text}
        return f"{base}?{urlencode(query)}" if query else base

    options = [{"label": _("All"), "url": address(""), "active": not given[name]}]
    options += [{"label": text, "url": address(key), "active": key == given[name]} for key, text in choices]
    value = next((text for key, text in choices if key == given[name]), _("All"))
    return {
        "name": name,
        "label": label,
        "value_label": value,
        "active": bool(given[name]),
        "options": options,
        "clear_url": address(""),
    }
