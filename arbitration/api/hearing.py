"""What the board does with an open case, for REST clients: votes, notes, recusals, moves."""

from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_case, sees_votes
from arbitration.api.shapes import READ, WRITE, Text
from arbitration.queries.records import notes_of, recusals_in, votes_in
from arbitration.serializers import case_row, note_row, recusal_row, vote_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants.rest import KeyView, answer


class VoteBody(Struct, forbid_unknown_fields=True):
    """What one would rule, and why."""

    choice: Literal["upheld", "overturned"]
    reasons: Text


class NoteBody(Struct, forbid_unknown_fields=True):
    """What was said."""

    text: Text


class RecusalBody(Struct, forbid_unknown_fields=True):
    """Why one is not neutral."""

    reason: Text


class CaseStageBody(Struct, forbid_unknown_fields=True):
    """Where the case goes."""

    stage: Literal["evidence", "ready"]


class Votes(KeyView):
    """Advice to the chair. Until the ruling only the board, executives and auditors read it."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}

    @operation(
        "Read the votes of a case",
        gives=Page[answers.Vote],
        answers={200: "The newest vote of each member."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        case = get_case(self.member, case_id)
        votes = votes_in(case) if sees_votes(self.member, case) else []
        return answer(whole(vote_row(vote) for vote in votes))

    @operation(
        "Vote on a case", gives=answers.Vote, body=VoteBody, answers={201: "The vote."}, problems=WRITE, posts=True
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = self.body(VoteBody)
        case = get_case(self.member, case_id)
        vote = actions.cast_vote(case, choice=given.choice, reasons=given.reasons, by=self.member, at=self.at)
        return answer(vote_row(vote), status=201)


class Notes(KeyView):
    """What was said when the board heard the case."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}

    @operation(
        "Read the notes of a hearing",
        gives=Page[answers.HearingNote],
        answers={200: "The notes in order."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return answer(whole(note_row(note) for note in notes_of(get_case(self.member, case_id))))

    @operation(
        "Add a note of the hearing",
        gives=answers.HearingNote,
        body=NoteBody,
        answers={201: "The note."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = self.body(NoteBody)
        case = get_case(self.member, case_id)
        return answer(note_row(actions.add_note(case, text=given.text, by=self.member, at=self.at)), status=201)


class Recusals(KeyView):
    """Who declared not to be neutral."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}

    @operation(
        "Read the recusals of a case",
        gives=Page[answers.Recusal],
        answers={200: "The recusals in order."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return answer(whole(recusal_row(row) for row in recusals_in(get_case(self.member, case_id))))

    @operation(
        "Recuse oneself",
        gives=answers.Recusal,
        body=RecusalBody,
        answers={201: "The recusal."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = self.body(RecusalBody)
        case = get_case(self.member, case_id)
        recusal = actions.recuse(case, reason=given.reason, by=self.member, at=self.at)
        return answer(recusal_row(recusal), status=201)


class StageOf(KeyView):
    """Where a case stands on the board."""

    scopes: ClassVar = {"POST": "cases:write"}

    @operation(
        "Move a case", gives=answers.Case, body=CaseStageBody, answers={201: "The case."}, problems=WRITE, posts=True
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = self.body(CaseStageBody)
        case = get_case(self.member, case_id)
        moved = actions.move_case(case, stage=given.stage, by=self.member, at=self.at)
        return answer(case_row(moved, at=self.at), status=201)
