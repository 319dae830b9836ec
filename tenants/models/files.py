"""Files that people attach: in the database, so that the policies hold for them as for every row."""

from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models.members import Membership


class StoredFile(TenantModel):
    """What is known of a file; its bytes stand apart, so that lists never carry them."""

    name = models.TextField()
    media_type = models.TextField()
    size = models.PositiveIntegerField()
    # Of the bytes, in hex: what a sealed pack or an event holds of a file.
    sha256 = models.TextField()
    by = TenantKey(Membership, null=True)
    at = models.DateTimeField()
    # Its bytes and its name are gone; that it was there, and its hash, stay.
    erased_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="file_erased_has_no_name", condition=Q(erased_at=None) | Q(name="")),
        ]
        indexes = [
            # How much room an organisation's files take.
            models.Index(fields=["organisation_id"], include=["size"], name="file_room", condition=Q(erased_at=None)),
        ]

    def __str__(self) -> str:
        return f"file {self.sha256[:12]}"


class FileContent(TenantModel):
    """The bytes of a file: written once, never changed, deleted where the file is erased."""

    file = TenantKey(StoredFile)
    content = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "file"], name="file_content_once")]

    def __str__(self) -> str:
        return f"content of file {self.file_id}"
