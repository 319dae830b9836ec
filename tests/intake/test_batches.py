"""Files of people: tried, taken in, taken back; what breaks costs only its own row."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from intake import actions
from intake.actions.batches import CHUNK
from intake.models import Batch, BatchRow, Submission
from intake.rows import guessed, read_row, read_with_notes
from intake.tables import FileUnreadable, read_table
from leads.actions import edit_lead
from leads.models import Consent, Handover, Lead
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tenants.work import Leased, run_step
from tests.support import Cast, api_key, run_jobs, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "/api/v1/intake/batches"
PAGE = "/o/acme/intake/files/"
TEXT = """E-Mail;Vorname;Nachname;Firma;Land;Mitarbeiter;Einwilligung;Messe
jane@firma.at;Jane;Doe;Firma;AT;120;ja;Halle 1
;Nobody;;;;;;
max@muster.de;Max;"Muster; der Ältere";Muster GmbH;DE;viele;nein;"Halle
2"
nonsense;No;Body;;;;;
"""


def rows_of(text: bytes, kind: str = "csv") -> tuple[list[str], list[dict[str, Any]]]:
    table = read_table(io.BytesIO(text), kind)
    return table.columns, list(table.rows)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_reads_csv_as_spreadsheets_write_it(mark: bytes, sign: str) -> None:
    text = f'Email{sign}"Na,me; x"{sign}Email\r\nzoë@b.example{sign}"a ""b"" {sign}\nc"{sign}\r\n\r\n'.encode()
    columns, rows = rows_of(mark + text)
    assert columns == ["Email", "Na,me; x", "Email 3"]
    assert rows == [{"value": {"Email": "zoë@b.example", "Na,me; x": f'a "b" {sign}\nc', "Email 3": ""}}]


@pytest.mark.parametrize(
    ("text", "kind"),
    [(b"", "csv"), (b"\n", "csv"), ("Größe\n1".encode("cp1252"), "csv"), (b"", "ndjson"), (b"\xff\n", "ndjson")],
)
def test_refuses_what_is_no_table(text: bytes, kind: str) -> None:
    with pytest.raises(FileUnreadable):
        rows_of(text, kind)


def test_a_row_that_cannot_be_read_costs_only_itself() -> None:
    _columns, rows = rows_of(b"a,b\n1,2,3\n1,2\n")
    assert [list(row) for row in rows] == [["broken"], ["value"]]
    _columns, rows = rows_of(b'{"email": "a@b.example"}\n[1]\n{"a": NaN}\n{"a": "\\u0000"}\n\n{"email": 1}\n', "ndjson")
    assert [list(row) for row in rows] == [["value"], ["broken"], ["broken"], ["broken"], ["value"]]


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless(io.RawIOBase):
        """A file of so many rows, made while it is read."""

        def __init__(self, rows: int) -> None:
            self.lines: Iterator[bytes] = (f"p{n}@firma.at;Jane;Doe;{'x' * 60}\n".encode() for n in range(rows))
            self.rest = b"email;given;family;note\n"

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            while len(self.rest) < len(buffer) and (line := next(self.lines, b"")):
                self.rest += line
            part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    def peak(rows: int) -> int:
        tracemalloc.start()
        table = read_table(io.BufferedReader(Endless(rows)), "csv")
        assert sum(1 for _row in table.rows) == rows
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(100_000) < peak(1_000) + 200_000


def test_guesses_usual_names_in_two_languages_and_never_twice() -> None:
    found = guessed(["E-Mail", "Vorname", "Firma", "Messe", "email"])
    assert found == {
        "E-Mail": "person.email", "Vorname": "person.given_name", "Firma": "company.name", "Messe": "", "email": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "codes", "column"),
    [
        ({"Mail": "a@b.example", "Land": "Austria"}, ["malformed"], "Land"),
        ({"Mail": "a@b"}, ["email"], "Mail"),
        ({"Mail": ""}, ["no_contact"], "Mail"),
        ({"Mail": "a@b.example", "Land": "AT"}, [], ""),
        ({"Mail": "a@b.example", "Tel": "01 5890299"}, [], ""),
        ({"Mail": "a@b.example", "Tel": "030 901820", "Land": "DE"}, [], ""),
        ({"Mail": "a@b.example", "Tel": "ask Jane"}, ["phone_unparsed"], "Tel"),
    ],
)
def test_names_the_column_that_is_wrong(value: dict[str, str], codes: list[str], column: str) -> None:
    mapping = {"Mail": "person.email", "Land": "company.country", "Tel": "person.phone"}
    body, notes = read_with_notes(value, mapping, home="AT")
    assert body == read_row(value, mapping)
    assert [note["code"] for note in notes] == codes
    assert {note["column"] for note in notes} <= {column}


def stored(cast: Cast, text: str = TEXT, *, kind: str = "csv") -> Batch:
    with tenant_scope(cast.acme.pk):
        return actions.store_batch(io.BytesIO(text.encode()), kind=kind, name="fair.csv", by=cast.mara, at=AT)


def mapping_of(batch: Batch) -> dict[str, str]:
    return {**batch.mapping, **({"Einwilligung": "consent"} if "Einwilligung" in batch.columns else {})}


def tried(cast: Cast, batch: Batch) -> Batch:
    with tenant_scope(cast.acme.pk):
        actions.check_batch(batch, mapping=mapping_of(batch), by=cast.mara, at=AT)
    return worked(cast, batch)


def taken_in(cast: Cast, batch: Batch, **options: Any) -> Batch:
    told: dict[str, Any] = {"hand_over": False, "owner": cast.mara, "by": cast.mara, "at": AT, **options}
    with tenant_scope(cast.acme.pk):
        actions.run_batch(batch, **told)
    return worked(cast, batch)


def taken_back(cast: Cast, batch: Batch, *, at: datetime = AT) -> Batch:
    with tenant_scope(cast.acme.pk):
        actions.undo_batch(batch, by=cast.mara, at=at)
    return worked(cast, batch)


def worked(cast: Cast, batch: Batch) -> Batch:
    run_jobs(organisation=cast.acme, at=AT)
    with tenant_scope(cast.acme.pk):
        assert not Job.objects.exclude(error="").exists(), Job.objects.exclude(error="").get().error
        return Batch.objects.select_related("by", "owner", "job").get(pk=batch.pk)


def outcomes(cast: Cast) -> dict[int, str]:
    with tenant_scope(cast.acme.pk):
        return dict(BatchRow.objects.order_by("number").values_list("number", "outcome"))


def test_a_trial_takes_nothing_in_and_names_rows_and_columns(cast: Cast) -> None:
    batch = tried(cast, stored(cast))
    assert (batch.state, batch.rows) == ("checked", 4)
    assert outcomes(cast) == {3: "error", 4: "warning", 5: "error"}
    with tenant_scope(cast.acme.pk):
        assert BatchRow.objects.get(number=4).notes[0]["column"] == "Mitarbeiter"
        assert not Lead.objects.exists()


def test_takes_rows_in_without_handing_over_and_keeps_odd_values(cast: Cast) -> None:
    batch = taken_in(cast, tried(cast, stored(cast)))
    assert batch.state == "done"
    assert outcomes(cast) == {2: "created", 3: "error", 4: "created", 5: "error"}
    with tenant_scope(cast.acme.pk):
        jane, max_ = Lead.objects.order_by("number")
        assert (jane.name, jane.marketer_id, jane.custom) == ("Jane Doe", cast.mara.pk, {"Messe": "Halle 1"})
        assert max_.family_name == "Muster; der Ältere"
        assert max_.custom == {"Messe": "Halle\n2", "company.employees": "viele"}
        assert dict(Consent.objects.values_list("lead", "granted")) == {jane.pk: True, max_.pk: False}
        assert set(Consent.objects.values_list("method", flat=True)) == {"import"}
        assert not Handover.objects.exists()


def test_hands_over_when_asked(cast: Cast) -> None:
    row = {"email": "jane@firma.at", "given_name": "Jane", "family_name": "Doe", "job_title": "CTO", "company": "Firma",
           "country": "AT", "industry": "logistics", "employees": "120", "intent": "talk_to_sales"}  # fmt: skip
    taken_in(cast, tried(cast, stored(cast, json.dumps(row), kind="ndjson")), hand_over=True)
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get().lead.email == "jane@firma.at"


def test_a_crash_between_two_steps_repeats_nothing(cast: Cast) -> None:
    text = "email\n" + "".join(f"p{number}@firma.at\n" for number in range(CHUNK + 5))
    batch = tried(cast, stored(cast, text))
    with tenant_scope(cast.acme.pk):
        job = actions.run_batch(batch, hand_over=False, owner=None, by=cast.mara, at=AT).job
    assert job is not None
    assert run_step(Leased(cast.acme.pk, job.pk), at=AT)
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == CHUNK
    worked(cast, batch)
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == Submission.objects.count() == CHUNK + 5


def test_taking_back_removes_new_leads_and_the_file_can_come_again(cast: Cast) -> None:
    batch = taken_back(cast, taken_in(cast, tried(cast, stored(cast))))
    assert batch.state == "undone"
    assert outcomes(cast) == {2: "undone", 3: "error", 4: "undone", 5: "error"}
    with tenant_scope(cast.acme.pk):
        assert not Lead.objects.exists()
        assert not Consent.objects.exists()
        assert set(Submission.objects.values_list("state", flat=True)) == {"erased"}
    taken_in(cast, tried(cast, stored(cast)))
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == 2


def test_a_known_lead_gets_its_values_back(cast: Cast) -> None:
    taken_in(cast, tried(cast, stored(cast, "email,given_name\njane@firma.at,Jane\n")))
    with tenant_scope(cast.acme.pk):
        before = Lead.objects.get()
    second = taken_in(cast, tried(cast, stored(cast, "email,given_name,phone,stand\njane@firma.at,J,+43 1 58858,9\n")))
    with tenant_scope(cast.acme.pk):
        after = Lead.objects.get()
        assert (after.given_name, after.phone, after.custom) == ("Jane", "+43 1 58858", {"stand": "9"})
    taken_back(cast, second)
    with tenant_scope(cast.acme.pk):
        found = Lead.objects.get()
    assert (found.phone, found.phone_e164, found.custom) == (before.phone, before.phone_e164, before.custom)


def test_a_lead_that_somebody_works_with_stays(cast: Cast) -> None:
    batch = taken_in(cast, tried(cast, stored(cast)))
    with tenant_scope(cast.acme.pk):
        jane = Lead.objects.get(email_norm="jane@firma.at")
        edit_lead(jane, changes={"job_title": "CTO"}, attributes=None, by=cast.mara, at=AT)
    taken_back(cast, batch)
    assert outcomes(cast)[2] == "kept"
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().email == "jane@firma.at"
        assert Submission.objects.get(lead=jane.pk).state == "matched"


def test_a_month_later_nothing_is_taken_back(cast: Cast) -> None:
    batch = taken_in(cast, tried(cast, stored(cast)))
    with pytest.raises(actions.BatchNotReady):
        taken_back(cast, batch, at=AT + timedelta(days=31))


def upload(cast: Cast, text: str = TEXT, name: str = "fair.csv") -> Any:
    return signed_in(cast.mara).post(PAGE, {"file": SimpleUploadedFile(name, text.encode())})


def test_a_marketer_does_it_all_on_pages(cast: Cast) -> None:
    mara = signed_in(cast.mara)
    with time_machine.travel(AT, tick=False):
        where = upload(cast).headers["Location"]
        page = mara.get(where)
        assert "Muster; der Ältere" in page.content.decode()
        columns = {f"column_{c.number}": c.target for c, _field in page.context["mapping"].shown}
        wrong = mara.post(f"{where}check/", {**columns, "column_0": ""})
        assert wrong.status_code == 422
        assert mara.post(f"{where}check/", {**columns, "column_7": "person.email"}).status_code == 422
        assert mara.post(f"{where}run/", {"owner": ""}).status_code == 409
        assert mara.post(f"{where}check/", columns).status_code == 302
        run_jobs(organisation=cast.acme, at=AT)
        assert "Neither an e-mail address" in mara.get(where).content.decode()
        assert b"Row,Column,Remark" in mara.get(f"{where}remarks.csv").getvalue()
        assert mara.post(f"{where}run/", {"owner": ""}).status_code == 302
        run_jobs(organisation=cast.acme, at=AT)
        assert "Jane Doe" in mara.get(f"{where}?outcome=created").content.decode()
        assert mara.post(f"{where}undo/").status_code == 302
        run_jobs(organisation=cast.acme, at=AT)
    with tenant_scope(cast.acme.pk):
        assert not Lead.objects.exists()


@pytest.mark.parametrize(("text", "name"), [("", "a.csv"), ("x", "a.xlsx"), ("email\n", "a.csv"), ("\n", "a.ndjson")])
def test_a_page_names_what_is_wrong_with_a_file(cast: Cast, text: str, name: str) -> None:
    answer = upload(cast, text, name)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    with tenant_scope(cast.acme.pk):
        assert not Batch.objects.exists()


def call(cast: Cast, method: str, url: str, data: Any = "", kind: str = "application/json") -> Any:
    headers = api_key(cast.mara, "leads:write", "leads:read", at=AT)
    raw = data if isinstance(data, str) else json.dumps(data)
    with time_machine.travel(AT, tick=False):
        return Client().generic(method, url, raw, content_type=kind, headers=headers)


def test_a_client_sends_a_file_and_reads_what_became_of_it(cast: Cast) -> None:
    sent = call(cast, "POST", f"{URL}?name=fair", TEXT, "text/csv")
    assert (sent.status_code, sent.json()["state"]) == (202, "checking")
    run_jobs(organisation=cast.acme, at=AT)
    run_jobs(organisation=cast.acme, at=AT)
    place = sent.headers["Location"]
    found = call(cast, "GET", place).json()
    assert (found["state"], found["outcomes"]) == ("done", {"created": 2, "error": 2})
    rows = call(cast, "GET", f"{place}/rows?outcome=error&limit=1").json()
    assert (len(rows["results"]), rows["next"] is not None) == (1, True)
    assert call(cast, "POST", f"{place}/undo").status_code == 202


def test_a_dry_run_of_a_client_takes_nothing_in_until_it_says_so(cast: Cast) -> None:
    sent = call(cast, "POST", f"{URL}?dry_run=true", '{"person": {"email": "a@b.example"}}\n', "application/x-ndjson")
    run_jobs(organisation=cast.acme, at=AT)
    place = sent.headers["Location"]
    assert call(cast, "GET", place).json()["state"] == "checked"
    assert call(cast, "POST", f"{place}/run", {"hand_over": False}).status_code == 202
    run_jobs(organisation=cast.acme, at=AT)
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().email == "a@b.example"


@pytest.mark.parametrize(
    ("url", "data", "kind", "status"),
    [
        (URL, "", "text/csv", 422),
        (URL, "email\n" + "a@b.example\n" * 5001, "text/csv", 422),
        (f"{URL}?dry_run=maybe", TEXT, "text/csv", 422),
        (URL, {"text": "email\nx", "mapping": {"colour": ""}}, "application/json", 422),
        (URL, {"text": "email\nx", "mapping": {"email": "person.password"}}, "application/json", 422),
        (URL, TEXT, "text/xml", 415),
    ],
)
def test_a_client_is_told_what_is_wrong(cast: Cast, url: str, data: Any, kind: str, status: int) -> None:
    assert call(cast, "POST", url, data, kind).status_code == status
    with tenant_scope(cast.acme.pk):
        assert not Batch.objects.exists()
