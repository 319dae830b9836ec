"""The board for REST clients."""

from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_seat
from arbitration.api.shapes import READ, WRITE
from arbitration.queries.board import present_seats
from arbitration.serializers import seat_row
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants.access import get_member, require
from tenants.rest import KeyView, answer
from tenants.roles import Role


class SeatBody(Struct, forbid_unknown_fields=True):
    """Who gets which seat."""

    member: UUID
    kind: Literal["chair", "deputy", "member"]


class Seats(KeyView):
    """Who sits on the board; the executives say so."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}

    @operation("Read the board", gives=Page[answers.Seat], answers={200: "Chair, deputies, members."}, problems=READ)
    def get(self, request: Request) -> Response:
        return answer(whole(seat_row(seat) for seat in present_seats()))

    @operation(
        "Appoint to the board",
        gives=answers.Seat,
        body=SeatBody,
        answers={201: "The seat."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, Role.EXECUTIVE)
        given = self.body(SeatBody)
        member = get_member(self.member, given.member)
        seat = actions.appoint(member, kind=given.kind, by=self.member, at=self.at)
        return answer(seat_row(seat), status=201)


class OneSeat(KeyView):
    """One seat."""

    scopes: ClassVar = {"DELETE": "cases:write"}

    @operation(
        "Take somebody off the board", gives=answers.Seat, answers={200: "The seat as it ended."}, problems=WRITE
    )
    def delete(self, request: Request, seat_id: UUID) -> Response:
        require(self.member, Role.EXECUTIVE)
        seat = get_seat(self.member, seat_id)
        actions.end_seat(seat, by=self.member, at=self.at)
        seat.refresh_from_db()
        return answer(seat_row(seat))
