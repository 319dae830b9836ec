"""Who may do what, as the product says it: every page and every operation of the interface, by hand.

Written from product.md ("Who uses it") and api.md, not from the code, so that a slip in the code shows.
``{kind}`` in a path, a form or a body stands for the id of that thing in the world.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tenants.roles import Role
from tests.tenants.world import House

Roles = frozenset[Role]

ALL: Roles = frozenset(Role)
MARKETING: Roles = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})
SALES: Roles = frozenset({Role.SALES_REP, Role.SALES_MANAGER})
SIDES = MARKETING | SALES
SALES_HEAD: Roles = frozenset({Role.SALES_MANAGER})
HEADS: Roles = frozenset({Role.MARKETING_MANAGER, Role.SALES_MANAGER})
CHAIR: Roles = frozenset({Role.EXECUTIVE})
ADMIN: Roles = frozenset({Role.ADMINISTRATOR})
# The door is marketing's; sales meets a lead when it is handed over.
DOOR: Roles = ALL - SALES
KEEPERS: Roles = frozenset({Role.MARKETING_MANAGER, Role.ADMINISTRATOR})
# Who decides that two leads are one person.
MERGERS: Roles = MARKETING | SALES_HEAD | ADMIN
# Whose the shared view of the world is, and who keeps order.
VIEW_KEEPERS: Roles = frozenset({Role.MARKETER, Role.ADMINISTRATOR})
NOBODY: Roles = frozenset()


@dataclass(frozen=True)
class Page:
    """One page: who may read it, who may post to it, a form that works, the things in its path."""

    get: Roles = NOBODY
    post: Roles = NOBODY
    form: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    # Roles whom a rule of the product refuses (409) in the world as it stands.
    refused: Roles = NOBODY

    @property
    def roles(self) -> Roles:
        """Who comes in at all."""
        return self.get | self.post


def _handover(kind: str = "{handover}") -> dict[str, str]:
    return {"handover_id": kind}


def _case(kind: str = "{case}") -> dict[str, str]:
    return {"case_id": kind}


# Who decides where leads go.
ROUTERS: Roles = SALES_HEAD | ADMIN
# An auditor is away without telling; the rep's absence is theirs, their head's and the administrator's to end.
AWAY: Roles = ALL - {Role.AUDITOR}
NOT_THEIR_PEOPLE: Roles = AWAY - SALES - ADMIN
RULE = {
    "based_on": "1", "name": "Switzerland", "to": "queue",
    "field_0": "country", "operator_0": "in", "value_0": "CH, LI",
}  # fmt: skip
CALENDAR = {"calendar_id": "{calendar}"}
WEEK = {"name": "Berlin", "zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}
EMPTY_FILE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
HOLIDAYS = {"country": "DE", "subdivision": "BE", "first_year": 2026, "last_year": 2027}
ATTEMPT = {"channel": "call", "outcome": "reached", "note": "spoke"}
CASE_FILE = {"case_id": "{filed_case}", "file_id": "{case_file}"}
EVIDENCE = {"handover_id": "{returned}", "evidence_id": "{evidence}"}
REJECTION = {"reason": "not_fitting", "criterion": "company_size", "note": "too small"}
RULING = {"outcome": "upheld", "reasons": "The criterion is not met.", "precedent_stance": "none"}
CORRECTION = {"outcome": "upheld", "reasons": "The register says 12.", "precedent_stance": "none"}
RULED = {
    "outcome": "upheld", "reasons": "Too small.", "stance_{precedent}": "follows", "stance_{other_precedent}": "none",
}  # fmt: skip
CORRECTED = {"outcome": "upheld", "reasons": "The register says 12.", "stance_{precedent}": "none"}
AMENDMENT = {"precedents": ["{precedent}"], "value": [60, 2000]}
VOTE = {"choice": "upheld", "reasons": "The register says 12."}
# Who sits on the board of the world: the executive chairs it, the administrator is a member.
BENCH: Roles = frozenset({Role.EXECUTIVE, Role.ADMINISTRATOR})

# Who wrote the world's insight.
WRITER: Roles = frozenset({Role.SALES_REP})
# For the rep, whose lead it is.
NEXT_STEP = {"what": "Call again", "due_on": "2026-03-05", "assigned_to": "{rep}"}
ADAPTER = {"form_id": "{adapter}"}
ENDPOINT = {"endpoint_id": "{endpoint}"}
DELIVERY = {**ENDPOINT, "delivery_id": "{delivery}"}
ENDPOINT_FORM = {"name": "CRM", "url": "https://crm.example/hook", "everything": "on"}

REVIEW = {"review_id": "{review}"}
REVIEW_ACTION = {"action_id": "{review_action}"}

# Pages under /o/<organisation>/.
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
    "events:audit": Page(frozenset({Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR})),
    "leads:inbox": Page(ALL),
    "leads:list": Page(ALL),
    "leads:detail": Page(ALL, path={"lead_id": "{lead}"}),
    "leads:handover": Page(post=MARKETING, form={"note": "Call soon"}, path={"lead_id": "{fresh_lead}"}),
    "leads:accept": Page(post=SALES, path=_handover()),
    "leads:reject": Page(SALES, SALES, REJECTION, _handover()),
    "leads:undo": Page(post=SALES, path=_handover("{accepted}"), refused=SALES),
    "leads:attempt": Page(SALES, SALES, ATTEMPT, _handover()),
    "leads:assign": Page(SALES_HEAD, SALES_HEAD, {"to": "{rep}"}, _handover()),
    "leads:progress": Page(SALES, SALES, {"step": "qualified"}, _handover("{accepted}")),
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
    "leads:evidence": Page(ALL, SIDES, {"text": "It came back."}, _handover("{returned}")),
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
    "leads:return_resend": Page(MARKETING, MARKETING, {"note": "Look again"}, _handover("{returned}")),
    "leads:return_nurture": Page(MARKETING, MARKETING, {"wake_on": "2026-06-01"}, _handover("{returned}")),
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
    "arbitration:docket": Page(ALL),
    "arbitration:case": Page(ALL, path=_case()),
    "arbitration:statement": Page(post=SIDES, form={"text": "We did call."}, path=_case()),
    "arbitration:rule": Page(post=CHAIR, form=RULED, path=_case()),
    "arbitration:withdraw": Page(post=MARKETING, path=_case()),
    "arbitration:correct": Page(post=CHAIR, form=CORRECTED, path=_case("{ruled_case}")),
    "arbitration:vote": Page(post=ALL, form=VOTE, path=_case(), refused=ALL - BENCH),
    "arbitration:note": Page(post=ALL, form={"text": "Both sides were heard."}, path=_case(), refused=ALL - BENCH),
    "arbitration:recuse": Page(post=ALL, form={"reason": "My brother works there."}, path=_case(), refused=ALL - BENCH),
    "arbitration:case_files": Page(
        post=ALL, form={"text": "It came back."}, path=_case("{filed_case}"), refused=ALL - SIDES - CHAIR
    ),
    "arbitration:case_file": Page(ALL, path=CASE_FILE),
    "arbitration:case_file_withdraw": Page(
        post=ALL, path=CASE_FILE, refused=ALL - {Role.MARKETER}
    ),
    "arbitration:move": Page(post=CHAIR, form={"stage": "evidence"}, path=_case("{filed_case}")),
    "arbitration:amend": Page(
        HEADS, HEADS,
        {"operator": "between", "value": "60, 2000", "points": "20", "precedent": ["{precedent}"], "do": "draft"},
        {"precedent_id": "{precedent}"},
    ),
    "arbitration:ruling_paper": Page(ALL, path=_case("{ruled_case}")),
    "arbitration:figures": Page(ALL),
    "arbitration:sittings": Page(ALL, CHAIR, {"starts_at": "2026-04-01T10:00", "minutes_for": "60", "order": "oldest"}),
    "arbitration:sitting": Page(ALL, CHAIR, {"minutes": "All heard.", "revision": "1"}, {"sitting_id": "{sitting}"}),
    "arbitration:sitting_act": Page(post=CHAIR, form={"do": "held"}, path={"sitting_id": "{sitting}"}),
    "arbitration:sitting_room": Page(ALL, path={"sitting_id": "{sitting}"}),
    "arbitration:sitting_calendar": Page(ALL, path={"sitting_id": "{sitting}"}),
    "arbitration:board": Page(ALL, CHAIR, {"member": "{member}", "kind": "member"}),
    "arbitration:seat_end": Page(post=CHAIR, path={"seat_id": "{seat}"}),
    "arbitration:appeal": Page(MARKETING, MARKETING, {"claim": "It fits."}, _handover("{returned}")),
    "arbitration:rulings": Page(ALL),
    "arbitration:rulings_on": Page(ALL),
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
    "dashboards:plan": Page(HEADS | CHAIR | {Role.AUDITOR}),
    "dashboards:plan_adopt": Page(
        post=frozenset({Role.MARKETING_MANAGER}), form={"month": "2026-04", "points": "340", "note": "planned"}
    ),
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
    "intake:submissions": Page(DOOR),
    "intake:submission": Page(DOOR, path={"submission_id": "{submission}"}),
    "intake:submission_release": Page(
        post=MARKETING | ADMIN, path={"submission_id": "{quarantined}"}
    ),
    "intake:submission_spam": Page(post=MARKETING | ADMIN, path={"submission_id": "{quarantined}"}),
    "intake:submission_opt_in": Page(post=MARKETING | ADMIN, path={"submission_id": "{unconfirmed}"}),
    "intake:periods": Page(
        ADMIN | {Role.AUDITOR}, ADMIN, {"submissions_days": "200", "visits_days": "100"}
    ),
    "intake:batches": Page(DOOR, MARKETING | ADMIN, {"text": "email\na@b.example"}),
    "intake:batch": Page(DOOR, path={"batch_id": "{batch}"}),
    "intake:batch_check": Page(
        post=MARKETING | ADMIN, form={"column_0": "person.email", "column_1": ""}, path={"batch_id": "{batch}"}
    ),
    "intake:batch_run": Page(post=MARKETING | ADMIN, form={"owner": ""}, path={"batch_id": "{tried_batch}"}),
    "intake:batch_undo": Page(
        post=MARKETING | ADMIN, path={"batch_id": "{batch}"}, refused=MARKETING | ADMIN
    ),
    "intake:batch_errors": Page(DOOR, path={"batch_id": "{tried_batch}"}),
    "intake:form": Page(
        KEEPERS,
        KEEPERS,
        {"name": "Contact", "origins": "https://www.example.com", "ask_email": "required"},
        {"form_id": "{form}"},
    ),
    "intake:adapters": Page(DOOR, KEEPERS, {"provider": "typeform", "name": "Webinar"}),
    "intake:adapter": Page(KEEPERS, KEEPERS, {"name": "Webinar", "mapping": "size = company.employees"}, ADAPTER),
    "intake:adapter_try": Page(post=KEEPERS, path=ADAPTER),
    "intake:adapter_retire": Page(post=KEEPERS, path=ADAPTER),
    "intake:forms": Page(DOOR, KEEPERS, {"name": "Contact", "origins": "https://www.example.com"}),
    "intake:form_retire": Page(post=KEEPERS, path={"form_id": "{form}"}),
    "notifications:list": Page(ALL),
    "notifications:mark_read": Page(post=ALL),
    "notifications:choices": Page(
        ALL, ALL, {"quiet": "own", "quiet_from": "19:00", "quiet_until": "07:00", "daily_at": "08:00"}
    ),
    "notifications:mails": Page(ADMIN | {Role.AUDITOR}),
    "notifications:mail_retry": Page(post=ADMIN, path={"mail_id": "{failed_mail}"}),
    "notifications:endpoints": Page(ADMIN | {Role.AUDITOR}),
    "notifications:endpoint_new": Page(ADMIN, ADMIN, ENDPOINT_FORM),
    "notifications:endpoint": Page(ADMIN | {Role.AUDITOR}, path=ENDPOINT),
    "notifications:endpoint_edit": Page(ADMIN, ADMIN, ENDPOINT_FORM, ENDPOINT),
    "notifications:endpoint_act": Page(post=ADMIN, path={**ENDPOINT, "act": "pause"}),
    "notifications:endpoint_replay": Page(
        post=ADMIN, form={"since": "2026-03-01T00:00", "until": "2026-03-05T00:00"}, path=ENDPOINT
    ),
    "notifications:delivery": Page(ADMIN | {Role.AUDITOR}, path={"delivery_id": "{delivery}"}),
    "notifications:delivery_replay": Page(post=ADMIN, path={"delivery_id": "{delivery}"}),
    "tenants:members": Page(HEADS | ADMIN | {Role.AUDITOR}),
    "tenants:member_manager": Page(
        HEADS | ADMIN, HEADS | ADMIN, {"manager": "{marketer}"}, {"member_id": "{rep}"},
        refused=frozenset({Role.MARKETING_MANAGER}),
    ),
    "tenants:invite_member": Page(ADMIN, ADMIN, {"email": "new@example.com", "role": "marketer"}),
    "tenants:invitation_withdraw": Page(post=ADMIN, path={"invitation_id": "{invitation}"}),
    "tenants:keys": Page(frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    "tenants:key_create": Page(
        ADMIN, ADMIN, {"name": "CRM", "scopes": ["leads:read"], "acts_for": "{member}"}
    ),
    "tenants:key_revoke": Page(post=ADMIN, path={"key_id": "{key}"}),
    "tenants:key_rotate": Page(post=ADMIN, path={"key_id": "{key}"}),
    "tenants:job": Page(ALL, path={"job_id": "{job}"}),
    "tenants:job_cancel": Page(post=HEADS | ADMIN, path={"job_id": "{job}"}),
    "tenants:absences": Page(ALL),
    "tenants:figure_rule": Page(ALL, ADMIN, {"rule": "nobody", "note": "Works council, 1 March."}),
    "tenants:teams": Page(HEADS | ADMIN | {Role.AUDITOR}),
    "tenants:team_new": Page(ADMIN, ADMIN, {"name": "North", "side": "sales"}),
    "tenants:team": Page(ADMIN, ADMIN, {"name": "North"}, {"team_id": "{team}"}),
    "tenants:absence_new": Page(post=AWAY, form={"first_day": "2026-05-04", "last_day": "2026-05-08"}),
    "tenants:absence_end": Page(post=AWAY, path={"absence_id": "{absence}"}, refused=NOT_THEIR_PEOPLE),
    "tenants:me": Page(ALL, ALL, {"display_name": "Somebody", "theme": "auto"}),
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One method of one address of the interface: its scope, who may, a body that works, the things in its path."""

    scope: str
    roles: Roles
    body: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: Roles = NOBODY


def _reads(scope: str = "leads:read", roles: Roles = ALL, **path: str) -> Operation:
    return Operation(scope, roles, path=path)


SUBMISSION = {"person": {"email": "new@example.com"}}
PLAN = {
    "month": "2026-04",
    "revenue_goal": 100000,
    "average_deal": 5000,
    "rates": {"prospect_to_customer": "0.25", "mql_to_prospect": "0.4", "lead_to_mql": "0.2"},
}
PREVIEW = {"start": "2026-03-02T09:00:00Z", "amount": 8, "unit": "business_hours"}

# (name under api:, method); every operation that a secret key calls.
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("submissions", "POST"): Operation("leads:write", ALL - {Role.AUDITOR}, SUBMISSION),
    ("submission", "GET"): _reads(roles=DOOR, submission_id="{submission}"),
    ("submission_release", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, path={"submission_id": "{quarantined}"}
    ),
    ("submission_spam", "POST"): Operation("leads:write", MARKETING | ADMIN, path={"submission_id": "{quarantined}"}),
    ("submissions", "GET"): _reads(roles=DOOR),
    ("submission_opt_in", "POST"): Operation("leads:write", MARKETING | ADMIN, path={"submission_id": "{unconfirmed}"}),
    ("keeping", "GET"): _reads("privacy:manage", ADMIN | {Role.AUDITOR}),
    ("keeping", "PUT"): Operation(
        "privacy:manage", ADMIN, {"submissions_days": 200, "visits_days": 100}, headers={"If-Match": "*"}
    ),
    ("behaviours", "POST"): Operation(
        "leads:write", ALL - {Role.AUDITOR}, {"kind": "pricing_viewed", "lead": "{lead}"}
    ),
    ("batches", "GET"): _reads(roles=DOOR),
    ("batches", "POST"): Operation("leads:write", MARKETING | ADMIN, {"text": "email\na@b.example"}),
    ("batch", "GET"): _reads(roles=DOOR, batch_id="{batch}"),
    ("batch_rows", "GET"): _reads(roles=DOOR, batch_id="{tried_batch}"),
    ("batch_check", "POST"): Operation("leads:write", MARKETING | ADMIN, {"mapping": {}}, {"batch_id": "{batch}"}),
    ("batch_run", "POST"): Operation("leads:write", MARKETING | ADMIN, {}, {"batch_id": "{tried_batch}"}),
    ("batch_undo", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, path={"batch_id": "{batch}"}, refused=MARKETING | ADMIN
    ),
    ("adapters", "GET"): _reads(roles=DOOR),
    ("adapters", "POST"): Operation("leads:write", KEEPERS, {"provider": "typeform", "name": "Webinar"}),
    ("adapter", "GET"): _reads("leads:write", KEEPERS, **ADAPTER),
    ("adapter", "PATCH"): Operation("leads:write", KEEPERS, {"name": "Other"}, ADAPTER, headers={"If-Match": "*"}),
    ("adapter_retirement", "POST"): Operation("leads:write", KEEPERS, path=ADAPTER),
    ("adapter_trial", "POST"): Operation("leads:write", KEEPERS, path=ADAPTER),
    ("forms", "GET"): _reads(roles=DOOR),
    ("forms", "POST"): Operation("leads:write", KEEPERS, {"name": "Fair", "origins": ["https://www.example.com"]}),
    ("form", "GET"): _reads(roles=DOOR, form_id="{form}"),
    ("form", "PATCH"): Operation(
        "leads:write", KEEPERS, {"name": "Other"}, {"form_id": "{form}"}, headers={"If-Match": "*"}
    ),
    ("form_retirement", "POST"): Operation("leads:write", KEEPERS, path={"form_id": "{form}"}),
    ("job", "GET"): _reads(job_id="{job}"),
    ("leads", "GET"): _reads(),
    ("lead_changes", "POST"): Operation("leads:write", MARKETING, {"leads": ["{fresh_lead}"], "change": "wake"}),
    ("lead_views", "GET"): _reads(),
    ("lead_views", "POST"): Operation("leads:write", ALL, {"name": "Fresh", "query": "stage=mql"}),
    ("lead_view", "PATCH"): Operation(
        "leads:write", ALL, {"name": "Renamed"}, {"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS
    ),
    ("lead_view", "DELETE"): Operation(
        "leads:write", ALL, path={"view_id": "{saved_view}"}, refused=ALL - VIEW_KEEPERS
    ),
    ("lead", "GET"): _reads(lead_id="{lead}"),
    ("followups", "GET"): _reads(),
    ("lead_followups", "GET"): _reads(lead_id="{lead}"),
    ("lead_followups", "POST"): Operation(
        "leads:write", SIDES, {"what": "Call again", "due_on": "2026-03-05"}, {"lead_id": "{lead}"}
    ),
    ("followup", "GET"): _reads(step_id="{step}"),
    ("followup", "PATCH"): Operation(
        "leads:write", SIDES, {"what": "Write"}, {"step_id": "{step}"}, headers={"If-Match": "*"}, refused=MARKETING
    ),
    ("followup_done", "POST"): Operation("leads:write", SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    ("followup_cancellation", "POST"): Operation("leads:write", SIDES, path={"step_id": "{step}"}, refused=MARKETING),
    ("insights", "GET"): _reads(),
    ("insights", "POST"): Operation("leads:write", SIDES, {"text": "They fear the migration."}),
    ("insight", "GET"): _reads(insight_id="{insight}"),
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
    ("insight_tags", "GET"): _reads(),
    ("campaigns", "GET"): _reads(),
    ("campaigns", "POST"): Operation("leads:write", MARKETING | ADMIN, {"name": "Spring fair"}),
    ("campaign", "GET"): _reads(campaign_id="{campaign}"),
    ("campaign_costs", "GET"): _reads(campaign_id="{campaign}"),
    ("campaign_costs", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, {"booked_on": "2026-03-01", "amount": "120"}, {"campaign_id": "{campaign}"}
    ),
    ("duplicates", "GET"): _reads(roles=ALL - {Role.SALES_REP}),
    ("lead_merge", "POST"): Operation("leads:write", MERGERS, {"lead": "{other_lead}"}, {"lead_id": "{lead}"}),
    ("lead_unmerge", "POST"): Operation("leads:write", MERGERS, path={"lead_id": "{merged_lead}"}),
    ("lead", "PATCH"): Operation(
        "leads:write", SIDES, {"job_title": "CEO"}, {"lead_id": "{lead}"}, headers={"If-Match": "*"}
    ),
    ("lead_erasure", "POST"): Operation("privacy:manage", ADMIN, path={"lead_id": "{fresh_lead}"}),
    ("lead_export", "GET"): _reads("privacy:manage", ADMIN, lead_id="{lead}"),
    ("lead_journey", "GET"): _reads(lead_id="{lead}"),
    ("lead_events", "GET"): _reads(lead_id="{lead}"),
    ("lead_handovers", "POST"): Operation(
        "handovers:write", MARKETING, {"note": "Call soon"}, {"lead_id": "{fresh_lead}"}
    ),
    ("handovers", "GET"): _reads(),
    ("handovers_bulk", "POST"): Operation("handovers:write", MARKETING, {"leads": ["{fresh_lead}"]}),
    ("handovers_assignments", "POST"): Operation(
        "handovers:write", SALES_HEAD, {"handovers": ["{handover}"], "to": "reps"}
    ),
    ("routing_rules", "GET"): _reads(roles=ROUTERS | {Role.AUDITOR}),
    ("routing_rules", "PUT"): Operation("handovers:write", ROUTERS, {"rules": []}, headers={"If-Match": "*"}),
    ("lead_routing", "GET"): _reads(roles=ROUTERS | {Role.AUDITOR}, lead_id="{lead}"),
    ("kpis_fairness", "GET"): _reads("reports:read", SALES),
    ("notices", "GET"): _reads(),
    ("notices_read", "POST"): Operation("leads:write", ALL, {"until": "2026-03-02T12:00:00Z"}),
    ("notification_choices", "GET"): _reads(),
    ("notification_choices", "PATCH"): Operation("leads:write", ALL, {"choices": {"handover.sent": "daily"}}),
    ("mails", "GET"): _reads("webhooks:manage", ADMIN | {Role.AUDITOR}),
    ("mail_retry", "POST"): Operation("webhooks:manage", ADMIN, path={"mail_id": "{failed_mail}"}),
    ("webhook_endpoints", "GET"): _reads("webhooks:manage", ADMIN | {Role.AUDITOR}),
    ("webhook_endpoints", "POST"): Operation(
        "webhooks:manage", ADMIN, {"name": "CRM", "url": "https://crm.example/hook", "types": ["handover.sent"]}
    ),
    ("webhook_endpoint", "GET"): _reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **ENDPOINT),
    ("webhook_endpoint", "PATCH"): Operation(
        "webhooks:manage", ADMIN, {"name": "ERP"}, ENDPOINT, headers={"If-Match": "*"}
    ),
    ("webhook_endpoint", "DELETE"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_secret", "GET"): _reads("webhooks:manage", ADMIN, **ENDPOINT),
    ("webhook_pause", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_resumption", "POST"): Operation("webhooks:manage", ADMIN, path={"endpoint_id": "{paused_endpoint}"}),
    ("webhook_rotation", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_trial", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_replay", "POST"): Operation(
        "webhooks:manage", ADMIN, {"since": "2026-03-01T00:00:00Z", "until": "2026-03-05T00:00:00Z"}, ENDPOINT
    ),
    ("webhook_deliveries", "GET"): _reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **ENDPOINT),
    ("webhook_delivery", "GET"): _reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **DELIVERY),
    ("webhook_delivery_replay", "POST"): Operation("webhooks:manage", ADMIN, path=DELIVERY),
    ("absences", "GET"): _reads(),
    ("figure_rules", "GET"): _reads("reports:read"),
    ("figure_rules", "POST"): Operation("privacy:manage", ADMIN, {"rule": "nobody", "note": "Works council."}),
    ("teams", "GET"): _reads(),
    ("teams", "POST"): Operation("handovers:write", ADMIN, {"name": "North", "side": "sales"}),
    ("members", "GET"): _reads(),
    ("member_manager", "PUT"): Operation(
        "handovers:write",
        HEADS | ADMIN,
        {"manager": None},
        {"member_id": "{rep}"},
        refused=frozenset({Role.MARKETING_MANAGER}),
    ),
    ("team", "PUT"): Operation("handovers:write", ADMIN, {"name": "North", "members": []}, {"team_id": "{team}"}),
    ("absences", "POST"): Operation("handovers:write", AWAY, {"first_day": "2026-05-04", "last_day": "2026-05-08"}),
    ("absence_end", "POST"): Operation(
        "handovers:write", AWAY, path={"absence_id": "{absence}"}, refused=NOT_THEIR_PEOPLE
    ),
    ("handover", "GET"): _reads(handover_id="{handover}"),
    ("handover_acceptance", "POST"): Operation("handovers:write", SALES, path=_handover()),
    ("handover_rejection", "POST"): Operation("handovers:write", SALES, REJECTION, _handover()),
    ("handover_attempts", "POST"): Operation("handovers:write", SALES, ATTEMPT, _handover()),
    ("handover_evidence", "GET"): _reads(**_handover("{returned}")),
    ("handover_evidence", "POST"): Operation(
        "handovers:write", SIDES, {"name": "register.txt", "file": "VHdlbHZl"}, _handover("{returned}")
    ),
    ("handover_evidence_one", "GET"): _reads(**EVIDENCE),
    ("handover_evidence_one", "DELETE"): Operation(
        "handovers:write", SIDES, path=EVIDENCE, refused=SIDES - {Role.SALES_REP}
    ),
    ("handover_evidence_file", "GET"): _reads(**EVIDENCE),
    ("handover_outcome", "POST"): Operation(
        "handovers:write", SALES, {"progress": "qualified"}, _handover("{accepted}")
    ),
    ("handover_assignment", "POST"): Operation("handovers:write", SALES_HEAD, {"to": "{rep}"}, _handover()),
    ("handover_return", "POST"): Operation(
        "handovers:write", MARKETING, {"answer": "nurture", "wake_on": "2026-06-01"}, _handover("{returned}")
    ),
    ("home", "GET"): _reads("reports:read"),
    ("kpis", "GET"): _reads("reports:read"),
    ("kpis_funnel", "GET"): _reads("reports:read"),
    ("kpis_pace", "GET"): _reads("reports:read"),
    ("kpis_criteria", "GET"): _reads("reports:read"),
    ("kpis_campaigns", "GET"): _reads("reports:read"),
    ("kpis_revenue", "GET"): _reads("reports:read"),
    ("kpis_quality", "GET"): _reads("reports:read"),
    ("kpis_speed_to_lead", "GET"): _reads("reports:read"),
    ("reviews", "GET"): _reads("reports:read"),
    ("reviews", "POST"): Operation("sla:write", HEADS, {"starts_at": "2026-04-01T10:00:00Z", "rhythm": "monthly"}),
    ("review", "GET"): _reads("reports:read", **REVIEW),
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
    ("review_calendar", "GET"): _reads("reports:read", **REVIEW),
    ("review_minutes", "GET"): _reads("reports:read", **REVIEW),
    ("actions_of_reviews", "GET"): _reads("reports:read"),
    ("action_completion", "POST"): Operation(
        "sla:write", ALL, path=REVIEW_ACTION, refused=ALL - HEADS - {Role.SALES_REP}
    ),
    ("action_dropping", "POST"): Operation("sla:write", HEADS, path=REVIEW_ACTION),
    ("action_carrying", "POST"): Operation("sla:write", HEADS, {"due_on": "2026-04-20"}, REVIEW_ACTION),
    ("kpis_table", "GET"): _reads("reports:read", name="breached"),
    ("kpis_period_table", "GET"): _reads("reports:read", name="criteria"),
    ("review_table", "GET"): _reads("reports:read", **REVIEW, name="agenda"),
    ("reports", "GET"): _reads("reports:read"),
    ("report", "GET"): _reads("reports:read", kind="weekly"),
    ("report", "PUT"): Operation(
        "reports:read", ALL, {"hour": 16, "form": "pdf", "active": True, "weekday": 3}, {"kind": "weekly"}
    ),
    ("report_paper", "GET"): _reads("reports:read", kind="monthly"),
    ("report_sendings", "POST"): Operation("reports:read", ALL, path={"kind": "weekly"}),
    ("reports_sent", "GET"): _reads("reports:read"),
    ("report_sent_paper", "GET"): _reads("reports:read", sending_id="{report}"),
    ("lead_stage", "GET"): _reads(lead_id="{lead}"),
    ("lead_stage", "POST"): Operation(
        "leads:write", SIDES, {"stage": "nurture", "reason": "Later"}, {"lead_id": "{lead}"}, refused=SIDES
    ),
    ("attributes", "GET"): _reads(),
    ("attributes", "POST"): Operation("leads:write", ADMIN, {"label": "Seats", "kind": "number"}),
    ("attribute", "GET"): _reads(attribute_id="{attribute}"),
    ("attribute", "PATCH"): Operation(
        "leads:write", ADMIN, {"label": "Money"}, {"attribute_id": "{attribute}"}, headers={"If-Match": "*"}
    ),
    ("attribute_retirement", "POST"): Operation("leads:write", ADMIN, path={"attribute_id": "{attribute}"}),
    ("attribute_retirement", "DELETE"): Operation("leads:write", ADMIN, path={"attribute_id": "{attribute}"}),
    ("returns_yield", "GET"): _reads("reports:read", ALL - SALES),
    ("reasons", "GET"): _reads(),
    ("reason_order", "PUT"): Operation("leads:write", ADMIN, {"keys": ["price"]}, {"kind": "lost"}),
    ("reason_retirement", "POST"): Operation("leads:write", ADMIN, path={"kind": "lost", "key": "price"}),
    ("reason_retirement", "DELETE"): Operation("leads:write", ADMIN, path={"kind": "lost", "key": "price"}),
    ("stages", "GET"): _reads(),
    ("stage", "GET"): _reads(stage="sql"),
    ("stage", "PUT"): Operation(
        "leads:write", KEEPERS, {"label": "Talking"}, {"stage": "sql"}, headers={"If-Match": "*"}
    ),
    ("scoring_preview", "POST"): Operation("sla:write", HEADS, path={"number": "{version}"}),
    ("scoring_preview", "GET"): _reads("sla:read", HEADS, number="{version}"),
    ("rescoring", "POST"): Operation("leads:write", KEEPERS),
    ("rescoring", "GET"): _reads(),
    ("handover_appeal", "POST"): Operation(
        "cases:write", MARKETING, {"grounds": "It fits."}, {"handover_id": "{returned}"}
    ),
    ("cases", "GET"): _reads(),
    ("case", "GET"): _reads(case_id="{case}"),
    ("case_statements", "POST"): Operation("cases:write", SIDES, {"text": "We did call."}, {"case_id": "{case}"}),
    ("case_ruling", "POST"): Operation("cases:write", CHAIR, RULING, {"case_id": "{case}"}),
    ("case_withdrawal", "POST"): Operation("cases:write", MARKETING, path={"case_id": "{case}"}),
    ("case_correction", "POST"): Operation("cases:write", CHAIR, CORRECTION, {"case_id": "{ruled_case}"}),
    ("case_votes", "GET"): _reads(case_id="{case}"),
    ("case_votes", "POST"): Operation("cases:write", ALL, VOTE, _case(), refused=ALL - BENCH),
    ("case_notes", "GET"): _reads(case_id="{case}"),
    ("case_notes", "POST"): Operation("cases:write", ALL, {"text": "All heard."}, _case(), refused=ALL - BENCH),
    ("case_recusals", "GET"): _reads(case_id="{case}"),
    ("case_recusals", "POST"): Operation("cases:write", ALL, {"reason": "A friend."}, _case(), refused=ALL - BENCH),
    ("case_stage", "POST"): Operation(
        "cases:write", ALL, {"stage": "evidence"}, {"case_id": "{filed_case}"}, refused=ALL - CHAIR
    ),
    ("case_files", "GET"): _reads(case_id="{filed_case}"),
    ("case_files", "POST"): Operation(
        "cases:write",
        ALL,
        {"name": "register.txt", "file": "VHdlbHZl"},
        _case("{filed_case}"),
        refused=ALL - SIDES - CHAIR,
    ),
    ("case_file", "GET"): _reads(**CASE_FILE),
    ("case_file", "DELETE"): Operation("cases:write", ALL, path=CASE_FILE, refused=ALL - {Role.MARKETER}),
    ("case_file_content", "GET"): _reads(**CASE_FILE),
    ("case_ruling_paper", "GET"): _reads(case_id="{ruled_case}"),
    ("board_figures", "GET"): _reads("reports:read"),
    ("sittings", "GET"): _reads(),
    ("sittings", "POST"): Operation("cases:write", CHAIR, {"starts_at": "2026-04-01T10:00:00Z"}),
    ("sitting", "GET"): _reads(sitting_id="{sitting}"),
    ("sitting", "PATCH"): Operation(
        "cases:write", CHAIR, {"minutes": "All heard."}, {"sitting_id": "{sitting}"}, headers={"If-Match": "*"}
    ),
    ("sitting_docket", "POST"): Operation(
        "cases:write", CHAIR, {"case": "{case}", "do": "down"}, {"sitting_id": "{sitting}"}
    ),
    ("sitting_end", "POST"): Operation("cases:write", CHAIR, {"state": "held"}, {"sitting_id": "{sitting}"}),
    ("sitting_calendar", "GET"): _reads(sitting_id="{sitting}"),
    ("amendments", "GET"): _reads("sla:read"),
    ("amendments", "POST"): Operation("sla:write", HEADS, AMENDMENT),
    ("amendment_preview", "POST"): Operation("sla:write", HEADS, AMENDMENT),
    ("amendment_preview", "GET"): _reads("sla:read", HEADS),
    ("board_seats", "GET"): _reads(),
    ("board_seats", "POST"): Operation("cases:write", CHAIR, {"member": "{member}", "kind": "member"}),
    ("board_seat", "DELETE"): Operation("cases:write", CHAIR, path={"seat_id": "{seat}"}),
    ("precedents", "GET"): _reads(),
    ("precedent", "GET"): _reads(precedent_id="{precedent}"),
    ("rulings", "GET"): _reads(),
    ("rulings_similar", "GET"): _reads(),
    ("agreements", "GET"): _reads("sla:read"),
    ("agreement", "GET"): _reads("sla:read", number="{version}"),
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
    ("agreement_replay", "POST"): Operation("reports:read", HEADS | CHAIR, path={"number": "{draft}"}),
    ("agreement_replay", "GET"): Operation("reports:read", HEADS | CHAIR, path={"number": "{replayed}"}),
    ("agreement_diff", "GET"): _reads("sla:read", number="{draft}"),
    ("agreement_labels", "PUT"): Operation(
        "sla:write", ADMIN, {"labels": {"/reasons/lost/price": "Too dear"}}, {"number": "{version}"}
    ),
    ("signing_deputy", "GET"): _reads("sla:read"),
    ("signing_deputy", "PUT"): Operation("sla:write", HEADS, {"member": None}),
    ("targets", "GET"): _reads("sla:read"),
    ("targets", "POST"): Operation(
        "sla:write", frozenset({Role.MARKETING_MANAGER}), {"month": "2026-04", "points": 340}
    ),
    ("months", "GET"): _reads("sla:read"),
    ("month", "GET"): _reads("sla:read", month="{month}"),
    ("plans", "POST"): Operation("reports:read", HEADS | CHAIR | {Role.AUDITOR}, PLAN),
    ("plan_adoption", "POST"): Operation("sla:write", frozenset({Role.MARKETING_MANAGER}), PLAN),
    ("countersignature", "POST"): Operation(
        "sla:write", frozenset({Role.SALES_MANAGER}), path={"target_id": "{target}"}
    ),
    ("clocks", "GET"): _reads("sla:read"),
    ("clock_explanation", "GET"): _reads("sla:read", clock_id="{clock}"),
    ("breaches", "GET"): _reads("sla:read"),
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
    ("kpis_added_up", "GET"): _reads("reports:read", HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
    ("engine_health", "GET"): _reads("sla:read", HEADS | CHAIR | ADMIN | {Role.AUDITOR}),
    ("calendars", "GET"): _reads("sla:read"),
    ("calendars", "POST"): Operation("sla:write", ADMIN, WEEK),
    ("calendar", "GET"): _reads("sla:read", **CALENDAR),
    ("calendar", "PUT"): Operation(
        "sla:write", ADMIN, {**WEEK, "name": "Pikett"}, {"calendar_id": "{spare_calendar}"}, headers={"If-Match": "*"}
    ),
    ("calendar_versions", "GET"): _reads("sla:read", **CALENDAR),
    ("calendar_holidays", "GET"): Operation("sla:write", ADMIN, path=CALENDAR),
    ("calendar_holidays", "POST"): Operation("sla:write", ADMIN, HOLIDAYS, CALENDAR),
    ("calendar_file", "POST"): Operation("sla:write", ADMIN, {"text": EMPTY_FILE}, CALENDAR),
    ("calendar_retirement", "POST"): Operation("sla:write", ADMIN, path={"calendar_id": "{spare_calendar}"}),
    ("calendar_preview", "POST"): Operation("sla:read", ALL, PREVIEW, {"calendar_id": "{calendar}"}),
}

# What needs no secret key: name → what a stranger gets from GET.
OPEN_OPERATIONS = {
    "schema": 200,
    "reference": 200,
    "form_submissions": 405,
    "form_behaviours": 405,
    "adapter_call": 405,
}

# Pages of no organisation: name → (what a stranger gets, what a member gets) from GET.
OPEN_PAGES: dict[str, tuple[int, int]] = {
    "home": (302, 302),
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_change_password": (302, 200),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "accept_invitation": (200, 200),
    "intake_thanks": (200, 200),
    "intake_script": (200, 200),
    "intake_form": (200, 200),
    "intake_confirm": (200, 200),
    "unsubscribe": (200, 200),
}


@dataclass(frozen=True)
class Found:
    """One route as the resolver has it."""

    name: str
    address: str
    view: Any


def routes() -> list[Found]:
    """Return every route of the product."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, namespace: str, address: str) -> Any:
    for pattern in patterns:
        here = address + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            yield Found(f"{namespace}{pattern.name}", here, pattern.callback)


def pages() -> dict[str, Found]:
    """Return the routes under /o/<organisation>/ by name."""
    return {found.name: found for found in routes() if found.address.startswith("o/<slug:slug>/")}


def operations() -> dict[str, Found]:
    """Return the routes of the interface by name."""
    return {found.name.removeprefix("api:"): found for found in routes() if found.address.startswith("api/v1/")}


def methods_of(found: Found) -> set[str]:
    """Return the methods that an operation's view answers, OPTIONS and HEAD aside."""
    view = found.view.cls
    return {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}


def filled(value: Any, house: House) -> Any:
    """Return the value with every {kind} replaced by the id of that thing of the organisation."""
    if isinstance(value, str):
        return value.format_map(house.things) if value.startswith("{") and value.endswith("}") else value
    if isinstance(value, Mapping):
        # A field may be named after a thing, too.
        return {name.format_map(house.things): filled(part, house) for name, part in value.items()}
    return [filled(part, house) for part in value] if isinstance(value, list) else value
