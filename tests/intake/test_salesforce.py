"""Salesforce web-to-lead: what is understood, what is one post, and where a browser goes."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import time_machine

from intake.actions import change_adapter
from smarketing.lib.scope import tenant_scope
from tests.intake.adapters import only_lead, send, set_up, submissions
from tests.support import Cast

WEB_TO_LEAD = {
    "oid": "00D300000000abc",
    "retURL": "https://evil.example/",
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "company": "Example GmbH",
    "URL": "https://example.com",
    "title": "CTO",
    "employees": "120",
    "lead_source": "Web",
    "description": "Please call",
    "00N5f00000AbCdE": "50k",
}


def web_to_lead(path: str, fields: dict[str, str], **headers: str) -> Any:
    return send(path, urlencode(fields).encode(), kind="application/x-www-form-urlencoded", **headers)


def test_a_form_of_salesforce_becomes_a_lead(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "salesforce-web-to-lead", at=at, mapping={"00N5f00000AbCdE": "intent"})
    assert web_to_lead(path, WEB_TO_LEAD).status_code == 202
    lead = only_lead(cast)
    assert (lead.email, lead.job_title, lead.message) == ("jane@example.com", "CTO", "Please call")
    assert lead.company.employees == 120
    assert lead.first_touch["source"] in ("Web", "web")
    assert not {"oid", "retURL"} & lead.custom.keys()
    assert submissions(cast)[0].raw == WEB_TO_LEAD


def test_the_same_form_twice_a_day_is_one(cast: Cast, at: datetime) -> None:
    _form, path = set_up(cast, "salesforce-web-to-lead", at=at)
    for later in (timedelta(0), timedelta(minutes=1), timedelta(days=1)):
        with time_machine.travel(at + later, tick=False):
            assert web_to_lead(path, WEB_TO_LEAD).status_code == 202
    assert len(submissions(cast)) == 2


def test_a_browser_goes_to_the_thank_you_page_and_never_where_the_post_says(cast: Cast, at: datetime) -> None:
    form, path = set_up(cast, "salesforce-web-to-lead", at=at, thanks_url="https://www.acme.example/thanks")
    answer = web_to_lead(path, WEB_TO_LEAD, **{"Sec-Fetch-Mode": "navigate"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.acme.example/thanks")
    with tenant_scope(cast.acme.pk):
        change_adapter(form, thanks_url="", by=cast.marc, at=at)
    answer = web_to_lead(path, WEB_TO_LEAD, **{"Sec-Fetch-Mode": "navigate"})
    assert (answer.status_code, "Location" in answer.headers) == (202, False)
