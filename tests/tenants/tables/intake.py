"""Pages and operations of intake: submissions, forms, files."""

from tenants.roles import Role
from tests.tenants.tables.roles import ADMIN, ALL, DOOR, KEEPERS, MARKETING
from tests.tenants.tables.shapes import Operation, Page, reads

ADAPTER = {"form_id": "{adapter}"}
SUBMISSION = {"person": {"email": "new@example.com"}}

PAGES: dict[str, Page] = {
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
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("submissions", "POST"): Operation("leads:write", ALL - {Role.AUDITOR}, SUBMISSION),
    ("submission", "GET"): reads(roles=DOOR, submission_id="{submission}"),
    ("submission_release", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, path={"submission_id": "{quarantined}"}
    ),
    ("submission_spam", "POST"): Operation("leads:write", MARKETING | ADMIN, path={"submission_id": "{quarantined}"}),
    ("submissions", "GET"): reads(roles=DOOR),
    ("submission_opt_in", "POST"): Operation("leads:write", MARKETING | ADMIN, path={"submission_id": "{unconfirmed}"}),
    ("keeping", "GET"): reads("privacy:manage", ADMIN | {Role.AUDITOR}),
    ("keeping", "PUT"): Operation(
        "privacy:manage", ADMIN, {"submissions_days": 200, "visits_days": 100}, headers={"If-Match": "*"}
    ),
    ("behaviours", "POST"): Operation(
        "leads:write", ALL - {Role.AUDITOR}, {"kind": "pricing_viewed", "lead": "{lead}"}
    ),
    ("batches", "GET"): reads(roles=DOOR),
    ("batches", "POST"): Operation("leads:write", MARKETING | ADMIN, {"text": "email\na@b.example"}),
    ("batch", "GET"): reads(roles=DOOR, batch_id="{batch}"),
    ("batch_rows", "GET"): reads(roles=DOOR, batch_id="{tried_batch}"),
    ("batch_check", "POST"): Operation("leads:write", MARKETING | ADMIN, {"mapping": {}}, {"batch_id": "{batch}"}),
    ("batch_run", "POST"): Operation("leads:write", MARKETING | ADMIN, {}, {"batch_id": "{tried_batch}"}),
    ("batch_undo", "POST"): Operation(
        "leads:write", MARKETING | ADMIN, path={"batch_id": "{batch}"}, refused=MARKETING | ADMIN
    ),
    ("machine_visits", "GET"): reads(roles=DOOR),
    ("adapters", "GET"): reads(roles=DOOR),
    ("adapters", "POST"): Operation("leads:write", KEEPERS, {"provider": "typeform", "name": "Webinar"}),
    ("adapter", "GET"): reads("leads:write", KEEPERS, **ADAPTER),
    ("adapter", "PATCH"): Operation("leads:write", KEEPERS, {"name": "Other"}, ADAPTER, headers={"If-Match": "*"}),
    ("adapter_retirement", "POST"): Operation("leads:write", KEEPERS, path=ADAPTER),
    ("adapter_trial", "POST"): Operation("leads:write", KEEPERS, path=ADAPTER),
    ("forms", "GET"): reads(roles=DOOR),
    ("forms", "POST"): Operation("leads:write", KEEPERS, {"name": "Fair", "origins": ["https://www.example.com"]}),
    ("form", "GET"): reads(roles=DOOR, form_id="{form}"),
    ("form", "PATCH"): Operation(
        "leads:write", KEEPERS, {"name": "Other"}, {"form_id": "{form}"}, headers={"If-Match": "*"}
    ),
    ("form_retirement", "POST"): Operation("leads:write", KEEPERS, path={"form_id": "{form}"}),
}
