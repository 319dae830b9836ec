"""When a message that did not arrive is sent again, and when that ends (pure).

The pauses are those of the Standard Webhooks specification: attempts at 0, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h
and 24 h, each pause stretched by up to a fifth at random, so that a receiver that comes back is not run over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# The pause after the first failed attempt, the second, and so on; after the last there is none.
PAUSES = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2
LONGEST_WISH = 24 * HOUR
GONE = 410
# An address that has answered nothing with success for so long is switched off.
DISABLE_AFTER = timedelta(days=5)


@dataclass(frozen=True)
class Verdict:
    """What an attempt means: it arrived, or it is tried again after ``pause``, or it is given up (no pause)."""

    arrived: bool = False
    pause: timedelta | None = None
    # The receiver wants nothing any more.
    gone: bool = False


def judge(*, attempts: int, status: int | None, wish: timedelta | None, jitter: float) -> Verdict:
    """Judge the attempt of this number (1 is the first); ``status`` is None where nobody answered.

    ``wish`` is the receiver's Retry-After, ``jitter`` a random number from 0 to 1.
    """
    if status is not None and 200 <= status < 300:
        return Verdict(arrived=True)
    if status == GONE:
        return Verdict(gone=True)
    if attempts >= MAX_ATTEMPTS:
        return Verdict()
    pause = PAUSES[attempts - 1] * (1 + JITTER * jitter)
    return Verdict(pause=max(pause, min(wish, LONGEST_WISH)) if wish is not None else pause)


def wish_in(header: str | None, *, at: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for: seconds or a date; None for anything else."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return max(moment - at, timedelta(0))
