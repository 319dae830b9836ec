"""Web forms: made, changed, taken down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from intake.models import Form
from smarketing.lib.errors import DomainError
from tenants.actions import change_origins, create_form_key, revoke_key
from tenants.models import Membership


class OriginMalformed(DomainError):
    """An origin is scheme and host, as a browser sends it."""

    code = "origin_malformed"
    status = 422


class FormGone(DomainError):
    """What was taken down does not change any more."""

    code = "form_gone"


@dataclass(frozen=True)
class NewForm:
    """A form and its public key's text."""

    form: Form
    key_text: str


@transaction.atomic
def create_form(
    *,
    name: str,
    origins: Sequence[str],
    by: Membership,
    at: datetime,
    thanks_url: str = "",
    mapping: Mapping[str, str] | None = None,
    country: str = "",
    owner: Membership | None = None,
    **settings: Any,
) -> NewForm:
    """Make a form with its public key; ``settings`` are other fields of CHANGEABLE.

    Raises OriginMalformed for an origin that no browser would send.
    """
    made = create_form_key(name=name, allowed_origins=[checked_origin(origin) for origin in origins], by=by, at=at)
    form = Form.objects.create(
        name=name,
        key=made.key,
        mapping=dict(mapping or {}),
        country=country,
        thanks_url=thanks_url,
        owner=owner,
        created_at=at,
        **{name: settings[name] for name in settings if name in CHANGEABLE | {"provider"}},
    )
    record("form.created", form, by=by, at=at)
    return NewForm(form, made.text)


CHANGEABLE = frozenset(
    {
        "name",
        "mapping",
        "country",
        "thanks_url",
        "thanks_text",
        "owner",
        "asks",
        "consent_text",
        "opt_in",
        "sealed_secret",
    }
)


@transaction.atomic
def change_form(
    form: Form, *, by: Membership, at: datetime, origins: Sequence[str] | None = None, **changes: Any
) -> Form:
    """Change a form that stands already; a new wording of the consent is a new version of it.

    Raises OriginMalformed, FormGone.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"A form has no {', '.join(sorted(unknown))} to change.")
    locked = Form.objects.select_for_update(of=("self",)).select_related("key").get(pk=form.pk)
    if locked.retired_at is not None:
        raise FormGone(_("This form was taken down."))
    if changes.get("consent_text", locked.consent_text) != locked.consent_text:
        changes["consent_version"] = locked.consent_version + 1
    Form.objects.filter(pk=locked.pk).update(revision=F("revision") + 1, **changes)
    if origins is not None:
        change_origins(locked.key, [checked_origin(origin) for origin in origins], by=by, at=at)
    record("form.changed", locked, by=by, at=at, data={"fields": sorted(changes)})
    return Form.objects.select_related("key", "owner").get(pk=locked.pk)


def checked_origin(text: str) -> str:
    """Return an origin as browsers spell it: scheme://host[:port] in lower case, without a default port."""
    try:
        parts = urlsplit(text.strip().lower().rstrip("/"))
        port = parts.port
    except ValueError as error:  # a port or bracket that is none
        raise OriginMalformed(_("“%(origin)s” is not an address.") % {"origin": text}) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise OriginMalformed(
            _("“%(origin)s” is not an origin. Write it like https://www.example.com.") % {"origin": text}
        )
    is_default = port in (None, 443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _ascii(parts.hostname)
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise OriginMalformed(_("“%(origin)s” is not an address.") % {"origin": host}) from error


@transaction.atomic
def retire_form(form: Form, *, by: Membership, at: datetime) -> None:
    """Take a form down: its key ends, posts are answered 410. Retiring twice changes nothing."""
    if Form.objects.filter(pk=form.pk, retired_at=None).update(retired_at=at):
        revoke_key(form.key, by=by, at=at)
        record("form.retired", form, by=by, at=at)
