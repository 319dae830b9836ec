"""Files of a case: put before the board by its sides and by the board itself, sealed by hash, withdrawn, erased."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from arbitration.actions import (
    MOST_FILES,
    AlreadyRuled,
    NotOnBoard,
    NotYourFile,
    StatementsClosed,
    add_case_files,
    appoint,
    file_appeal,
    forget_person,
    recuse,
    rule_on_case,
    withdraw_case_file,
)
from arbitration.models import Case, CaseFile
from arbitration.queries.case_files import file_rows
from events.models import Event
from leads.actions import add_evidence
from leads.queries import identity_of
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.files import Upload
from tenants.models import FileContent, Membership, StoredFile
from tenants.queries import content_of
from tests.arbitration.support import make_case, make_rejection
from tests.support import Cast, api_key, signed_in

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REGISTER = Upload("register.txt", b"640 people, says the register.")


def add(case: Case, by: Membership, *, at: datetime, upload: Upload = REGISTER) -> CaseFile:
    (made,) = add_case_files(case, uploads=[upload], by=by, at=at)
    return made


@pytest.mark.parametrize(
    ("who", "side"),
    [("mara", "marketing"), ("marc", "marketing"), ("sam", "sales"), ("sina", "sales"), ("rita", "board")],
)
def test_sides_and_the_board_put_files_before_the_board(acme: Cast, at: datetime, who: str, side: str) -> None:
    case = make_case(acme, at=at)
    made = add(case, acme.people()[who], at=at + 2 * HOUR)
    assert (made.side, content_of(made.file)) == (side, REGISTER.content)
    event = Event.objects.get(kind="case.file_added")
    assert (event.subject_id, event.data["side"], event.data["sha256"]) == (case.pk, side, made.file.sha256)
    assert "register" not in str(event.data)


@pytest.mark.parametrize("who", ["ned", "ada"])
def test_nobody_else_does(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(NotOnBoard):
        add(case, acme.people()[who], at=at + 2 * HOUR)
    assert not CaseFile.objects.exists()


def test_who_is_recused_does_not(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    recuse(case, reason="A friend.", by=acme.rita, at=at + 2 * HOUR)
    with pytest.raises(NotOnBoard):
        add(case, acme.rita, at=at + 2 * HOUR)


def test_after_the_sealing_date_only_the_board_adds(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    late = case.statements_close_at + timedelta(seconds=1)
    # A seat on the board does not open the door again for somebody who speaks for a side.
    appoint(acme.sina, kind="member", by=acme.rita, at=at)
    for member in (acme.mara, acme.sam, acme.sina):
        add(case, member, at=case.statements_close_at)
        with pytest.raises(StatementsClosed):
            add(case, member, at=late)
    assert add(case, acme.rita, at=late).side == "board"
    rule_on_case(case, outcome="upheld", reasons="So.", by=acme.rita, at=late + HOUR)
    with pytest.raises(AlreadyRuled):
        add(case, acme.rita, at=late + 2 * HOUR)


def test_a_question_opens_the_door_until_its_answer_is_due(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    late = case.statements_close_at + HOUR
    rule_on_case(
        case, outcome="remanded", reasons="Unclear.", question="How many?", answer_by=late + DAY, by=acme.rita, at=late
    )
    assert add(case, acme.sam, at=late + DAY).side == "sales"
    with pytest.raises(StatementsClosed):
        add(case, acme.sam, at=late + DAY + HOUR)


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (Upload("page.html", b"<html><script>alert(1)</script>"), "file_type_unknown"),
        (Upload("big.txt", b"a" * (5 * 1024 * 1024 + 1)), "file_too_large"),
        (Upload("empty.txt", b""), "file_empty"),
    ],
)
def test_kinds_and_sizes_are_limited_and_nothing_is_half_done(
    acme: Cast, at: datetime, upload: Upload, code: str
) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        add_case_files(case, uploads=[REGISTER, upload], by=acme.mara, at=at + 2 * HOUR)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/file", code)]
    assert not CaseFile.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_side_has_so_many_files_and_no_more(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    add_case_files(case, uploads=[REGISTER] * MOST_FILES, by=acme.mara, at=at + 2 * HOUR)
    with pytest.raises(InvalidInput):
        add(case, acme.marc, at=at + 2 * HOUR)
    assert add(case, acme.sam, at=at + 2 * HOUR).side == "sales"


def test_a_file_is_withdrawn_by_its_author_and_stays(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    made = add(case, acme.mara, at=at + 2 * HOUR)
    with pytest.raises(NotYourFile):
        withdraw_case_file(made, by=acme.marc, at=at + 3 * HOUR)
    assert withdraw_case_file(made, by=acme.mara, at=at + 3 * HOUR).withdrawn_at == at + 3 * HOUR
    # Once is enough.
    assert withdraw_case_file(made, by=acme.mara, at=at + 4 * HOUR).withdrawn_at == at + 3 * HOUR
    assert Event.objects.filter(kind="case.file_withdrawn").count() == 1
    assert content_of(made.file) == REGISTER.content


def test_the_database_lets_nobody_remove_or_swap_a_file(acme: Cast, at: datetime) -> None:
    made = add(make_case(acme, at=at), acme.mara, at=at + 2 * HOUR)
    for act in (made.delete, lambda: CaseFile.objects.filter(pk=made.pk).update(side="sales")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


def test_the_appeal_seals_the_evidence_of_both_sides_by_hash(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    add_evidence(dispute.handover, uploads=[Upload("mail.txt", b"Twelve.")], by=acme.sam, at=at + HOUR / 2)
    case = file_appeal(dispute.rejection, grounds="640.", uploads=[REGISTER], by=acme.mara, at=at + HOUR)
    later = add(case, acme.mara, at=at + 2 * HOUR, upload=Upload("later.txt", b"Later."))
    rows = file_rows(case, acme.rita)
    assert [(row.name, row.side, row.sealed) for row in rows] == [
        ("mail.txt", "sales", True), ("register.txt", "marketing", True), ("later.txt", "marketing", False),
    ]  # fmt: skip
    assert {fact["sha256"] for fact in case.evidence["files"]} == {row.sha256 for row in rows if row.sealed}
    assert "register" not in str(case.evidence)
    assert later.file.sha256 not in str(case.evidence)


def test_erasing_the_person_forgets_the_bytes_and_keeps_the_hash(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    made = add(case, acme.mara, at=at + 2 * HOUR)
    lead = case.handover.lead
    forget_person(identity_of(lead.pk), at=at + DAY)
    (row,) = file_rows(case, acme.rita)
    assert (row.erased, row.name, row.sha256) == (True, "", made.file.sha256)
    assert not FileContent.objects.exists()


def test_the_page_takes_lists_and_saves_files(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
    where = {"slug": "acme", "case_id": case.pk}
    page, files = reverse("arbitration:case", kwargs=where), reverse("arbitration:case_files", kwargs=where)
    with time_machine.travel(at + 2 * HOUR, tick=False):
        sam = signed_in(cast.sam)
        sent = sam.post(files, {"evidence_files": [SimpleUploadedFile("mail.txt", b"Twelve people.")]})
        assert (sent.status_code, sent.headers["Location"]) == (303, page)
        shown = signed_in(cast.rita).get(page).content.decode()
        assert "mail.txt" in shown
        wrong = sam.post(files, {"evidence_files": [SimpleUploadedFile("page.html", b"<html>")]})
        assert (wrong.status_code, "Only PDF" in wrong.content.decode()) == (422, True)
        part = sam.post(files, {"text": "Pasted."}, headers={"HX-Request": "true", "HX-Target": "files"})
        assert (part.status_code, "note.txt" in part.content.decode()) == (200, True)
        with tenant_scope(cast.acme.pk):
            made = CaseFile.objects.order_by("pk")[0]
        one = reverse("arbitration:case_file", kwargs={**where, "file_id": made.pk})
        saved = signed_in(cast.mara).get(one)
        assert saved.content == b"Twelve people."
        assert saved.headers["Content-Disposition"] == 'attachment; filename="mail.txt"'
        assert signed_in(cast.gus).get(one).status_code == 404
        gone = reverse("arbitration:case_file_withdraw", kwargs={**where, "file_id": made.pk})
        assert signed_in(cast.mara).post(gone).status_code == 409
        assert sam.post(gone).status_code == 303
        assert signed_in(cast.ned).post(files, {"text": "Mine."}).status_code == 409


def test_the_marketer_appeals_with_a_file(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        dispute = make_rejection(cast, at=at)
    url = reverse("arbitration:appeal", kwargs={"slug": "acme", "handover_id": dispute.handover.pk})
    with time_machine.travel(at + HOUR, tick=False):
        mara = signed_in(cast.mara)
        told = {"claim": "640.", "evidence_files": [SimpleUploadedFile("page.html", b"<html>")]}
        assert mara.post(url, told).status_code == 422
        told["evidence_files"] = [SimpleUploadedFile("register.txt", b"640 people.")]
        assert mara.post(url, told).status_code == 303
    with tenant_scope(cast.acme.pk):
        assert len(Case.objects.get().evidence["files"]) == 1


def test_clients_send_list_read_and_withdraw_files(cast: Cast, client: Client, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
    url, key = f"/api/v1/cases/{case.pk}/files", api_key(cast.mara, "cases:write", "leads:read", at=at)
    with time_machine.travel(at + 2 * HOUR, tick=False):
        made = client.post(url, {"name": "r.txt", "file": "VHdlbHZl"}, "application/json", headers=key)
        assert (made.status_code, made.json()["side"], made.json()["name"]) == (201, "marketing", "r.txt")
        form = client.post(url, {"file": SimpleUploadedFile("s.txt", b"Twelve")}, headers=key)
        assert form.status_code == 201
        one = made.headers["Location"]
        assert [row["id"] for row in client.get(url, headers=key).json()["results"]] == [
            made.json()["id"], form.json()["id"],
        ]  # fmt: skip
        assert client.get(f"{one}/file", headers=key).content == b"Twelve"
        other = api_key(cast.sam, "cases:write", "leads:read", at=at)
        assert client.delete(one, headers=other).json()["code"] == "not_your_file"
        assert client.delete(one, headers=key).json()["withdrawn_at"] is not None
        stranger = api_key(cast.gus, "cases:write", "leads:read", at=at)
        assert client.get(one, headers=stranger).status_code == 404
        assert client.get(f"{one}/file", headers=stranger).status_code == 404
