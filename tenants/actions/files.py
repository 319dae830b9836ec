"""Keeping files, and letting them go.

# Note [One at a time where room is counted]
Two uploads that both see room for themselves would together take more than there is. An advisory lock of the
organisation lets one transaction at a time count and write (_lock_room).
"""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.scope import current_organisation_id
from tenants.files import MAX_FILE_BYTES, kind_of, safe_name
from tenants.models import FileContent, Membership, StoredFile

FILE = "/file"


@transaction.atomic
def store_file(*, name: str, content: bytes, by: Membership | None, at: datetime) -> StoredFile:
    """Keep a file of one of the known kinds; what it is is told by its content.

    Raises InvalidInput at /file: file_empty, file_too_large, file_type_unknown, storage_full.
    """
    if not content:
        raise _wrong("file_empty", _("This file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise _wrong("file_too_large", _("A file may have %(n)s MB at most.") % {"n": MAX_FILE_BYTES // 1024**2})
    kind = kind_of(content, name)
    if kind is None:
        raise _wrong("file_type_unknown", _("Only PDF, PNG, JPEG, WebP, TXT, CSV, EML, DOCX and XLSX are kept."))
    _require_room(len(content))
    file = StoredFile.objects.create(
        name=safe_name(name, kind),
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        at=at,
    )
    FileContent.objects.create(file=file, content=content)
    # The hash only: nobody knows what people write into a name.
    record("file.stored", file, by=by, at=at, data={"sha256": file.sha256, "size": file.size})
    return file


def _lock_room() -> None:
    with connection.cursor() as cursor:
        key = f"files:{current_organisation_id()}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _require_room(size: int) -> None:
    _lock_room()
    taken = StoredFile.objects.filter(erased_at=None).aggregate(taken=Sum("size"))["taken"] or 0
    if taken + size > settings.MAX_STORED_BYTES:
        room = max(0, settings.MAX_STORED_BYTES - taken) // 1024**2
        raise _wrong("storage_full", _("The room for files is used up: %(n)s MB are left.") % {"n": room})


def _wrong(code: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(FILE, code, sentence)])


@transaction.atomic
def remove_file(file: StoredFile, *, by: Membership | None, at: datetime) -> None:
    """Take a file away as if it had never been there; the caller has let go of it and knows that it may."""
    FileContent.objects.filter(file=file).delete()
    StoredFile.objects.filter(pk=file.pk).delete()
    record("file.removed", file, by=by, at=at, data={"sha256": file.sha256})


@transaction.atomic
def erase_file(file: StoredFile, *, by: Membership | None, at: datetime) -> None:
    """Forget what is in a file and how it was called; its hash stays, so that what was sealed can be verified."""
    if StoredFile.objects.filter(pk=file.pk, erased_at=None).update(name="", erased_at=at):
        FileContent.objects.filter(file=file).delete()
        record("file.erased", file, by=by, at=at, data={"sha256": file.sha256})
