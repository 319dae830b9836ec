"""Pages and operations of tenants: people, keys, settings."""

from tenants.roles import Role
from tests.tenants.tables.roles import ADMIN, ALL, AWAY, HEADS, NOT_THEIR_PEOPLE
from tests.tenants.tables.shapes import Operation, Page, reads

PAGES: dict[str, Page] = {
    "tenants:members": Page(HEADS | ADMIN | {Role.AUDITOR}),
    "tenants:member_manager": Page(
        HEADS | ADMIN, HEADS | ADMIN, {"manager": "{marketer}"}, {"member_id": "{rep}"},
        refused=frozenset({Role.MARKETING_MANAGER}),
    ),
    "tenants:member_access": Page(ADMIN, ADMIN, {"access": "off"}, {"member_id": "{rep}"}),
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
    "tenants:my_keys": Page(ALL),
    "tenants:key_agree": Page(post=ALL, path={"key_id": "{key}"}, refused=ALL - ADMIN),
    "tenants:own_key_end": Page(post=ALL, path={"key_id": "{key}"}, refused=ALL - ADMIN),
    "tenants:me": Page(ALL, ALL, {"display_name": "Somebody", "theme": "auto"}),
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("job", "GET"): reads(job_id="{job}"),
    ("absences", "GET"): reads(),
    ("figure_rules", "GET"): reads("reports:read"),
    ("figure_rules", "POST"): Operation("privacy:manage", ADMIN, {"rule": "nobody", "note": "Works council."}),
    ("keys", "GET"): reads("sla:read"),
    ("key_consent", "POST"): Operation("sla:write", ALL, path={"key_id": "{key}"}, refused=ALL - ADMIN),
    ("key_revocation", "POST"): Operation("sla:write", ALL, path={"key_id": "{key}"}, refused=ALL - ADMIN),
    ("teams", "GET"): reads(),
    ("teams", "POST"): Operation("handovers:write", ADMIN, {"name": "North", "side": "sales"}),
    ("members", "GET"): reads(),
    ("member_manager", "PUT"): Operation(
        "handovers:write",
        HEADS | ADMIN,
        {"manager": None},
        {"member_id": "{rep}"},
        refused=frozenset({Role.MARKETING_MANAGER}),
    ),
    ("member_access", "PUT"): Operation("handovers:write", ADMIN, {"is_active": True}, {"member_id": "{rep}"}),
    ("team", "PUT"): Operation("handovers:write", ADMIN, {"name": "North", "members": []}, {"team_id": "{team}"}),
    ("absences", "POST"): Operation("handovers:write", AWAY, {"first_day": "2026-05-04", "last_day": "2026-05-08"}),
    ("absence_end", "POST"): Operation(
        "handovers:write", AWAY, path={"absence_id": "{absence}"}, refused=NOT_THEIR_PEOPLE
    ),
}
