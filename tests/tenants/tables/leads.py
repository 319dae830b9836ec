"""Pages and operations of leads: leads, handovers, routing."""

from tenants.roles import Role
from tests.tenants.tables.bodies import of_handover
from tests.tenants.tables.roles import (
    ADMIN,
    ALL,
    HEADS,
    KEEPERS,
    MARKETING,
    MERGERS,
    ROUTERS,
    SALES,
    SALES_HEAD,
    SIDES,
    VIEW_KEEPERS,
    WRITER,
)
from tests.tenants.tables.shapes import Operation, Page, reads

RULE = {
    "based_on": "1", "name": "Switzerland", "to": "queue",
    "field_0": "country", "operator_0": "in", "value_0": "CH, LI",
}  # fmt: skip
ATTEMPT = {"channel": "call", "outcome": "reached", "note": "spoke"}
EVIDENCE = {"handover_id": "{returned}", "evidence_id": "{evidence}"}
REJECTION = {"reason": "not_fitting", "criterion": "company_size", "note": "too small"}
# For the rep, whose lead it is.
NEXT_STEP = {"what": "Call again", "due_on": "2026-03-05", "assigned_to": "{rep}"}

PAGES: dict[str, Page] = {
    "leads:inbox": Page(ALL),
    "leads:list": Page(ALL),
    "leads:detail": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:handover": Page(post=MARKETING, form={"note": "Call soon"}, path={"lead_id": "{fresh_lead}"}),
    "leads:accept": Page(post=SALES, path=of_handover()),
    "leads:reject": Page(SALES, SALES, REJECTION, of_handover()),
    "leads:undo": Page(post=SALES, path=of_handover("{accepted}"), refused=SALES),
    "leads:attempt": Page(SALES, SALES, ATTEMPT, of_handover()),
    "leads:assign": Page(SALES_HEAD, SALES_HEAD, {"to": "{rep}"}, of_handover()),
    "leads:progress": Page(SALES, SALES, {"step": "qualified"}, of_handover("{accepted}")),
    "leads:followups": Page(ALL),
    "leads:lead_followups": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:followup_new": Page(SIDES, SIDES, NEXT_STEP, {"lead_id": "{lead}"}),
    "leads:followup_change": Page(
        SIDES, SIDES, {**NEXT_STEP, "revision": "1"}, {"step_id": "{step}"}, refused=MARKETING
    ),
    "leads:followup_done": Page(post=SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    "leads:followup_cancel": Page(post=SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    "leads:insights": Page(ALL),
    "leads:lead_insights": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:insight_new": Page(SIDES, SIDES, {"text": "They fear the migration."}),
    "leads:insight_edit": Page(
        SIDES, SIDES, {"text": "They fear downtime."}, {"insight_id": "{insight}"}, refused=SIDES - WRITER
    ),
    "leads:insight_withdraw": Page(
        post=SIDES | ADMIN, path={"insight_id": "{insight}"}, refused=SIDES - WRITER
    ),
    "leads:campaigns": Page(ALL),
    "leads:campaign": Page(ALL, path={"campaign_id": "{campaign}"}),
    "leads:campaign_new": Page(MARKETING | ADMIN, MARKETING | ADMIN, {"name": "Spring fair"}),
    "leads:campaign_edit": Page(
        MARKETING | ADMIN, MARKETING | ADMIN, {"name": "Other", "revision": "1"}, {"campaign_id": "{campaign}"}
    ),
    "leads:campaign_cost": Page(
        post=MARKETING | ADMIN, form={"booked_on": "2026-03-01", "amount": "120"}, path={"campaign_id": "{campaign}"}
    ),
    "leads:cost_withdraw": Page(post=MARKETING | ADMIN, path={"cost_id": "{cost}"}),
    "leads:campaign_feedback": Page(
        SALES, SALES, {"verdict": "buyers", "text": "They buy."}, {"campaign_id": "{campaign}"}
    ),
    "leads:name_map": Page(KEEPERS, KEEPERS, {"campaign": "{campaign}"}, {"name_id": "{utm_name}"}),
    "leads:duplicates": Page(ALL - {Role.SALES_REP}),
    "leads:duplicate_dismiss": Page(post=MERGERS, path={"duplicate_id": "{duplicate}"}),
    "leads:lead_twins": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:merge": Page(MERGERS, MERGERS, {"with": "{other_lead}"}, {"lead_id": "{lead}"}),
    "leads:unmerge": Page(post=MERGERS, path={"lead_id": "{merged_lead}"}),
    "leads:export": Page(ALL, ALL, {"lead": "{lead}"}),
    "leads:bulk": Page(post=MARKETING, form={"lead": "{fresh_lead}", "change": "wake"}),
    "leads:bulk_done": Page(MARKETING, path={"job_id": "{change_job}"}),
    "leads:views": Page(ALL),
    "leads:view_save": Page(ALL, ALL, {"name": "Fresh"}),
    "leads:view_change": Page(
        ALL, ALL, {"name": "Renamed"}, {"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS
    ),
    "leads:view_delete": Page(post=ALL, path={"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS),
    "leads:view_default": Page(post=ALL, path={"view_id": "{saved_view}"}),
    "leads:returns": Page(ALL - SALES),
    "leads:returns_yield": Page(ALL - SALES),
    "leads:evidence": Page(ALL, SIDES, {"text": "It came back."}, of_handover("{returned}")),
    "leads:evidence_file": Page(ALL, path=EVIDENCE),
    # Only who added a file takes it back.
    "leads:evidence_take_back": Page(post=SIDES, path=EVIDENCE, refused=SIDES - {Role.SALES_REP}),
    "leads:bulk_handover": Page(MARKETING, MARKETING, {"lead": "{fresh_lead}"}),
    "leads:bulk_handover_done": Page(MARKETING, path={"job_id": "{bulk_job}"}),
    "leads:routing": Page(ROUTERS | {Role.AUDITOR}),
    "leads:routing_rule_new": Page(ROUTERS, ROUTERS, RULE),
    "leads:routing_rule": Page(ROUTERS, ROUTERS, RULE, {"key": "{rule}"}),
    "leads:routing_rule_act": Page(post=ROUTERS, form={"act": "disable", "based_on": "1"}, path={"key": "{rule}"}),
    "leads:routing_default": Page(post=ROUTERS, form={"default": "queue", "based_on": "1"}),
    "leads:routing_limits": Page(post=ROUTERS, form={"based_on": "1"}),
    "leads:queue": Page(SALES_HEAD),
    "leads:reassign": Page(post=SALES_HEAD, form={"to": "reps", "handover": "{handover}"}),
    "leads:fairness": Page(SALES),
    "leads:return_resend": Page(MARKETING, MARKETING, {"note": "Look again"}, of_handover("{returned}")),
    "leads:return_nurture": Page(MARKETING, MARKETING, {"wake_on": "2026-06-01"}, of_handover("{returned}")),
    "leads:lead_known": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:lead_attributes": Page(SIDES, SIDES, {"a_student": "no"}, {"lead_id": "{lead}"}),
    "leads:lead_journey": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:lead_way": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:lead_move": Page(
        SIDES, SIDES, {"stage": "nurture", "reason": "Later"}, {"lead_id": "{lead}"}, refused=SIDES
    ),
    "leads:attributes": Page(ADMIN),
    "leads:attribute_new": Page(ADMIN, ADMIN, {"label": "Seats", "kind": "number", "open_to_forms": "on"}),
    "leads:attribute_change": Page(ADMIN, ADMIN, {"label": "Money"}, {"attribute_id": "{attribute}"}),
    "leads:attribute_retire": Page(post=ADMIN, path={"attribute_id": "{attribute}"}),
    "leads:reasons": Page(HEADS | ADMIN | {Role.AUDITOR}),
    "leads:reason_act": Page(post=ADMIN, form={"kind": "lost", "key": "price", "act": "retire"}),
    "leads:stages": Page(KEEPERS),
    "leads:stage_change": Page(KEEPERS, KEEPERS, {"revision": "1", "label": "Talking"}, {"stage": "sql"}),
    "leads:rescore": Page(post=KEEPERS),
    # The version in force is no draft.
    "leads:definitions": Page(
        ALL, HEADS, {"do": "remove", "kind": "fit", "key": "company_size"}, {"number": "{version}"}, refused=HEADS
    ),
    "leads:criterion": Page(
        HEADS, HEADS, {"label": "Large", "field": "employees"}, {"number": "{version}", "kind": "fit"}, refused=HEADS
    ),
    "leads:definitions_try": Page(post=HEADS, path={"number": "{version}"}),
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("leads", "GET"): reads(),
    ("lead_changes", "POST"): Operation("leads:write", MARKETING, {"leads": ["{fresh_lead}"], "change": "wake"}),
    ("lead_views", "GET"): reads(),
    ("lead_views", "POST"): Operation("leads:write", ALL, {"name": "Fresh", "query": "stage=mql"}),
    ("lead_view", "PATCH"): Operation(
        "leads:write", ALL, {"name": "Renamed"}, {"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS
    ),
    ("lead_view", "DELETE"): Operation(
        "leads:write", ALL, path={"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS
    ),
    ("lead", "GET"): reads(lead_id="{lead}"),
    ("followups", "GET"): reads(),
    ("lead_followups", "GET"): reads(lead_id="{lead}"),
    ("lead_followups", "POST"): Operation(
        "leads:write", SIDES, {"what": "Call again", "due_on": "2026-03-05"}, {"lead_id": "{lead}"}
    ),
    ("followup", "GET"): reads(step_id="{step}"),
    ("followup", "PATCH"): Operation(
        "leads:write", SIDES, {"what": "Write"}, {"step_id": "{step}"}, headers={"If-Match": "*"}, refused=MARKETING
    ),
    ("followup_done", "POST"): Operation("leads:write", SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    ("followup_cancellation", "POST"): Operation("leads:write", SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    ("insights", "GET"): reads(),
    ("insights", "POST"): Operation("leads:write", SIDES, {"text": "They fear the migration."}),
    ("insight", "GET"): reads(insight_id="{insight}"),
    ("insight", "PATCH"): Operation(
        "leads:write",
        SIDES,
        {"text": "They fear downtime."},
        {"insight_id": "{insight}"},
        headers={"If-Match": "*"},
        refused=SIDES - WRITER,
    ),
    ("insight_withdrawal", "POST"): Operation(
        "leads:write", SIDES | ADMIN, path={"insight_id": "{insight}"}, refused=SIDES - WRITER
    ),
    ("insight_tags", "GET"): reads(),
    ("campaigns", "GET"): reads(),
    ("campaigns", "POST"): Operation("leads:write", MARKETING | ADMIN, {"name": "Spring fair"}),
    ("campaign", "GET"): reads(campaign_id="{campaign}"),
    ("campaign_costs", "GET"): reads(campaign_id="{campaign}"),
    ("campaign_costs", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, {"booked_on": "2026-03-01", "amount": "120"}, {"campaign_id": "{campaign}"}
    ),
    ("duplicates", "GET"): reads(roles=ALL - {Role.SALES_REP}),
    ("lead_merge", "POST"): Operation("leads:write", MERGERS, {"lead": "{other_lead}"}, {"lead_id": "{lead}"}),
    ("lead_unmerge", "POST"): Operation("leads:write", MERGERS, path={"lead_id": "{merged_lead}"}),
    ("lead", "PATCH"): Operation(
        "leads:write", SIDES, {"job_title": "CEO"}, {"lead_id": "{lead}"}, headers={"If-Match": "*"}
    ),
    ("lead_journey", "GET"): reads(lead_id="{lead}"),
    ("lead_events", "GET"): reads(lead_id="{lead}"),
    ("lead_handovers", "POST"): Operation(
        "handovers:write", MARKETING, {"note": "Call soon"}, {"lead_id": "{fresh_lead}"}
    ),
    ("handovers", "GET"): reads(),
    ("handovers_bulk", "POST"): Operation("handovers:write", MARKETING, {"leads": ["{fresh_lead}"]}),
    ("handovers_assignments", "POST"): Operation(
        "handovers:write", SALES_HEAD, {"handovers": ["{handover}"], "to": "reps"}
    ),
    ("routing_rules", "GET"): reads(roles=ROUTERS | {Role.AUDITOR}),
    ("routing_rules", "PUT"): Operation("handovers:write", ROUTERS, {"rules": []}, headers={"If-Match": "*"}),
    ("lead_routing", "GET"): reads(roles=ROUTERS | {Role.AUDITOR}, lead_id="{lead}"),
    ("kpis_fairness", "GET"): reads("reports:read", SALES),
    ("handover", "GET"): reads(handover_id="{handover}"),
    ("handover_acceptance", "POST"): Operation("handovers:write", SALES, path=of_handover()),
    ("handover_rejection", "POST"): Operation("handovers:write", SALES, REJECTION, of_handover()),
    ("handover_attempts", "POST"): Operation("handovers:write", SALES, ATTEMPT, of_handover()),
    ("handover_evidence", "GET"): reads(**of_handover("{returned}")),
    ("handover_evidence", "POST"): Operation(
        "handovers:write", SIDES, {"name": "register.txt", "file": "VHdlbHZl"}, of_handover("{returned}")
    ),
    ("handover_evidence_one", "GET"): reads(**EVIDENCE),
    ("handover_evidence_one", "DELETE"): Operation(
        "handovers:write", SIDES, path=EVIDENCE, refused=SIDES - {Role.SALES_REP}
    ),
    ("handover_evidence_file", "GET"): reads(**EVIDENCE),
    ("handover_outcome", "POST"): Operation(
        "handovers:write", SALES, {"progress": "qualified"}, of_handover("{accepted}")
    ),
    ("handover_assignment", "POST"): Operation("handovers:write", SALES_HEAD, {"to": "{rep}"}, of_handover()),
    ("handover_return", "POST"): Operation(
        "handovers:write", MARKETING, {"answer": "nurture", "wake_on": "2026-06-01"}, of_handover("{returned}")
    ),
    ("lead_stage", "GET"): reads(lead_id="{lead}"),
    ("lead_stage", "POST"): Operation(
        "leads:write", SIDES, {"stage": "nurture", "reason": "Later"}, {"lead_id": "{lead}"}, refused=SIDES
    ),
    ("attributes", "GET"): reads(),
    ("attributes", "POST"): Operation("leads:write", ADMIN, {"label": "Seats", "kind": "number"}),
    ("attribute", "GET"): reads(attribute_id="{attribute}"),
    ("attribute", "PATCH"): Operation(
        "leads:write", ADMIN, {"label": "Money"}, {"attribute_id": "{attribute}"}, headers={"If-Match": "*"}
    ),
    ("attribute_retirement", "POST"): Operation("leads:write", ADMIN, path={"attribute_id": "{attribute}"}),
    ("attribute_retirement", "DELETE"): Operation("leads:write", ADMIN, path={"attribute_id": "{attribute}"}),
    ("returns_yield", "GET"): reads("reports:read", ALL - SALES),
    ("reasons", "GET"): reads(),
    ("reason_order", "PUT"): Operation("leads:write", ADMIN, {"keys": ["price"]}, {"kind": "lost"}),
    ("reason_retirement", "POST"): Operation("leads:write", ADMIN, path={"kind": "lost", "key": "price"}),
    ("reason_retirement", "DELETE"): Operation("leads:write", ADMIN, path={"kind": "lost", "key": "price"}),
    ("stages", "GET"): reads(),
    ("stage", "GET"): reads(stage="sql"),
    ("stage", "PUT"): Operation(
        "leads:write", KEEPERS, {"label": "Talking"}, {"stage": "sql"}, headers={"If-Match": "*"}
    ),
    ("scoring_preview", "POST"): Operation("sla:write", HEADS, path={"number": "{version}"}),
    ("scoring_preview", "GET"): reads("sla:read", HEADS, number="{version}"),
    ("rescoring", "POST"): Operation("leads:write", KEEPERS),
    ("rescoring", "GET"): reads(),
}
