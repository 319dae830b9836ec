"""Everything that can happen at the door; callers need not know in which module."""

from intake.actions.forgetting import (
    change_keeping,
    forget_payloads,
    forget_submissions_of,
    keep_the_door,
    keeping,
)
from intake.actions.forms import (
    FormGone,
    NewForm,
    OriginMalformed,
    change_form,
    checked_origin,
    create_form,
    retire_form,
)
from intake.actions.judging import (
    MAX_ATTEMPTS,
    OptInMissing,
    SubmissionSettled,
    confirm,
    doubts_about,
    give_up_opt_ins,
    has_contact,
    judge,
    judge_at_once,
    mark_spam,
    note_failure,
    release,
)
from intake.actions.opting_in import AskedTooOften, NothingToConfirm, OptInExpired, ask_again
from intake.actions.receiving import Received, Sender, receive

__all__ = [
    "MAX_ATTEMPTS",
    "AskedTooOften",
    "FormGone",
    "NewForm",
    "NothingToConfirm",
    "OptInExpired",
    "OptInMissing",
    "OriginMalformed",
    "Received",
    "Sender",
    "SubmissionSettled",
    "ask_again",
    "change_form",
    "change_keeping",
    "checked_origin",
    "confirm",
    "create_form",
    "doubts_about",
    "forget_payloads",
    "forget_submissions_of",
    "give_up_opt_ins",
    "has_contact",
    "judge",
    "judge_at_once",
    "keep_the_door",
    "keeping",
    "mark_spam",
    "note_failure",
    "receive",
    "release",
    "retire_form",
]
