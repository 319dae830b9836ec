"""Replacing a key: the new one may the same, both work for a week, then the old one ends."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.test import Client

from smarketing.lib.scope import tenant_scope
from tenants.actions import create_key
from tenants.actions.keys import OVERLAP
from tenants.models import Key
from tests.support import Cast, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def works(text: str, *, at: datetime) -> bool:
    with time_machine.travel(at, tick=False):
        return Client().get("/api/v1/leads", headers={"Authorization": f"Bearer {text}"}).status_code == 200


def test_both_keys_work_for_a_week_and_then_the_new_one(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        old = create_key(name="CRM", scopes=["leads:read"], acts_for=cast.mara, by=cast.ada, at=AT)
    path = f"/o/acme/settings/keys/{old.key.pk}/rotate/"
    with time_machine.travel(AT, tick=False):
        assert signed_in(cast.ned).post(path).status_code == 403
        assert signed_in(cast.gus).post(path).status_code == 404
        page = signed_in(cast.ada).post(path)
        assert signed_in(cast.ada).post(path).status_code == 409
    new = page.context["created"]["key"]
    assert new in page.content.decode()
    assert [works(key, at=AT) for key in (old.text, new)] == [True, True]
    assert [works(key, at=AT + OVERLAP) for key in (old.text, new)] == [False, True]
    with tenant_scope(cast.acme.pk):
        made = Key.objects.get(replaces=old.key)
        assert (made.scopes, made.acts_for_id) == (["leads:read"], cast.mara.pk)


def test_a_key_that_ends_earlier_keeps_its_end(cast: Cast) -> None:
    ends = AT + timedelta(days=1)
    with tenant_scope(cast.acme.pk):
        old = create_key(name="CRM", scopes=["leads:read"], acts_for=cast.mara, by=cast.ada, at=AT, expires_at=ends)
    with time_machine.travel(AT, tick=False):
        assert signed_in(cast.ada).post(f"/o/acme/settings/keys/{old.key.pk}/rotate/").status_code == 200
    with tenant_scope(cast.acme.pk):
        assert Key.objects.get(pk=old.key.pk).expires_at == ends
