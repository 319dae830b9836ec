"""Files are known by their content, kept in the database, and bounded in size and number of bytes."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import ProgrammingError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from smarketing.lib.downloads import attachment
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import erase_file, remove_file, store_file
from tenants.actions import files as storing
from tenants.files import MAX_FILE_BYTES, MAX_NAME, kind_of, safe_name
from tenants.models import FileContent, StoredFile
from tenants.queries import content_of, file_of
from tests.support import Cast
from tests.tenants import files

KEPT = [
    ("a.pdf", files.PDF, "pdf"), ("a.png", files.PNG, "png"), ("a.jpg", files.JPEG, "jpeg"),
    ("a.webp", files.WEBP, "webp"), ("a.docx", files.DOCX, "docx"), ("a.xlsx", files.XLSX, "xlsx"),
    ("a.txt", files.TXT, "txt"), ("a.csv", files.CSV, "csv"), ("a.eml", files.EML, "eml"),
    # What somebody called it does not matter.
    ("a.png", files.PDF, "pdf"), ("a.exe", files.JPEG, "jpeg"), ("a", files.XLSX, "xlsx"),
    ("register.csv", files.EML, "eml"), ("a.bat", b"echo hello", "txt"),
    ("windows.txt", "Größe".encode("cp1252"), "txt"), ("excel.csv", b"\xef\xbb\xbfa;b\r\n", "csv"),
    ("not-a-mail.txt", b"Note: only a line\n\nmore", "txt"),
]  # fmt: skip

REFUSED = {
    "a program": b"MZ\x90\x00\x03\x00\x00\x00",
    "a Linux program": b"\x7fELF\x02\x01\x01",
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a page after blanks": b"\xef\xbb\xbf \n<HTML><body>",
    "a drawing that runs": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "XML": b'<?xml version="1.0"?><x/>',
    "a plain archive": files.office("readme.txt", "nothing"),
    "a document with macros": files.office("word/document.xml", files.WORD, "word/vbaProject.bin"),
    "a document that declares macros": files.office(
        "word/document.xml", "application/vnd.ms-word.document.macroEnabled"
    ),
    "a broken archive": b"PK\x03\x04" + b"x" * 50,
    "a cut archive": files.DOCX[: len(files.DOCX) // 2],
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a GIF": b"GIF89a\x01\x00\x01\x00",
    "text in two bytes a letter": "text".encode("utf-16"),
    "text with control characters": b"press \x1b[2J",
    "a mail with a zero byte": files.EML + b"\x00",
}


@pytest.mark.parametrize(("name", "content", "kind"), KEPT)
def test_the_content_tells_what_a_file_is(name: str, content: bytes, kind: str) -> None:
    found = kind_of(content, name)
    assert found is not None
    assert found.key == kind


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["a.pdf", "a.csv", "a.txt", "a.docx"])
def test_other_content_is_nothing_that_is_kept(what: str, name: str) -> None:
    assert kind_of(REFUSED[what], name) is None


@given(
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"From: a\r\n", files.DOCX[:90], files.DOCX[-120:]]),
    st.binary(max_size=400),
)
def test_any_bytes_are_something_or_nothing(head: bytes, rest: bytes) -> None:
    kind = kind_of(head + rest, "a.txt")
    assert kind is None or kind.key in {"pdf", "txt", "eml", "docx"}


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("register.pdf", "register.pdf"),
        ("Register.PDF", "Register.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Temp\\scan.pdf", "scan.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
        ("fdp\u202etxe.gnp", "fdptxe.gnp.pdf"),
        ('a"; filename="b.exe\r\nX: y', "a_ filename=_b.exeX_ y.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "file.pdf"),
        ("Größe 日本.pdf", "Größe 日本.pdf"),
    ],
)
def test_a_name_is_made_safe(given_name: str, safe: str) -> None:
    kind = kind_of(files.PDF, given_name)
    assert kind is not None
    assert safe_name(given_name, kind) == safe


@given(st.text(max_size=300))
def test_every_name_becomes_one_that_can_be_served(name: str) -> None:
    kind = kind_of(files.PNG, name)
    assert kind is not None
    safe = safe_name(name, kind)
    assert safe.endswith(".png")
    assert len(safe) <= MAX_NAME
    assert not set('/\\"<>|\r\n\x00') & set(safe)
    served = attachment(b"x", name=safe, media_type=kind.media_type)
    assert served.headers["Content-Disposition"].startswith("attachment")


def test_keeps_a_file_and_says_its_hash_only(acme: Cast, at: datetime) -> None:
    file = store_file(name="Jane Doe register.pdf", content=files.PDF, by=acme.sam, at=at)
    assert (file.media_type, file.size) == ("application/pdf", len(files.PDF))
    assert file.sha256 == hashlib.sha256(files.PDF).hexdigest()
    found = file_of(file.pk)
    assert found == file
    assert content_of(file) == files.PDF
    event = Event.objects.get(kind="file.stored")
    assert event.data == {"sha256": file.sha256, "size": file.size}
    assert event.by_id == acme.sam.pk


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-" + b"x" * MAX_FILE_BYTES, "file_too_large"),
        (b"MZ\x00", "file_type_unknown"),
    ],
)
def test_refuses_what_is_not_kept(acme: Cast, at: datetime, content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        store_file(name="a.pdf", content=content, by=acme.sam, at=at)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/file", code)]
    assert not StoredFile.objects.exists()
    assert not Event.objects.filter(kind="file.stored").exists()


def test_the_room_of_an_organisation_is_bounded(acme: Cast, at: datetime, settings: Any) -> None:
    settings.MAX_STORED_BYTES = 3 * len(files.PDF) - 1
    first = store_file(name="a.pdf", content=files.PDF, by=acme.sam, at=at)
    second = store_file(name="b.pdf", content=files.PDF, by=acme.sam, at=at)
    with pytest.raises(InvalidInput) as refused:
        store_file(name="c.pdf", content=files.PDF, by=acme.sam, at=at)
    assert refused.value.errors[0].code == "storage_full"
    # What was taken away or erased takes no room.
    remove_file(first, by=acme.sam, at=at)
    third = store_file(name="c.pdf", content=files.PDF, by=acme.sam, at=at)
    erase_file(second, by=acme.ada, at=at)
    store_file(name="d.pdf", content=files.PDF, by=acme.sam, at=at)
    assert content_of(third) == files.PDF


def test_an_erased_file_keeps_its_hash_and_nothing_else(acme: Cast, at: datetime) -> None:
    file = store_file(name="jane.pdf", content=files.PDF, by=acme.sam, at=at)
    erase_file(file, by=acme.ada, at=at)
    erase_file(file, by=acme.ada, at=at)
    found = file_of(file.pk)
    assert found is not None
    assert (found.name, found.erased_at, found.sha256) == ("", at, file.sha256)
    assert content_of(found) is None
    assert Event.objects.filter(kind="file.erased").count() == 1


def test_the_database_refuses_to_change_bytes_and_hash(acme: Cast, at: datetime) -> None:
    file = store_file(name="a.pdf", content=files.PDF, by=acme.sam, at=at)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        FileContent.objects.filter(file=file).update(content=b"other")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(sha256="other")


def test_another_organisation_sees_no_file(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        file = store_file(name="a.pdf", content=files.PDF, by=cast.sam, at=at)
    with tenant_scope(cast.globex.pk):
        assert file_of(file.pk) is None
        assert content_of(file) is None


def _stored_at_once(live_cast: Cast, at: datetime) -> int:
    """Two members store a file each at the same moment; return how many were kept."""
    barrier = Barrier(2)

    def store(name: str) -> bool:
        try:
            with tenant_scope(live_cast.acme.pk):
                barrier.wait(timeout=10)
                store_file(name=name, content=files.PDF, by=live_cast.sam, at=at)
                return True
        except InvalidInput:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(store, ("a.pdf", "b.pdf")))


def test_two_at_once_do_not_share_the_last_room(live_cast: Cast, at: datetime, settings: Any) -> None:
    settings.MAX_STORED_BYTES = 2 * len(files.PDF) - 1
    assert _stored_at_once(live_cast, at) == 1


def test_without_the_lock_both_take_the_last_room(
    live_cast: Cast, at: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the race is there where the guard is not."""
    settings.MAX_STORED_BYTES = 2 * len(files.PDF) - 1
    count, counted = storing._require_room, Barrier(2)

    def both_count(size: int) -> None:
        count(size)
        counted.wait(timeout=10)

    monkeypatch.setattr(storing, "_lock_room", lambda: None)
    monkeypatch.setattr(storing, "_require_room", both_count)
    assert _stored_at_once(live_cast, at) == 2
