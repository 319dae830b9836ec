"""What people type about files."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, BinaryIO

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.forms.reading import OwnedForm
from intake.tables import CSV, NDJSON
from intake.words import TARGETS


class FileForm(forms.Form):
    """A file of people, or a table as it was copied from a spreadsheet."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV in UTF-8 with a first line that names the columns, or NDJSON."),
    )
    text = forms.CharField(
        label=_("Or paste a table"),
        required=False,
        max_length=1_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Copied from a spreadsheet, with the line that names the columns."),
    )

    def clean_file(self) -> Any:
        """Tell the two kinds apart by their name."""
        file = self.cleaned_data["file"]
        if file and not file.name.lower().endswith((".csv", ".txt", *NDJSON_NAMES)):
            raise forms.ValidationError(_("Choose a .csv or .ndjson file."), code="kind")
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("file") and not (cleaned.get("text") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste a table."))
        return cleaned

    @property
    def stream(self) -> BinaryIO:
        """What to read."""
        file = self.cleaned_data["file"]
        found: BinaryIO = file.file if file else BytesIO(self.cleaned_data["text"].encode("utf-8", "replace"))
        return found

    @property
    def name(self) -> str:
        """How the file is called."""
        file = self.cleaned_data["file"]
        return str(file.name)[:200].replace("\x00", "") if file else str(_("Pasted table"))

    @property
    def kind(self) -> str:
        """How the file is read."""
        return NDJSON if self.name.lower().endswith(NDJSON_NAMES) else CSV


NDJSON_NAMES = (".ndjson", ".jsonl")


class MappingForm(forms.Form):
    """Where each column goes."""

    def __init__(self, *args: Any, columns: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.columns = columns
        choices = [("", _("keep under its own name")), ("-", _("leave out")), *TARGETS.items()]
        for column in columns:
            self.fields[f"column_{column.number}"] = forms.ChoiceField(
                label=column.name, choices=choices, required=False, initial=column.target
            )

    @property
    def shown(self) -> list[tuple[Any, Any]]:
        """Return each column with its field."""
        return [(column, self[f"column_{column.number}"]) for column in self.columns]

    def mapping(self) -> dict[str, str]:
        """Return the columns' names and where they go."""
        return {column.name: self.cleaned_data[f"column_{column.number}"] for column in self.columns}

    def clean(self) -> dict[str, Any]:
        """A person has to be reachable by what the file says."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [target for target in cleaned.values() if target not in ("", "-")]
        twice = {target for target in chosen if chosen.count(target) > 1}
        for column in self.columns:
            if cleaned.get(f"column_{column.number}") in twice:
                self.add_error(f"column_{column.number}", _("Another column goes there as well."))
        if not {"person.email", "person.phone"} & set(chosen) and "person" not in {c.name for c in self.columns}:
            raise forms.ValidationError(_("Choose which column holds the e-mail address or the phone number."))
        return cleaned


class RunForm(OwnedForm):
    """How a file is taken in."""

    nobody = _("the marketers in turn")
    hand_over = forms.BooleanField(
        label=_("Hand qualified leads over to sales at once"),
        required=False,
        help_text=_("Leave it off for old lists: sales then gets nothing until somebody sends it."),
    )
