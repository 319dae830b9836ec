"""The posts of bench_intake, and the rows that the ceiling and COPY write of them."""

import json
import re
import secrets
import time
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

# Leads of so many companies.
COMPANIES = 2_000

PERSON = {"given_name": "Jane", "family_name": "Doe", "phone": "+43 1 58858", "job_title": "CTO"}
ATTRIBUTION = {
    "first": {"source": "linkedin", "medium": "paid_social", "at": "2026-02-01T08:00:00Z"},
    "last": {"source": "google", "medium": "cpc"},
    "landing_page": "/guide",
}
CONSENT = {"purpose": "sales_contact", "granted": True, "text": "I agree to be called", "text_version": "2026-01"}


def domain(number: int) -> str:
    """Return where the person with this number works."""
    return f"company{number % COMPANIES}.com"


def form_post(number: int) -> dict[str, Any]:
    """What a web form sends."""
    return {
        "email": f"b{number}@{domain(number)}", "name": "Jane Doe", "phone": "+43 1 58858", "company": "Example GmbH",
        "country": "AT", "job_title": "CTO", "message": "Please tell me more", "utm_source": "google",
        "utm_medium": "cpc", "landing_page": "/guide", "consent": "yes", "budget": "50k",
    }  # fmt: skip


def client_post(number: int) -> dict[str, Any]:
    """What a client with a secret key sends."""
    return {
        "external_id": f"bench:{number}",
        "person": {"email": f"b{number}@{domain(number)}", **PERSON},
        "company": {"name": "Example GmbH", "employees": 120, "industry": "logistics", "country": "AT"},
        "attribution": ATTRIBUTION,
        "consents": [CONSENT],
        "custom": {"budget": "50k"},
    }


def request_post(number: int) -> dict[str, Any]:
    """The same of somebody who asks for a sales talk, and so goes to sales at once."""
    return {**client_post(number), "intent": "talk_to_sales"}


def plain_post(number: int) -> dict[str, Any]:
    """The same for the plainest view, which takes a flat person."""
    given = {**PERSON, "country": "AT", "company_name": "Example GmbH", "message": "Please tell me more"}
    return {"external_id": f"bench:{number}", "person": {"email": f"b{number}@{domain(number)}", **given}}


LEAD = {
    "email": "'b' || n || '@company.com'", "email_norm": "'b' || n || '@company.com'", "given_name": "'Jane'",
    "family_name": "'Doe'", "phone": "'+43 1 58858'", "phone_e164": "'+43158858'", "job_title": "'CTO'",
    "country": "'AT'", "company_name": "'Example GmbH'", "message": "'Please tell me more'",
    "custom": """'{"budget": "50k"}'""", "attributes": "'{}'", "stage": "'lead'", "stage_since": "now()",
    "origin": "'marketing'", "cycle": "1", "fit_grade": "'B'", "fit_points": "40", "readiness_grade": "4",
    "readiness_points": "0", "tier": "''", "wants_sales_talk": "false", "score_reasons": "'[]'",
    "first_touch": """'{"source": "google", "medium": "cpc"}'""",
    "last_touch": """'{"source": "google", "medium": "cpc"}'""", "utm_unknown": "''", "created_at": "now()",
    "updated_at": "now()", "revision": "1",
}  # fmt: skip
SUBMISSION = {
    "source": "'api'", "external_id": "'bench:' || n", "raw": "'{raw}'", "content_type": "'application/json'",
    "ip": "'127.0.0.1'", "user_agent": "'bench'", "received_at": "now()", "state": "'matched'", "judged_at": "now()",
    "reasons": "'[]'", "warnings": "'[]'", "created_lead": "true", "attempts": "0",
}  # fmt: skip
EVENT = {
    "kind": "'lead.received'", "subject_kind": "'lead'", "via": "'key:bench'", "at": "now()",
    "data": """'{"created": true}'""",
}  # fmt: skip


def ceiling() -> str:
    """Return the one call that writes a post, its lead and the event, for pgbench."""
    raw = json.dumps(client_post(0)).replace("'", "''")
    org = "current_setting('app.tenant_id')::bigint"
    submission = {**SUBMISSION, "raw": f"'{raw}'"}
    statement = (
        "with counted as (select nextval('bench_number') as n), "
        f"lead as (insert into leads_lead (organisation_id, number, {', '.join(LEAD)})"
        f" select {org}, n, {', '.join(LEAD.values())} from counted returning id, number as n), "
        f"submission as (insert into intake_submission (organisation_id, lead_id, {', '.join(submission)})"
        f" select {org}, id, {', '.join(submission.values())} from lead) "
        f"insert into events_event (organisation_id, subject_id, thread_id, {', '.join(EVENT)})"
        f" select {org}, id, id, {', '.join(EVENT.values())} from lead;"
    )
    # To pgbench a word behind a colon is one of its variables.
    return re.sub(r"(?<!:):(?=\w)", ".", statement) + "\n"


def to_copy(organisation_id: int, first: int, rows: int) -> list[tuple[str, StringIO]]:
    """Return the COPY statements of so many leads with their posts and events, each with its text."""
    people = [(_uuid7(), number) for number in range(first, first + rows)]
    return [
        _table("leads_lead", LEAD, [_lead(organisation_id, *one) for one in people], "id, number"),
        _table("intake_submission", SUBMISSION, [_submission(organisation_id, *one) for one in people], "lead_id"),
        _table("events_event", EVENT, [_event(organisation_id, *one) for one in people], "subject_id, thread_id"),
    ]


def _table(name: str, columns: dict[str, str], lines: list[str], keys: str) -> tuple[str, StringIO]:
    return f"copy {name} (organisation_id, {keys}, {', '.join(columns)}) from stdin", StringIO("".join(lines))


def _lead(organisation_id: int, lead_id: UUID, number: int) -> str:
    return _line(organisation_id, [lead_id, 1_500_000_000 + number], LEAD, number)


def _submission(organisation_id: int, lead_id: UUID, number: int) -> str:
    return _line(organisation_id, [lead_id], SUBMISSION, number)


def _event(organisation_id: int, lead_id: UUID, number: int) -> str:
    return _line(organisation_id, [lead_id, lead_id], EVENT, number)


def _line(organisation_id: int, keys: list[Any], columns: dict[str, str], number: int) -> str:
    values = [str(part) for part in (organisation_id, *keys)]
    return "\t".join([*values, *(_literal(text, number) for text in columns.values())]) + "\n"


def _literal(text: str, number: int) -> str:
    """Return what the expression of the ceiling stands for."""
    if text == "now()":
        return datetime.now(UTC).isoformat()
    if text == "'{raw}'":
        return json.dumps(client_post(number))
    return "".join(f"copy{number}" if part == "n" else part.strip("'") for part in text.split(" || "))


def _uuid7() -> UUID:
    """Return an id as PostgreSQL makes them: new ones stand at the end of an index."""
    stamp = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    rest = bytearray(secrets.token_bytes(10))
    rest[0], rest[2] = rest[0] & 0x0F | 0x70, rest[2] & 0x3F | 0x80
    return UUID(bytes=stamp + bytes(rest))
