"""Every table of the dashboards as CSV and as a workbook; what one needs is told in one place.

To add one: a ``Table`` with its columns in a module here. Each module is of one kind of question: a month and its
filters, some months, a meeting.
"""

from dashboards.tables import joint, meetings, periods
from dashboards.tables.columns import Asked, Asker, Column, Table
from dashboards.tables.meetings import ReviewAsked
from dashboards.tables.periods import PeriodAsked

# By page; the order is that of the menu and of the sheets.
ALL: dict[str, Table] = {table.key: table for table in joint.TABLES}
OF_PERIODS: dict[str, Table] = {table.key: table for table in periods.TABLES}
OF_MEETINGS: dict[str, Table] = {table.key: table for table in meetings.TABLES}

__all__ = [
    "ALL", "OF_MEETINGS", "OF_PERIODS", "Asked", "Asker", "Column", "PeriodAsked", "ReviewAsked", "Table"
]  # fmt: skip
