"""What a mail to a member says; its text and its HTML are made from the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from notifications.gathering import Gathered, gathered
from notifications.naming import mark_of
from tenants.models import StoredFile


@dataclass(frozen=True)
class Line:
    """One notice as a mail tells it."""

    kind: str
    text: str
    path: str
    at: datetime
    # Whose thread it is, where it is about somebody.
    thread: UUID | None = None

    @property
    def about(self) -> str:
        """Return the mark in whose place the name will stand; see Note [Names are filled in late]."""
        return mark_of(self.thread) if self.thread else ""

    @property
    def url(self) -> str:
        """Where it leads."""
        return settings.BASE_URL + self.path


@dataclass(frozen=True)
class Figure:
    """One figure of a report."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """One line of a table of bars: ``share`` of the longest is from 0 to 100."""

    label: str
    value: str
    share: int
    colour: str = "#5a677d"

    @property
    def rest(self) -> int:
        """What the bar leaves free."""
        return 100 - self.share


@dataclass(frozen=True)
class Picture:
    """A picture inside the mail, and what it says for who does not see it."""

    file: StoredFile
    shown_as: str
    alt: str


@dataclass(frozen=True)
class Section:
    """A part of a report: a picture or bars under a heading."""

    title: str
    note: str = ""
    bars: Sequence[Bar] = ()
    picture: Picture | None = None


@dataclass(frozen=True)
class Letter:
    """A mail; ``files`` go along with it."""

    kind: str
    subject: str
    lines: Sequence[Line] = ()
    intro: str = ""
    figures: Sequence[Figure] = ()
    sections: Sequence[Section] = ()
    more: str = ""
    more_path: str = ""
    files: Sequence[StoredFile] = ()
    # Its reader named the hour themselves.
    is_punctual: bool = False

    def groups(self) -> list[Gathered[Line]]:
        """Return the lines, those of one kind together."""
        return gathered(self.lines)

    def parts(self) -> list[tuple[StoredFile, str]]:
        """Return what goes along: each file, and the name under which the HTML shows it."""
        shown = [section.picture for section in self.sections if section.picture]
        return [(picture.file, picture.shown_as) for picture in shown] + [(file, "") for file in self.files]
