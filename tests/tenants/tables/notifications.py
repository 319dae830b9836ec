"""Pages and operations of notifications: messages and endpoints."""

from tenants.roles import Role
from tests.tenants.tables.roles import ADMIN, ALL
from tests.tenants.tables.shapes import Operation, Page, reads

ENDPOINT = {"endpoint_id": "{endpoint}"}
DELIVERY = {**ENDPOINT, "delivery_id": "{delivery}"}
ENDPOINT_FORM = {"name": "CRM", "url": "https://crm.example/hook", "everything": "on"}

PAGES: dict[str, Page] = {
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
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("notices", "GET"): reads(),
    ("notices_read", "POST"): Operation("leads:write", ALL, {"until": "2026-03-02T12:00:00Z"}),
    ("notification_choices", "GET"): reads(),
    ("notification_choices", "PATCH"): Operation("leads:write", ALL, {"choices": {"handover.sent": "daily"}}),
    ("mails", "GET"): reads("webhooks:manage", ADMIN | {Role.AUDITOR}),
    ("mail_retry", "POST"): Operation("webhooks:manage", ADMIN, path={"mail_id": "{failed_mail}"}),
    ("webhook_endpoints", "GET"): reads("webhooks:manage", ADMIN | {Role.AUDITOR}),
    ("webhook_endpoints", "POST"): Operation(
        "webhooks:manage", ADMIN, {"name": "CRM", "url": "https://crm.example/hook", "types": ["handover.sent"]}
    ),
    ("webhook_endpoint", "GET"): reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **ENDPOINT),
    ("webhook_endpoint", "PATCH"): Operation(
        "webhooks:manage", ADMIN, {"name": "ERP"}, ENDPOINT, headers={"If-Match": "*"}
    ),
    ("webhook_endpoint", "DELETE"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_secret", "GET"): reads("webhooks:manage", ADMIN, **ENDPOINT),
    ("webhook_pause", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_resumption", "POST"): Operation("webhooks:manage", ADMIN, path={"endpoint_id": "{paused_endpoint}"}),
    ("webhook_rotation", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_trial", "POST"): Operation("webhooks:manage", ADMIN, path=ENDPOINT),
    ("webhook_replay", "POST"): Operation(
        "webhooks:manage", ADMIN, {"since": "2026-03-01T00:00:00Z", "until": "2026-03-05T00:00:00Z"}, ENDPOINT
    ),
    ("webhook_deliveries", "GET"): reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **ENDPOINT),
    ("webhook_delivery", "GET"): reads("webhooks:manage", ADMIN | {Role.AUDITOR}, **DELIVERY),
    ("webhook_delivery_replay", "POST"): Operation("webhooks:manage", ADMIN, path=DELIVERY),
}
