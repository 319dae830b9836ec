"""The pages of intake: who may, what they show, what they refuse."""

from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from intake import actions
from intake.models import Form, Submission
from intake.snippet import fields_for, snippet
from leads.models import Lead
from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import SITE, make_form, push, simple
from tests.support import CANARY, Cast, api_key, signed_in

LIST = "/o/acme/intake/"
FORMS = "/o/acme/forms/"
READERS = {"mara", "marc", "rita", "ned", "ada"}


@pytest.fixture
def waiting(cast: Cast) -> str:
    """Return the id of a submission in quarantine, of somebody with an odd name."""
    body = simple(test=True, custom={"budget": "<b>50k</b>"}, message="Hi <script>")
    return str(push(api_key(cast.ada, "leads:write", at=now()), body).json()["id"])


def test_opens_for_its_roles_only(cast: Cast, waiting: str) -> None:
    for name, person in cast.people().items():
        for address in (LIST, f"{LIST}{waiting}/", FORMS):
            answer = signed_in(person).get(address)
            assert answer.status_code == (200 if name in READERS else 403), (name, address)
            assert CANARY not in answer.content.decode()
    for address in (LIST, f"{LIST}{waiting}/", FORMS):
        assert signed_in(cast.gus).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(cast.gus).get(f"/o/{cast.globex.slug}/intake/{waiting}/").status_code == 404


def test_shows_what_was_sent_and_escapes_it(cast: Cast, waiting: str) -> None:
    page = signed_in(cast.mara).get(f"{LIST}{waiting}/").content.decode()
    assert "jane@example.com" in page
    assert "&lt;b&gt;50k" in page
    assert "<script>" not in page
    assert "marked it as a test" in page


def test_lists_by_state_and_ignores_odd_parameters(cast: Cast, waiting: str) -> None:
    client = signed_in(cast.mara)
    assert "jane@example.com" in client.get(f"{LIST}?view=quarantined").content.decode()
    assert "jane@example.com" not in client.get(f"{LIST}?view=matched").content.decode()
    for query in ("view=%00", "page=-1", "page=999999999999999999999", "page=x", "view=nonsense"):
        assert client.get(f"{LIST}?{query}").status_code == 200


def test_htmx_gets_the_list_only(cast: Cast, waiting: str) -> None:
    answer = signed_in(cast.mara).get(LIST, headers={"HX-Request": "true"})
    assert b'id="list"' in answer.content
    assert b"<html" not in answer.content


def test_a_marketer_releases_and_a_second_release_is_refused(cast: Cast, waiting: str) -> None:
    path = f"{LIST}{waiting}/release/"
    assert signed_in(cast.sam).post(path).status_code == 403
    assert signed_in(cast.ned).post(path).status_code == 403
    assert signed_in(cast.gus).post(path).status_code == 404
    assert signed_in(cast.mara).get(path).status_code == 405
    assert signed_in(cast.mara).post(path).status_code == 302
    assert signed_in(cast.mara).post(path).status_code == 409
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == 1


def test_spam_makes_no_lead(cast: Cast, waiting: str) -> None:
    assert signed_in(cast.mara).post(f"{LIST}{waiting}/spam/").status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Submission.objects.get().state == "spam"
        assert not Lead.objects.exists()


def test_who_only_reads_cannot_make_or_retire_a_form(cast: Cast, at: datetime) -> None:
    make_form(cast, at=at)
    for person in (cast.mara, cast.ned, cast.rita):
        page = signed_in(person).get(FORMS)
        assert (page.context["form"], page.context["forms"][0].retire_url) == (None, "")
        made = signed_in(person).post(FORMS, {"name": "Contact", "origins": "https://www.acme.example"})
        assert made.status_code == 403


def test_makes_a_form_whose_snippet_works(cast: Cast) -> None:
    data = {"name": "Contact", "origins": f"{SITE}/\nhttp://localhost:9000", "thank_you_url": "", "owner": ""}
    made = signed_in(cast.marc).post(FORMS, data=data)
    assert made.status_code == 200
    key = made.context["created"]["key"]
    with tenant_scope(cast.acme.pk):
        assert Form.objects.select_related("key").get().key.allowed_origins == [SITE, "http://localhost:9000"]
    assert f"/api/v1/intake/forms/{key}/submissions" in made.context["forms"][0].snippet


def test_the_snippet_asks_for_what_the_agreement_needs(acme: Cast) -> None:
    version = agreement_in_force(at=now())
    assert version is not None
    html = snippet("https://x.example/?a=1&b=2", fields_for(version.content["definitions"]))
    assert 'action="https://x.example/?a=1&amp;b=2"' in html
    for name in ("email", "company", "country"):
        assert any(f'name="{name}"' in line and "required" in line for line in html.splitlines())
    assert '<option value="logistics">Logistics</option>' in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"origins": ""}, "origins"),
        ({"origins": "www.acme.example"}, "origins"),
        ({"origins": "https://acme.example/path"}, "origins"),
        ({"origins": "https://acme.example:99999"}, "origins"),
        ({"origins": "https://[::1"}, "origins"),
        ({"origins": "javascript:alert(1)"}, "origins"),
        ({"origins": "*"}, "origins"),
        ({"thank_you_url": "javascript:alert(1)"}, "thank_you_url"),
        ({"thank_you_url": "ftp://acme.example"}, "thank_you_url"),
        ({"owner": "gus"}, "owner"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_names_what_is_wrong_with_a_form(cast: Cast, change: dict[str, Any], field: str) -> None:
    change = {"owner": str(cast.gus.pk)} if change == {"owner": "gus"} else change
    data = {"name": "Contact", "origins": SITE, "thank_you_url": "", "owner": "", **change}
    answer = signed_in(cast.marc).post(FORMS, data=data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    with tenant_scope(cast.acme.pk):
        assert not Form.objects.exists()


def test_retires_a_form(cast: Cast) -> None:
    made = make_form(cast, at=now())
    path = f"{FORMS}{made.form.pk}/retire/"
    assert signed_in(cast.mara).post(path).status_code == 403
    assert signed_in(cast.gus).post(path.replace("acme", cast.globex.slug)).status_code == 404
    assert signed_in(cast.marc).post(path).status_code == 302
    assert Client().post(f"/api/v1/intake/forms/{made.key_text}/submissions", data={"a": "1"}).status_code == 410


def test_lists_are_counted_so_far_and_no_further(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package has a function of the module's name.
    submission_queries = import_module("intake.queries.submissions")
    monkeypatch.setattr(submission_queries, "MOST_COUNTED", 2)
    with tenant_scope(cast.acme.pk):
        for number in range(4):
            stored = actions.receive({"email": f"p{number}@example.com", "hp": "x"}, content_type="x", at=at)
            actions.judge(stored.submission, at=at)
        assert submission_queries.counts_of(["", "quarantined", "spam"]) == {"": 3, "quarantined": 3, "spam": 0}
