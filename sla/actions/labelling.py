"""Wording the labels of a signed agreement better; what they name, and so what was promised, stays."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.content import labels_of
from sla.content.faults import Faults
from sla.models import AgreementVersion
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.roles import Role


class OnlyAdministratorsLabel(DomainError):
    """The heads signed the terms; administrators look after the words around them."""

    code = "only_administrators_label"
    status = 403


class LabelsOfADraft(DomainError):
    """What is not signed is simply changed."""

    code = "labels_of_a_draft"


@transaction.atomic
def change_labels(
    version: AgreementVersion, *, labels: Mapping[str, str], by: Membership, at: datetime
) -> AgreementVersion:
    """Write other labels over those of a signed version, by their places; a label as signed takes its overlay away.

    Both heads are told. Raises OnlyAdministratorsLabel, LabelsOfADraft, or InvalidInput at the place.
    """
    if not by.has(Role.ADMINISTRATOR):
        raise OnlyAdministratorsLabel(_("Only administrators change labels."))
    version = AgreementVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != AgreementVersion.State.SIGNED:
        raise LabelsOfADraft(_("Labels of a draft are changed in the draft itself."))
    signed = labels_of(version.content)
    _refuse_faults(labels, signed)
    worded = {**version.labels, **{place: text.strip() for place, text in labels.items()}}
    worded = {place: text for place, text in worded.items() if text != signed.get(place)}
    changed = sorted(place for place in {*worded, *version.labels} if worded.get(place) != version.labels.get(place))
    if changed:
        AgreementVersion.objects.filter(pk=version.pk).update(labels=worded)
        version.labels = worded
        # Places only: nobody knows what people write into a label.
        data = {"number": version.number, "places": changed}
        record("agreement.labels_changed", version, by=by, at=at, data=data)
    return version


def _refuse_faults(labels: Mapping[str, str], signed: Mapping[str, str]) -> None:
    faults = Faults()
    for place, text in labels.items():
        if place not in signed:
            faults.add(place, "label_unknown", "The agreement has no such label.")
        else:
            faults.text(place, text)
            faults.texts(place, text)
    if faults.found:
        raise InvalidInput([FieldError(p.pointer, p.code, _(p.template) % p.values) for p in faults.found])
