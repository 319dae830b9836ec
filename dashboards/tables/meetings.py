"""The tables of a review meeting: its agenda with minutes, and what people took on."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from dashboards.models import Review
from dashboards.queries.reviews import ActionRow, actions_of, local_day
from dashboards.review_page import AgendaItem, Line, Reader, action_word, agenda_of
from dashboards.tables.columns import Asker, Column, Table


@dataclass(kw_only=True)
class ReviewAsked(Asker):
    """One meeting as its reader sees it."""

    review: Review

    @property
    def about(self) -> str:
        """The day of the meeting."""
        return local_day(self.review.starts_at, self.organisation.zone).isoformat()

    @property
    def reader(self) -> Reader:
        """For whom it is put into words."""
        return Reader(self.member, self.at, self.organisation.zone, self.organisation.slug)


@dataclass(frozen=True)
class AgendaRow:
    """One line of an item, or an item that has none."""

    number: int
    item: AgendaItem
    line: Line


def _agenda(asked: ReviewAsked) -> Iterator[AgendaRow]:
    for number, item in enumerate(agenda_of(asked.review, asked.reader), start=1):
        for line in item.lines or [Line("")]:
            yield AgendaRow(number, item, line)


def _actions(asked: ReviewAsked) -> list[ActionRow]:
    return actions_of(asked.review, reader=asked.member, today=asked.reader.today)


TABLES: tuple[Table, ...] = (
    Table(
        "agenda",
        gettext_lazy("Agenda and minutes"),
        (
            Column(gettext_lazy("Number"), lambda row: row.number),
            Column(gettext_lazy("Item"), lambda row: row.item.title),
            Column(gettext_lazy("What it says"), lambda row: row.item.summary),
            Column(gettext_lazy("Line"), lambda row: row.line.text),
            Column(gettext_lazy("Figure"), lambda row: row.line.value),
            Column(gettext_lazy("About it"), lambda row: row.line.sub),
            Column(gettext_lazy("Minutes"), lambda row: row.item.minutes),
            Column(gettext_lazy("Decision"), lambda row: row.item.decision),
        ),
        _agenda,
    ),
    Table(
        "actions",
        gettext_lazy("Actions"),
        (
            Column(gettext_lazy("Action"), lambda row: row.text),
            Column(gettext_lazy("Owner"), lambda row: row.owner_name),
            Column(gettext_lazy("Until"), lambda row: row.due_on),
            Column(gettext_lazy("State"), lambda row: action_word(row.state)),
            Column(gettext_lazy("Carried over (times)"), lambda row: row.carried),
        ),
        _actions,
    ),
)
