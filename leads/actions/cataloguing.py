"""The catalogue of reasons beside the agreement: order and retirement. Words are changed by sla.actions.change_labels.

# Note [What is a term and what is not]
Which reasons there are, their class and what each needs was signed: only a draft changes it. Which of them are
offered first, or not at all for a while, is housekeeping. But the agreement grants sales each class of rejection, so
the last reason of a class is never retired.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.models import ReasonSetting
from leads.queries.reasons import reason_catalogue
from leads.reasons import KINDS
from sla.models import AgreementVersion
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership


class LastReason(DomainError):
    """What the agreement grants must stay possible."""

    code = "last_reason"


@transaction.atomic
def retire_reason(version: AgreementVersion, *, kind: str, key: str, by: Membership, at: datetime) -> ReasonSetting:
    """Offer a reason of the version in force no more; old rejections and reports keep it.

    Raises LastReason, and InvalidInput for a reason that the version does not have.
    """
    setting = _locked(version, kind, key)
    if setting.retired_at is None:
        _require_another(version, kind, key)
        _save(setting, "reason.retired", by=by, at=at, retired_at=at, retired_by=by)
    return setting


@transaction.atomic
def restore_reason(version: AgreementVersion, *, kind: str, key: str, by: Membership, at: datetime) -> ReasonSetting:
    """Offer a retired reason again. Raises InvalidInput for a reason that the version does not have."""
    setting = _locked(version, kind, key)
    if setting.retired_at is not None:
        _save(setting, "reason.restored", by=by, at=at, retired_at=None, retired_by=None)
    return setting


@transaction.atomic
def order_reasons(
    version: AgreementVersion, *, kind: str, keys: Sequence[str], by: Membership, at: datetime
) -> list[str]:
    """Put the reasons of a list into this order; those that are not named follow as they were. Returns all keys.

    Raises InvalidInput for keys that the version does not have, or has once.
    """
    _lock(version)
    given = [entry["key"] for entry in reason_catalogue().arranged(version.content, _known(kind))]
    unknown = [key for key in keys if key not in given]
    if unknown or len(set(keys)) != len(keys):
        raise InvalidInput([FieldError("/keys", "unknown_value", "Name each reason of the list once.")])
    ordered = [*keys, *(key for key in given if key not in keys)]
    if ordered != given:
        for position, key in enumerate(ordered):
            setting = _setting(kind, key)
            ReasonSetting.objects.filter(pk=setting.pk).update(position=position)
        record("reasons.ordered", setting, by=by, at=at, data={"kind": kind, "keys": ordered})
    return ordered


def _locked(version: AgreementVersion, kind: str, key: str) -> ReasonSetting:
    """Return the row of a reason; one change of the catalogue at a time, so that no two take the last reasons."""
    _lock(version)
    if key not in [entry["key"] for entry in version.content["reasons"][_known(kind)]]:
        raise InvalidInput([FieldError("/key", "unknown_value", "The agreement has no such reason.")])
    return _setting(kind, key)


def _lock(version: AgreementVersion) -> None:
    AgreementVersion.objects.select_for_update().get(pk=version.pk)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput([FieldError("/kind", "unknown_value", "There is no such list of reasons.")])
    return kind


def _setting(kind: str, key: str) -> ReasonSetting:
    return ReasonSetting.objects.get_or_create(kind=kind, key=key)[0]


def _require_another(version: AgreementVersion, kind: str, key: str) -> None:
    open_ones = reason_catalogue().open(version.content, kind)
    mine = next((entry for entry in open_ones if entry["key"] == key), None)
    if mine is not None and not any(_alike(entry, mine) for entry in open_ones if entry is not mine):
        raise LastReason(_("It is the last reason of its kind, and the agreement grants that kind. Add another first."))


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.get("class") == other.get("class")


def _save(setting: ReasonSetting, kind: str, *, by: Membership, at: datetime, **fields: Any) -> None:
    ReasonSetting.objects.filter(pk=setting.pk).update(**fields)
    for name, value in fields.items():
        setattr(setting, name, value)
    record(kind, setting, by=by, at=at, data={"kind": setting.kind, "key": setting.key})
