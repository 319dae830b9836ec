"""What the board does with an open case before it is ruled on: recusals, votes, notes, moves."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arbitration.actions.locking import lock_open
from arbitration.models import Case, HearingNote, Recusal, Statement, Vote
from arbitration.queries.board import bar_of, case_parties, eligible_to_rule, seat_of, vote_bar_of
from arbitration.rules import Bar, next_stages
from events.actions import record
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class NotOnBoard(DomainError):
    """Only who sits on the board does this."""

    code = "not_on_board"


class MayNotVote(DomainError):
    """Only members of the board without a hand in the case vote."""

    code = "may_not_vote"


class AlreadyRecused(DomainError):
    """This was declared before."""

    code = "already_recused"


class TextMissing(DomainError):
    """What is put on record says something."""

    code = "text_missing"
    status = 422


class CannotMove(DomainError):
    """The case cannot go to this stage now."""

    code = "cannot_move"


BARS = {
    Bar.NOT_NEUTRAL: gettext_noop("Only an executive who belongs to neither side rules."),
    Bar.NO_SEAT: gettext_noop("Only the chair of the board or a deputy rules."),
    Bar.INVOLVED: gettext_noop("You have a hand in this case yourself, so somebody else has to rule."),
    Bar.RECUSED: gettext_noop("You declared that you are not neutral in this case, so somebody else has to rule."),
}
VOTE_BARS = {
    Bar.NO_SEAT: gettext_noop("Only members of the board vote."),
    Bar.INVOLVED: gettext_noop("You have a hand in this case yourself, so you have no vote in it."),
    Bar.RECUSED: gettext_noop("You declared that you are not neutral in this case, so you have no vote in it."),
}


def bar_sentence(bar: Bar) -> str:
    """Return why somebody cannot rule, "" when they can."""
    return _(BARS[bar]) if bar else ""


def vote_bar_sentence(bar: Bar) -> str:
    """Return why somebody cannot vote, "" when they can."""
    return _(VOTE_BARS[bar]) if bar else ""


@transaction.atomic
def recuse(case: Case, *, reason: str, by: Membership, at: datetime) -> Recusal:
    """Declare that one is not neutral in a case: no vote and no ruling from then on.

    Raises NotOnBoard, TextMissing, AlreadyRecused, AlreadyRuled, CaseWithdrawn.
    """
    _require_seat(by)
    held = lock_open(case)
    _require_text(reason, _("Say why you are not neutral."))
    try:
        with transaction.atomic():
            recusal = Recusal.objects.create(case=held, member=by, reason=reason.strip(), at=at)
    except IntegrityError as error:
        raise AlreadyRecused(_("You have declared this already.")) from error
    data = {"number": held.number, "member": str(by.pk)}
    record("case.recused", held, by=by, at=at, thread=held.handover.lead_id, data=data)
    tell_if_nobody_rules(held, at=at)
    return recusal


def tell_if_nobody_rules(case: Case, *, at: datetime) -> None:
    """Let the executives know that a case has nobody who may rule on it."""
    if not eligible_to_rule(case_parties(case)):
        data = {"number": case.number}
        record("case.chair_missing", case, by=None, at=at, thread=case.handover.lead_id, data=data)


@transaction.atomic
def cast_vote(case: Case, *, choice: str, reasons: str, by: Membership, at: datetime) -> Vote:
    """Advise the chair; voting again changes one's mind, and both stay on record.

    Raises MayNotVote, TextMissing, AlreadyRuled, CaseWithdrawn.
    """
    bar = vote_bar_of(by, case_parties(case))
    if bar:
        raise MayNotVote(vote_bar_sentence(bar), because=str(bar))
    held = lock_open(case)
    _require_text(reasons, _("Say why you vote so."))
    vote = Vote.objects.create(case=held, member=by, choice=Vote.Choice(choice), reasons=reasons.strip(), at=at)
    data = {"number": held.number, "choice": str(vote.choice)}
    record("case.voted", held, by=by, at=at, thread=held.handover.lead_id, data=data)
    return vote


@transaction.atomic
def add_note(case: Case, *, text: str, by: Membership, at: datetime) -> HearingNote:
    """Write down what was said at the hearing. Raises NotOnBoard, MayNotVote, TextMissing, AlreadyRuled."""
    _require_seat(by)
    bar = vote_bar_of(by, case_parties(case))
    if bar:
        raise MayNotVote(_("Who is not neutral does not keep the notes of the hearing."), because=str(bar))
    held = lock_open(case)
    _require_text(text, _("Write what was said."))
    note = HearingNote.objects.create(case=held, text=text.strip(), by=by, at=at)
    record("case.noted", held, by=by, at=at, thread=held.handover.lead_id, data={"number": held.number})
    return note


@transaction.atomic
def move_case(case: Case, *, stage: str, by: Membership, at: datetime) -> Case:
    """Move an open case on the board: take it up, call it ready, or wait for statements again.

    Raises NotOnBoard, CannotMove, AlreadyRuled, CaseWithdrawn.
    """
    if bar_of(by, case_parties(case)):
        raise NotOnBoard(_("The chair or a deputy without a hand in the case moves it."))
    held = lock_open(case)
    if stage not in moves_of(held, at=at):
        raise CannotMove(_("This case cannot go there now."), stage=held.stage)
    Case.objects.filter(pk=held.pk).update(stage=stage, updated_at=at)
    data = {"number": held.number, "from": held.stage, "to": stage}
    held.stage = stage
    record("case.moved", held, by=by, at=at, thread=held.handover.lead_id, data=data)
    return held


def moves_of(case: Case, *, at: datetime) -> tuple[str, ...]:
    """Return the stages to which the case may be moved by hand now."""
    spoken = set(Statement.objects.filter(case=case).values_list("side", flat=True))
    return next_stages(case.stage, spoken=spoken, statements_open=at < case.statements_close_at)


def _require_seat(member: Membership) -> None:
    if not member.is_active or not seat_of(member):
        raise NotOnBoard(_("Only members of the board do this."))


def _require_text(text: str, sentence: str) -> None:
    if not text.strip():
        raise TextMissing(sentence)
