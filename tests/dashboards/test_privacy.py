"""What is held about a person: handed out and erased, by pages and by keys, and put on record."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from events import registry
from events.models import Event
from intake import actions as intake
from intake.models import Submission
from leads.actions import log_attempt, merge_leads, nurture_lead, reject_handover
from leads.models import Forgotten, Lead
from smarketing.lib.scope import tenant_scope
from tenants.files import Upload
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast, api_key, signed_in

PAGE = "/o/acme/privacy/"


@pytest.fixture
def lead(cast: Cast, at: datetime) -> Lead:
    """A person with a handover, a file and a post."""
    with tenant_scope(cast.acme.pk):
        raw = {"person": {"email": "jane.doe@example.com", "given_name": "Jane"}, "message": "Call me"}
        intake.judge(intake.receive(raw, content_type="application/json", at=at).submission, at=at)
        handover = make_handover(at=at, by=cast.mara)
        log_attempt(handover, channel="call", outcome="reached", note="spoke", by=cast.sam, at=at)
        rejection = reject_handover(
            handover, reason="not_fitting", criterion="company_size", note="small", by=cast.sam, at=at,
            uploads=[Upload("card.txt", b"Jane's card")],
        )  # fmt: skip
        nurture_lead(rejection, wake_on=at.date() + timedelta(days=30), by=cast.mara, at=at)
        return Lead.objects.get()


def opened(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what stands in the ZIP: the JSON and the files."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "person.json"}
        return json.loads(archive.read("person.json")), files


def test_an_administrator_finds_the_person_by_address_or_number(cast: Cast, lead: Lead) -> None:
    ada = signed_in(cast.ada)
    for who in ("Jane.Doe@example.com", "l-1"):
        answer = ada.get(PAGE, {"who": who})
        assert answer["Location"] == f"/o/acme/leads/{lead.pk}/privacy/"
    assert "We hold nothing" in ada.get(PAGE, {"who": "max@example.com"}).content.decode()
    assert "Jane" in ada.get(f"/o/acme/leads/{lead.pk}/privacy/").content.decode()


def test_the_address_of_a_merged_record_finds_the_one_that_goes_on(cast: Cast, lead: Lead, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        merge_leads(lead, make_lead(at=at, email="j.doe@example.org"), by=cast.mara, at=at)
    answer = signed_in(cast.ada).get(PAGE, {"who": "j.doe@example.org"})
    assert answer["Location"] == f"/o/acme/leads/{lead.pk}/privacy/"


def test_hands_out_everything_as_json_with_the_files_and_says_who_took_it(cast: Cast, lead: Lead) -> None:
    answer = signed_in(cast.ada).get(f"/o/acme/leads/{lead.pk}/privacy/export/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert 'filename="L-1.zip"' in answer["Content-Disposition"]
    told, files = opened(answer.content)
    assert files == {"files/01-card.txt": b"Jane's card"}
    assert (told["lead"], told["leads"][0]["email"]) == ("L-1", "jane.doe@example.com")
    assert told["submissions"][0]["raw"]["message"] == "Call me"
    assert told["attempts"][0]["note"] == "spoke"
    assert {"handovers", "behaviours", "events", "evidence", "companies"} <= set(told)
    assert "organisation_id" not in json.dumps(told)
    with tenant_scope(cast.acme.pk):
        assert list(Event.objects.filter(kind="lead.disclosed").values_list("by_id", "data", "thread_id")) == [
            (cast.ada.pk, {"files": 1}, lead.pk)
        ]


def test_erases_only_when_the_number_was_typed(cast: Cast, lead: Lead) -> None:
    ada, page = signed_in(cast.ada), f"/o/acme/leads/{lead.pk}/privacy/"
    for wrong in ("", "L-2", "jane"):
        answer = ada.post(page, {"number": wrong})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().given_name == "Jane"
    done = ada.post(page, {"number": " l-1 "}, follow=True)
    assert done.redirect_chain == [(page, 302)]
    assert "Erased" in done.content.decode()
    assert "Erase for good" not in done.content.decode()
    again = ada.post(page, {"number": "L-1"})
    assert again.status_code == 409
    assert "was erased already" in again.content.decode()
    with tenant_scope(cast.acme.pk):
        assert (Lead.objects.get().given_name, Lead.objects.get().erased_at is None) == ("", False)
    assert "L-1" in ada.get(PAGE).content.decode()


def test_the_lead_page_says_so_and_offers_nothing(cast: Cast, lead: Lead) -> None:
    signed_in(cast.ada).post(f"/o/acme/leads/{lead.pk}/privacy/", {"number": "L-1"})
    for member in (cast.mara, cast.sam, cast.sina):
        page = signed_in(member).get(f"/o/acme/leads/{lead.pk}/").content.decode()
        assert "This person was erased" in page
        for act in ("Log contact", "Move on", "Hand over"):
            assert act not in page


def test_posts_that_never_became_a_lead_go_by_their_address(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for raw in ({"email": "max@example.com", "hp": "x"}, {"email": "other@example.com", "hp": "x"}):
            intake.judge(intake.receive(raw, content_type="application/json", at=at).submission, at=at)
    ada = signed_in(cast.ada)
    assert "1 post does" in ada.get(PAGE, {"who": "max@example.com"}).content.decode()
    assert ada.post(PAGE, {"who": "max@example.com"}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert list(Submission.objects.order_by("pk").values_list("state", flat=True)) == ["erased", "quarantined"]
        assert Forgotten.objects.count() == 1
        assert Event.objects.get(kind="posts.erased").data == {"count": 1}
    assert ada.post(PAGE, {"who": "nonsense"}).status_code == 422


@pytest.fixture
def disputed(cast: Cast, at: datetime) -> Lead:
    """A person whose rejection is not settled."""
    with tenant_scope(cast.acme.pk):
        handover = make_handover(at=at, by=cast.mara)
        reject_handover(
            handover, reason="not_fitting", criterion="company_size", note="small", by=cast.sam, at=at
        )  # fmt: skip
        return handover.lead


def test_while_a_rejection_is_disputed_the_page_says_why_and_where_to_go(cast: Cast, disputed: Lead) -> None:
    ada, page = signed_in(cast.ada), f"/o/acme/leads/{disputed.pk}/privacy/"
    for answer, status in ((ada.get(page), 200), (ada.post(page, {"number": "L-1"}), 409)):
        told = answer.content.decode()
        assert answer.status_code == status
        assert "it is not settled" in told
        assert f'href="/o/acme/leads/{disputed.pk}/"' in told
        assert "Erase for good" not in told


def test_a_client_is_told_of_the_dispute_by_a_code(cast: Cast, disputed: Lead, at: datetime) -> None:
    refused = erase_by_key(cast, disputed, at=at)
    assert (refused.status_code, refused.json()["code"]) == (409, "person_in_dispute")
    assert "not settled" in refused.json()["detail"]


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who hears of erasures touches what the database has closed."""

    def touches(event: Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update sla_agreementversion set content = content || '{\"x\": 1}'")

    monkeypatch.setitem(registry._within, "lead.erased", [touches])


@pytest.mark.usefixtures("frozen")
def test_words_that_are_frozen_are_told_of_and_nothing_is_erased(cast: Cast, lead: Lead, at: datetime) -> None:
    answer = signed_in(cast.ada).post(f"/o/acme/leads/{lead.pk}/privacy/", {"number": "L-1"})
    assert answer.status_code == 409
    assert "signed or sealed" in answer.content.decode()
    refused = erase_by_key(cast, lead, at=at)
    assert (refused.status_code, refused.json()["code"]) == (409, "words_frozen")
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().given_name == "Jane"
        assert not Event.objects.filter(kind="lead.erased").exists()


def erase_by_key(cast: Cast, lead: Lead, *, at: datetime) -> Any:
    headers = api_key(cast.ada, "privacy:manage", at=at)
    return Client().post(f"/api/v1/leads/{lead.pk}/erasure", content_type="application/json", headers=headers)


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned"])
def test_nobody_but_an_administrator_comes_in(cast: Cast, lead: Lead, who: str) -> None:
    client = signed_in(getattr(cast, who))
    for method, path in (("get", ""), ("post", ""), ("get", "export/")):
        assert getattr(client, method)(f"/o/acme/leads/{lead.pk}/privacy/{path}").status_code == 403
    assert client.get(PAGE).status_code == (200 if who == "ned" else 403)
    assert client.post(PAGE, {"who": "max@example.com"}).status_code == 403


def test_another_organisation_does_not_find_the_person(cast: Cast, lead: Lead) -> None:
    gus = signed_in(cast.gus)
    assert gus.get(f"/o/{cast.globex.slug}/leads/{lead.pk}/privacy/").status_code == 404
    assert gus.post(f"/o/{cast.globex.slug}/leads/{lead.pk}/privacy/", {"number": "L-1"}).status_code == 404
    assert (
        "We hold nothing"
        in gus.get(f"/o/{cast.globex.slug}/privacy/", {"who": "jane.doe@example.com"}).content.decode()
    )


def test_a_client_hands_out_and_erases(cast: Cast, lead: Lead, at: datetime) -> None:
    headers, client = api_key(cast.ada, "privacy:manage", at=at), Client()
    told, files = opened(client.get(f"/api/v1/leads/{lead.pk}/export", headers=headers).content)
    assert (told["lead"], list(files)) == ("L-1", ["files/01-card.txt"])
    done = client.post(
        f"/api/v1/leads/{lead.pk}/erasure", content_type="application/json", headers={**headers, "Idempotency-Key": "k"}
    )
    assert (done.status_code, done.json()["number"]) == (201, "L-1")
    again = client.post(
        f"/api/v1/leads/{lead.pk}/erasure", content_type="application/json", headers={**headers, "Idempotency-Key": "k"}
    )
    assert (again.status_code, again.content) == (201, done.content)
    refused = client.post(f"/api/v1/leads/{lead.pk}/erasure", content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "person_erased")
    reads = api_key(cast.ada, "leads:read", at=at)
    assert client.get(f"/api/v1/leads/{lead.pk}", headers=reads).json()["erased_at"] is not None
    assert client.get(f"/api/v1/leads/{lead.pk}/export", headers=reads).status_code == 403
    marketing = api_key(cast.marc, "privacy:manage", at=at)
    assert (
        client.post(f"/api/v1/leads/{lead.pk}/erasure", content_type="application/json", headers=marketing).status_code
        == 403
    )
