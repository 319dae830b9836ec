"""Files as evidence of a rejection or its answer: added, taken away or withdrawn, served to be saved."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from events.models import Event
from leads.actions import (
    EvidenceClosed,
    EvidenceNeeded,
    NotYourEvidence,
    accept_handover,
    add_evidence,
    mark_appealed,
    nurture_lead,
    reject_handover,
    take_back_evidence,
    undo_decision,
)
from leads.models import Evidence, Handover, Rejection
from leads.queries import evidence_facts, evidence_on
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.files import MAX_FILE_BYTES, Upload
from tenants.models import FileContent, StoredFile
from tests.leads.makers import kinds_of, make_handover, make_rep
from tests.leads.test_api import Caller
from tests.support import Cast, signed_in
from tests.tenants import files

SOON = timedelta(minutes=10)
PROOF = Upload("register.pdf", files.PDF)
BOUNCE = Upload("bounce.eml", files.EML)


def rejected(cast: Cast, at: datetime, *uploads: Upload, **claim: Any) -> Rejection:
    """Sam says that Jane's number is wrong, which needs evidence."""
    handover = make_handover(by=cast.mara, at=at)
    claim = {"reason": "contact_data_wrong"} | claim
    return reject_handover(handover, uploads=uploads, by=cast.sam, at=at + SOON, **claim)


def names_on(handover: Handover, reader: Any) -> list[tuple[str, str]]:
    return [(row.name, row.side) for row in evidence_on(handover, reader)]


def test_a_file_is_evidence_enough(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, BOUNCE)
    assert names_on(rejection.handover, acme.mara) == [("bounce.eml", "sales")]
    event = Event.objects.get(kind="handover.evidence_added")
    assert event.data["sha256"] == StoredFile.objects.get().sha256
    assert "bounce" not in str(event.data)
    assert kinds_of(rejection.handover)[-2:] == ["handover.evidence_added", "handover.rejected"]


def test_without_file_or_address_nothing_is_rejected(acme: Cast, at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        rejected(acme, at)
    assert refused.value.errors[0].pointer == "/evidence_url"
    assert Handover.objects.get().decision == "pending"


def test_a_file_that_is_not_kept_rejects_nothing(acme: Cast, at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        rejected(acme, at, PROOF, Upload("run.pdf", b"MZ\x90"))
    assert refused.value.errors[0].detail.startswith("run.pdf: ")
    assert Handover.objects.get().decision == "pending"
    assert not Rejection.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Event.objects.filter(kind="handover.evidence_added").exists()


def test_at_most_five_of_each_side(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, *[PROOF] * 4)
    add_evidence(rejection.handover, uploads=[PROOF], by=acme.sam, at=at + SOON)
    with pytest.raises(InvalidInput) as refused:
        add_evidence(rejection.handover, uploads=[PROOF], by=acme.sam, at=at + SOON)
    assert refused.value.errors[0].code == "too_many"
    add_evidence(rejection.handover, uploads=[PROOF] * 5, by=acme.mara, at=at + SOON)
    assert Evidence.objects.count() == StoredFile.objects.count() == 10


def test_what_sales_gathers_before_goes_with_its_rejection(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    add_evidence(handover, uploads=[PROOF], by=acme.sam, at=at)
    with pytest.raises(EvidenceClosed):
        add_evidence(handover, uploads=[PROOF], by=acme.mara, at=at)
    rejection = reject_handover(handover, reason="contact_data_wrong", by=acme.sam, at=at + SOON)
    assert Evidence.objects.get().rejection == rejection


def test_what_was_gathered_for_nothing_is_forgotten(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    add_evidence(handover, uploads=[PROOF], by=acme.sam, at=at)
    accept_handover(handover, by=acme.sam, at=at + SOON)
    assert not Evidence.objects.exists()
    assert not FileContent.objects.exists()
    with pytest.raises(EvidenceClosed):
        add_evidence(handover, uploads=[PROOF], by=acme.sam, at=at + SOON)


def test_an_undone_rejection_leaves_its_files_for_the_next(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, PROOF)
    undo_decision(rejection.handover, by=acme.sam, at=at + SOON + timedelta(seconds=5))
    assert [row.waits for row in evidence_on(rejection.handover, acme.sam)] == [True]
    again = reject_handover(rejection.handover, reason="duplicate", by=acme.sam, at=at + 2 * SOON)
    assert Evidence.objects.get().rejection == again


def test_the_uploader_takes_a_file_away_while_the_rejection_is_open(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, BOUNCE, PROOF)
    bounce, proof = Evidence.objects.order_by("id")
    with pytest.raises(NotYourEvidence):
        take_back_evidence(bounce, by=acme.sina, at=at + SOON)
    assert take_back_evidence(bounce, by=acme.sam, at=at + SOON) is None
    assert take_back_evidence(bounce, by=acme.sam, at=at + SOON) is None
    assert [row.file_id for row in Evidence.objects.all()] == [proof.file_id]
    assert FileContent.objects.count() == 1
    assert kinds_of(rejection.handover).count("handover.evidence_removed") == 1
    # The reason needs a proof, so the last one stays until there is another.
    with pytest.raises(EvidenceNeeded):
        take_back_evidence(proof, by=acme.sam, at=at + SOON)
    add_evidence(rejection.handover, uploads=[BOUNCE], by=acme.sam, at=at + SOON)
    assert take_back_evidence(proof, by=acme.sam, at=at + SOON) is None


def test_an_address_lets_the_last_file_go(acme: Cast, at: datetime) -> None:
    rejected(acme, at, PROOF, evidence_url="https://example.com/bounce")
    assert take_back_evidence(Evidence.objects.get(), by=acme.sam, at=at + SOON) is None


def test_after_the_answer_a_file_is_only_withdrawn(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, PROOF)
    nurture_lead(rejection, wake_on=date(2026, 6, 1), uploads=[BOUNCE], by=acme.mara, at=at + 2 * SOON)
    assert names_on(rejection.handover, acme.rita) == [("register.pdf", "sales"), ("bounce.eml", "marketing")]
    for member in (acme.sam, acme.mara):
        with pytest.raises(EvidenceClosed):
            add_evidence(rejection.handover, uploads=[PROOF], by=member, at=at + 2 * SOON)
    proof = Evidence.objects.get(side="sales")
    left = take_back_evidence(proof, by=acme.sam, at=at + 3 * SOON)
    assert left is not None
    take_back_evidence(proof, by=acme.sam, at=at + 4 * SOON)
    found = Evidence.objects.get(side="sales")
    assert (found.withdrawn_at, FileContent.objects.count()) == (at + 3 * SOON, 2)
    assert kinds_of(rejection.handover).count("handover.evidence_withdrawn") == 1


def test_an_appeal_freezes_the_evidence_and_finds_its_hashes(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, PROOF)
    mark_appealed(rejection, by=acme.mara, at=at + 2 * SOON)
    with pytest.raises(EvidenceClosed):
        add_evidence(rejection.handover, uploads=[BOUNCE], by=acme.sam, at=at + 2 * SOON)
    [fact] = evidence_facts(rejection)
    assert (fact["sha256"], fact["side"], fact["by"]) == (StoredFile.objects.get().sha256, "sales", acme.sam.pk)
    assert "register" not in str(fact)


def test_who_belongs_to_neither_side_adds_nothing(acme: Cast, at: datetime) -> None:
    rejection = rejected(acme, at, PROOF)
    with pytest.raises(EvidenceClosed):
        add_evidence(rejection.handover, uploads=[PROOF], by=acme.rita, at=at + SOON)


def test_the_sixth_of_two_uploads_at_once_is_refused(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        rejection = rejected(live_cast, at, *[PROOF] * 4)
    barrier = Barrier(2)

    def add(_number: int) -> bool:
        try:
            with tenant_scope(live_cast.acme.pk):
                barrier.wait(timeout=20)
                return bool(add_evidence(rejection.handover, uploads=[PROOF], by=live_cast.sam, at=at + SOON))
        except InvalidInput:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [False, True]
    with tenant_scope(live_cast.acme.pk):
        assert StoredFile.objects.count() == 5


# Pages.


@pytest.fixture
def handover(cast: Cast, at: datetime) -> Handover:
    with tenant_scope(cast.acme.pk):
        return make_handover(by=cast.mara, at=at)


@pytest.fixture
def ten_minutes_later(at: datetime) -> Any:
    with time_machine.travel(at + SOON, tick=False):
        yield


def attached(name: str = "register.pdf", content: bytes = files.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.usefixtures("ten_minutes_later")
def test_rejects_with_files_on_the_page(cast: Cast, handover: Handover) -> None:
    sam = signed_in(cast.sam)
    url = reverse("leads:reject", args=["acme", handover.pk])
    assert b'enctype="multipart/form-data"' in sam.get(url).content
    form = {"reason": "contact_data_wrong", "evidence_files": [attached(), attached("bounce.eml", files.EML)]}
    assert sam.post(url, form).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert [name for name, _side in names_on(handover, cast.sam)] == ["register.pdf", "bounce.eml"]


@pytest.mark.usefixtures("ten_minutes_later")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "add a file, or give its address"),
        ([("run.exe", b"MZ\x90\x00")], "run.exe: Only PDF"),
        ([("empty.pdf", b"")], "empty"),
        ([("large.pdf", b"%PDF-" + b"x" * MAX_FILE_BYTES)], "large.pdf is larger than 5 MB"),
        ([(f"{n}.pdf", files.PDF) for n in range(6)], "At most 5 files"),
    ],
    ids=["none", "a program", "empty", "large", "six"],
)
@pytest.mark.parametrize("fragment", [False, True], ids=["page", "dialog"])
def test_says_at_the_field_which_file_is_not_kept(
    cast: Cast, handover: Handover, given: list[tuple[str, bytes]], said: str, fragment: bool
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"} if fragment else {}
    form = {"reason": "contact_data_wrong", "evidence_files": [attached(*file) for file in given]}
    answer = signed_in(cast.sam).post(reverse("leads:reject", args=["acme", handover.pk]), form, headers=headers)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get().decision == "pending"
        assert not StoredFile.objects.exists()


@pytest.mark.usefixtures("ten_minutes_later")
def test_a_form_larger_than_five_files_is_not_read(cast: Cast, handover: Handover) -> None:
    url = reverse("leads:reject", args=["acme", handover.pk])
    large = attached("a.pdf", b"%PDF-" + b"x" * (27 * 1024 * 1024))
    assert signed_in(cast.sam).post(url, {"evidence_files": [large]}).status_code == 413
    # Other pages read no more than they did.
    listed = reverse("leads:view_save", args=["acme"])
    small = attached("a.pdf", b"%PDF-" + b"x" * (6 * 1024 * 1024))
    assert signed_in(cast.sam).post(listed, {"name": small}).status_code == 413


@pytest.mark.usefixtures("ten_minutes_later")
def test_serves_a_file_to_be_saved_and_nothing_else(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        rejection = rejected(cast, at, Upload("Größe.txt", files.TXT))
        proof = Evidence.objects.get()
    url = reverse("leads:evidence_file", args=["acme", rejection.handover_id, proof.pk])
    for reader in (cast.sam, cast.mara, cast.rita, cast.ned):
        answer = signed_in(reader).get(url)
        assert (answer.status_code, answer.content) == (200, files.TXT)
        assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.txt"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert signed_in(cast.gus).get(url).status_code == 404
    # Under another handover's address it is not there.
    with tenant_scope(cast.acme.pk):
        other = make_handover(by=cast.mara, at=at, email="other@example.com")
        pam = make_rep("pam", at=at)
        Handover.objects.filter(pk=rejection.handover_id).update(assigned_to=cast.sina)
    elsewhere = reverse("leads:evidence_file", args=["acme", other.pk, proof.pk])
    assert signed_in(cast.mara).get(elsewhere).status_code == 404
    # A rep sees the evidence on the own handovers only.
    assert signed_in(pam).get(url).status_code == 404


@pytest.mark.usefixtures("ten_minutes_later")
def test_adds_and_takes_back_on_the_page(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        rejection = rejected(cast, at, PROOF)
    url = reverse("leads:evidence", args=["acme", rejection.handover_id])
    sam, mara = signed_in(cast.sam), signed_in(cast.mara)
    assert sam.post(url, {"text": "550 unknown user"}).status_code == 302
    assert sam.post(url, {}).status_code == 422
    page = mara.get(url).content.decode()
    assert "note.txt" in page
    assert "Remove" not in page
    with tenant_scope(cast.acme.pk):
        pasted = Evidence.objects.get(file__name="note.txt")
    assert "Remove" in sam.get(url).content.decode()
    gone = reverse("leads:evidence_take_back", args=["acme", rejection.handover_id, pasted.pk])
    assert mara.post(gone).status_code == 409
    assert sam.post(gone).status_code == 302
    assert sam.post(gone).status_code == 404
    assert "note.txt" not in mara.get(url).content.decode()


@pytest.mark.usefixtures("ten_minutes_later")
def test_answers_a_return_with_a_file(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        rejection = rejected(cast, at, PROOF)
    url = reverse("leads:return_nurture", args=["acme", rejection.handover_id])
    mara = signed_in(cast.mara)
    form = {"wake_on": "2026-06-01", "evidence_files": [attached("run.exe", b"MZ\x90\x00")]}
    refused = mara.post(url, form, headers={"HX-Request": "true", "HX-Target": "dialog-body"})
    assert (refused.status_code, "run.exe: Only PDF" in refused.content.decode()) == (422, True)
    assert mara.post(url, {**form, "evidence_files": [attached("mail.eml", files.EML)]}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Rejection.objects.get().state == "nurtured"
        assert names_on(rejection.handover, cast.sam)[-1] == ("mail.eml", "marketing")


# Clients.


def test_a_client_sends_a_file_in_json_and_rejects_with_it(
    cast: Cast, handover: Handover, at: datetime, ten_minutes_later: None
) -> None:
    sam = Caller(cast.sam, at=at)
    address = f"handovers/{handover.pk}/evidence"
    sent = sam.post(address, {"name": "bounce.eml", "file": base64.b64encode(files.EML).decode()})
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert (told["name"], told["media_type"], told["rejection"]) == ("bounce.eml", "message/rfc822", None)
    made = sam.post(f"handovers/{handover.pk}/rejection", {"reason": "contact_data_wrong"})
    assert made.status_code == 201, made.content
    mara = Caller(cast.mara, at=at)
    [listed] = mara.get(address).json()["results"]
    assert listed["rejection"] == made.json()["id"]
    read = mara.get(f"{address}/{listed['id']}/file")
    assert (read.content, read.headers["Content-Disposition"]) == (files.EML, 'attachment; filename="bounce.eml"')
    assert mara.get(f"{address}/{listed['id']}").json() == listed
    refused = mara.send("delete", f"{address}/{listed['id']}", None)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_your_evidence")


def test_a_client_sends_a_file_in_a_form(cast: Cast, handover: Handover, at: datetime, ten_minutes_later: None) -> None:
    sam = Caller(cast.sam, at=at)
    url = f"/api/v1/handovers/{handover.pk}/evidence"
    large = b"%PDF-" + b"x" * (MAX_FILE_BYTES - 5)
    sent = Client().post(url, {"file": attached("scan.pdf", large)}, headers={**sam.headers, "Idempotency-Key": "1"})
    assert sent.status_code == 201, sent.content
    assert sent.json()["size"] == MAX_FILE_BYTES
    for form, pointer in (
        ({}, "/file"),
        ({"file": [attached(), attached()]}, "/file"),
        ({"file": attached(), "colour": "red"}, "/colour"),
        ({"file": attached("a.pdf", large + b"x")}, "/file"),
    ):
        refused = Client().post(url, form, headers=sam.headers)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    gone = sam.send("delete", f"handovers/{handover.pk}/evidence/{sent.json()['id']}", None)
    assert (gone.status_code, gone.json()["removed"]) == (200, True)
    with tenant_scope(cast.acme.pk):
        assert not StoredFile.objects.exists()


def test_a_client_withdraws_what_was_answered(cast: Cast, at: datetime, ten_minutes_later: None) -> None:
    with tenant_scope(cast.acme.pk):
        rejection = rejected(cast, at, PROOF)
        proof = Evidence.objects.get()
        mark_appealed(rejection, by=cast.mara, at=at + SOON)
    sam = Caller(cast.sam, at=at)
    left = sam.send("delete", f"handovers/{rejection.handover_id}/evidence/{proof.pk}", None)
    assert (left.status_code, left.json()["removed"]) == (200, False)
    assert left.json()["withdrawn_at"] == "2026-03-02T09:10:00Z"
