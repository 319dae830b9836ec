"""Pages and operations of sla: agreements, clocks, targets, calendars."""

from tenants.roles import Role
from tests.tenants.tables.roles import ADMIN, ALL, CHAIR, HEADS, MARKETING, SALES_HEAD, SIDES
from tests.tenants.tables.shapes import Operation, Page, reads

CALENDAR = {"calendar_id": "{calendar}"}
WEEK = {"name": "Berlin", "zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}
EMPTY_FILE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
HOLIDAYS = {"country": "DE", "subdivision": "BE", "first_year": 2026, "last_year": 2027}
PREVIEW = {"start": "2026-03-02T09:00:00Z", "amount": 8, "unit": "business_hours"}

PAGES: dict[str, Page] = {
    "sla:targets": Page(ALL, path={"year": "2026"}),
    "sla:target_propose": Page(
        frozenset({Role.MARKETING_MANAGER}), frozenset({Role.MARKETING_MANAGER}), {"month": "2026-04", "points": "340"}
    ),
    "sla:targets_fill": Page(
        frozenset({Role.MARKETING_MANAGER}), frozenset({Role.MARKETING_MANAGER}),
        {"method": "same", "points": "340"}, {"year": "2026"},
    ),
    "sla:targets_countersign": Page(
        post=frozenset({Role.SALES_MANAGER}), form={"target": "{target}"}, path={"year": "2026"}
    ),
    "sla:months": Page(ALL),
    "sla:month": Page(ALL, path={"month": "{month}"}),
    "sla:target_countersign": Page(post=frozenset({Role.SALES_MANAGER}), path={"target_id": "{target}"}),
    "sla:agreement": Page(ALL),
    "sla:agreement_version": Page(ALL, path={"number": "{version}"}),
    # The heads' deputies are a marketer and a rep; marketing has signed already.
    "sla:agreement_sign": Page(post=SIDES, path={"version_id": "{version_id}"}, refused=MARKETING),
    "sla:agreement_draft": Page(post=HEADS),
    "sla:agreement_deputy": Page(post=HEADS, form={"member": ""}),
    # Somebody else changed the section meanwhile.
    "sla:agreement_edit": Page(
        HEADS,
        HEADS,
        {"section": "tiers", "standard_weight": "1", "hand_raiser_weight": "3", "base": "older"},
        {"number": "{draft}"},
        refused=HEADS,
    ),
    "sla:agreement_preview": Page(post=HEADS, path={"number": "{draft}"}),
    "sla:agreement_propose": Page(post=HEADS, form={"starts_on": "2026-04-01"}, path={"number": "{draft}"}),
    # The draft is not proposed yet.
    "sla:agreement_reopen": Page(post=HEADS, path={"number": "{draft}"}, refused=HEADS),
    "sla:agreement_discard": Page(post=HEADS, path={"number": "{draft}"}),
    "sla:agreement_diff": Page(ALL, path={"number": "{draft}"}),
    "sla:agreement_labels": Page(ADMIN, ADMIN, path={"number": "{version}"}),
    "sla:agreement_pdf": Page(ALL, path={"number": "{draft}"}),
    "sla:calendars": Page(ALL),
    "sla:calendar": Page(ALL, path=CALENDAR),
    "sla:calendar_new": Page(
        ADMIN, ADMIN, {"name": "Berlin", "zone": "Europe/Berlin", "mon_0_begin": "09:00", "mon_0_end": "17:00"}
    ),
    "sla:calendar_edit": Page(ADMIN, ADMIN, {"name": "Selling hours"}, CALENDAR),
    "sla:calendar_days": Page(post=ADMIN, form={"first": "2026-12-31", "kind": "closed"}, path=CALENDAR),
    "sla:calendar_clear": Page(post=ADMIN, path={**CALENDAR, "first": "2026-12-25", "last": "2026-12-26"}),
    "sla:calendar_holidays": Page(
        ADMIN, ADMIN, {"country": "DE", "subdivision": "BE", "first_year": "2026", "last_year": "2027"}, CALENDAR
    ),
    "sla:calendar_file": Page(ADMIN, ADMIN, {"days": '[["2026-12-31", "Party"]]'}, CALENDAR),
    "sla:calendar_history": Page(ALL, path=CALENDAR),
    "sla:calendar_retire": Page(post=ADMIN, path={"calendar_id": "{spare_calendar}"}),
    "sla:breaches": Page(ALL),
    "sla:explanation": Page(ALL, path={"clock_id": "{clock}"}),
    # What sales owes is spoken for by sales only; the others who owe something are told so.
    "sla:excuse": Page(
        SIDES | CHAIR, SIDES | CHAIR, {"reason": "Nobody could."}, {"clock_id": "{late_clock}"},
        refused=MARKETING | CHAIR,
    ),
    "sla:evidence": Page(
        SIDES | CHAIR, SIDES | CHAIR, {"happened_at": "2026-03-02T10:30", "note": "I called."},
        {"clock_id": "{late_clock}"}, refused=MARKETING | CHAIR,
    ),
    "sla:plea_decide": Page(
        HEADS, HEADS, {"granted": "yes", "note": "Agreed."}, {"plea_id": "{plea}"}, refused=SALES_HEAD
    ),
    "sla:plea_withdraw": Page(post=SIDES | CHAIR, path={"plea_id": "{plea}"}, refused=MARKETING | CHAIR),
    "sla:health": Page(HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
    "sla:health_check": Page(post=HEADS | CHAIR | ADMIN),
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("agreements", "GET"): reads("sla:read"),
    ("agreement", "GET"): reads("sla:read", number="{version}"),
    ("agreement_signatures", "POST"): Operation("sla:write", SIDES, path={"number": "{version}"}, refused=MARKETING),
    ("agreements", "POST"): Operation("sla:write", HEADS, refused=HEADS),
    ("agreement", "PATCH"): Operation(
        "sla:write",
        HEADS,
        {"content": {"review_after_months": 6}},
        {"number": "{draft}"},
        headers={"If-Match": "*"},
    ),
    ("agreement", "DELETE"): Operation("sla:write", HEADS, path={"number": "{draft}"}),
    ("agreement_proposal", "POST"): Operation("sla:write", HEADS, {"starts_on": "2026-04-01"}, {"number": "{draft}"}),
    ("agreement_proposal", "DELETE"): Operation("sla:write", HEADS, path={"number": "{draft}"}, refused=HEADS),
    ("agreement_diff", "GET"): reads("sla:read", number="{draft}"),
    ("agreement_labels", "PUT"): Operation(
        "sla:write", ADMIN, {"labels": {"/reasons/lost/price": "Too dear"}}, {"number": "{version}"}
    ),
    ("signing_deputy", "GET"): reads("sla:read"),
    ("signing_deputy", "PUT"): Operation("sla:write", HEADS, {"member": None}),
    ("targets", "GET"): reads("sla:read"),
    ("targets", "POST"): Operation(
        "sla:write", frozenset({Role.MARKETING_MANAGER}), {"month": "2026-04", "points": 340}
    ),
    ("months", "GET"): reads("sla:read"),
    ("month", "GET"): reads("sla:read", month="{month}"),
    ("countersignature", "POST"): Operation(
        "sla:write", frozenset({Role.SALES_MANAGER}), path={"target_id": "{target}"}
    ),
    ("clocks", "GET"): reads("sla:read"),
    ("clock_explanation", "GET"): reads("sla:read", clock_id="{clock}"),
    ("breaches", "GET"): reads("sla:read"),
    ("excuse", "POST"): Operation(
        "sla:write",
        SIDES | CHAIR,
        {"reason": "Nobody could."},
        {"clock_id": "{late_clock}"},
        refused=MARKETING | CHAIR,
    ),
    ("excuse_decision", "POST"): Operation(
        "sla:write", HEADS, {"granted": True}, {"clock_id": "{pleaded_clock}"}, refused=SALES_HEAD
    ),
    ("excuse_withdrawal", "POST"): Operation(
        "sla:write", SIDES | CHAIR, path={"clock_id": "{pleaded_clock}"}, refused=MARKETING | CHAIR
    ),
    ("evidence", "POST"): Operation(
        "sla:write",
        SIDES | CHAIR,
        {"happened_at": "2026-03-02T09:30:00Z", "note": "I called."},
        {"clock_id": "{late_clock}"},
        refused=MARKETING | CHAIR,
    ),
    ("evidence_decision", "POST"): Operation(
        "sla:write", HEADS, {"granted": True}, {"clock_id": "{claimed_clock}"}, refused=SALES_HEAD
    ),
    ("evidence_withdrawal", "POST"): Operation(
        "sla:write", SIDES | CHAIR, path={"clock_id": "{claimed_clock}"}, refused=MARKETING | CHAIR
    ),
    ("engine_health", "GET"): reads("sla:read", HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
    ("calendars", "GET"): reads("sla:read"),
    ("calendars", "POST"): Operation("sla:write", ADMIN, WEEK),
    ("calendar", "GET"): reads("sla:read", **CALENDAR),
    ("calendar", "PUT"): Operation(
        "sla:write", ADMIN, {**WEEK, "name": "Pikett"}, {"calendar_id": "{spare_calendar}"}, headers={"If-Match": "*"}
    ),
    ("calendar_versions", "GET"): reads("sla:read", **CALENDAR),
    ("calendar_holidays", "GET"): Operation("sla:write", ADMIN, path=CALENDAR),
    ("calendar_holidays", "POST"): Operation("sla:write", ADMIN, HOLIDAYS, CALENDAR),
    ("calendar_file", "POST"): Operation("sla:write", ADMIN, {"text": EMPTY_FILE}, CALENDAR),
    ("calendar_retirement", "POST"): Operation("sla:write", ADMIN, path={"calendar_id": "{spare_calendar}"}),
    ("calendar_preview", "POST"): Operation("sla:read", ALL, PREVIEW, {"calendar_id": "{calendar}"}),
}
