"""What becomes of a submission: a lead, a question by mail, or a case for a person."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from intake.actions.opting_in import ask_to_confirm, expire_opt_in, is_confirmed, with_evidence
from intake.actions.visiting import identify
from intake.adapters import read_post
from intake.body import SubmissionBody, captured_from
from intake.models import Form, OptIn, Submission
from intake.rows import read_row
from leads import normal
from leads.actions import hand_over_qualified, lift_forgetting, take_in
from leads.queries import is_forgotten
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import MARKETING

log = logging.getLogger(__name__)

# After so many failures a person has to look at it.
MAX_ATTEMPTS = 5


class SubmissionSettled(DomainError):
    """Only what waits in quarantine can be released or called spam."""

    code = "submission_settled"


class PersonForgotten(DomainError):
    """Who asked to be forgotten comes back by an own consent only."""

    code = "person_forgotten"


class OptInMissing(DomainError):
    """Nobody but the person can confirm their address."""

    code = "opt_in_missing"


@transaction.atomic
def judge(submission: Submission, *, at: datetime) -> Submission:
    """Make of an unjudged submission what it is: a lead (new or appended to) or a case for quarantine.

    Judging twice changes nothing: the row's lock makes twins wait, and the second finds it judged.
    """
    locked = _locked(submission)
    if locked.state != Submission.State.RECEIVED:
        return locked
    try:
        body = _read(locked)
    except InvalidInput:
        return _quarantine(locked, [_reason("not_an_object", _("The post is not an object with fields."))], at=at)
    doubts = doubts_about(body) or _forgotten(body)
    if doubts:
        return _quarantine(locked, doubts, at=at)
    if _must_confirm(locked.form, body):
        ask_to_confirm(locked, normal.email_norm(body.person.email or "") if body.person else "", at=at)
        return _settle(locked, state=Submission.State.AWAITING_OPT_IN)
    return _match(locked, body, at=at)


def judge_at_once(submission: Submission, *, at: datetime) -> None:
    """Judge a stored submission in a scope of its own; whatever breaks, the raw row is safe and is judged later."""
    try:
        with tenant_scope(submission.organisation_id):
            judge(submission, at=at)
    except Exception:
        log.exception("Submission %s waits for the worker", submission.pk)


def _must_confirm(form: Form | None, body: SubmissionBody) -> bool:
    """Tell whether the address has to be confirmed by mail first; who left a number only can be called."""
    if form is None or not form.opt_in or body.person is None:
        return False
    address = normal.email_norm(body.person.email or "")
    return bool(address) and not is_confirmed(address)


def _locked(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",))
    return rows.select_related("form__owner", "key__acts_for", "batch__owner").get(pk=submission.pk)


def _read(submission: Submission) -> SubmissionBody:
    if submission.batch is not None:
        return read_row(submission.raw, submission.batch.mapping)
    form = submission.form
    return read_post(submission.raw, provider=form.provider if form else "", mapping=form.mapping if form else {})


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


def _forgotten(body: SubmissionBody) -> list[dict[str, str]]:
    """Return why this person must not come in: they were erased, and do not agree to anything now."""
    person = body.person
    if person is None or any(told.granted for told in body.consents or ()):
        return []
    phone = normal.phone_e164(person.phone or "", "")
    if not is_forgotten(email=normal.email_norm(person.email or ""), phone=phone):
        return []
    return [_reason("person_forgotten", _("This person asked to be forgotten and has not agreed to anything since."))]


def has_contact(body: SubmissionBody) -> bool:
    """Tell whether the person can be reached: a readable e-mail address, or a phone number in whatever form."""
    person = body.person
    return person is not None and bool(normal.email_norm(person.email or "") or (person.phone or "").strip())


def _match(submission: Submission, body: SubmissionBody, *, at: datetime) -> Submission:
    confirmed = OptIn.objects.filter(submission=submission).exclude(confirmed_at=None).first()
    taken = take_in(
        with_evidence(captured_from(body), submission, confirmed),
        # Dated when it came: a worker that finishes it later must not move the arrival. Until its address was
        # confirmed it had not come.
        at=confirmed.confirmed_at if confirmed and confirmed.confirmed_at else submission.received_at,
        marketer=_marketer_of(submission),
        country=submission.form.country if submission.form else "",
    )
    lift_forgetting(taken.lead, at=at)
    if body.visitor:
        identify(body.visitor, taken.lead, at=at)
        taken.lead.refresh_from_db()
    if submission.batch is None or submission.batch.hand_over:
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
    if submission.batch is not None:
        chosen: Membership | None = submission.batch.owner
        return chosen
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
    locked = _locked(submission)
    _refuse_unless_waiting(locked)
    if OptIn.objects.filter(submission=locked, confirmed_at=None).exists():
        raise OptInMissing(_("The address was never confirmed. Send the question again; only its owner can answer."))
    try:
        body = _read(locked)
    except InvalidInput as error:
        raise SubmissionSettled(_("There is nothing in it that a lead could be made of.")) from error
    if _forgotten(body):
        raise PersonForgotten(_("This person asked to be forgotten. Only they can come back, by agreeing to it."))
    released = _match(locked, body, at=at)
    record("submission.released", released, by=by, at=at, thread=released.lead_id)
    return released


@transaction.atomic
def mark_spam(submission: Submission, *, by: Membership, at: datetime) -> Submission:
    """Call a submission that waits in quarantine spam. Raises SubmissionSettled for any other."""
    locked = _locked(submission)
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
    locked = _locked(submission)
    if locked.state != Submission.State.RECEIVED:
        return
    if locked.attempts + 1 >= MAX_ATTEMPTS:
        _quarantine(locked, [_reason("unreadable", _("It could not be processed; the post is kept."))], at=at)
    Submission.objects.filter(pk=locked.pk).update(attempts=locked.attempts + 1)


@transaction.atomic
def confirm(opt_in: OptIn, *, ip: str, at: datetime) -> Submission:
    """Take the person's yes: this submission, and others that wait for the same address, become leads.

    A second yes changes nothing. Raises OptInExpired when the link is too old.
    """
    submission = _locked(opt_in.submission)
    locked = OptIn.objects.select_for_update(of=("self",)).get(pk=opt_in.pk)
    if locked.confirmed_at is not None or submission.state != Submission.State.AWAITING_OPT_IN:
        return submission
    expire_opt_in(locked, at=at)
    mine = OptIn.objects.filter(email_norm=locked.email_norm, confirmed_at=None)
    waiting = mine.filter(submission__state=Submission.State.AWAITING_OPT_IN).order_by("sent_at", "id")
    for one in list(waiting.select_related("submission")):
        OptIn.objects.filter(pk=one.pk, confirmed_at=None).update(confirmed_at=at, confirmed_ip=ip[:60])
        joined = _locked(one.submission)
        _match(joined, _read(joined), at=at)
        record("submission.confirmed", joined, by=None, at=at, thread=joined.lead_id)
    return _locked(opt_in.submission)


@transaction.atomic
def give_up_opt_ins(*, at: datetime, limit: int = 500) -> int:
    """Put what nobody confirmed in time into quarantine, where it can be seen; return how many."""
    rows = OptIn.objects.filter(confirmed_at=None, expires_at__lt=at)
    waiting = rows.filter(submission__state=Submission.State.AWAITING_OPT_IN).order_by("expires_at")
    found = list(waiting.values_list("submission", flat=True)[:limit])
    for submission_id in found:
        locked = _locked(Submission(pk=submission_id))
        if locked.state == Submission.State.AWAITING_OPT_IN:
            _quarantine(locked, [_reason("opt_in_expired", _("Nobody confirmed the address in time."))], at=at)
    return len(found)
