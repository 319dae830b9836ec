"""Small files of every kind that is kept, made by hand: what their first bytes say is all that counts."""

import io
import zipfile

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def office(part: str, declared: str, *more: str) -> bytes:
    """Return a packed office file with this main part and declaration."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("[Content_Types].xml", f'<Override PartName="/{part}" ContentType="{declared}.main+xml"/>')
        for name in (part, *more):
            file.writestr(name, "<w/>")
    return packed.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
DOCX = office("word/document.xml", WORD)
XLSX = office("xl/workbook.xml", SHEET)
TXT = "Zwölf Mitarbeiter, laut Firmenbuch.\r\n".encode()
CSV = b"company;employees\r\nExample GmbH;12\r\n"
EML = b"Received: by mx\r\nFrom: jane@example.com\r\nSubject: We are\r\n twelve\r\n\r\nHello\r\n"
