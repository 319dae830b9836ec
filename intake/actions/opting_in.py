"""Double opt-in: asking by mail whether an address belongs to who gave it."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from intake.models import Form, OptIn, Submission
from leads.capture import Captured, ConsentFact
from smarketing.lib.errors import DomainError
from tenants.keys import new_public_id
from tenants.models import Directory, Membership

OPEN_FOR = timedelta(days=7)
# A mailbox is not filled by whoever types its address into a form.
MOST_MAILS = 3
PAUSE = timedelta(minutes=10)
PURPOSE = "sales_contact"
METHOD = "double_opt_in"


class OptInExpired(DomainError):
    """The link is older than it may be."""

    code = "opt_in_expired"
    status = 410


class NothingToConfirm(DomainError):
    """Only what waits for its confirmation, or was given up, can be asked about again."""

    code = "nothing_to_confirm"


class AskedTooOften(DomainError):
    """Somebody was asked a moment ago, or often enough."""

    code = "asked_too_often"


def is_confirmed(email_norm: str) -> bool:
    """Tell whether the owner of this address has once confirmed it here."""
    return OptIn.objects.filter(email_norm=email_norm, confirmed_at__isnull=False).exists()


def ask_to_confirm(submission: Submission, email_norm: str, *, at: datetime) -> OptIn:
    """Open the question for a submission and let the mail go; a mailbox that was asked enough gets no other."""
    public_id = new_public_id()
    Directory.objects.create(public_id=public_id, organisation_id=submission.organisation_id)
    made = OptIn.objects.create(
        submission=submission, public_id=public_id, email_norm=email_norm, sent_at=at, expires_at=at + OPEN_FOR
    )
    lately = OptIn.objects.filter(email_norm=email_norm, confirmed_at=None, expires_at__gt=at).exclude(pk=made.pk)
    asked = list(lately.values_list("sent_at", "times_sent"))
    enough = sum(times for _sent, times in asked) >= MOST_MAILS
    if enough or any(at - sent < PAUSE for sent, _times in asked):
        OptIn.objects.filter(pk=made.pk).update(times_sent=0)
    else:
        record("submission.opt_in_asked", submission, by=None, at=at, data={"opt_in": str(made.pk)})
    return made


@transaction.atomic
def ask_again(submission: Submission, *, by: Membership, at: datetime) -> OptIn:
    """Send the question once more and give it its whole time again.

    Raises NothingToConfirm, AskedTooOften.
    """
    locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    opt_in = OptIn.objects.select_for_update(of=("self",)).filter(submission=locked, confirmed_at=None).first()
    waits = locked.state in (Submission.State.AWAITING_OPT_IN, Submission.State.QUARANTINED)
    if opt_in is None or not waits:
        raise NothingToConfirm(_("This submission does not wait for a confirmation."))
    if opt_in.times_sent >= MOST_MAILS or (opt_in.times_sent and at - opt_in.sent_at < PAUSE):
        raise AskedTooOften(_("The address was asked a moment ago, or often enough."))
    Submission.objects.filter(pk=locked.pk).update(state=Submission.State.AWAITING_OPT_IN, reasons=[])
    OptIn.objects.filter(pk=opt_in.pk).update(sent_at=at, times_sent=F("times_sent") + 1, expires_at=at + OPEN_FOR)
    record("submission.opt_in_asked", locked, by=by, at=at, data={"opt_in": str(opt_in.pk)})
    return opt_in


def expire_opt_in(opt_in: OptIn, *, at: datetime) -> None:
    """Raise OptInExpired when the question is not open any more."""
    if at >= opt_in.expires_at:
        raise OptInExpired(_("This link has ended. Send the form again to get a new one."))


def with_evidence(captured: Captured, submission: Submission, confirmed: OptIn | None) -> Captured:
    """Return what was captured, every consent with the wording, time, address and way in which it was given."""
    form = submission.form
    consents = tuple(_worded(told, form, submission) for told in captured.consents)
    if confirmed is None or form is None:
        return replace(captured, consents=consents)
    yes = [told for told in consents if told.granted] or [_worded(ConsentFact(PURPOSE), form, submission)]
    proved = tuple(
        replace(told, method=METHOD, captured_at=confirmed.confirmed_at, ip=confirmed.confirmed_ip) for told in yes
    )
    refused = tuple(told for told in consents if not told.granted)
    return replace(captured, consents=(*proved, *refused))


def _worded(told: ConsentFact, form: Form | None, submission: Submission) -> ConsentFact:
    """Fill in what the sender did not tell from what the form showed."""
    shown = form is not None and not told.text and told.purpose == PURPOSE
    return replace(
        told,
        text=form.consent_text if shown and form else told.text,
        text_version=told.text_version or (f"{form.consent_version}" if shown and form and form.consent_text else ""),
        ip=told.ip or submission.ip,
        method="import" if submission.batch_id else told.method,
    )
