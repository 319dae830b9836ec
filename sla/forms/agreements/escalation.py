"""The ladder: who is told when, and whether the lead moves on."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from sla import words
from sla.content import ESCALATION_ROLES
from sla.forms.agreements.section import Content, Group, SectionForm, choices_field, whole_field

# Room for further steps, without any script.
_EMPTY_ROWS = 2


class EscalationForm(SectionForm):
    """One row for each step; a row without a share and without anybody to tell is no step."""

    edits: ClassVar = ("escalation",)

    def build(self) -> None:
        steps: list[Mapping[str, Any]] = [*self.given["escalation"], *[{}] * _EMPTY_ROWS]
        self.count = len(steps)
        roles = [(role, words.escalation_role_label(role)) for role in ESCALATION_ROLES]
        for number, step in enumerate(steps):
            self.add(f"step{number}_share", whole_field(_("At, in % of the time")), step.get("share"))
            self.add(f"step{number}_to", choices_field(_("Tell"), roles), list(step.get("to", [])))
            reassign = forms.BooleanField(label=_("Give the lead to somebody else"), required=False)
            self.add(f"step{number}_reassign", reassign, step.get("reassign", False))

    def groups(self) -> Iterable[Group]:
        for number in range(self.count):
            names = [f"step{number}_{part}" for part in ("share", "to", "reassign")]
            new = number >= self.count - _EMPTY_ROWS
            title = _("A further step") if new else _("Step %(n)s") % {"n": number + 1}
            note = _("Leave it empty if you do not need it.") if new else ""
            yield Group(title, [self[name] for name in names], note=note)

    def write(self, content: Content) -> None:
        content["escalation"] = []
        for number in range(self.count):
            share, told = self.value(f"step{number}_share"), self.value(f"step{number}_to")
            if share is None and not told:
                continue
            place = f"/escalation/{len(content['escalation'])}"
            for part in ("share", "to", "reassign"):
                self.pointers[f"{place}/{part}"] = f"step{number}_{part}"
            self.pointers[place] = f"step{number}_share"
            reassign = bool(self.value(f"step{number}_reassign"))
            content["escalation"].append({"share": share, "to": told, "reassign": reassign})
