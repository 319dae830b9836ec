"""The reasons that can be given: for rejecting, disqualifying and losing."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from sla import words
from sla.content import REJECTION_CLASSES
from sla.forms.agreements.section import Content, Group, SectionForm, choice_field

LISTS = ("rejection", "disqualification", "lost")
LONGEST_KEY = 40
# Room for further reasons, without any script.
_EMPTY_ROWS = 1


class ReasonsForm(SectionForm):
    """One row for each reason. Its key stays, whatever it is called; a row without a label is no reason."""

    edits: ClassVar = ("reasons",)

    def build(self) -> None:
        self.rows: dict[str, list[Mapping[str, Any]]] = {}
        for name in LISTS:
            self.rows[name] = [*self.given["reasons"][name], *[{}] * _EMPTY_ROWS]
            for number, reason in enumerate(self.rows[name]):
                self._add_row(f"{name}{number}", name, reason)

    def _add_row(self, prefix: str, name: str, reason: Mapping[str, Any]) -> None:
        label = forms.CharField(label=_("It is called"), required=False, max_length=200)
        self.add(f"{prefix}_label", label, reason.get("label"))
        if name == "rejection":
            classes = [(key, words.reason_class_label(key)) for key in REJECTION_CLASSES]
            self.add(f"{prefix}_class", choice_field(_("Class"), classes), reason.get("class", REJECTION_CLASSES[1]))
            evidence = forms.BooleanField(label=_("Needs evidence"), required=False)
            self.add(f"{prefix}_evidence", evidence, reason.get("needs_evidence", False))

    def groups(self) -> Iterable[Group]:
        titles = {
            "rejection": _("Sending a handover back"),
            "disqualification": _("Disqualifying after contact"),
            "lost": _("Losing an opportunity"),
        }
        for name in LISTS:
            for number, reason in enumerate(self.rows[name]):
                parts = ("label", "class", "evidence") if name == "rejection" else ("label",)
                fields = [self[f"{name}{number}_{part}"] for part in parts]
                yield Group(titles[name] if reason else _("%(list)s: a further reason") % {"list": titles[name]},
                            fields, note=self._note(name, reason))  # fmt: skip

    def _note(self, name: str, reason: Mapping[str, Any]) -> str:
        if not reason:
            return _("Leave it empty if you do not need it.")
        if name == "rejection" and reason["class"] == "definitional":
            return _("A definitional reason names the criterion. Without a label it is left out of this version.")
        return _("Without a label it is left out of this version.")

    def write(self, content: Content) -> None:
        content["reasons"] = {name: self._written(name) for name in LISTS}

    def _written(self, name: str) -> list[dict[str, Any]]:
        written: list[dict[str, Any]] = []
        taken = {reason["key"] for reason in self.rows[name] if reason}
        for number, reason in enumerate(self.rows[name]):
            prefix = f"{name}{number}"
            label = str(self.value(f"{prefix}_label") or "").strip()
            if not label:
                continue
            key = reason.get("key") or key_of(label, taken)
            taken.add(key)
            place = f"/reasons/{name}/{len(written)}"
            self.pointers |= {place: f"{prefix}_label", f"{place}/class": f"{prefix}_class"}
            written.append({"key": key, "label": label, **self._terms(name, prefix)})
        self.pointers[f"/reasons/{name}"] = f"{name}0_label"
        return written

    def _terms(self, name: str, prefix: str) -> dict[str, Any]:
        if name != "rejection":
            return {}
        reason_class = self.value(f"{prefix}_class")
        # Definitional reasons name a criterion, and only they do.
        return {
            "class": reason_class,
            "needs_criterion": reason_class == "definitional",
            "needs_evidence": bool(self.value(f"{prefix}_evidence")),
        }


def key_of(label: str, taken: Iterable[str]) -> str:
    """Return a key for a new reason: the letters of its label, unlike every other."""
    plain = unicodedata.normalize("NFKD", label.lower()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[: LONGEST_KEY - 4] or "reason"
    known = set(taken)
    numbered = (f"{stem}_{number}" for number in range(2, len(known) + 3))
    return stem if stem not in known else next(key for key in numbered if key not in known)
