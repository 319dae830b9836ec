"""Whom a notice is about: asked for when it is read or leaves, and stored nowhere; filled by smarketing.wiring.

# Note [Names are filled in late]
Notices and the log of mails hold ids only, so that erasing a person leaves nothing behind in them, and nobody reads a
name whom they may not see any more. A mail that is waiting holds a mark where the name will stand.
"""

import re
from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tenants.models import Membership

# Names by the thread of events, of those that this member may see.
Namer = Callable[["Membership", Collection[UUID]], Mapping[UUID, str]]

_namers: list[Namer] = []

BETWEEN = " · "
_MARK = re.compile(rf"⟦([0-9a-f-]{{36}})⟧({BETWEEN})?")


def register_namer(namer: Namer) -> None:
    """Ask this for the names of what notices are about."""
    _namers[:] = [namer]


def names_for(reader: "Membership | None", threads: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names that the reader may see, in one query; who is not there has none."""
    return _namers[0](reader, threads) if _namers and reader is not None and threads else {}


def mark_of(thread: UUID) -> str:
    """Return what stands for a name until a text leaves."""
    return f"⟦{thread}⟧"


def threads_in(*texts: str) -> set[UUID]:
    """Return what the marks of these texts are about."""
    return {UUID(found[0]) for text in texts for found in _MARK.findall(text)}


def filled(text: str, names: Mapping[UUID, str], *, as_html: bool = False) -> str:
    """Return the text with names in the place of its marks; a mark without a name goes, with what parts it."""

    def name(found: re.Match[str]) -> str:
        told = names.get(UUID(found[1]), "")
        return (escape(told) if as_html else told) + (found[2] or "") if told else ""

    return _MARK.sub(name, text)
