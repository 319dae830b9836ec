"""What a table is when it leaves as a file: columns told once, for both formats."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
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


@dataclass(kw_only=True)
class Asker:
    """Who takes a table, and when."""

    at: datetime
    organisation: Organisation
    member: Membership

    @property
    def about(self) -> str:
        """What the table is about, as its file is called: a month, some months, a day."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Asked(Asker):
    """Which part of a month is asked for; figures are read when a table first needs them."""

    cut: Cut

    @property
    def about(self) -> str:
        """The month."""
        return f"{self.cut.month:%Y-%m}"

    @cached_property
    def figures(self) -> MonthFigures:
        """Everything about the month."""
        return month_figures(self.cut, at=self.at, zone=self.organisation.zone)

    @cached_property
    def links(self) -> Links:
        """Addresses behind the numbers; files carry none, panels want them."""
        return Links(self.organisation.slug, self.cut)

    def kpis(self) -> list[Kpi]:
        """Return the headline cards."""
        return cards(self.figures, self.links)


@dataclass(frozen=True)
class Table:
    """A table of the dashboards: ``rows`` reads it, ``columns`` say what stands in a file."""

    key: str
    title: str | Promise
    columns: tuple[Column, ...]
    # Reads what a table of its kind is asked by: see the modules of tables.
    rows: Callable[[Any], Iterable[Any]]

    def header(self) -> list[str]:
        """Return the columns' names in the reader's language."""
        return [str(column.heading) for column in self.columns]

    def cells(self, asked: Asker) -> list[list[Cell]]:
        """Return the rows as they leave."""
        return [[neutral_time(column.value(row)) for column in self.columns] for row in self.rows(asked)]


def exact(value: Decimal | float | None, places: int = 4) -> Cell:
    """Return a number as spreadsheets calculate with it; nothing for what is not known."""
    if value is None:
        return None
    number = round(float(value), places)
    return int(number) if number == int(number) else number


def neutral_time(cell: Cell) -> Cell:
    """Return a moment as ISO 8601 in UTC, the same for every reader; days stay days of the organisation."""
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell
