"""What people type about members, keys and themselves."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from smarketing.lib.forms import offer
from tenants.figures import SightRule
from tenants.files import ACCEPTED, MAX_FILE_BYTES, Upload
from tenants.keys import SCOPES
from tenants.models import Membership, Team, User
from tenants.roles import LABELS
from tenants.words import Scope, scopes_told

THEMES = (("auto", _("Like the system")), ("light", _("Light")), ("dark", _("Dark")))


class StoredText(forms.CharField):
    """One line of text that every table can hold and a person can read."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 120)
        super().__init__(**options)


class ManyFiles(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files to be kept, cleaned to a list of uploads; what they are is found out when they are kept."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(widget=ManyFiles(attrs={"accept": ACCEPTED}), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        given = [super(FilesField, self).clean(file, initial) for file in (data or [])] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > self.most:
            raise forms.ValidationError(_("At most %(n)s files.") % {"n": self.most}, code="too_many")
        large = [file.name for file in given if file.size > MAX_FILE_BYTES]
        if large:
            limit = {"name": large[0], "n": MAX_FILE_BYTES // 1024**2}
            raise forms.ValidationError(_("%(name)s is larger than %(n)s MB.") % limit, code="file_too_large")
        return [Upload(file.name, file.read()) for file in given]


class InviteForm(forms.Form):
    """Who is invited, as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=list(LABELS.items()))
    title = StoredText(
        label=_("Title"), required=False, help_text=_("What it says on their card, such as Head of Sales.")
    )


class AccessForm(forms.Form):
    """The button that ends a member's access, or gives it back."""

    access = forms.ChoiceField(choices=[("on", _("Give back access")), ("off", _("End access"))])


class ManagerForm(forms.Form):
    """Whose people somebody is."""

    manager = forms.ChoiceField(
        label=_("Manager"),
        required=False,
        help_text=_("Hears of missed deadlines, and does not judge disputes about this person's leads."),
    )

    def __init__(self, data: Any = None, *, member: Membership, colleagues: list[Membership]) -> None:
        super().__init__(data, initial={"manager": str(member.manager_id or "")})
        self.people = {str(one.pk): one for one in colleagues if one.pk != member.pk}
        named = [(pk, one.name) for pk, one in self.people.items()]
        offer(self, "manager", [("", _("Nobody")), *named])

    def clean_manager(self) -> Membership | None:
        """Return the manager."""
        return self.people.get(self.cleaned_data["manager"])


class AcceptForm(forms.Form):
    """How a new person is called, and the password they choose."""

    name = StoredText(label=_("Your name"))
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean_password1(self) -> str:
        """Refuse a password that is short, common or like the person's own data."""
        password = str(self.cleaned_data["password1"])
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        return cleaned


class KeyForm(forms.Form):
    """What a new secret key may do, for whom, until when."""

    name = StoredText(label=_("Name"), help_text=_("Where it will be used, such as Website."))
    scopes = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)
    acts_for = forms.ChoiceField(label=_("Acts for"), help_text=_("Its roles and its name are those of this member."))
    expires_on = forms.DateField(
        label=_("Ends on"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: never.")
    )

    def __init__(self, *args: Any, members: list[Membership], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.members = {str(member.pk): member for member in members}
        offer(self, "scopes", [(one.name, _with_name(one)) for one in scopes_told(SCOPES)])
        offer(self, "acts_for", [(pk, member.name) for pk, member in self.members.items()])

    def clean_acts_for(self) -> Membership:
        """Return the member."""
        return self.members[self.cleaned_data["acts_for"]]

    def clean_expires_on(self) -> date | None:
        """Refuse a key that would have ended before it began."""
        ends: date | None = self.cleaned_data["expires_on"]
        if ends is not None and ends <= self.today:
            raise forms.ValidationError(_("Choose a day after today."), code="past")
        return ends


def _with_name(scope: Scope) -> str:
    """Return a scope in words, with the name that clients know it by."""
    return format_html('{} <span class="sm-raw">{}</span>', scope.label, scope.name)


class AbsenceForm(forms.Form):
    """Who is away when, and who stands in."""

    member = forms.ChoiceField(label=_("Who"), required=False)
    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    deputy = forms.ChoiceField(
        label=_("Deputy"),
        required=False,
        help_text=_("A colleague of the same department. Without one, open work stays and its deadlines run on."),
    )

    def __init__(self, *args: Any, managed: list[Membership], colleagues: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.members = {str(member.pk): member for member in [*colleagues, *managed]}
        self.oneself = managed[0]
        others = [(str(one.pk), one.name) for one in managed[1:]]
        offer(self, "member", [("", _("Myself")), *others])
        if not others:
            del self.fields["member"]
        named = [(str(one.pk), one.name) for one in colleagues]
        offer(self, "deputy", [("", _("Nobody")), *named])

    def clean(self) -> dict[str, Any]:
        """Say who it is; without a choice it is who fills in the form."""
        given = super().clean() or {}
        given["member"] = self.members.get(given.get("member", ""), self.oneself)
        return given

    def clean_deputy(self) -> Membership | None:
        """Return the deputy."""
        return self.members.get(self.cleaned_data["deputy"])


class TeamForm(forms.Form):
    """A team's name, department and members."""

    name = StoredText(label=_("Name"))
    side = forms.ChoiceField(label=_("Department"))
    members = forms.MultipleChoiceField(
        label=_("Members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who is in another team changes over."),
    )

    def __init__(self, data: Any = None, *, team: Team | None, members: list[Membership], **options: Any) -> None:
        chosen = [str(one.pk) for one in members if team is not None and one.team_id == team.pk]
        initial = {"name": team.name, "members": chosen} if team else {}
        super().__init__(data, initial=initial, **options)
        wanted = [team.side] if team else ["sales", "marketing"]
        named = [(side, {"marketing": _("Marketing"), "sales": _("Sales")}[side]) for side in wanted]
        offer(self, "side", named)
        self.people = {str(one.pk): one for one in members if one.side in wanted}
        offer(self, "members", [(pk, one.name) for pk, one in self.people.items()])
        if team is not None:
            del self.fields["side"]

    def clean_members(self) -> list[Membership]:
        """Return the members."""
        return [self.people[pk] for pk in self.cleaned_data["members"]]


FIGURE_RULES = [
    (str(SightRule.NOBODY), _("Nobody else sees them, neither managers nor auditors.")),
    (str(SightRule.MANAGERS), _("Their manager, the head of their department and auditors see them as well.")),
    (str(SightRule.EVERYBODY), _("Everybody in the organisation sees them.")),
]


class FigureRuleForm(forms.Form):
    """To whom the figures of a person are shown."""

    rule = forms.ChoiceField(label=_("Besides the person"), choices=FIGURE_RULES, widget=forms.RadioSelect)
    note = StoredText(
        label=_("Agreed with"),
        required=False,
        max_length=500,
        help_text=_("Such as an agreement with the works council and its date."),
    )


class ProfileForm(forms.Form):
    """How a person is called and how the application looks for them."""

    display_name = StoredText(label=_("Name"))
    zone = forms.ChoiceField(label=_("Time zone"), required=False, help_text=_("Times are shown in it."))
    language = forms.ChoiceField(label=_("Language"), required=False)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)
    single_keys = forms.BooleanField(label=_("Single-letter shortcuts"), required=False)

    def __init__(self, *args: Any, organisation_zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = [("", _("The organisation's: %(zone)s") % {"zone": organisation_zone})]
        zones += [(name, name) for name in sorted(available_timezones())]
        offer(self, "zone", zones)
        offer(self, "language", [("", _("Like the browser")), *settings.LANGUAGES])

    def preferences(self) -> dict[str, Any]:
        """Return what is kept with the person."""
        cleaned = self.cleaned_data
        return {
            "zone": cleaned["zone"],
            "language": cleaned["language"],
            "theme": cleaned["theme"],
            "single_key_shortcuts": cleaned["single_keys"],
        }
