"""What criteria and reasons are called now: labels of a signed version may be worded better, its terms stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from leads.models import Rejection
from leads.queries.attributes import field_labels
from sla.models import AgreementVersion
from sla.queries import agreement_in_force


@dataclass(frozen=True)
class Labels:
    """The labels of some versions, by version and key."""

    criteria: Mapping[tuple[UUID, str], str] = field(default_factory=dict)
    reasons: Mapping[tuple[UUID, str], str] = field(default_factory=dict)

    def criterion(self, version: UUID, rejection: Rejection) -> str:
        """Return the name of the criterion that was claimed unmet, "" for none."""
        return self.criteria.get((version, rejection.criterion)) or rejection.criterion_label

    def reason(self, version: UUID, rejection: Rejection) -> str:
        """Return the reason in words."""
        return self.reasons.get((version, rejection.reason)) or rejection.reason_label

    def question(self, version: UUID, rejection: Rejection) -> str:
        """Return what a dispute is about: the criterion, or without one the reason."""
        return self.criterion(version, rejection) or self.reason(version, rejection)


@dataclass(frozen=True)
class Terms:
    """What may be asked for: criteria and reasons of the agreement in force, and fields of a lead, by key."""

    criteria: Mapping[str, str]
    reasons: Mapping[str, str]
    fields: Mapping[str, str]


def terms_asked_for(*, at: datetime) -> Terms:
    """Return the terms by which rulings are looked for now."""
    version = agreement_in_force(at=at)
    labels = labels_of([version.pk]) if version else Labels()
    return Terms(
        criteria={key: label for (_version, key), label in labels.criteria.items()},
        reasons={key: label for (_version, key), label in labels.reasons.items()},
        fields=dict(field_labels()),
    )


def labels_of(versions: Iterable[UUID]) -> Labels:
    """Return the labels of these versions, each read once however many cases stand under it."""
    criteria, reasons = {}, {}
    for version in AgreementVersion.objects.filter(pk__in=set(versions)):
        content = version.labelled_content
        definitions = content["definitions"]
        for item in (*definitions["fit"], *definitions["readiness"]):
            criteria[version.pk, item["key"]] = item["label"]
        for item in content["reasons"]["rejection"]:
            reasons[version.pk, item["key"]] = item["label"]
    return Labels(criteria, reasons)
