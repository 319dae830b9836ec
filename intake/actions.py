"""Everything that can happen to a submission and to a form."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import JSONField, Value
from django.utils.translation import gettext as _

from events.actions import record
from intake.body import SubmissionBody, captured_from
from intake.mapping import read_leniently
from intake.models import Form, Submission
from leads import normal
from leads.actions import hand_over_qualified, take_in
from smarketing.lib.errors import DomainError, InvalidInput
from tenants.actions import create_form_key, revoke_key
from tenants.models import Key, Membership
from tenants.roles import MARKETING

log = logging.getLogger(__name__)

# After so many failures a person has to look at it.
MAX_ATTEMPTS = 5


class SubmissionSettled(DomainError):
    """Only what waits in quarantine can be released or called spam."""

    code = "submission_settled"


class OriginMalformed(DomainError):
    """An origin is scheme and host, as a browser sends it."""

    code = "origin_malformed"
    status = 422


@dataclass(frozen=True)
class Sender:
    """Where a post came from."""

    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Received:
    """The stored submission, and whether an earlier post with the same external id had stored it."""

    submission: Submission
    known: bool


@dataclass(frozen=True)
class NewForm:
    """A form and its public key's text."""

    form: Form
    key_text: str


def receive(
    raw: Any,
    *,
    content_type: str,
    at: datetime,
    form: Form | None = None,
    key: Key | None = None,
    external_id: str | None = None,
    sender: Sender | None = None,
) -> Received:
    """Store a post as it came, unjudged. The same external id from the same source is stored once, for ever."""
    sender = sender or Sender()
    source = f"form:{form.pk}" if form else "api"
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                form=form,
                key=key,
                source=source,
                external_id=external_id,
                # A bare null is a value of JSON, not the absence of one.
                raw=Value(None, JSONField()) if raw is None else raw,
                content_type=content_type[:100],
                ip=sender.ip[:60],
                user_agent=sender.user_agent[:300],
                received_at=at,
            )
    except IntegrityError:
        known = Submission.objects.filter(source=source, external_id=external_id).select_related("lead").first()
        if external_id is None or known is None:
            raise
        return Received(known, known=True)
    return Received(submission, known=False)


@transaction.atomic
def judge(submission: Submission, *, at: datetime) -> Submission:
    """Make of an unjudged submission what it is: a lead (new or appended to) or a case for quarantine.

    Judging twice changes nothing: the row's lock makes twins wait, and the second finds it judged.
    """
    locked = Submission.objects.select_for_update(of=("self",)).select_related("form__owner").get(pk=submission.pk)
    if locked.state != Submission.State.RECEIVED:
        return locked
    try:
        body = _read(locked)
    except InvalidInput:
        return _quarantine(locked, [_reason("not_an_object", _("The post is not an object with fields."))], at=at)
    doubts = doubts_about(body)
    if doubts:
        return _quarantine(locked, doubts, at=at)
    return _match(locked, body, at=at)


def _read(submission: Submission) -> SubmissionBody:
    return read_leniently(submission.raw, submission.form.mapping if submission.form else {})


def doubts_about(body: SubmissionBody) -> list[dict[str, str]]:
    """Return why a person should look at this before it becomes a lead; empty when nothing speaks against it."""
    doubts = []
    if (body.hp or "").strip():
        doubts.append(_reason("honeypot", _("A field that people do not see was filled in.")))
    if body.test:
        doubts.append(_reason("test", _("The sender marked it as a test.")))
    if not has_contact(body):
        doubts.append(_reason("no_contact", _("Neither an e-mail address nor a phone number was given.")))
    return doubts


def has_contact(body: SubmissionBody) -> bool:
    """Tell whether the person can be reached: a readable e-mail address, or a phone number in whatever form."""
    person = body.person
    return person is not None and bool(normal.email_norm(person.email or "") or (person.phone or "").strip())


def _match(submission: Submission, body: SubmissionBody, *, at: datetime) -> Submission:
    # Dated when it came: a worker that finishes it later must not move the arrival.
    taken = take_in(
        captured_from(body),
        at=submission.received_at,
        marketer=_marketer_of(submission),
        country=submission.form.country if submission.form else "",
    )
    hand_over_qualified(taken.lead, at=at)
    return _settle(
        submission,
        state=Submission.State.MATCHED,
        lead=taken.lead,
        created_lead=taken.created,
        warnings=taken.warnings,
        judged_at=at,
    )


def _marketer_of(submission: Submission) -> Membership | None:
    if submission.form is not None:
        owner: Membership | None = submission.form.owner
        return owner
    member: Membership | None = submission.key.acts_for if submission.key else None
    return member if member is not None and member.has(*MARKETING) else None


def _quarantine(submission: Submission, reasons: Sequence[Mapping[str, str]], *, at: datetime) -> Submission:
    settled = _settle(submission, state=Submission.State.QUARANTINED, reasons=list(reasons), judged_at=at)
    codes = [reason["code"] for reason in reasons]
    record("submission.quarantined", settled, by=None, at=at, data={"reasons": codes})
    return settled


def _settle(submission: Submission, **fields: Any) -> Submission:
    changed = Submission.objects.filter(pk=submission.pk, state=submission.state).update(**fields)
    if not changed:
        raise SubmissionSettled(_("Somebody else has dealt with it already."))
    for name, value in fields.items():
        setattr(submission, name, value)
    return submission


def _reason(code: str, detail: str) -> dict[str, str]:
    return {"code": code, "detail": detail}


@transaction.atomic
def release(submission: Submission, *, by: Membership, at: datetime) -> Submission:
    """Make a lead of a submission that waits in quarantine. Raises SubmissionSettled for any other."""
    locked = Submission.objects.select_for_update(of=("self",)).select_related("form__owner").get(pk=submission.pk)
    _refuse_unless_waiting(locked)
    try:
        body = _read(locked)
    except InvalidInput as error:
        raise SubmissionSettled(_("There is nothing in it that a lead could be made of.")) from error
    released = _match(locked, body, at=at)
    record("submission.released", released, by=by, at=at, thread=released.lead_id)
    return released


@transaction.atomic
def mark_spam(submission: Submission, *, by: Membership, at: datetime) -> Submission:
    """Call a submission that waits in quarantine spam. Raises SubmissionSettled for any other."""
    locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    _refuse_unless_waiting(locked)
    settled = _settle(locked, state=Submission.State.SPAM, judged_at=at)
    record("submission.marked_spam", settled, by=by, at=at)
    return settled


def _refuse_unless_waiting(submission: Submission) -> None:
    if submission.state != Submission.State.QUARANTINED:
        raise SubmissionSettled(_("This submission does not wait in quarantine."))


@transaction.atomic
def note_failure(submission: Submission, *, at: datetime) -> None:
    """Count a judging that broke; after the last attempt the submission waits for a person, with its raw post."""
    locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if locked.state != Submission.State.RECEIVED:
        return
    if locked.attempts + 1 >= MAX_ATTEMPTS:
        _quarantine(locked, [_reason("unreadable", _("It could not be processed; the post is kept."))], at=at)
    Submission.objects.filter(pk=locked.pk).update(attempts=locked.attempts + 1)


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
) -> NewForm:
    """Make a form with its public key. Raises OriginMalformed for an origin that no browser would send."""
    made = create_form_key(name=name, allowed_origins=[checked_origin(origin) for origin in origins], by=by, at=at)
    form = Form.objects.create(
        name=name,
        key=made.key,
        mapping=dict(mapping or {}),
        country=country,
        thanks_url=thanks_url,
        owner=owner,
        created_at=at,
    )
    record("form.created", form, by=by, at=at)
    return NewForm(form, made.text)


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
