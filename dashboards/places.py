"""Where the links of a home lead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Place:
    """Where the links of a page lead."""

    slug: str
    at: datetime

    def url(self, name: str, **where: Any) -> str:
        """Return the address of a page of the organisation."""
        return reverse(name, kwargs={"slug": self.slug, **where})
