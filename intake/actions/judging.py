"""What becomes of a submission: a lead, a question by mail, or a case for a person."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.actions import record
from events.nudge import nudge
from intake import crowd
from intake.actions.matching import Ready, SubmissionSettled, match_each
from intake.actions.opting_in import ask_to_confirm, expire_opt_in, is_confirmed
from intake.adapters import read_post
from intake.body import SubmissionBody
from intake.models import Form, OptIn, Submission
from intake.rows import read_row
from leads import normal
from leads.actions import TakenIn
from leads.actions.gathering import salt_of_forgotten, settings_known
from leads.queries import forgotten_among
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.inserting import give_ids, insert_rows
from smarketing.lib.refused import refused_by
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership

log = logging.getLogger(__name__)

# The task that judges what no request has judged.
JUDGE_WAITING = "intake.judge_waiting"
# Of most posts: itself, its lead, a company, two consents, stages and events.
IDS_OF_A_POST = 12
# What keeps a post with an external id from coming twice.
SUBMISSION_ONCE = "submission_once"
# What came a moment ago is not the worker's yet: in a crowd it need not be asked more often.
NUDGE_SECONDS = 1.0
# After so many failures a person has to look at it.
MAX_ATTEMPTS = 5


class PersonForgotten(DomainError):
    """Who asked to be forgotten comes back by an own consent only."""

    code = "person_forgotten"


class OptInMissing(DomainError):
    """Nobody but the person can confirm their address."""

    code = "opt_in_missing"


class PostStored(Exception):
    """A post with this external id is here already."""


@dataclass(frozen=True)
class Judged:
    """A judged submission, and what was taken in where it became a lead."""

    submission: Submission
    taken: TakenIn | None


@transaction.atomic
def judge(submission: Submission, *, at: datetime) -> Submission:
    """Make of an unjudged submission what it is: a lead (new or appended to) or a case for quarantine.

    Judging twice changes nothing: the row's lock makes twins wait, and the second finds it judged.
    """
    locked = _locked(submission)
    _judge_each([locked], at=at)
    return locked


def judge_drafts(
    drafts: Sequence[Submission], *, at: datetime, bodies: Sequence[SubmissionBody | None] = ()
) -> list[Judged]:
    """Judge posts of keys and files that are not stored yet, and store each with what it becomes.

    ``bodies`` are what they say, one for each, where that has been read already.
    The rows and events are those of storing them first and judge_many. Raises PostStored, whereupon the caller has to
    undo what was written, when somebody else has stored one of them meanwhile.
    """
    try:
        taken = _judge_each(drafts, at=at, bodies=bodies)
    except IntegrityError as refusal:
        if refused_by(refusal) == SUBMISSION_ONCE:
            raise PostStored from refusal
        raise
    return [Judged(one, taken.get(one.pk)) for one in drafts]


@transaction.atomic
def judge_many(submission_ids: Sequence[UUID], *, at: datetime) -> list[Judged]:
    """Judge several submissions, with the rows and events that judge would write one by one; return those judged.

    What somebody else judges at this moment is left to them.
    """
    rows = _whole().select_for_update(of=("self",), skip_locked=True).filter(pk__in=submission_ids)
    locked = list(rows.filter(state=Submission.State.RECEIVED).order_by("received_at", "id"))
    taken = _judge_each(locked, at=at)
    return [Judged(one, taken.get(one.pk)) for one in locked]


def _judge_each(
    submissions: Sequence[Submission], *, at: datetime, bodies: Sequence[SubmissionBody | None] = ()
) -> dict[UUID, TakenIn]:
    """Judge locked submissions in this order; those that become leads are taken in together."""
    told = zip_longest(submissions, bodies)
    waiting = [(submission, body) for submission, body in told if submission.state == Submission.State.RECEIVED]
    if not waiting:
        return {}
    with settings_known(ids=IDS_OF_A_POST * len(waiting)):
        return _judge_waiting(waiting, at=at)


def _judge_waiting(waiting: Sequence[tuple[Submission, SubmissionBody | None]], *, at: datetime) -> dict[UUID, TakenIn]:
    give_ids([submission for submission, _body in waiting])
    bodies = [(submission, body or _body_of(submission)) for submission, body in waiting]
    forgotten = forgotten_among(
        [_identity(body) for _submission, body in bodies if body is not None], secret=salt_of_forgotten()
    )
    ready = []
    for submission, body in bodies:
        one = Ready(submission, body, was_forgotten=_identity(body) in forgotten) if body is not None else None
        if one is None:
            _quarantine(submission, [_reason("not_an_object", _("The post is not an object with fields."))], at=at)
        elif not _waits(one, at=at):
            ready.append(one)
    return match_each(ready, at=at)


def _body_of(submission: Submission) -> SubmissionBody | None:
    try:
        return _read(submission)
    except InvalidInput:
        return None


def _waits(one: Ready, *, at: datetime) -> bool:
    """Tell whether a person, or the person, has to say something first; then the submission is put where it waits."""
    submission, body = one.submission, one.body
    doubts = doubts_about(body) or _forgotten(one)
    if doubts:
        _quarantine(submission, doubts, at=at)
        return True
    if _must_confirm(submission.form, body):
        ask_to_confirm(submission, normal.email_norm(body.person.email or "") if body.person else "", at=at)
        _settle(submission, state=Submission.State.AWAITING_OPT_IN)
        return True
    return False


def judge_soon(submission_id: UUID, organisation_id: int, *, at: datetime) -> None:
    """Judge a stored submission now when it came alone (intake.crowd), else ask the worker to."""
    if crowd.is_alone():
        judge_at_once(Submission(pk=submission_id, organisation_id=organisation_id), at=at)
    else:
        nudge(JUDGE_WAITING, pause_seconds=NUDGE_SECONDS)


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
    return _whole().select_for_update(of=("self",)).get(pk=submission.pk)


def _whole() -> "QuerySet[Submission]":
    return Submission.objects.select_related("form__owner", "key__acts_for", "batch__owner")


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


def _forgotten(one: Ready) -> list[dict[str, str]]:
    """Return why this person must not come in: they were erased, and do not agree to anything now."""
    if not one.was_forgotten or any(told.granted for told in one.body.consents or ()):
        return []
    return [_reason("person_forgotten", _("This person asked to be forgotten and has not agreed to anything since."))]


def _identity(body: SubmissionBody) -> tuple[str, str]:
    """Return the address and the number by which somebody who was erased is known again."""
    person = body.person
    if person is None:
        return "", ""
    return normal.email_norm(person.email or ""), normal.phone_e164(person.phone or "", "")


def has_contact(body: SubmissionBody) -> bool:
    """Tell whether the person can be reached: a readable e-mail address, or a phone number in whatever form."""
    person = body.person
    return person is not None and bool(normal.email_norm(person.email or "") or (person.phone or "").strip())


def _match(submission: Submission, body: SubmissionBody, *, at: datetime) -> Submission:
    confirmed = OptIn.objects.filter(submission=submission).exclude(confirmed_at=None).first()
    match_each([Ready(submission, body, confirmed, _was_forgotten(body))], at=at)
    return submission


def _was_forgotten(body: SubmissionBody) -> bool:
    return bool(forgotten_among([_identity(body)], secret=salt_of_forgotten()))


def _quarantine(submission: Submission, reasons: Sequence[Mapping[str, str]], *, at: datetime) -> Submission:
    settled = _settle(submission, state=Submission.State.QUARANTINED, reasons=list(reasons), judged_at=at)
    codes = [reason["code"] for reason in reasons]
    record("submission.quarantined", settled, by=None, at=at, data={"reasons": codes})
    return settled


def _settle(submission: Submission, **fields: Any) -> Submission:
    if not submission._state.adding:
        changed = Submission.objects.filter(pk=submission.pk, state=submission.state).update(**fields)
        if not changed:
            raise SubmissionSettled(_("Somebody else has dealt with it already."))
    for name, value in fields.items():
        setattr(submission, name, value)
    if submission._state.adding:
        insert_rows([submission])
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
    if _forgotten(Ready(locked, body, was_forgotten=_was_forgotten(body))):
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
