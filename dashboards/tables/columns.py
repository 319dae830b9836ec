"""What a table is when it leaves as a file: columns told once, for both formats."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise, cached_property

from dashboards.cards import Kpi, cards
from dashboards.links import Links
from dashboards.queries import Cut, MonthFigures, month_figures
from smarketing.lib.spreadsheets import Cell
from tenants.models import Membership, Organisation


@dataclass(frozen=True)
class Column:
    """One column: its name with the unit, and what stands in it for a row."""

    heading: str | Promise
    value: Callable[[Any], Cell]


@dataclass
class Asked:
    """Which part is asked for, by whom; figures are read when a table first needs them."""

    cut: Cut
    at: datetime
    organisation: Organisation
    member: Membership
    people: list[UUID] = field(default_factory=list)

    @cached_property
    def figures(self) -> MonthFigures:
        """Everything about the month."""
        return month_figures(self.cut, at=self.at, zone=self.organisation.zone)

    @cached_property
    def links(self) -> Links:
        """Addresses behind the numbers; files carry none, panels want them."""
        return Links(self.organisation.slug, self.cut)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the organisation counts days and months."""
        return ZoneInfo(self.organisation.zone)

    def kpis(self) -> list[Kpi]:
        """Return the headline cards."""
        return cards(self.figures, self.links)


@dataclass(frozen=True)
class Table:
    """A table of the dashboards: ``rows`` reads it, ``columns`` say what stands in a file."""

    key: str
    title: str | Promise
    columns: tuple[Column, ...]
    rows: Callable[[Asked], Iterable[Any]]

    def header(self) -> list[str]:
        """Return the columns' names in the reader's language."""
        return [str(column.heading) for column in self.columns]

    def cells(self, asked: Asked) -> list[list[Cell]]:
        """Return the rows as they leave."""
        return [[neutral_time(column.value(row)) for column in self.columns] for row in self.rows(asked)]


def neutral_time(cell: Cell) -> Cell:
    """Return a moment as ISO 8601 in UTC, the same for every reader; days stay days of the organisation."""
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell
