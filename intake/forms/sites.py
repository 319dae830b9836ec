"""What people type about web forms."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.actions import OriginMalformed, checked_origin
from intake.models import Form
from intake.snippet import Field, field_names
from intake.tables import CSV, NDJSON
from intake.words import TARGETS
from tenants.models import Membership


def refuse_unopenable(url: str) -> str:
    """Return the address of a page, or raise ValidationError where no browser opens it."""
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise forms.ValidationError(_("Use an address that begins with https://."), code="scheme")
    return url


class FormForm(forms.Form):
    """A new web form."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Where it stands, such as Contact page."))
    origins = forms.CharField(
        label=_("Sites that may post"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One origin per line, such as https://www.example.com."),
    )
    thank_you_url = forms.URLField(
        label=_("Thank-you page"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where a visitor goes after sending. Empty: a plain page of ours."),
    )
    owner = forms.ChoiceField(label=_("Marketer"), required=False, help_text=_("Who answers for its leads."))

    def __init__(self, *args: Any, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.marketers = {str(member.pk): member for member in marketers}
        choices = [("", _("Nobody yet")), *((pk, member.name) for pk, member in self.marketers.items())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_origins(self) -> list[str]:
        """Return the origins as browsers spell them, each once."""
        try:
            found = [checked_origin(line) for line in self.cleaned_data["origins"].split()]
        except OriginMalformed as refused:
            raise forms.ValidationError(refused.sentence, code=refused.code) from refused
        return list(dict.fromkeys(found))

    def clean_thank_you_url(self) -> str:
        """Refuse a page that no browser opens."""
        return refuse_unopenable(str(self.cleaned_data["thank_you_url"]))

    def clean_owner(self) -> Membership | None:
        """Return the marketer."""
        return self.marketers.get(self.cleaned_data["owner"])


HIDDEN, ASKED, REQUIRED = "", "asked", "required"
SEPARATOR = "="


class ReadingForm(forms.Form):
    """How what a form sends is read: the country of its numbers, the confirmation by mail, other names of fields."""

    country = forms.CharField(
        label=_("Country of phone numbers"),
        required=False,
        min_length=2,
        max_length=2,
        help_text=_("Two letters, such as AT: how numbers without +43 are dialled."),
    )
    opt_in = forms.BooleanField(
        label=_("Confirm addresses by mail first (double opt-in)"),
        required=False,
        help_text=_("A post becomes a lead when its sender has clicked the link in the mail."),
    )
    mapping = forms.CharField(
        label=_("Names of the site's own fields"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line: their name = ours, such as firma_name = company.name."),
    )

    def clean_country(self) -> str:
        """Return two capital letters, or none."""
        country = str(self.cleaned_data["country"]).upper()
        if country and not (country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Two letters, such as AT."), code="country")
        return country

    def clean_mapping(self) -> dict[str, str]:
        """Return their names and ours; names the line that is wrong."""
        found: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in self.cleaned_data["mapping"].splitlines())):
            theirs, _sign, ours = (part.strip() for part in line.rpartition(SEPARATOR))
            if not theirs or ours not in TARGETS:
                text = _("“%(line)s”: use one of %(names)s.")
                names = ", ".join(TARGETS)
                raise forms.ValidationError(text, code="mapping", params={"line": line, "names": names})
            found[theirs] = ours
        return found


class ChangeForm(ReadingForm, FormForm):
    """All that can be chosen about a form that stands already."""

    consent_text = forms.CharField(
        label=_("Wording of the consent"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands beside the box and is kept with every consent. A new wording is a new version."),
    )
    thanks_text = forms.CharField(
        label=_("Words of thanks"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, form: Form, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, marketers=marketers, initial=told_of(form), **options)
        choices = [(HIDDEN, _("not shown")), (ASKED, _("shown")), (REQUIRED, _("required"))]
        asked = {one["name"]: REQUIRED if one["required"] else ASKED for one in form.asks}
        for name, label in field_names().items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=asked.get(name, HIDDEN)
            )

    def clean(self) -> dict[str, Any]:
        """A form that asks for something has to ask how to reach the person."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asks = self._asks(cleaned)
        if asks and "email" not in {one["name"] for one in asks}:
            self.add_error("ask_email", _("Without an address nobody can be known again; show it."))
        if cleaned.get("opt_in") and asks and not any(one["name"] == "email" and one["required"] for one in asks):
            self.add_error("ask_email", _("A confirmation by mail needs an address; require it."))
        return cleaned

    def _asks(self, cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
        chosen = {name: cleaned.get(f"ask_{name}", HIDDEN) for name in field_names()}
        return [{"name": name, "required": how == REQUIRED} for name, how in chosen.items() if how]

    def changes(self) -> dict[str, Any]:
        """Return what change_form takes."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if not name.startswith("ask_")}
        cleaned["thanks_url"] = cleaned.pop("thank_you_url")
        return {**cleaned, "asks": self._asks(self.cleaned_data)}


def told_of(form: Form) -> dict[str, Any]:
    return {
        "name": form.name,
        "origins": "\n".join(form.key.allowed_origins),
        "thank_you_url": form.thanks_url,
        "owner": str(form.owner_id or ""),
        "country": form.country,
        "opt_in": form.opt_in,
        "consent_text": form.consent_text,
        "thanks_text": form.thanks_text,
        "mapping": "\n".join(f"{theirs} {SEPARATOR} {ours}" for theirs, ours in form.mapping.items()),
    }


class KeepingForm(forms.Form):
    """For how many days things are kept."""

    submissions_days = forms.IntegerField(
        label=_("Days for payloads of submissions"),
        min_value=30,
        max_value=3650,
        help_text=_("Afterwards what was sent is blanked. The lead stays."),
    )
    visits_days = forms.IntegerField(
        label=_("Days for visits of people who never said who they are"), min_value=1, max_value=1095
    )


class VisitorForm(forms.Form):
    """A web form as a page of ours: the fields that it shows, the trap, the consent."""

    hp = forms.CharField(required=False, max_length=2000)
    consent = forms.BooleanField(required=False)

    def __init__(self, *args: Any, fields: Sequence[Field], consent: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = [field.name for field in fields]
        for field in fields:
            self.fields[field.name] = _control(field)
        self.fields["consent"].label = consent
        # Names before the box, the box before the trap.
        self.order_fields([*self.asked, "consent", "hp"])

    @property
    def shown(self) -> list[Any]:
        """Return what a visitor sees, in order."""
        return [self[name] for name in (*self.asked, "consent")]

    def raw(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return the post as the snippet would have sent it, with where the visit came from."""
        told = {name: str(self.cleaned_data[name] or "") for name in self.asked}
        came = {name: str(query[name])[:200] for name in query if name.startswith("utm_") or name in CLICK_IDS}
        yes = {"consent": "yes"} if self.cleaned_data["consent"] else {}
        return {**came, **told, **yes, "hp": self.cleaned_data["hp"], "intent": "talk_to_sales"}


CLICK_IDS = frozenset({"gclid", "fbclid", "msclkid", "li_fat_id", "ttclid"})
LONGEST = {"email": 320, "message": 20_000, "phone": 60}


def _control(field: Field) -> forms.Field:
    attrs = {"autocomplete": field.autocomplete} if field.autocomplete else {}
    if field.options:
        choices = [("", "–"), *((value, value.replace("_", " ").capitalize()) for value in field.options)]
        return forms.ChoiceField(label=field.label, required=field.required, choices=[*choices, ("other", _("Other"))])
    if field.kind == "email":
        return forms.EmailField(
            label=field.label, required=field.required, max_length=320, widget=forms.EmailInput(attrs=attrs)
        )
    if field.kind == "number":
        return forms.IntegerField(label=field.label, required=field.required, min_value=0, max_value=20_000_000)
    widget: forms.Widget = forms.Textarea(attrs={"rows": 4}) if field.kind == "area" else forms.TextInput(attrs=attrs)
    longest = LONGEST.get(field.name, 200)
    return forms.CharField(label=field.label, required=field.required, max_length=longest, widget=widget)


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


class RunForm(forms.Form):
    """How a file is taken in."""

    owner = forms.ChoiceField(label=_("Marketer"), required=False, help_text=_("Who answers for its leads."))
    hand_over = forms.BooleanField(
        label=_("Hand qualified leads over to sales at once"),
        required=False,
        help_text=_("Leave it off for old lists: sales then gets nothing until somebody sends it."),
    )

    def __init__(self, *args: Any, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.marketers = {str(member.pk): member for member in marketers}
        choices = [("", _("the marketers in turn")), *((pk, member.name) for pk, member in self.marketers.items())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_owner(self) -> Membership | None:
        """Return the marketer."""
        return self.marketers.get(self.cleaned_data["owner"])
