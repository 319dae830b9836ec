"""Files that prove something."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.actions import MOST_FILES
from tenants.files import MAX_FILE_BYTES, Upload
from tenants.forms import FilesField

# Several files at their largest, and the other fields.
MOST_BYTES = MOST_FILES * MAX_FILE_BYTES + 64 * 1024
HELP = gettext_lazy("PDF, picture, text, mail or Office file, 5 MB each, 5 at most.")


def files_field(label: Any) -> FilesField:
    """Return the field for files beside other fields."""
    return FilesField(label=label, required=False, most=MOST_FILES, help_text=HELP)


class EvidenceForm(forms.Form):
    """Files, or a text that was copied from somewhere."""

    evidence_files = files_field(gettext_lazy("Files"))
    text = forms.CharField(
        label=gettext_lazy("Or paste a text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Such as a mail that came back; it is kept as a text file."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("evidence_files") and not given.get("text"):
            self.add_error("evidence_files", str(gettext_lazy("Choose a file or paste a text.")))
        return given

    def uploads(self) -> list[Upload]:
        """Return everything that was given, as files."""
        text = str(self.cleaned_data["text"])
        pasted = [Upload("note.txt", text.encode())] if text else []
        return [*self.cleaned_data["evidence_files"], *pasted]
