"""What is said of an erased person."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Moment


class Erased(TypedDict):
    """Who was erased: a number, no name."""

    lead: UUID
    number: str
    erased_at: Moment
