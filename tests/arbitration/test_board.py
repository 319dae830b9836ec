"""Who sits on the board."""

from datetime import datetime

import pytest

from arbitration.actions import NotExecutive, NotYourBoard, SeatTaken, appoint_deputy
from arbitration.models import Seat
from arbitration.queries import chair, eligible_to_rule
from arbitration.queries.board import CaseParties
from events.models import Event
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.support import Cast, make_member


def test_the_first_executive_takes_the_chair(acme: Cast) -> None:
    seat = Seat.objects.get()
    assert (seat.member, seat.kind) == (acme.rita, "chair")
    assert chair() == acme.rita
    assert Event.objects.filter(kind="seat.taken", subject_id=seat.pk).count() == 1


def test_the_second_executive_gets_no_seat_by_joining(cast: Cast, at: datetime) -> None:
    make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        assert Seat.objects.count() == 1


def test_an_organisation_without_an_executive_has_no_chair(cast: Cast) -> None:
    with tenant_scope(cast.globex.pk):
        assert chair() is None


def test_executives_appoint_a_deputy(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        appoint_deputy(eva, by=cast.rita, at=at)
        nobody = CaseParties(frozenset(), frozenset(), frozenset())
        assert eligible_to_rule(nobody) == [cast.rita, eva]
        rita_is_in = CaseParties(frozenset(), frozenset(), frozenset({cast.rita.pk}))
        assert eligible_to_rule(rita_is_in) == [eva]
        with pytest.raises(SeatTaken):
            appoint_deputy(eva, by=cast.rita, at=at)


def test_a_deputy_who_left_cannot_rule(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        Membership.objects.filter(pk=cast.rita.pk).update(is_active=False)
        assert eligible_to_rule(CaseParties(frozenset(), frozenset(), frozenset())) == []


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_only_an_executive_appoints_and_is_appointed(acme: Cast, at: datetime, who: str) -> None:
    with pytest.raises(NotYourBoard):
        appoint_deputy(acme.rita, by=acme.people()[who], at=at)
    with pytest.raises(NotExecutive):
        appoint_deputy(acme.people()[who], by=acme.rita, at=at)
    assert Seat.objects.count() == 1
