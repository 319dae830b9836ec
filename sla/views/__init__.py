"""Pages of the engine: targets, the agreement, breaches."""

from sla.views.agreements import agreement, agreement_sign
from sla.views.breaches import breaches
from sla.views.targets import target_countersign, target_propose, targets

__all__ = [
    "agreement",
    "agreement_sign",
    "breaches",
    "target_countersign",
    "target_propose",
    "targets",
]
