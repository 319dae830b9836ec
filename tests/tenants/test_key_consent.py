"""A key acts for a head or an executive once they have agreed; until then it does nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from events.models import Event
from notifications.models import Notification
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.actions import NewKey, create_key, rotate_key
from tenants.models import Key, Membership
from tests.support import Cast, run_outbox, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCOPES = ["leads:read", "sla:read", "sla:write"]


def make(cast: Cast, member: Membership, *, by: Membership | None = None, **options: Any) -> NewKey:
    with tenant_scope(cast.acme.pk):
        options = {"scopes": SCOPES, **options}
        return create_key(name="CRM", acts_for=member, by=by or cast.ada, at=AT, **options)


def call(made: NewKey, path: str = "/api/v1/leads", method: str = "GET", *, at: datetime = AT) -> Any:
    with time_machine.travel(at, tick=False):
        return Client().generic(method, path, headers={"Authorization": f"Bearer {made.text}"})


def consent_to(made: NewKey) -> str:
    return f"/api/v1/keys/{made.key.pk}/consent"


@pytest.mark.parametrize("name", ["rita", "marc", "sina"])
def test_it_does_nothing_until_they_agree(cast: Cast, name: str) -> None:
    member = getattr(cast, name)
    made = make(cast, member)
    refused = call(made)
    assert (refused.status_code, refused.json()["code"]) == (403, "key_awaits_consent")
    with time_machine.travel(AT, tick=False):
        client = signed_in(member)
        assert "waits for you" in client.get("/o/acme/me/keys/").content.decode()
        assert client.post(f"/o/acme/me/keys/{made.key.pk}/agree/").status_code == 302
    assert call(made).status_code == 200
    with tenant_scope(cast.acme.pk):
        agreed = Event.objects.get(kind="key.agreed", subject_id=made.key.pk)
        assert (agreed.by_id, agreed.data) == (member.pk, {"scopes": SCOPES})


@pytest.mark.parametrize("name", ["mara", "sam", "ada", "ned"])
def test_for_others_it_works_at_once(cast: Cast, name: str) -> None:
    assert call(make(cast, getattr(cast, name))).status_code == 200


def test_who_makes_one_for_themselves_has_agreed(cast: Cast) -> None:
    assert call(make(cast, cast.rita, by=cast.rita)).status_code == 200


def test_the_member_is_told_and_the_administrator_sees_that_it_waits(cast: Cast) -> None:
    made = make(cast, cast.rita)
    run_outbox(organisation=cast.acme, at=now())
    with tenant_scope(cast.acme.pk):
        notice = Notification.objects.get(kind="key.created")
        assert (notice.member_id, notice.path) == (cast.rita.pk, "/o/acme/me/keys/")
    page = signed_in(cast.ada).get("/o/acme/settings/keys/").content.decode()
    assert page.count("waits for consent") == 1
    with time_machine.travel(AT, tick=False):
        signed_in(cast.rita).post(f"/o/acme/me/keys/{made.key.pk}/end/")
    page = signed_in(cast.ada).get("/o/acme/settings/keys/").content.decode()
    assert "waits for consent" not in page


def test_nobody_agrees_in_somebody_else_s_place(cast: Cast) -> None:
    made = make(cast, cast.rita)
    for member, status in ((cast.ada, 409), (cast.marc, 409), (cast.ned, 409), (cast.gus, 404)):
        assert signed_in(member).post(f"/o/acme/me/keys/{made.key.pk}/agree/").status_code == status
    assert call(make(cast, cast.ada), consent_to(made), "POST").json()["code"] == "not_your_key"
    assert call(made).status_code == 403


def test_a_client_agrees_with_a_key_that_may_as_much(cast: Cast) -> None:
    made, own = make(cast, cast.rita), make(cast, cast.rita, by=cast.rita)
    assert call(made, consent_to(made), "POST").json()["code"] == "key_awaits_consent"
    agreed = call(own, consent_to(made), "POST")
    assert (agreed.status_code, agreed.json()["awaits_consent"]) == (200, False)
    assert call(own, consent_to(made), "POST").status_code == 200
    assert call(made).status_code == 200
    with tenant_scope(cast.acme.pk):
        assert Event.objects.filter(kind="key.agreed", subject_id=made.key.pk).count() == 1


@pytest.mark.parametrize("options", [{"scopes": [*SCOPES, "cases:write"]}, {"expires_at": AT + timedelta(days=9)}])
def test_a_narrow_key_makes_no_wide_one(cast: Cast, options: dict[str, Any]) -> None:
    """Else whoever holds a key with little consent makes themselves one with much."""
    narrow = make(cast, cast.rita, by=cast.rita, expires_at=AT + timedelta(days=5))
    wide = make(cast, cast.rita, **options)
    refused = call(narrow, consent_to(wide), "POST")
    assert (refused.status_code, refused.json()["code"]) == (409, "key_may_less")
    assert call(wide).status_code == 403


def test_a_key_that_ended_is_not_agreed_to(cast: Cast) -> None:
    made = make(cast, cast.rita, expires_at=AT + timedelta(days=1))
    with time_machine.travel(AT + timedelta(days=2), tick=False):
        assert signed_in(cast.rita).post(f"/o/acme/me/keys/{made.key.pk}/agree/").status_code == 409


def test_the_key_in_its_place_needs_no_other_consent(cast: Cast) -> None:
    made, waiting = make(cast, cast.rita, by=cast.rita), make(cast, cast.rita)
    with tenant_scope(cast.acme.pk):
        replaced = [rotate_key(one.key, by=cast.ada, at=AT) for one in (made, waiting)]
    assert [call(one).status_code for one in replaced] == [200, 403]


def test_everybody_reads_of_their_own_keys_and_administrators_of_all(cast: Cast) -> None:
    make(cast, cast.rita)
    own, of_ada = make(cast, cast.mara), make(cast, cast.ada)
    assert [key["id"] for key in call(own, "/api/v1/keys").json()["results"]] == [str(own.key.pk)]
    assert len(call(of_ada, "/api/v1/keys").json()["results"]) == 3
    assert own.text not in call(of_ada, "/api/v1/keys").content.decode()


def test_a_client_ends_its_own_key(cast: Cast) -> None:
    made = make(cast, cast.mara)
    assert call(made, f"/api/v1/keys/{made.key.pk}/revocation", "POST").json()["revoked_at"] is not None
    assert call(made).status_code == 401


def test_the_consent_is_what_holds_it_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the question the key works at once."""
    made = make(cast, cast.rita)
    assert call(made).status_code == 403
    monkeypatch.setattr(Key, "awaits_consent", False)
    assert call(made).status_code == 200
