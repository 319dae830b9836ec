"""Leads that are looked at together are found again, and suggested, as if each had been looked at by itself."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from events.actions import record
from events.models import Event, Outbox
from leads.actions import find_duplicates, find_duplicates_in_turn, finding_duplicates
from leads.duplicates import TELLING_AT_MOST, keys_of, shared, shared_in_turn
from leads.models import Duplicate, Lead, LeadKey
from leads.queries.merging import person_of
from smarketing.lib.inserting import insert_rows
from smarketing.lib.scope import tenant_scope
from tests.events.test_outbox import race
from tests.leads.makers import make_lead
from tests.support import Cast, run_outbox

Looked = Sequence[tuple[Lead, datetime]]
POOL = 70
SWITCHBOARD = "+4315550000"


def plainly(looked: Looked) -> None:
    """Look at one lead after the other, each question asked of the tables when its turn comes."""
    for lead, at in looked:
        LeadKey.objects.filter(lead=lead).delete()
        mine = keys_of(person_of(lead)) if lead.merged_into_id is None else frozenset()
        LeadKey.objects.bulk_create(LeadKey(lead=lead, kind=kind, value=value) for kind, value in mine)
        holders = {key: _holders(key, besides=lead) for key in mine}
        telling = {key: ids for key, ids in holders.items() if len(ids) <= TELLING_AT_MOST}
        for other in Lead.objects.filter(pk__in=set().union(*telling.values()), merged_into=None):
            kinds = shared(mine, [key for key, ids in telling.items() if other.pk in ids])
            _suggest(*sorted((lead, other), key=lambda one: (one.created_at, one.number)), kinds=kinds, at=at)


def _holders(key: tuple[str, str], *, besides: Lead) -> set[Any]:
    rows = LeadKey.objects.filter(kind=key[0], value=key[1]).exclude(lead=besides)
    return set(rows.values_list("lead", flat=True))


def _suggest(older: Lead, younger: Lead, *, kinds: list[str], at: datetime) -> None:
    if not Duplicate.objects.filter(lead=older, other=younger).exists():
        Duplicate.objects.create(lead=older, other=younger, kinds=kinds, found_at=at)
        data = {"other": str(younger.pk), "kinds": kinds}
        record("lead.duplicate_suggested", older, by=None, at=at, data=data, thread=older.pk)


def drawn_person(draw: random.Random, number: int) -> dict[str, str]:
    """A few mailboxes, numbers and names for many people, and a switchboard that about as many share as may."""
    mailbox = f"m{draw.randrange(40)}+{number}@example.com"
    return {
        "email": mailbox,
        "email_norm": mailbox if draw.random() < 0.8 else f"own{number}@example.com",
        "phone_e164": draw.choice(["", "", SWITCHBOARD, SWITCHBOARD, f"+43155501{draw.randrange(25)}"]),
        "family_name": draw.choice(["Doe", "Roe", "Poe", "Loe", ""]),
        "given_name": draw.choice("ABC"),
        "company_name": draw.choice(["One", "Two", "Three", ""]),
    }


def drawn_ground(draw: random.Random, at: datetime) -> list[Lead]:
    """Leads of which some are known by keys, changed since, merged, or decided about."""
    model = make_lead(at=at, email="model@example.com")
    leads = []
    for number in range(POOL):
        lead = copy(model)
        lead._state = copy(model._state)
        lead.pk, lead.company_id, lead.number = None, None, model.number + 1 + number
        lead.created_at = at + timedelta(minutes=draw.randrange(50))
        leads.append(lead)
    _give(leads, draw)
    insert_rows(leads)
    plainly([(lead, at) for lead in leads[: POOL // 2]])
    for row in draw.sample(list(Duplicate.objects.order_by("found_at", "pk")), 10):
        Duplicate.objects.filter(pk=row.pk).update(state=draw.choice(["dismissed", "merged"]))
    changed = draw.sample(leads, 20)
    _give(changed, draw)
    for lead in draw.sample(leads[5:], 6):
        lead.merged_into_id = leads[0].pk
    for lead in leads:
        lead.save(update_fields=[*drawn_person(draw, 0), "merged_into"])
    return leads


def _give(leads: Sequence[Lead], draw: random.Random) -> None:
    for lead in leads:
        for name, value in drawn_person(draw, lead.number).items():
            setattr(lead, name, value)


def picture() -> dict[str, list[Any]]:
    """Return what is known of keys and pairs, and what was told, in the order of their moments."""
    told = Event.objects.filter(kind="lead.duplicate_suggested").order_by("at", "subject_id", "data__other")
    return {
        "keys": sorted(LeadKey.objects.values_list("lead", "kind", "value")),
        "pairs": sorted(Duplicate.objects.values_list("lead", "other", "kinds", "state", "found_at", "decided_at")),
        "events": list(told.values_list("subject_kind", "subject_id", "thread_id", "by_id", "via", "at", "data")),
        "heard": sorted(Outbox.objects.values_list("handler").filter(event__in=told)),
    }


@contextmanager
def undone() -> Iterator[None]:
    mark = transaction.savepoint()
    yield
    transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("seed", range(4))
def test_together_finds_what_one_after_the_other_finds(acme: Cast, at: datetime, seed: int) -> None:
    draw = random.Random(seed)
    leads = drawn_ground(draw, at)
    # Some come twice, and some of those that share a key come together.
    looked = [(lead, at + timedelta(hours=place)) for place, lead in enumerate(draw.choices(leads, k=45), start=1)]
    found = []
    before = picture()
    for way in (plainly, find_duplicates_in_turn, _one_by_one):
        with undone():
            way(looked)
            found.append(picture())
    alone, together, wrapped = found
    assert len(alone["events"]) > len(before["events"]) + 3, "little is compared"
    for part, rows in alone.items():
        assert together[part] == rows, part
        assert wrapped[part] == rows, part


def _one_by_one(looked: Looked) -> None:
    for lead, at in looked:
        find_duplicates(lead, at=at)


def test_a_pair_is_dated_when_the_second_of_them_is_looked_at(acme: Cast, at: datetime) -> None:
    older = make_lead(at=at, email="jane.doe@example.com")
    younger = make_lead(at=at, email="jane@example.org")
    found = find_duplicates_in_turn([(younger, at + timedelta(hours=1)), (older, at + timedelta(hours=2))])
    assert [(row.lead, row.other, row.found_at) for row in found] == [(older, younger, at + timedelta(hours=2))]


def test_a_switchboard_is_given_up_when_one_too_many_has_it() -> None:
    numbers = list(range(TELLING_AT_MOST + 2))
    key = frozenset({("phone", SWITCHBOARD)})
    found: list[Any] = shared_in_turn(
        numbers,  # type: ignore[arg-type]  # any key does for who is who
        had=dict.fromkeys(numbers, frozenset()),  # type: ignore[arg-type]  # as above
        have=dict.fromkeys(numbers, key),  # type: ignore[arg-type]  # as above
        others={},
    )
    assert [len(same) for same in found] == [*range(TELLING_AT_MOST + 1), 0]


def test_a_hundred_cost_hardly_more_statements_than_two(acme: Cast, at: datetime) -> None:
    counts = []
    model = make_lead(at=at, email="model@example.com")
    for size in (2, 100):
        leads = [copy(model) for _place in range(size)]
        for place, lead in enumerate(leads):
            lead._state = copy(model._state)
            lead.pk, lead.number, lead.email_norm = None, size + place + 1, f"p{size}.{place}@example.com"
            lead.phone_e164 = f"+4316{size:03}{place // 2}"
        insert_rows(leads)
        with CaptureQueriesContext(connection) as asked:
            found = find_duplicates_in_turn([(lead, at) for lead in leads])
        assert len(found) >= size // 2
        counts.append(len(asked))
    # Ids for a few lie ready.
    assert counts[1] <= counts[0] + 3
    assert counts[1] <= MOST_STATEMENTS


# Its turn, keys held, who else has them, those people, ids and keys, ids and pairs, ids and events; the savepoint.
MOST_STATEMENTS = 13


def at_once(cast: Cast, at: datetime) -> int:
    """Let two workers look at two leads with one number at the same moment; return how many pairs are known then."""
    with tenant_scope(cast.acme.pk):
        leads = [make_lead(at=at, email=f"{name}@{name}.example") for name in ("jane", "john")]
        LeadKey.objects.all().delete()
        Duplicate.objects.all().delete()
    written = threading.Barrier(2)
    waiting = iter(leads)

    def look() -> None:
        lead = next(waiting)
        with tenant_scope(cast.acme.pk):
            find_duplicates(lead, at=at)
            with_patience(written.wait)

    race(2, look)
    with tenant_scope(cast.acme.pk):
        return Duplicate.objects.filter(Q(lead__in=leads), state="open").count()


def with_patience(wait: Callable[..., Any]) -> None:
    """Wait for the other before committing, but not for one that waits for us."""
    try:
        wait(timeout=0.4)
    except threading.BrokenBarrierError:
        return


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_see_each_others_leads(live_cast: Cast, at: datetime) -> None:
    assert at_once(live_cast, at) == 1


@pytest.mark.django_db(transaction=True)
def test_without_turns_two_workers_miss_the_pair(
    live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_duplicates, "_take_turns", lambda: None)
    assert at_once(live_cast, at) == 0


@pytest.mark.django_db(transaction=True)
def test_the_outbox_looks_at_all_that_came(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        for name in ("jane", "john", "joe"):
            make_lead(at=at, email=f"{name}@{name}.example")
    run_outbox(organisation=live_cast.acme, at=datetime.now(at.tzinfo) + timedelta(minutes=1))
    with tenant_scope(live_cast.acme.pk):
        assert LeadKey.objects.filter(kind="mailbox").count() == 3
        assert Duplicate.objects.count() == 3
