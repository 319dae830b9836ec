"""What a member types about notices."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from notifications.kinds import HOW_LABELS, Group, choices_of
from notifications.models import Habit

QUIET = (
    (Habit.Quiet.WORK, _("Only in my side's working hours")),
    (Habit.Quiet.OWN, _("Not in my quiet hours")),
    (Habit.Quiet.NEVER, _("At any time")),
)


def field_of(kind: str) -> str:
    """Return the name of the field in which somebody chooses about a kind."""
    return "how_" + kind.replace(".", "_")


class ChoicesForm(forms.Form):
    """When mail may come, and how each kind of notice is told."""

    quiet = forms.ChoiceField(label=_("Mail may come"), choices=QUIET)
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label=_("until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    daily_at = forms.TimeField(
        label=_("The mail of the day comes at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any = None, *, groups: list[Group], habit: Habit, chosen: Mapping[str, str]) -> None:
        initial = {
            "quiet": habit.quiet,
            "quiet_from": habit.quiet_from,
            "quiet_until": habit.quiet_until,
            "daily_at": habit.daily_at,
            **{field_of(kind): how for kind, how in chosen.items()},
        }
        super().__init__(data, initial=initial)
        self.groups = groups
        for kind in (kind for group in groups for kind in group.kinds):
            ways = [(how.value, HOW_LABELS[how] if how else kind.usual) for how in choices_of(kind.key)]
            self.fields[field_of(kind.key)] = forms.ChoiceField(label=str(kind.label), choices=ways, required=False)

    def times(self) -> list[BoundField]:
        """Return the fields about when."""
        return [self[name] for name in ("quiet", "quiet_from", "quiet_until", "daily_at")]

    def subjects(self) -> list[tuple[object, list[BoundField]]]:
        """Return the fields about kinds, by subject."""
        return [(group.label, [self[field_of(kind.key)] for kind in group.kinds]) for group in self.groups]

    def wanted(self) -> dict[str, str]:
        """Return what was chosen, by kind; what the form did not send stays as it is."""
        kinds = [kind.key for group in self.groups for kind in group.kinds]
        return {kind: self.cleaned_data[field_of(kind)] for kind in kinds if field_of(kind) in self.data}
