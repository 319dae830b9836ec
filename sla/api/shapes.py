"""Shapes and readings that several operations share."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

Month = Annotated[str, Meta(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]


Moment = Annotated[datetime, Meta(tz=True)]


# As an agreement allows: no promise is longer.
LONGEST_AMOUNT = 2000


def month_of(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None
