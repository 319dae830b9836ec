"""The board beside a case: who may rule, who may not and why, what it advises, what was said at the hearing."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from arbitration.models import Case, HearingNote, Recusal, Vote
from arbitration.queries.board import CaseParties, bar_of_seat, present_seats
from arbitration.queries.records import notes_of, recusals_in, votes_in
from arbitration.rules import Bar
from arbitration.words import seat_word, vote_word


@dataclass(frozen=True)
class SeatView:
    """One seat, and what keeps its holder from taking part in this case ("" for nothing)."""

    name: str
    initials: str
    seat: str
    may_rule: bool
    because: str


@dataclass(frozen=True)
class VoteView:
    """One advisory vote."""

    name: str
    initials: str
    seat: str
    choice: str
    choice_label: str
    reasons: str
    at: datetime


@dataclass(frozen=True)
class NoteView:
    """One note of the hearing."""

    author: str
    initials: str
    at: datetime
    text: str


@dataclass(frozen=True)
class CaseBoard:
    """The board of one case; ``votes`` is empty for those who may not read them yet."""

    seats: list[SeatView] = field(default_factory=list)
    nobody_rules: bool = False
    votes: list[VoteView] = field(default_factory=list)
    votes_cast: int = 0
    votes_hidden: bool = False
    notes: list[NoteView] = field(default_factory=list)


def case_board(case: Case, parties: CaseParties, *, sees_votes: bool) -> CaseBoard:
    """Return the board of a case with these parties."""
    declared = {row.member_id: row for row in recusals_in(case)}
    present = list(present_seats())
    kinds = {seat.member_id: seat.kind for seat in present}
    seats = [
        SeatView(
            name=seat.member.name,
            initials=seat.member.initials,
            seat=seat_word(seat.kind),
            may_rule=bar_of_seat(seat, parties) is Bar.FREE,
            because=_because(seat.member_id, parties, declared),
        )
        for seat in present
        if seat.member.is_active
    ]
    votes = votes_in(case)
    return CaseBoard(
        seats=seats,
        nobody_rules=not any(seat.may_rule for seat in seats),
        votes=[_vote(vote, kinds) for vote in votes] if sees_votes else [],
        votes_cast=len(votes),
        votes_hidden=bool(votes) and not sees_votes,
        notes=[_note(note) for note in notes_of(case)],
    )


def _because(member: UUID, parties: CaseParties, declared: dict[UUID, Recusal]) -> str:
    if member in declared:
        return _("Recused: %(reason)s") % {"reason": declared[member].reason}
    if member not in parties.involved:
        return ""
    if member in parties.marketing | parties.sales:
        return _("Recused: has a hand in this case.")
    return _("Recused: manages somebody who has a hand in this case.")


def _vote(vote: Vote, kinds: dict[UUID, str]) -> VoteView:
    return VoteView(
        name=vote.member.name,
        initials=vote.member.initials,
        seat=seat_word(kinds.get(vote.member_id, "")),
        choice=vote.choice,
        choice_label=vote_word(vote.choice),
        reasons=vote.reasons,
        at=vote.at,
    )


def _note(note: HearingNote) -> NoteView:
    return NoteView(note.by.name, note.by.initials, note.at, note.text)
