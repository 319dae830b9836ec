"""One file sent by a REST client: in a form, or in JSON as base64."""

from typing import Annotated

from msgspec import Meta, Struct
from rest_framework.parsers import MultiPartParser

from smarketing.lib.errors import FieldError, InvalidInput
from tenants.files import Upload
from tenants.rest import KeyView

# What a form with one file looks like in the interface's document.
FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
# A file of 5 MB in base64.
MOST_BODY_BYTES = 7 * 1024 * 1024


class FileBody(Struct, forbid_unknown_fields=True):
    """A file by its name, with its bytes in base64."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    file: bytes


def sent_file(view: KeyView) -> Upload:
    """Return the file of this call. Raises InvalidInput."""
    request = view.request
    if (request.content_type or "").partition(";")[0] != MultiPartParser.media_type:
        told = view.body(FileBody)
        return Upload(told.name, told.file)
    unknown = set(request.data) - {"file"}
    if unknown:
        raise InvalidInput([FieldError(f"/{sorted(unknown)[0]}", "unknown_field", "This field does not exist.")])
    files = request.FILES.getlist("file")
    if len(files) != 1:
        raise InvalidInput([FieldError("/file", "missing", "Send one file.")])
    return Upload(files[0].name or "file", files[0].read())
