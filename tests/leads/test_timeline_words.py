"""Everything that happens on a lead can be told: every kind of event has words, or is left out on purpose."""

import re
from pathlib import Path

import pytest

from leads import tellings

ROOT = Path(__file__).parents[2]
APPS = ("sla", "leads", "arbitration")
# Events whose thread is a lead: of the lead, its handovers, their cases and clocks.
KIND = re.compile(r"\brecord\(\s*\"((?:lead|handover|case)\.[a-z_]+)\"|f?\"(clock\.[a-z_]+)\"")


def kinds() -> set[str]:
    """Return every kind of event of a lead that a program writes."""
    sources = [path for app in APPS for path in (ROOT / app / "actions").rglob("*.py")]
    found = {kind for path in sources for pair in KIND.findall(path.read_text()) for kind in pair if kind}
    assert {"lead.received", "handover.sent", "case.opened", "clock.breached"} <= found
    return found


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_of_event_of_a_lead_has_words(kind: str) -> None:
    assert kind in tellings.TELLINGS or kind in tellings.UNTOLD
