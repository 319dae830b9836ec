"""What a subject is called and where its page is: filled by smarketing.wiring, since sla knows nothing of leads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from sla.models import Subject


@dataclass(frozen=True)
class Description:
    """How a page names a subject."""

    title: str
    sub: str = ""
    url: str = ""
    lead_id: UUID | None = None


Describer = Callable[[Sequence[UUID]], dict[UUID, Description]]

_describers: dict[str, Describer] = {}


def register_describer(kind: str, describer: Describer) -> None:
    """Let ``describer`` name the subjects of this kind, many at once."""
    _describers[kind] = describer


def describe(subjects: Iterable[Subject]) -> dict[UUID, Description]:
    """Return what each subject is called; who has no describer is called by its kind."""
    by_kind: dict[str, list[UUID]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, []).append(subject.pk)
    names = {"handover": _("Handover"), "month": _("Month"), "case": _("Case")}
    found: dict[UUID, Description] = {}
    for kind, ids in by_kind.items():
        found |= dict.fromkeys(ids, Description(names[kind]))
        if kind in _describers:
            found |= _describers[kind](ids)
    return found
