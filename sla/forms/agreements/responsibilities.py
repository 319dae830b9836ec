"""The responsibility chart: a row for each task."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from sla import words
from sla.content import PARTIES, PARTS, STAGES
from sla.forms.agreements.section import Content, Group, SectionForm, choice_field

_EMPTY_ROWS = 2


class ResponsibilitiesForm(SectionForm):
    """One row for each task; a row whose task is emptied goes away."""

    edits: ClassVar = ("responsibilities",)

    def build(self) -> None:
        rows: list[Mapping[str, Any]] = [*self.given["responsibilities"], *[{}] * _EMPTY_ROWS]
        self.count = len(rows)
        stages = [(stage, words.stage_of_work_label(stage)) for stage in STAGES]
        parts = [(part, _part_label(part)) for part in PARTS]
        for number, row in enumerate(rows):
            key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
            self.add(f"row{number}_key", key, row.get("key", ""))
            self.add(f"row{number}_stage", choice_field(_("Stage"), stages), row.get("stage", STAGES[0]))
            task = forms.CharField(label=_("Task"), required=False, max_length=200)
            self.add(f"row{number}_task", task, row.get("task", ""))
            for party in PARTIES:
                field = choice_field(words.side_label(party), parts)
                self.add(f"row{number}_{party}", field, row.get(party, "none"))

    def groups(self) -> Iterable[Group]:
        for number in range(self.count):
            names = [f"row{number}_{part}" for part in ("key", "stage", "task", *PARTIES)]
            new = number >= self.count - _EMPTY_ROWS
            title = _("A further task") if new else _("Task %(n)s") % {"n": number + 1}
            yield Group(title, [self[name] for name in names])

    def write(self, content: Content) -> None:
        rows: list[dict[str, Any]] = []
        for number in range(self.count):
            task = (self.value(f"row{number}_task") or "").strip()
            if not task:
                continue
            place = f"/responsibilities/{len(rows)}"
            self.pointers[place] = f"row{number}_task"
            for part in ("stage", "task", *PARTIES):
                self.pointers[f"{place}/{part}"] = f"row{number}_{part}"
            key = self.value(f"row{number}_key") or _key_of(task, {row["key"] for row in rows})
            named = {part: self.value(f"row{number}_{part}") for part in PARTIES}
            rows.append({"key": key, "stage": self.value(f"row{number}_stage"), "task": task, **named})
        if rows or "responsibilities" in content:
            content["responsibilities"] = rows


def _key_of(task: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", task.lower()).strip("_")[:30]
    # A key begins with a letter.
    stem = stem if stem[:1].isalpha() else f"task_{stem}".strip("_")
    number = 1
    while (key := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return key


def _part_label(part: str) -> str:
    return {"does": _("does it"), "helps": _("helps"), "told": _("is told"), "none": _("no part")}[part]
