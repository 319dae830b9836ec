"""Which files are kept, by what is in them, and under which name (pure).

A file's name says what somebody called it; its first bytes say what it is. Only the bytes are asked, but for the
kinds of plain text, which no byte tells apart.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_NAME = 100

# A browser or a spreadsheet could take these for something to run.
_MARKUP = re.compile(rb"\s*<(!doctype|!--|\?xml|html|head|body|svg|script|iframe|style|table|a|b|br|p|div|h1)\b", re.I)
# What no text holds: control characters but for tab, line feed, form feed and carriage return.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HEADER = re.compile(rb"[!-9;-~]+:[ \t]?")
# A mail has a sender and one of these.
_MAIL_HEADERS = frozenset({b"date", b"subject", b"received", b"message-id", b"mime-version"})
# What an office file says of itself; one with macros says something else.
_WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTENTS = "[Content_Types].xml"
_LARGEST_CONTENTS = 256 * 1024
# A packed file that is broken, encrypted, or packed in a way that no office program uses.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it, not yet looked at."""

    name: str
    content: bytes


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is kept: how it is served, which endings of a name fit, how its content is known."""

    key: str
    media_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_office(part: str, declared: bytes) -> Callable[[bytes], bool]:
    def fits(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                names = set(packed.namelist())
                if part not in names or _CONTENTS not in names or any("vbaproject" in name.lower() for name in names):
                    return False
                with packed.open(_CONTENTS) as told:
                    return declared + b".main+xml" in told.read(_LARGEST_CONTENTS)
        except _BROKEN:
            return False

    return fits


def _is_text(content: bytes) -> bool:
    if _CONTROL.search(content) or _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # Windows programs still write their own Latin letters; five bytes of that table mean nothing.
        return not re.search(rb"[\x81\x8d\x8f\x90\x9d]", content)
    return True


def _is_mail(content: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", content[: 64 * 1024], maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", head) if not line.startswith((b" ", b"\t"))]
    if not all(_HEADER.match(line) for line in lines):
        return False
    names = {line.partition(b":")[0].lower() for line in lines}
    return b"from" in names and bool(names & _MAIL_HEADERS) and b"\x00" not in content


# Plain text last: it fits what the others refused.
KINDS = (
    FileKind("pdf", "application/pdf", ("pdf",), _starts(b"%PDF-")),
    FileKind("png", "image/png", ("png",), _starts(b"\x89PNG\r\n\x1a\n")),
    FileKind("jpeg", "image/jpeg", ("jpg", "jpeg"), _starts(b"\xff\xd8\xff")),
    FileKind("webp", "image/webp", ("webp",), _is_webp),
    FileKind("docx", _WORD.decode(), ("docx",), _is_office("word/document.xml", _WORD)),
    FileKind("xlsx", _EXCEL.decode(), ("xlsx",), _is_office("xl/workbook.xml", _EXCEL)),
    FileKind("eml", "message/rfc822", ("eml",), _is_mail),
    FileKind("csv", "text/csv", ("csv",), _is_text),
    FileKind("txt", "text/plain", ("txt",), _is_text),
)

# What a file dialog offers.
ACCEPTED = ",".join(f".{ending}" for kind in KINDS for ending in kind.endings)


def kind_of(content: bytes, name: str) -> FileKind | None:
    """Return what the content is, None for what is not kept; the name decides only between kinds of plain text."""
    ending = name.rpartition(".")[2].lower()
    for kind in KINDS:
        if kind.key == "csv" and ending not in kind.endings:
            continue
        if kind.fits(content):
            return kind
    return None


def safe_name(name: str, kind: FileKind) -> str:
    """Return a name to serve a file under: no path, nothing invisible, the ending of what the file is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Marks that turn the direction of writing make "gpj.exe" look like "exe.jpg".
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    plain = re.sub(r'[<>:"|?*;]+', "_", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = plain, kind.endings[0]
    return f"{stem.strip(' .')[: MAX_NAME - 1 - len(ending)] or 'file'}.{ending.lower()}"
