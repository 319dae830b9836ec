"""The stages of a lead: their order, what opens and ends a cycle, and what a stage demands (pure).

# Note [Who moves a lead]
MQL is what the agreement's definitions say, SAL what sales decides, customer what was won: nobody moves a lead there
by hand. Before sales owns a lead, marketing sorts it; while sales owns it, only sales moves it. A step back says why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leads.scoring.operators import MET, answer

ORDER = ("lead", "prospect", "mql", "sal", "sql", "opportunity", "customer")
NURTURE, DISQUALIFIED = "nurture", "disqualified"
ASIDE = (NURTURE, DISQUALIFIED)
STAGES = (*ORDER, *ASIDE)
BEFORE_SALES = ("lead", "prospect")
# Where marketing moves a lead by hand, and the way back that sales has. See Note [Who moves a lead].
BY_MARKETING = (*BEFORE_SALES, *ASIDE)
BACK_BY_SALES = {"sql": "sal", "opportunity": "sql"}
# An MQL needs what the agreement says, and nobody may be kept from deciding: these have no demands of their own.
WITH_ENTRY = ("prospect", "sql", "opportunity", "customer")


def is_forward(came_from: str, to: str) -> bool:
    """Tell whether a move leads towards the customer; out of an aside every stage is forward."""
    if to in ASIDE:
        return False
    return came_from in ASIDE or ORDER.index(to) > ORDER.index(came_from)


def ends_cycle(came_from: str, to: str) -> bool:
    """Tell whether a move recycles the lead: a next qualification will be a new cycle.

    A lead that loses its tier before sales had it does not: it was the same interest all along.
    """
    if came_from not in ORDER[2:]:
        return False
    return to in ASIDE or (to in BEFORE_SALES and came_from != "mql")


def is_between_cycles(stage: str, qualified_at: datetime | None, recycled_at: datetime | None) -> bool:
    """Tell whether the last cycle of a lead has ended."""
    if stage in ASIDE:
        return True
    return recycled_at is not None and (qualified_at is None or recycled_at >= qualified_at)


def gaps(entry: Sequence[Mapping[str, Any]], fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the demands of a stage that the fields do not meet; what is unknown is not met."""
    return [
        demand for demand in entry if answer(demand["operator"], fields.get(demand["field"]), demand["value"]) != MET
    ]
