"""A version of the agreement on its way to the signatures: drafted, changed, proposed, taken back.

# Note [One open version]
At most one version is a draft or proposed; the database refuses a second. So everybody works on
the same text, and what is signed next is never in doubt.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.set_up import months_after
from sla.catalogue import known_behaviours, known_fields
from sla.content import content_hash, validate
from sla.models import AgreementVersion, Signature
from sla.queries.agreements import last_signed
from sla.queries.calendars import calendar_names
from sla.queries.deputies import signing_deputies
from sla.queries.months import start_of_month, zone_of_organisation
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.roles import HEADS

_State = AgreementVersion.State
_LATEST_START_MONTHS = 24


class OnlyHeadsAgree(DomainError):
    """The two heads write the agreement; everybody may read it."""

    code = "only_heads_agree"
    status = 403


class VersionOpen(DomainError):
    """At a time one version is worked on: see Note [One open version]."""

    code = "version_open"


class VersionNotDraft(DomainError):
    """Only a draft can be changed or proposed."""

    code = "version_not_draft"


class VersionNotProposed(DomainError):
    """Only what is proposed can be taken back to a draft."""

    code = "version_not_proposed"


class VersionNotOpen(DomainError):
    """What is signed stays; what is discarded is gone."""

    code = "version_not_open"


class DraftChanged(DomainError):
    """Somebody else changed the draft since it was read."""

    code = "draft_changed"


@transaction.atomic
def draft_version(*, based_on: AgreementVersion, by: Membership, at: datetime) -> AgreementVersion:
    """Open a draft that says what ``based_on`` says. Raises OnlyHeadsAgree or VersionOpen."""
    _require_head(by)
    last = AgreementVersion.objects.aggregate(last=Max("number"))["last"] or 0
    version = AgreementVersion(
        number=last + 1,
        based_on=based_on,
        content=deepcopy(based_on.content),
        proposal=0,
        created_at=at,
        created_by=by,
        changed_at=at,
        changed_by=by,
    )
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        raise VersionOpen(_("A version is being worked on already; change that one or discard it.")) from error
    _record("agreement.drafted", version, by=by, at=at, based_on=based_on.number)
    return version


@transaction.atomic
def change_draft(version: AgreementVersion, *, content: dict[str, Any], by: Membership, at: datetime) -> None:
    """Let the draft say something else; ``version`` is the draft as it was read.

    Raises OnlyHeadsAgree, InvalidInput with every fault at its pointer, VersionNotDraft, or DraftChanged when
    somebody else was faster. Saying the same again changes nothing.
    """
    _require_head(by)
    refuse_faults(content)
    sections = [name for name in {**version.content, **content} if version.content.get(name) != content.get(name)]
    if not sections:
        return
    changed = _as_read(version).update(content=content, revision=F("revision") + 1, changed_at=at, changed_by=by)
    _require_changed(changed, version)
    version.refresh_from_db()
    _record("agreement.changed", version, by=by, at=at, sections=sorted(sections), revision=version.revision)


def refuse_faults(content: Mapping[str, Any]) -> None:
    """Raise InvalidInput unless the content could be proposed."""
    problems = validate(
        content,
        known_fields=known_fields(),
        known_behaviours=known_behaviours(),
        known_calendars=calendar_names(),
    )
    if problems:
        raise InvalidInput([FieldError(p.pointer or "/", p.code, _(p.template) % p.values) for p in problems])


@transaction.atomic
def propose_version(version: AgreementVersion, *, starts_on: date | None, by: Membership, at: datetime) -> None:
    """Put the draft before both heads, to start on a first of a month; an organisation's very first at once (None).

    Raises OnlyHeadsAgree, VersionNotDraft, DraftChanged, or InvalidInput about the start or the content.
    """
    _require_head(by)
    refuse_faults(version.content)
    starts_at = _start(starts_on, at=at)
    begins = starts_on or at.astimezone(ZoneInfo(zone_of_organisation())).date()
    changed = _as_read(version).update(
        state=_State.PROPOSED,
        content_hash=content_hash(version.content),
        starts_at=starts_at,
        review_on=months_after(begins, version.content["review_after_months"]),
        proposal=F("proposal") + 1,
        revision=F("revision") + 1,
        proposed_at=at,
        changed_at=at,
        changed_by=by,
    )
    _require_changed(changed, version)
    version.refresh_from_db()
    day = starts_on.isoformat() if starts_on else None
    _record(
        "agreement.proposed",
        version,
        by=by,
        at=at,
        hash=version.content_hash,
        starts_on=day,
        deputies=[str(deputy) for deputy in signing_deputies()],
    )


def _start(starts_on: date | None, *, at: datetime) -> datetime | None:
    """Return the first moment of the version; InvalidInput for a day on which none can start."""
    last = last_signed()
    if last is None and starts_on is None:
        return None
    if starts_on is None:
        raise _start_invalid("start_missing", _("Say on which first of a month it starts."))
    if starts_on.day != 1:
        raise _start_invalid("start_not_a_first", _("A version starts on the first of a month."))
    zone = zone_of_organisation()
    today = at.astimezone(ZoneInfo(zone)).date()
    if starts_on <= today:
        raise _start_invalid("start_passed", _("A version cannot start in the past."))
    if starts_on > months_after(today, _LATEST_START_MONTHS):
        raise _start_invalid("start_too_late", _("Start it within 24 months."))
    starts_at = start_of_month(starts_on, zone=zone)
    if last is not None and last.starts_at is not None and starts_at <= last.starts_at:
        raise _start_invalid("start_taken", _("It must start after version %(n)s.") % {"n": last.number})
    return starts_at


def _start_invalid(code: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError("/starts_on", code, sentence)])


@transaction.atomic
def reopen_version(version: AgreementVersion, *, by: Membership, at: datetime) -> None:
    """Take a proposal back to the draft that it was; signatures under it stay on record and count no more.

    Raises OnlyHeadsAgree or VersionNotProposed.
    """
    _require_head(by)
    changed = AgreementVersion.objects.filter(pk=version.pk, state=_State.PROPOSED).update(
        state=_State.DRAFT,
        content_hash="",
        starts_at=None,
        review_on=None,
        revision=F("revision") + 1,
        changed_at=at,
        changed_by=by,
    )
    if not changed:
        raise VersionNotProposed(_("This version is not proposed."))
    version.refresh_from_db()
    void = Signature.objects.filter(version=version, proposal=version.proposal).count()
    _record("agreement.reopened", version, by=by, at=at, signatures_void=void)


@transaction.atomic
def discard_version(version: AgreementVersion, *, by: Membership, at: datetime) -> None:
    """Give up a draft or a proposal; its number is not used again. Raises OnlyHeadsAgree or VersionNotOpen."""
    _require_head(by)
    open_now = AgreementVersion.objects.filter(pk=version.pk, state__in=[_State.DRAFT, _State.PROPOSED])
    if not open_now.update(state=_State.DISCARDED, revision=F("revision") + 1):
        raise VersionNotOpen(_("Only a draft or a proposal can be discarded."))
    version.refresh_from_db()
    _record("agreement.discarded", version, by=by, at=at)


def _require_head(by: Membership) -> None:
    if not by.has(*HEADS):
        raise OnlyHeadsAgree(_("The marketing manager and the sales manager write the agreement."))


def _as_read(version: AgreementVersion) -> Any:
    return AgreementVersion.objects.filter(pk=version.pk, state=_State.DRAFT, revision=version.revision)


def _require_changed(changed: int, version: AgreementVersion) -> None:
    if changed:
        return
    version.refresh_from_db()
    if version.state != _State.DRAFT:
        raise VersionNotDraft(_("Only a draft can be changed."))
    raise DraftChanged(_("Somebody else changed this draft meanwhile. Read it again, then decide."))


def _record(kind: str, version: AgreementVersion, *, by: Membership, at: datetime, **data: Any) -> None:
    record(kind, version, by=by, at=at, data={"number": version.number, **data})
