"""Forms of other providers: set up, changed, received from, tried."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from intake.actions.forms import change_form, create_form
from intake.actions.judging import judge
from intake.actions.receiving import Received, Sender, receive
from intake.adapters import PROVIDERS
from intake.models import Form, Submission
from smarketing.lib.errors import DomainError
from smarketing.lib.sealing import seal, unseal
from tenants.models import Membership


class SecretMissing(DomainError):
    """A provider that signs its calls can only be believed with its secret."""

    code = "secret_missing"
    status = 422


@transaction.atomic
def create_adapter(
    *, provider: str, name: str, secret: str = "", by: Membership, at: datetime, **settings: Any
) -> Form:
    """Set up a form of another provider; ``settings`` are those of create_form.

    Without a secret one is made, where the provider takes ours. Raises SecretMissing where the provider has its own.
    """
    known = PROVIDERS[provider]
    secret = secret or (secrets.token_hex(20) if known.makes_secret else "")
    if known.is_genuine is not None and not secret:
        raise SecretMissing(_("Give the secret with which %(provider)s signs.") % {"provider": known.label})
    sealed = seal(secret) if known.is_genuine is not None else ""
    made = create_form(
        name=name,
        origins=settings.pop("origins", ()),
        by=by,
        at=at,
        provider=provider,
        sealed_secret=sealed,
        **settings,
    )
    return made.form


@transaction.atomic
def change_adapter(form: Form, *, secret: str = "", by: Membership, at: datetime, **changes: Any) -> Form:
    """Change what is chosen about a provider's form; an empty secret stays as it is. Raises FormGone."""
    if secret and PROVIDERS[form.provider].is_genuine is not None:
        changes["sealed_secret"] = seal(secret)
    return change_form(form, by=by, at=at, **changes)


def secret_of(form: Form) -> str:
    """Return what the provider signs with, "" where it does not sign."""
    return unseal(form.sealed_secret) if form.sealed_secret else ""


def receive_part(form: Form, raw: Any, *, content_type: str, sender: Sender, at: datetime) -> Received:
    """Store one post of a provider. A post comes in once, by the provider's id or, without one, by its content a day.

    Without an id nothing tells a repeated call from somebody who asks the same again; on another day it is the latter.
    """
    known = PROVIDERS[form.provider].external_id_of(raw)
    content = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    return receive(
        raw,
        content_type=content_type,
        form=form,
        external_id=known[:200] or f"{at:%Y-%m-%d}:{content}",
        sender=sender,
        at=at,
    )


@transaction.atomic
def try_adapter(form: Form, *, by: Membership, at: datetime) -> Submission:
    """Take in a post as the provider sends it, marked as a test: it waits in quarantine, to be looked at."""
    received = receive(PROVIDERS[form.provider].sample, content_type="application/json", form=form, at=at)
    record("form.tried", form, by=by, at=at)
    return judge(received.submission, at=at)
