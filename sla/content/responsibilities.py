"""The responsibility chart: who does what, stage by stage."""

from collections.abc import Callable
from typing import Any

from sla.business_time.problem import gettext_noop
from sla.content.faults import Faults

PARTIES = ("marketing", "sales", "board")
# One does it and answers for it, others help or are told.
PARTS = ("does", "helps", "told", "none")
STAGES = ("plan", "capture", "qualify", "handover", "decide", "contact", "return", "dispute", "measure")
_MOST_ROWS = 50


def check_responsibilities(faults: Faults, value: Any) -> None:
    """Each task stands in one stage, and exactly one party does it."""
    keys = []
    for pointer, row in faults.items("/responsibilities", value):
        terms = faults.record(pointer, row, required=("key", "stage", "task", *PARTIES))
        keys.append(faults.key(f"{pointer}/key", terms.get("key")))
        faults.one_of(f"{pointer}/stage", terms.get("stage"), STAGES)
        faults.text(f"{pointer}/task", terms.get("task"))
        parts = [faults.one_of(f"{pointer}/{party}", terms.get(party), PARTS) for party in PARTIES]
        if all(parts) and parts.count("does") != 1:
            faults.add(
                pointer,
                "one_does_it",
                gettext_noop("Exactly one of marketing, sales and the board does this; the others help or are told."),
            )
    faults.unique("/responsibilities", keys)
    if len(keys) > _MOST_ROWS:
        faults.add("/responsibilities", "too_many_rows", gettext_noop("Give at most %(most)s."), most=_MOST_ROWS)


def default_responsibilities(translate: Callable[[str], str]) -> list[dict[str, str]]:
    """The chart that a new organisation starts with."""
    # key, stage, task, marketing, sales, board
    rows = [
        ("set_target", "plan", gettext_noop("Set the monthly target"), "does", "helps", "told"),
        ("capture_leads", "capture", gettext_noop("Win leads and keep their consent"), "does", "none", "none"),
        ("define_mql", "qualify", gettext_noop("Agree on what a qualified lead is"), "does", "helps", "told"),
        ("hand_over", "handover", gettext_noop("Hand over with everything that is known"), "does", "told", "none"),
        ("decide", "decide", gettext_noop("Accept or reject with a reason"), "told", "does", "none"),
        ("contact", "contact", gettext_noop("Contact the person and keep the status current"), "told", "does", "none"),
        ("answer_return", "return", gettext_noop("Correct, nurture or appeal what came back"), "does", "told", "none"),
        ("rule", "dispute", gettext_noop("Rule on disputed rejections"), "helps", "helps", "does"),
        ("review", "measure", gettext_noop("Review the figures together each month"), "helps", "does", "told"),
    ]
    names = ("key", "stage", "task", *PARTIES)
    made = [dict(zip(names, row, strict=True)) for row in rows]
    return [{**row, "task": translate(row["task"])} for row in made]
