"""Pages and operations of dashboards: homes, figures, reports, reviews."""

from tenants.roles import Role
from tests.tenants.tables.roles import ADMIN, ALL, CHAIR, HEADS
from tests.tenants.tables.shapes import Operation, Page, reads

REVIEW = {"review_id": "{review}"}
REVIEW_ACTION = {"action_id": "{review_action}"}
PLAN = {
    "month": "2026-04",
    "revenue_goal": 100000,
    "average_deal": 5000,
    "rates": {"prospect_to_customer": "0.25", "mql_to_prospect": "0.4", "lead_to_mql": "0.2"},
}

PAGES: dict[str, Page] = {
    "organisation_home": Page(ALL),
    "dashboards:joint": Page(ALL),
    "dashboards:nav_counts": Page(ALL),
    "dashboards:criteria": Page(ALL),
    "dashboards:criterion_drop": Page(post=HEADS, form={"criterion": "industry"}),
    "dashboards:returns": Page(ALL),
    "dashboards:revenue": Page(ALL),
    "dashboards:quality": Page(ALL),
    "dashboards:rollups": Page(HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
    "dashboards:table": Page(ALL, path={"name": "pace", "kind": "csv"}),
    "dashboards:period_table": Page(ALL, path={"name": "criteria", "kind": "csv"}),
    "dashboards:review_table": Page(ALL, path={**REVIEW, "name": "agenda", "kind": "csv"}),
    "dashboards:reports": Page(ALL),
    "dashboards:report": Page(ALL, path={"kind": "weekly"}),
    "dashboards:report_pdf": Page(ALL, path={"kind": "weekly"}),
    "dashboards:report_plan": Page(ALL, ALL, {"weekday": "3", "hour": "16", "form": "pdf"}, {"kind": "weekly"}),
    "dashboards:report_pause": Page(post=ALL, path={"kind": "weekly"}),
    "dashboards:report_resume": Page(post=ALL, path={"kind": "monthly"}),
    "dashboards:report_send": Page(post=ALL, path={"kind": "weekly"}),
    # It holds joint numbers only, which every member may read.
    "dashboards:report_paper": Page(ALL, path={"sending_id": "{report}"}),
    "dashboards:replay": Page(HEADS | CHAIR, HEADS | CHAIR, path={"number": "{draft}"}),
    "dashboards:privacy": Page(ADMIN | {Role.AUDITOR}, ADMIN, {"who": "nobody@example.com"}),
    "dashboards:person": Page(ADMIN, ADMIN, {"number": "{fresh_number}"}, {"lead_id": "{fresh_lead}"}),
    "dashboards:person_export": Page(ADMIN, path={"lead_id": "{lead}"}),
    "dashboards:reviews": Page(ALL, HEADS, {"starts_at": "2026-04-01T10:00", "minutes_for": "60", "rhythm": "monthly"}),
    "dashboards:review": Page(ALL, path=REVIEW),
    "dashboards:review_change": Page(
        HEADS, HEADS,
        {"starts_at": "2026-04-02T10:00", "minutes_for": "90", "rhythm": "weekly", "revision": "1"},
        {"review_id": "{planned_review}"},
    ),
    "dashboards:review_act": Page(post=HEADS, form={"do": "open"}, path={"review_id": "{planned_review}"}),
    "dashboards:review_point": Page(post=HEADS, form={"title": "The fair in May"}, path=REVIEW),
    "dashboards:review_room": Page(ALL, path=REVIEW),
    "dashboards:review_item": Page(
        post=HEADS, form={"minutes": "All heard.", "revision": "2"}, path={**REVIEW, "item_id": "{review_item}"}
    ),
    "dashboards:review_action_new": Page(
        post=HEADS,
        form={"text": "Word the form anew", "owner": "{rep}", "due_on": "2026-03-20"},
        path={**REVIEW, "item_id": "{review_item}"},
    ),
    # The action of the world is the rep's.
    "dashboards:review_action_act": Page(
        post=ALL, form={"do": "done"}, path={"action_id": "{review_action}"}, refused=ALL - HEADS - {Role.SALES_REP}
    ),
    "dashboards:review_calendar": Page(ALL, path=REVIEW),
    "dashboards:review_minutes": Page(ALL, path=REVIEW),
    "dashboards:plan": Page(HEADS | CHAIR | {Role.AUDITOR}),
    "dashboards:plan_adopt": Page(
        post=frozenset({Role.MARKETING_MANAGER}), form={"month": "2026-04", "points": "340", "note": "planned"}
    ),
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("lead_erasure", "POST"): Operation("privacy:manage", ADMIN, path={"lead_id": "{fresh_lead}"}),
    ("lead_export", "GET"): reads("privacy:manage", ADMIN, lead_id="{lead}"),
    ("home", "GET"): reads("reports:read"),
    ("kpis", "GET"): reads("reports:read"),
    ("kpis_funnel", "GET"): reads("reports:read"),
    ("kpis_pace", "GET"): reads("reports:read"),
    ("kpis_rejections", "GET"): reads("reports:read"),
    ("kpis_criteria", "GET"): reads("reports:read"),
    ("kpis_campaigns", "GET"): reads("reports:read"),
    ("kpis_revenue", "GET"): reads("reports:read"),
    ("kpis_quality", "GET"): reads("reports:read"),
    ("kpis_speed_to_lead", "GET"): reads("reports:read"),
    ("reviews", "GET"): reads("reports:read"),
    ("reviews", "POST"): Operation("sla:write", HEADS, {"starts_at": "2026-04-01T10:00:00Z", "rhythm": "monthly"}),
    ("review", "GET"): reads("reports:read", **REVIEW),
    ("review", "PATCH"): Operation(
        "sla:write", HEADS, {"place": "Room 2"}, {"review_id": "{planned_review}"}, headers={"If-Match": "*"}
    ),
    ("review_opening", "POST"): Operation("sla:write", HEADS, path={"review_id": "{planned_review}"}),
    ("review_closing", "POST"): Operation("sla:write", HEADS, path=REVIEW),
    ("review_cancellation", "POST"): Operation("sla:write", HEADS, path={"review_id": "{planned_review}"}),
    ("review_points", "POST"): Operation("sla:write", HEADS, {"title": "The fair in May"}, REVIEW),
    ("review_item", "PUT"): Operation(
        "sla:write",
        HEADS,
        {"minutes": "All heard.", "decision": "Drop it."},
        {**REVIEW, "item_id": "{review_item}"},
        headers={"If-Match": "*"},
    ),
    ("review_actions", "POST"): Operation(
        "sla:write", HEADS, {"text": "Word the form anew", "owner": "{rep}", "due_on": "2026-03-20"}, REVIEW
    ),
    ("review_calendar", "GET"): reads("reports:read", **REVIEW),
    ("review_minutes", "GET"): reads("reports:read", **REVIEW),
    ("actions_of_reviews", "GET"): reads("reports:read"),
    ("action_completion", "POST"): Operation(
        "sla:write", ALL, path=REVIEW_ACTION, refused=ALL - HEADS - {Role.SALES_REP}
    ),
    ("action_dropping", "POST"): Operation("sla:write", HEADS, path=REVIEW_ACTION),
    ("action_carrying", "POST"): Operation("sla:write", HEADS, {"due_on": "2026-04-20"}, REVIEW_ACTION),
    ("kpis_table", "GET"): reads("reports:read", name="breached"),
    ("kpis_period_table", "GET"): reads("reports:read", name="criteria"),
    ("review_table", "GET"): reads("reports:read", **REVIEW, name="agenda"),
    ("reports", "GET"): reads("reports:read"),
    ("report", "GET"): reads("reports:read", kind="weekly"),
    ("report", "PUT"): Operation(
        "reports:read", ALL, {"hour": 16, "form": "pdf", "active": True, "weekday": 3}, {"kind": "weekly"}
    ),
    ("report_paper", "GET"): reads("reports:read", kind="monthly"),
    ("report_sendings", "POST"): Operation("reports:read", ALL, path={"kind": "weekly"}),
    ("reports_sent", "GET"): reads("reports:read"),
    ("report_sent_paper", "GET"): reads("reports:read", sending_id="{report}"),
    ("agreement_replay", "POST"): Operation("reports:read", HEADS | CHAIR, path={"number": "{draft}"}),
    ("agreement_replay", "GET"): Operation("reports:read", HEADS | CHAIR, path={"number": "{replayed}"}),
    ("plans", "POST"): Operation("reports:read", HEADS | CHAIR | {Role.AUDITOR}, PLAN),
    ("plan_adoption", "POST"): Operation("sla:write", frozenset({Role.MARKETING_MANAGER}), PLAN),
    ("kpis_added_up", "GET"): reads("reports:read", HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
}
