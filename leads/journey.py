"""A person's way from the first visit to the purchase, folded so that it is read in seconds (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Who does nothing for so long comes again: a new visit.
SESSION_GAP = timedelta(minutes=30)
PAGES_NAMED = 3
PAGE_VIEWED = "page_viewed"


@dataclass(frozen=True)
class Did:
    """One thing that the person did, told by the site or by a client; ``page`` may be empty."""

    kind: str
    at: datetime
    page: str = ""


@dataclass
class Session:
    """What was done in one go; ``pages`` names the first few, ``more`` counts the others."""

    began_at: datetime
    ended_at: datetime
    count: int = 0
    views: int = 0
    pages: list[str] = field(default_factory=list)
    more: int = 0
    # Everything but page views, with how often.
    acts: dict[str, int] = field(default_factory=dict)

    def add(self, did: Did) -> None:
        """Fold one thing into the visit."""
        self.ended_at, self.count = did.at, self.count + 1
        if did.kind == PAGE_VIEWED:
            self.views += 1
        else:
            self.acts[did.kind] = self.acts.get(did.kind, 0) + 1
        if did.page and did.page not in self.pages:
            if len(self.pages) < PAGES_NAMED:
                self.pages.append(did.page)
            else:
                self.more += 1


def sessions(done: Sequence[Did]) -> list[Session]:
    """Return visits, oldest first, of what was done in the order of time."""
    found: list[Session] = []
    for did in done:
        if not found or did.at - found[-1].ended_at > SESSION_GAP:
            found.append(Session(did.at, did.at))
        found[-1].add(did)
    return found
