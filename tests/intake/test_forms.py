"""Forms: what can be chosen about them, and the page of ours that shows one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from intake import actions
from intake.actions import NewForm
from intake.models import Form, Submission
from intake.queries import forms as form_queries
from leads.models import Consent, Lead
from smarketing.lib.scope import tenant_scope
from tests.intake.support import SITE, make_form
from tests.support import Cast, api_key, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "/api/v1/intake/forms"
WHOLE = {
    "name": "Fair", "origins": SITE, "thank_you_url": "", "owner": "", "country": "at", "opt_in": "",
    "consent_text": "You may call me.", "thanks_text": "Bye!",
    "mapping": "firma_name = company.name\nrolle=person.job_title",
    "ask_email": "required", "ask_company": "asked",
}  # fmt: skip


@pytest.fixture
def form(cast: Cast) -> NewForm:
    return make_form(cast, at=AT)


def changed(cast: Cast, form: NewForm, **more: str) -> Any:
    return signed_in(cast.marc).post(f"/o/acme/forms/{form.form.pk}/", {**WHOLE, **more})


def read(cast: Cast, form: NewForm) -> Form:
    with tenant_scope(cast.acme.pk):
        return Form.objects.select_related("key").get(pk=form.form.pk)


def test_a_manager_changes_all_of_a_form(cast: Cast, form: NewForm) -> None:
    assert signed_in(cast.marc).get(f"/o/acme/forms/{form.form.pk}/").status_code == 200
    assert changed(cast, form).status_code == 302
    found = read(cast, form)
    assert (found.name, found.country, found.thanks_text, found.consent_version) == ("Fair", "AT", "Bye!", 2)
    assert found.mapping == {"firma_name": "company.name", "rolle": "person.job_title"}
    assert found.asks == [{"name": "email", "required": True}, {"name": "company", "required": False}]
    assert changed(cast, form).status_code == 302
    assert read(cast, form).consent_version == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"country": "A1"}, "country"),
        ({"mapping": "x"}, "mapping"),
        ({"mapping": "x = person.password"}, "mapping"),
        ({"ask_email": ""}, "ask_email"),
        ({"ask_email": "asked", "opt_in": "on"}, "ask_email"),
        ({"ask_phone": "maybe"}, "ask_phone"),
        ({"origins": "nowhere"}, "origins"),
    ],
)
def test_names_what_is_wrong_at_its_field(cast: Cast, form: NewForm, change: dict[str, str], field: str) -> None:
    answer = changed(cast, form, **change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert read(cast, form).name == "Contact"


def test_a_form_that_was_taken_down_does_not_change(cast: Cast, form: NewForm) -> None:
    signed_in(cast.marc).post(f"/o/acme/forms/{form.form.pk}/retire/")
    assert changed(cast, form).status_code == 409


def visit(form: NewForm, data: dict[str, str] | None = None, query: str = "") -> Any:
    url = f"/f/{form.key_text}/{query}"
    return Client().get(url) if data is None else Client().post(url, data)


def test_the_hosted_page_shows_the_fields_and_takes_the_post(cast: Cast, form: NewForm) -> None:
    changed(cast, form)
    page = visit(form).content.decode()
    assert "You may call me." in page
    assert 'name="company"' in page
    assert 'name="phone"' not in page
    sent = visit(form, {"email": "jane@firma.at", "company": "Firma", "consent": "on"}, "?utm_source=fair&x=1")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/thanks/{form.key_text}/")
    assert "Bye!" in Client().get(sent.headers["Location"]).content.decode()
    with tenant_scope(cast.acme.pk):
        lead = Lead.objects.get()
        assert (lead.company_name, lead.first_touch["source"]) == ("Firma", "fair")
        assert Consent.objects.get().text == "You may call me."


def test_the_hosted_page_names_what_is_missing_and_keeps_what_was_typed(cast: Cast, form: NewForm) -> None:
    changed(cast, form)
    answer = visit(form, {"email": "jane@", "company": "Firma"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "Firma" in answer.content.decode()
    with tenant_scope(cast.acme.pk):
        assert not Submission.objects.exists()


def test_the_trap_on_the_page_leads_to_quarantine(cast: Cast, form: NewForm) -> None:
    changed(cast, form)
    assert visit(form, {"email": "jane@firma.at", "hp": "robot"}).status_code == 303
    with tenant_scope(cast.acme.pk):
        assert Submission.objects.get().state == "quarantined"


def test_the_policy_lets_a_sent_form_lead_to_the_sites_own_thanks(cast: Cast) -> None:
    form = make_form(cast, at=AT, thanks_url=f"{SITE}/thanks?x=1")
    changed(cast, form, thank_you_url=f"{SITE}/thanks?x=1")
    assert f"form-action 'self' {SITE}" in visit(form).headers["Content-Security-Policy"]
    sent = visit(form, {"email": "jane@firma.at"})
    assert sent.headers["Location"] == f"{SITE}/thanks?x=1"


def test_a_member_who_is_signed_in_sees_the_page_too(cast: Cast, form: NewForm) -> None:
    assert signed_in(cast.sam).get(f"/f/{form.key_text}/").status_code == 200


@pytest.mark.parametrize("key", ["fk_0000000000000000", "nonsense", "fk_"])
def test_an_unknown_page_is_404(cast: Cast, key: str) -> None:
    assert Client().get(f"/f/{key}/").status_code == 404
    assert Client().post(f"/f/{key}/", {"email": "a@b.example"}).status_code == 404


def test_many_posts_from_one_visitor_are_told_to_wait(cast: Cast, form: NewForm, settings: Any) -> None:
    settings.RATE_PER_VISITOR = 1
    assert visit(form, {"hp": ""}).status_code == 422
    answer = visit(form, {"hp": ""})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_client_makes_changes_and_retires_a_form(cast: Cast) -> None:
    headers = api_key(cast.marc, "leads:write", "leads:read", at=AT)

    def call(method: str, url: str, body: Any = None, **more: str) -> Any:
        data = json.dumps(body) if body is not None else ""
        return Client().generic(method, url, data, content_type="application/json", headers={**headers, **more})

    asked = [{"name": "email", "required": True}]
    made = call("POST", URL, {"name": "Fair", "origins": [f"{SITE}/"], "fields": asked, "opt_in": True})
    assert made.status_code == 201, made.content
    place = made.headers["Location"]
    assert made.json()["origins"] == [SITE]
    tag = call("GET", place).headers["ETag"]
    told = {"mapping": {"firma": "company.name"}, "owner": str(cast.mara.pk)}
    assert call("PATCH", place, told).status_code == 428
    after = call("PATCH", place, told, **{"If-Match": tag})
    assert (after.json()["mapping"], after.json()["fields"]) == (told["mapping"], asked)
    assert call("PATCH", place, told, **{"If-Match": tag}).status_code == 412
    assert [row["id"] for row in call("GET", URL).json()["results"]] == [made.json()["id"]]
    assert call("POST", f"{place}/retirement").json()["retired_at"] is not None
    assert call("PATCH", place, told, **{"If-Match": "*"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"mapping": {"x": "person.password"}}, "/mapping/x"),
        ({"fields": [{"name": "email"}, {"name": "colour"}]}, "/fields/1/name"),
        ({"fields": [{"name": "phone"}]}, "/fields"),
        ({"thanks_url": "javascript:alert(1)"}, "/thanks_url"),
        ({"country": "AUT"}, "/country"),
    ],
)
def test_a_client_is_told_what_is_wrong(cast: Cast, change: dict[str, Any], pointer: str) -> None:
    headers = api_key(cast.marc, "leads:write", at=AT)
    body = {"name": "Fair", "origins": [SITE], **change}
    answer = Client().post(URL, data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, [pointer])


def test_posts_are_counted_so_far_and_no_further(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that has brought in a million is listed as quickly as a new one."""
    monkeypatch.setattr(form_queries, "MOST_COUNTED", 2)
    few, many = make_form(cast, at=at).form, make_form(cast, at=at).form
    with tenant_scope(cast.acme.pk):
        for form, posts in ((few, 2), (many, 4)):
            for number in range(posts):
                actions.receive({"email": f"p{number}@example.com"}, content_type="x", form=form, at=at)
        assert form_queries.posts_of([few, many]) == {few.pk: 2, many.pk: 3}
    page = signed_in(cast.marc).get("/o/acme/forms/").content.decode()
    assert "2 submissions" in page
    assert "more than 2 submissions" in page
