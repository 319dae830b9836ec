"""Every table of the dashboards as CSV and as a workbook; what one needs is told in one place.

To add one: a ``Table`` with its columns in a module here, and its name in ``ALL``.
"""

from dashboards.tables import joint
from dashboards.tables.columns import Asked, Column, Table

# By page; the order is that of the menu and of the sheets.
ALL: dict[str, Table] = {table.key: table for table in joint.TABLES}

__all__ = ["ALL", "Asked", "Column", "Table"]
