"""Posts that come at once are stored by one call: each as if it had come alone, and what breaks one breaks no other."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import Error, OperationalError, connections, transaction

from intake import access, actions
from intake.access import MarkedForm
from intake.actions import Sender, create_form, storing
from intake.models import Submission
from smarketing.lib.scope import tenant_scope
from smarketing.services import process
from tenants import idempotency
from tenants.idempotency import Promise
from tenants.models import IdempotencyRecord
from tests.intake.support import make_form
from tests.support import Cast

ROUTE = "/api/v1/intake/forms/fk_x/submissions"


@pytest.fixture
def found(live_cast: Cast, at: datetime) -> MarkedForm:
    return access.form_of_key(make_form(live_cast, at=at).key_text, at=at)


def promise(key: str) -> Promise:
    return Promise.of_post(key=key, credential="acme", route=ROUTE, body=key.encode())


def store(found: MarkedForm, key: str, raw: Any, *, at: datetime, external_id: str | None = None) -> Any:
    try:
        return actions.store_form_post(
            found, raw, content_type="x", sender=Sender(), promise=promise(key), external_id=external_id, at=at
        )
    finally:
        connections.close_all()


@contextmanager
def held(cast: Cast, key: str, *, at: datetime) -> Iterator[None]:
    """Keep a post with this key waiting for its twin, which comes to nothing in the end."""
    with tenant_scope(cast.acme.pk):
        named = promise(key)
        IdempotencyRecord.objects.create(**named.values(), created_at=at)
        yield
        transaction.set_rollback(True)


def stored_at_once(cast: Cast, found: MarkedForm, posts: list[dict[str, Any]], *, at: datetime) -> list[Future[Any]]:
    """Have these posts come while another one is being stored; return what became of each."""
    with ThreadPoolExecutor(len(posts) + 1) as pool:
        with held(cast, "first", at=at):
            pool.submit(store, found, "first", {"n": 0}, at=at)
            assert process.wait_until(lambda: cast.acme.pk in storing._together._waiting, 20, every=0.01)
            futures = [pool.submit(store, **{"found": found, "at": at, **post}) for post in posts]
            assert process.wait_until(
                lambda: len(storing._together._waiting[cast.acme.pk]) == len(posts), 20, every=0.01
            )
    return futures


@pytest.mark.django_db(transaction=True)
def test_each_of_a_group_is_stored_as_if_alone(
    live_cast: Cast, found: MarkedForm, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    ask = storing.ask_in_scope
    monkeypatch.setattr(storing, "ask_in_scope", lambda *told: [calls.append(1), ask(*told)][1])
    one, twin, known, fresh = stored_at_once(
        live_cast,
        found,
        [
            {"key": "a", "raw": {"n": 1}, "external_id": "crm:1"},
            {"key": "a", "raw": {"n": 1}, "external_id": "crm:1"},
            {"key": "b", "raw": {"n": 2}, "external_id": "crm:1"},
            {"key": "c", "raw": ["ä", None, 2.5]},
        ],
        at=at,
    )
    assert len(calls) == 2
    # Which of two twins was first nobody can say.
    done, refused = sorted((one, twin), key=lambda future: future.exception() is not None)
    assert isinstance(refused.exception(), actions.PostRepeated)
    assert known.result() == done.result()
    with tenant_scope(live_cast.acme.pk):
        rows = {post.pk: post for post in Submission.objects.all()}
        assert sorted(str(post.raw) for post in rows.values()) == ["['ä', None, 2.5]", "{'n': 0}", "{'n': 1}"]
        assert rows[fresh.result()].raw == ["ä", None, 2.5]
        assert idempotency.kept(promise("b")).response == f'{{"id":"{done.result()}"}}'
        assert {row.status for row in IdempotencyRecord.objects.all()} == {202}


@pytest.mark.django_db(transaction=True)
def test_what_the_tables_cannot_hold_breaks_no_other(live_cast: Cast, found: MarkedForm, at: datetime) -> None:
    gone = MarkedForm(found.form, "another mark")
    posts = [{"key": "a", "raw": {"n": 1}}, {"key": "b", "raw": {"n": "\x00"}}, {"key": "c", "raw": {"n": 3}}]
    first, broken, last, late = stored_at_once(
        live_cast, found, [*posts, {"key": "d", "raw": {}, "found": gone}], at=at
    )
    assert isinstance(broken.exception(), Error)
    assert isinstance(late.exception(), actions.FormChanged)
    with tenant_scope(live_cast.acme.pk):
        assert {first.result(), last.result()} < set(Submission.objects.values_list("pk", flat=True))
        assert Submission.objects.count() == IdempotencyRecord.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_posts_of_another_organisation_do_not_wait(live_cast: Cast, found: MarkedForm, at: datetime) -> None:
    with tenant_scope(live_cast.globex.pk):
        key = create_form(name="Contact", origins=[], by=live_cast.gus, at=at).key_text
    theirs = access.form_of_key(key, at=at)
    with ThreadPoolExecutor(2) as pool:
        with held(live_cast, "first", at=at):
            ours = pool.submit(store, found, "first", {}, at=at)
            assert process.wait_until(lambda: live_cast.acme.pk in storing._together._waiting, 20, every=0.01)
            assert pool.submit(store, theirs, "first", {}, at=at).result(20)
            assert not ours.done()
        assert ours.result(20)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "is_final"),
    [(storing.DEADLOCK, False), (storing.LOCK_TIMEOUT, False), ("22P05", False), ("57P01", True), ("57014", True)],
)
def test_only_what_is_undone_for_sure_is_done_again(live_cast: Cast, code: str, is_final: bool) -> None:
    with tenant_scope(live_cast.acme.pk), connections["default"].cursor() as cursor, pytest.raises(Error) as raised:
        cursor.execute("do $$ begin raise exception 'x' using errcode = %s; end $$", [code])
    assert storing._is_final(raised.value) is is_final


def test_who_lost_the_database_does_not_know_whether_it_was_stored() -> None:
    assert storing._is_final(OperationalError("server closed the connection unexpectedly"))
