"""Storing a form's post in one call: the rows of the long way, and what was believed of the form is asked again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intake import access, actions
from intake.actions import NewForm, Sender
from intake.models import Submission
from smarketing.lib.scope import tenant_scope
from tenants import idempotency
from tenants.idempotency import Promise
from tenants.keys import note_use
from tenants.models import IdempotencyRecord, Key
from tests.intake.support import SITE, make_form, simple
from tests.support import Cast

BODY = b'{"person": {"email": "jane@example.com"}}'
SENDER = Sender(ip="203.0.113.7", user_agent="curl")
ROUTE = "/api/v1/intake/forms/fk_x/submissions"


@pytest.fixture
def form(cast: Cast, at: datetime) -> NewForm:
    return make_form(cast, at=at)


def post(form: NewForm, body: Any = BODY, **headers: str) -> Any:
    url = reverse("api:form_submissions", args=[form.key_text])
    return Client().post(url, data=body, content_type="application/json", headers={"Origin": SITE, **headers})


def promise(key: str) -> dict[str, Any]:
    return {"key": key, "credential": "acme", "route": ROUTE, "body": BODY}


def rows_of(submission_id: Any, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return all columns of a post and of its promise but ids; where an id stands in the answer it is named."""
    stored = dict(Submission.objects.values().get(pk=submission_id))
    kept = dict(IdempotencyRecord.objects.values().get(key_hash=Promise.of(**promise(key)).key_hash))
    kept["response"] = str(kept["response"]).replace(str(stored["id"]), "the id")
    return _nameless(stored), _nameless(kept)


def _nameless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "key_hash")}


@pytest.mark.parametrize("raw", [simple(), {"a": "ä€😀", "n": [1, 2.5, None]}, [], None, "text", 7])
def test_the_rows_are_those_of_the_long_way(cast: Cast, form: NewForm, at: datetime, raw: Any) -> None:
    with tenant_scope(cast.acme.pk):
        record = idempotency.begin(**promise("long"), at=at)
        long = actions.receive(raw, content_type="application/json", form=form.form, sender=SENDER, at=at).submission
        idempotency.finish(record, status=202, text=f'{{"id":"{long.pk}"}}', headers={})
    named = Promise.of(**promise("short"))
    found = access.form_of_key(form.key_text, at=at)
    short = actions.store_form_post(found, raw, content_type="application/json", sender=SENDER, promise=named, at=at)
    with tenant_scope(cast.acme.pk):
        assert rows_of(short, "short") == rows_of(long.pk, "long")


def test_of_those_who_come_after_a_rest_at_once_one_notes_the_use(cast: Cast, form: NewForm, at: datetime) -> None:
    later = at + timedelta(minutes=5)
    with tenant_scope(cast.acme.pk):
        crowd = [Key.objects.get(pk=form.form.key_id) for _one in range(3)]
        assert [note_use(key, at=later) for key in crowd] == [True, False, False]
    # Nobody of them has to read the form again: nothing was changed behind the one who noted it.
    found = access.form_of_key(form.key_text, at=later + timedelta(minutes=5))
    assert actions.store_form_post(found, {}, content_type="application/json", sender=SENDER, at=later)


def test_the_same_external_id_is_stored_once_and_each_promise_gets_its_answer(cast: Cast, form: NewForm) -> None:
    body = {"email": "jane@example.com", "external_id": "crm:1"}
    first, second = (post(form, body, **{"Idempotency-Key": key}) for key in "ab")
    again = post(form, body, **{"Idempotency-Key": "b"})
    assert first.json() == second.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    with tenant_scope(cast.acme.pk):
        assert Submission.objects.count() == 1


def test_a_retired_form_ends_at_once_though_the_process_remembers_it(cast: Cast, form: NewForm, at: datetime) -> None:
    assert post(form).status_code == 202
    with tenant_scope(cast.acme.pk):
        actions.retire_form(form.form, by=cast.marc, at=at)
    assert post(form).status_code == 410


def test_a_revoked_key_ends_at_once(cast: Cast, form: NewForm, at: datetime) -> None:
    assert post(form).status_code == 202
    with tenant_scope(cast.acme.pk):
        Key.objects.filter(pk=form.form.key_id).update(revoked_at=at)
    assert post(form).status_code == 410


def test_a_site_that_was_taken_away_may_not_post_any_more_and_a_new_one_may_at_once(cast: Cast, form: NewForm) -> None:
    assert post(form).status_code == 202
    with tenant_scope(cast.acme.pk):
        Key.objects.filter(pk=form.form.key_id).update(allowed_origins=["https://new.example"])
    assert post(form).json()["code"] == "origin_not_allowed"
    assert post(form, Origin="https://new.example").status_code == 202


def test_negative_control_what_is_believed_is_wrong_where_nobody_asks(cast: Cast, form: NewForm, at: datetime) -> None:
    """Without the mark in the call a revoked key would go on."""
    assert post(form).status_code == 202
    with tenant_scope(cast.acme.pk):
        Key.objects.filter(pk=form.form.key_id).update(revoked_at=at)
    found = access.remembered_form(form.key_text, at=at)
    assert found is not None
    with pytest.raises(actions.FormChanged):
        actions.store_form_post(found, {}, content_type="", sender=SENDER, at=at)
    with tenant_scope(cast.acme.pk):
        now_so = access.MarkedForm(found.form, _mark_of(found))
    assert actions.store_form_post(now_so, {}, content_type="", sender=SENDER, at=at)


def _mark_of(found: access.MarkedForm) -> str:
    from intake.models import Form

    mark: str = Form.objects.select_related("key").annotate(mark=access.MARK).get(pk=found.form.pk).mark
    return mark
