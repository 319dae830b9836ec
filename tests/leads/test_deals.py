"""A customer's own system pushes what became of a deal: as often as it likes, and only news changes something."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from leads.actions import DealTaken, HandoverNotOpen, StepBackwards, accept_handover, advance_handover, log_attempt
from leads.models import Handover
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import kinds_of, make_handover
from tests.support import Cast, api_key

HOUR = timedelta(hours=1)


def contacted(cast: Cast, at: datetime, **changes: Any) -> Handover:
    """A lead that sam has accepted and reached."""
    handover = accept_handover(make_handover(by=cast.mara, at=at, **changes), by=cast.sam, at=at)
    log_attempt(handover, channel="call", outcome="reached", by=cast.sam, at=at)
    return handover


def push(handover: Handover, cast: Cast, at: datetime, **told: Any) -> Handover:
    return advance_handover(handover, crm_id=told.pop("crm_id", "deal-7"), by=cast.sam, at=at, **told)


def test_the_same_push_again_changes_nothing(acme: Cast, at: datetime) -> None:
    handover = contacted(acme, at)
    steps: tuple[dict[str, Any], ...] = (
        {"progress": "qualified"},
        {"progress": "opportunity", "amount": Decimal(2000)},
        {"outcome": "won", "amount": Decimal(2100)},
    )
    for number, told in enumerate(steps):
        push(handover, acme, at + HOUR, **told)
        once = Handover.objects.get()
        # Everything up to here again, also steps that were passed meanwhile.
        for earlier in steps[: number + 1]:
            push(handover, acme, at + 2 * HOUR, **earlier)
        assert Handover.objects.values().get() == Handover.objects.filter(revision=once.revision).values().get()
    assert (once.crm_id, once.outcome, once.amount, once.closed_at) == ("deal-7", "won", Decimal(2100), at + HOUR)
    assert [kind for kind in kinds_of(handover) if kind in ("handover.progressed", "handover.closed")] == [
        "handover.progressed", "handover.progressed", "handover.closed",
    ]  # fmt: skip


def test_a_push_that_says_something_else_is_refused_as_before(acme: Cast, at: datetime) -> None:
    handover = contacted(acme, at)
    push(handover, acme, at, progress="opportunity", amount=Decimal(2000))
    with pytest.raises(StepBackwards):
        push(handover, acme, at, progress="opportunity", amount=Decimal(3000))
    push(handover, acme, at, outcome="lost", reason="price")
    with pytest.raises(HandoverNotOpen):
        push(handover, acme, at, outcome="won", amount=Decimal(2000))
    # Without its deal nobody can tell a repetition from a mistake.
    with pytest.raises(HandoverNotOpen):
        advance_handover(handover, outcome="lost", reason="price", by=acme.sam, at=at)


def test_one_deal_belongs_to_one_handover(acme: Cast, at: datetime) -> None:
    first, second = contacted(acme, at), contacted(acme, at, email="other@example.org")
    push(first, acme, at, progress="qualified")
    with pytest.raises(DealTaken) as refused:
        push(second, acme, at, progress="qualified")
    assert refused.value.extra == {"handover": str(first.pk)}
    with pytest.raises(DealTaken):
        push(first, acme, at, progress="opportunity", crm_id="deal-8")
    assert set(Handover.objects.values_list("crm_id", "progress")) == {("deal-7", "qualified"), ("", "contacted")}


def test_a_client_pushes_without_remembering_what_it_said(cast: Cast, at: datetime, client: Any) -> None:
    with tenant_scope(cast.acme.pk):
        handover = contacted(cast, at)
    headers = api_key(cast.sam, "handovers:write", at=at)
    url, won = f"/api/v1/handovers/{handover.pk}/outcome", {"outcome": "won", "amount": "1200.5", "crm_id": "deal-7"}

    def post(body: dict[str, str]) -> Any:
        return client.post(url, body, content_type="application/json", headers=headers)

    with time_machine.travel(at + HOUR, tick=False):
        first = post(won)
        assert (first.status_code, first.json()["crm_id"], first.json()["outcome"]) == (201, "deal-7", "won")
        again = post(won)
        assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), first.headers["ETag"])
        assert post({**won, "amount": "1300"}).status_code == 409
        assert post({**won, "crm_id": "deal-8"}).json()["code"] == "deal_taken"
