"""What an agreement version says, as plain data: its default, its checks, its hash.

Pure: no Django. Content is JSON without floating-point numbers, so that the same
agreement always has the same bytes and the same SHA-256.
"""

from sla.content.canonical import ContentNotCanonical, canonical, content_hash
from sla.content.defaults import default_content
from sla.content.faults import amount_of
from sla.content.hours import AGREED_SIDES, further_names
from sla.content.labels import labels_of, with_labels
from sla.content.optional import CRITERION_CASES, with_defaults
from sla.content.responsibilities import PARTIES, PARTS, STAGES
from sla.content.validation import (
    BEHAVIOUR_OPERATORS,
    CONTACT_MEANS,
    ESCALATION_ROLES,
    FIELD_OPERATORS,
    ORIGINS,
    REJECTION_CLASSES,
    SIDES,
    TIERS,
    validate,
)

__all__ = [
    "AGREED_SIDES",
    "BEHAVIOUR_OPERATORS",
    "CONTACT_MEANS",
    "CRITERION_CASES",
    "ESCALATION_ROLES",
    "FIELD_OPERATORS",
    "ORIGINS",
    "PARTIES",
    "PARTS",
    "REJECTION_CLASSES",
    "SIDES",
    "STAGES",
    "TIERS",
    "ContentNotCanonical",
    "amount_of",
    "canonical",
    "content_hash",
    "default_content",
    "further_names",
    "labels_of",
    "validate",
    "with_defaults",
    "with_labels",
]
