"""Reading stored files."""

from uuid import UUID

from tenants.models import FileContent, StoredFile


def file_of(file_id: UUID) -> StoredFile | None:
    """Return what is known of a file, without its bytes."""
    return StoredFile.objects.filter(pk=file_id).first()


def content_of(file: StoredFile) -> bytes | None:
    """Return the bytes of a file; None when it was erased."""
    found = FileContent.objects.filter(file=file).first()
    return bytes(found.content) if found else None
