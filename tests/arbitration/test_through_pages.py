"""What happens seldom on a board, done through its pages as people do it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from arbitration.actions import keep_board, rule_on_case
from arbitration.models import Ruling, Seat
from leads.models import Handover
from sla.models import CreditEntry
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import Filed
from tests.support import make_member

ClientOf = Callable[[Membership], Client]
BOARD = "/o/acme/settings/board/"
# The tenth business day after March is 15 April: from the 16th on March is closed.
IN_APRIL = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
UPHELD: dict[str, Any] = {"outcome": "upheld", "reasons": "Too small."}


def text_of(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def eva(filed: Filed, at: datetime) -> Membership:
    """An executive without a seat."""
    return make_member(filed.cast.acme, "eva", Role.EXECUTIVE, at=at)


def test_a_case_that_the_chair_cannot_hear_goes_to_the_deputy_who_is_appointed(
    filed: Filed, eva: Membership, client_of: ClientOf
) -> None:
    chair, other = client_of(filed.cast.rita), client_of(eva)
    assert chair.post(filed.url("recusal/"), {"reason": "My brother works there."}).status_code == 303
    assert "somebody else has to rule" in text_of(chair.get(filed.url()))
    # An executive is led from the case to the form that appoints, where the seat is chosen already.
    page = other.get(filed.url())
    assert "Appoint a deputy" in text_of(page)
    form = other.get(page.context["case"]["appoint_url"])
    assert (form.context["form"]["kind"].value(), [row.number for row in form.context["waiting"]]) == (
        "deputy", [filed.case.number],
    )  # fmt: skip
    assert other.post(BOARD, {"member": str(eva.pk), "kind": "deputy"}).status_code == 303
    assert not other.get(BOARD).context["waiting"]
    assert chair.post(filed.url("ruling/"), UPHELD).status_code == 403
    assert other.post(filed.url("ruling/"), UPHELD).status_code == 303
    assert "Rejection upheld" in text_of(chair.get(filed.url()))


def test_a_chair_who_left_is_followed_by_the_deputy(filed: Filed, eva: Membership, client_of: ClientOf) -> None:
    chair, heir = client_of(filed.cast.rita), client_of(eva)
    assert chair.post(BOARD, {"member": str(eva.pk), "kind": "deputy"}).status_code == 303
    with tenant_scope(filed.cast.acme.pk):
        Membership.objects.filter(pk=filed.cast.rita.pk).update(is_active=False)
        keep_board(filed.case.filed_at + timedelta(hours=2))
    seats = heir.get(BOARD).context["seats"]
    assert [(seat.name, seat.kind_label) for seat in seats] == [("Eva", "Chair")]
    assert heir.post(filed.url("ruling/"), UPHELD).status_code == 303
    # A new chair puts right what a chair ruled, the one of before is not asked.
    corrected = {"outcome": "overturned", "reasons": "The register was misread."}
    assert heir.post(filed.url("correction/"), corrected).status_code == 303
    with tenant_scope(filed.cast.acme.pk):
        assert Seat.objects.filter(until=None).get().member == eva


def test_a_correction_stands_beside_the_ruling_that_it_puts_right(filed: Filed, client_of: ClientOf) -> None:
    chair = client_of(filed.cast.rita)
    chair.post(filed.url("ruling/"), UPHELD | {"holding": "Small shops are out."})
    incomplete = chair.post(filed.url("correction/"), {"outcome": "overturned", "reasons": ""})
    assert (incomplete.status_code, "reasons" in incomplete.context["correction_form"].errors) == (422, True)
    sent = {"outcome": "overturned", "reasons": "It was another register."}
    assert chair.post(filed.url("correction/"), sent).status_code == 303
    shown = text_of(client_of(filed.cast.mara).get(filed.url()))
    assert shown.index("It was another register.") < shown.index("Corrected:") < shown.index("Small shops are out.")
    listed = client_of(filed.cast.sam).get("/o/acme/rulings/").context["page_obj"].object_list
    assert [(row.outcome, row.is_correction) for row in listed] == [("overturned", True)]
    with tenant_scope(filed.cast.acme.pk):
        first, second = Ruling.objects.order_by("at", "pk")
        assert (second.corrects, Handover.objects.get().decision) == (first, "accepted_by_ruling")


def test_after_the_month_has_closed_the_points_are_taken_back_in_the_open_one(
    filed: Filed, client_of: ClientOf
) -> None:
    with time_machine.travel(IN_APRIL, tick=False):
        chair = client_of(filed.cast.rita)
        assert chair.post(filed.url("ruling/"), UPHELD).status_code == 303
        told = "−1 point in April, because March is closed"
        assert told in text_of(chair.get(filed.url()))
        card = chair.get("/o/acme/cases/").context["columns"][-1].cards[0]
        assert card.quota_effect == told
    with tenant_scope(filed.cast.acme.pk):
        handover = Handover.objects.select_related("subject").get()
        assert handover.subject.credit == "adjusted"
        newest = CreditEntry.objects.filter(subject=handover.subject).order_by("-at")[0]
        assert (newest.month.month, newest.points) == (4, -handover.weight)


def test_within_the_month_the_points_are_taken_back_where_they_were_given(filed: Filed, client_of: ClientOf) -> None:
    with tenant_scope(filed.cast.acme.pk):
        at = filed.case.filed_at + timedelta(hours=2)
        rule_on_case(filed.case, outcome="upheld", reasons="Too small.", by=filed.cast.rita, at=at)
    shown = text_of(client_of(filed.cast.marc).get(filed.url()))
    assert "Marketing's points: −1 point in March</p>" in shown.replace("&#x27;", "'")
