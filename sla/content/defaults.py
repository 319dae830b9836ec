"""The agreement that a new organisation starts with."""

from collections.abc import Callable
from typing import Any

from sla.business_time.problem import gettext_noop
from sla.business_time.spec import standard_calendar
from sla.content.responsibilities import default_responsibilities

WARN_SHARES = [50, 75, 90]
_DACH = ("AT", "CH", "DE")


def default_content(zone: str, country: str, *, translate: Callable[[str], str] = str) -> dict[str, Any]:
    """The default of every term; labels pass through `translate` once, as data."""
    return {
        "volume": {"points_per_month": 500},
        "tiers": {"standard": {"weight": "1"}, "hand_raiser": {"weight": "3"}},
        "hours": {side: _hours(zone) for side in ("marketing", "sales")},
        "commitments": _commitments(),
        "contact_means": "attempt",
        "reassignment_restarts": False,
        "capacity": None,
        "floors": {},
        "escalation": [
            {"share": 100, "to": ["owner"], "reassign": False},
            {"share": 125, "to": ["manager"], "reassign": False},
            {"share": 200, "to": ["executive"], "reassign": False},
        ],
        "definitions": _definitions(country, translate),
        "reasons": _reasons(translate),
        "arbitration": {
            "appealable": ["definitional", "clerical"],
            "statements_close_after_business_days": 5,
        },
        "responsibilities": default_responsibilities(translate),
        "review_after_months": 3,
    }


def _hours(zone: str) -> dict[str, Any]:
    # Dated closures stay out: they may be edited after the signature.
    return {"zone": zone, "weekly": standard_calendar("", zone)["weekly"]}


def _commitments() -> list[dict[str, Any]]:
    return [
        _timed("decision", "sales", 24, "business_hours", on_silence="deemed_accepted"),
        _timed("first_contact", "sales", 24, "elapsed_hours", tier="standard"),
        _timed("first_contact", "sales", 1, "business_hours", tier="hand_raiser"),
        _timed(
            "attempts",
            "sales",
            10,
            "business_days",
            count=5,
            spacing_amount=4,
            spacing_unit="business_hours",
        ),
        _timed("return_answer", "marketing", 3, "business_days"),
        # The board has no hours of its own; it sits in those of sales.
        _timed("ruling", "board", 10, "business_days", calendar="sales"),
        {"key": "volume", "side": "marketing", "period": "month"},
    ]


def _timed(key: str, side: str, amount: int, unit: str, *, calendar: str = "", **more: object) -> dict[str, Any]:
    return {
        "key": key,
        "side": side,
        "amount": amount,
        "unit": unit,
        "calendar": calendar or side,
        "warn_shares": list(WARN_SHARES),
        **more,
    }


def _definitions(country: str, translate: Callable[[str], str]) -> dict[str, Any]:
    return {
        "fit": _fit(country, translate),
        "readiness": _readiness(translate),
        "fit_grades": {"A": 80, "B": 60, "C": 40, "D": 0},
        "readiness_grades": {"1": 60, "2": 40, "3": 20, "4": 0},
        "matrix": {
            "A": {"1": "standard", "2": "standard", "3": "standard", "4": "not_yet"},
            "B": {"1": "standard", "2": "standard", "3": "not_yet", "4": "not_yet"},
            "C": {"1": "standard", "2": "not_yet", "3": "not_yet", "4": "not_yet"},
            "D": {"1": "not_yet", "2": "not_yet", "3": "not_yet", "4": "not_yet"},
        },
        # An explicit request skips readiness, not fit.
        "hand_raiser": {
            "intents": ["talk_to_sales"],
            "behaviours": ["demo_requested"],
            "fit_grades": ["A", "B", "C"],
        },
        "required_fields": ["email", "company_name", "country"],
        "exclusions": ["competitor", "student", "existing_customer"],
    }


def _fit(country: str, translate: Callable[[str], str]) -> list[dict[str, Any]]:
    countries = list(_DACH) if country in _DACH else [country]
    roles = (
        "chief ceo cto cfo cio cmo coo founder owner president director head vp "
        "manager lead geschäftsführer leiter leiterin inhaber vorstand prokurist"
    )
    industries = (
        "manufacturing logistics software retail finance healthcare energy "
        "construction professional_services telecommunications"
    )
    rows: list[tuple[str, str, str, str, Any, bool, int]] = [
        (
            "company_size",
            gettext_noop("Company has 50 to 2,000 employees"),
            "employees",
            "between",
            [50, 2000],
            True,
            30,
        ),
        (
            "industry",
            gettext_noop("Industry is one of our target industries"),
            "industry",
            "in",
            industries.split(),
            True,
            25,
        ),
        (
            "country",
            gettext_noop("Company is in a country we sell to"),
            "country",
            "in",
            countries,
            True,
            20,
        ),
        (
            "role",
            gettext_noop("Person decides or influences the purchase"),
            "job_title",
            "matches_any",
            roles.split(),
            False,
            25,
        ),
    ]
    return [
        {
            "key": key,
            "label": translate(label),
            "field": field,
            "operator": operator,
            "value": value,
            "required": required,
            "points": points,
        }
        for key, label, field, operator, value, required, points in rows
    ]


def _readiness(translate: Callable[[str], str]) -> list[dict[str, Any]]:
    rows = [
        ("pricing_viewed", gettext_noop("Viewed the price list"), 30, 14, 7),
        ("ebook_downloaded", gettext_noop("Downloaded an e-book"), 10, 30, 14),
        ("webinar_attended", gettext_noop("Attended a webinar"), 20, 30, 14),
        ("demo_requested", gettext_noop("Asked for a demo"), 40, 30, 30),
    ]
    return [
        {
            "key": kind,
            "label": translate(label),
            "field": kind,
            "operator": "count_at_least",
            "value": 1,
            "required": False,
            "points": points,
            "window_days": window,
            "half_life_days": half_life,
        }
        for kind, label, points, window, half_life in rows
    ]


def _reasons(translate: Callable[[str], str]) -> dict[str, Any]:
    # key, class, label, needs a criterion, needs evidence
    rejection = [
        (
            "wrong_addressee",
            "procedural",
            gettext_noop("Belongs to another team or person"),
            False,
            False,
        ),
        (
            "wrong_territory",
            "procedural",
            gettext_noop("Belongs to another territory"),
            False,
            False,
        ),
        (
            "contact_data_wrong",
            "clerical",
            gettext_noop("Phone or e-mail does not work"),
            False,
            True,
        ),
        (
            "data_missing",
            "clerical",
            gettext_noop("Agreed information is missing"),
            False,
            False,
        ),
        (
            "duplicate",
            "clerical",
            gettext_noop("Sales already has this lead"),
            False,
            True,
        ),
        (
            "not_fitting",
            "definitional",
            gettext_noop("Company or person does not fit"),
            True,
            False,
        ),
        (
            "not_ready",
            "definitional",
            gettext_noop("Not ready to talk to sales"),
            True,
            False,
        ),
        (
            "excluded",
            "definitional",
            gettext_noop("Competitor, student or existing customer"),
            True,
            True,
        ),
    ]
    disqualification = [
        ("no_need", gettext_noop("No need")),
        ("no_budget", gettext_noop("No budget")),
        ("no_authority", gettext_noop("Person cannot decide")),
        ("wrong_time", gettext_noop("Not now")),
        ("not_interested", gettext_noop("Not interested")),
    ]
    lost = [
        ("price", gettext_noop("Price")),
        ("competitor", gettext_noop("Chose a competitor")),
        ("feature_missing", gettext_noop("Something was missing")),
        ("no_decision", gettext_noop("No decision was made")),
        ("wrong_time", gettext_noop("Put off")),
    ]
    return {
        "rejection": [
            {
                "key": key,
                "class": reason_class,
                "label": translate(label),
                "needs_criterion": needs_criterion,
                "needs_evidence": needs_evidence,
            }
            for key, reason_class, label, needs_criterion, needs_evidence in rejection
        ],
        "disqualification": [{"key": key, "label": translate(label)} for key, label in disqualification],
        "lost": [{"key": key, "label": translate(label)} for key, label in lost],
    }
