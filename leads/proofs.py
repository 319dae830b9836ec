"""How the proof of a criterion reads: it is stored as it was judged, once for ever, and worded for who looks at it."""

import re
from datetime import date
from typing import Final

from django.utils import formats
from django.utils.translation import ngettext

# What somebody did, as the judging writes it: how often, and the last day.
DONE: Final = re.compile(r"(\d+) ×, (\d{4}-\d\d-\d\d)")
# A value from a list, such as professional_services; CEO and DE stay as they are.
LISTED: Final = re.compile(r"[a-z]{4,}(_[a-z]+)*")


def proof_text(proof: str) -> str:
    """Return a proof in words."""
    if (done := DONE.fullmatch(proof)) and (day := _day(done[2])):
        count = int(done[1])
        return ngettext("once, on %(day)s", "%(n)s times, last on %(day)s", count) % {"n": count, "day": day}
    parts = proof.split(", ")
    if all(LISTED.fullmatch(part) for part in parts):
        said = ", ".join(part.replace("_", " ") for part in parts)
        return said[:1].upper() + said[1:]
    return proof


def _day(iso: str) -> str:
    try:
        return formats.date_format(date.fromisoformat(iso), "j M Y")
    except ValueError:
        # Somebody's job title may look like anything.
        return ""
