"""A person's way from the first visit to the purchase, folded so that it is read in seconds (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Who does nothing for so long comes again: a new visit.
SESSION_GAP = timedelta(minutes=30)
PAGES_NAMED = 3
MOST_TIMES = 1_000_000
PAGE_VIEWED = "page_viewed"
# The property of a behaviour that tells how often it came within the same half minute.
TIMES = "times"


@dataclass(frozen=True)
class Did:
    """One thing that the person did, told by the site or by a client; ``page`` may be empty."""

    kind: str
    at: datetime
    page: str = ""
    # How often it came within the same half minute: a reload, or a post that was sent twice.
    times: int = 1


@dataclass
class Session:
    """What was done in one go; ``pages`` names the first few, ``more`` counts the others."""

    began_at: datetime
    ended_at: datetime
    count: int = 0
    views: int = 0
    pages: list[str] = field(default_factory=list)
    more: int = 0
    # How many repetitions were folded.
    again: int = 0
    # Everything but page views, with how often.
    acts: dict[str, int] = field(default_factory=dict)

    def add(self, did: Did) -> None:
        """Fold one thing into the visit."""
        self.ended_at, self.count = did.at, self.count + 1
        self.again += did.times - 1
        if did.kind == PAGE_VIEWED:
            self.views += 1
        else:
            self.acts[did.kind] = self.acts.get(did.kind, 0) + 1
        if did.page and did.page not in self.pages:
            if len(self.pages) < PAGES_NAMED:
                self.pages.append(did.page)
            else:
                self.more += 1


def times_told(properties: Mapping[str, object]) -> int:
    """Return how often a behaviour came: once, unless its properties tell a count that makes sense."""
    told = properties.get(TIMES)
    return told if isinstance(told, int) and not isinstance(told, bool) and 1 < told < MOST_TIMES else 1


def sessions(done: Sequence[Did]) -> list[Session]:
    """Return visits, oldest first, of what was done in the order of time."""
    found: list[Session] = []
    for did in done:
        if not found or did.at - found[-1].ended_at > SESSION_GAP:
            found.append(Session(did.at, did.at))
        found[-1].add(did)
    return found
