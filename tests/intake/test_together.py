"""Submissions judged together become what they become one by one: the same rows, the same events."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.models import Event, Outbox
from intake.actions import judge, judge_many, receive, take_post
from intake.models import Submission
from leads.actions import merge_leads, take_in
from leads.actions.numbering import draw_numbers
from leads.capture import Captured, Person
from leads.models import Behaviour, Campaign, Company, Consent, Handover, Lead, StageEntry, UtmName
from sla.models import Clock, CreditEntry, Subject
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.intake.support import WHOLE, simple
from tests.support import Cast

TABLES = (
    Submission, Lead, Company, Consent, Behaviour, StageEntry, UtmName, Handover, Subject, Clock, CreditEntry, Event,
    Outbox,
)  # fmt: skip
HAND_RAISER = {name: part for name, part in WHOLE.items() if name != "external_id"}


def named(email: str, **more: Any) -> dict[str, Any]:
    return {**HAND_RAISER, "person": {**HAND_RAISER["person"], "email": email}, **more}


# New and known people, twice in one go, one company of several, quarantine, unknown campaigns, odd values.
POSTS: list[Any] = [
    named("jane@firma.at"),
    simple("john@firma.at", company={"name": "Firma", "country": "AT", "industry": "retail"}),
    named("known@example.com", company={"name": "Example", "employees": 900}),
    simple("jane@firma.at", message="Me again", intent="talk_to_sales"),
    simple("plain@gmail.com", company={"name": "Doe Ltd"}, custom={"budget": "1"}),
    simple("ann@firma.at", attribution={"last": {"campaign": "Q1 – X"}}, behaviours=[{"kind": "Pricing viewed"}]),
    simple("bot@example.com", hp="spam"),
    {"person": {"phone": "030 901820", "family_name": "Doe"}},
    {"person": {"phone": "no number", "given_name": "Eve"}},
    simple("merged@example.com", message="Under my old address"),
    simple("merged.too@example.com", message="And the new one"),
    simple("known@example.com", intent="talk_to_sales", person={"email": "known@example.com", "job_title": "CEO"}),
    "no object",
    simple("ann@firma.at", attribution={"last": {"campaign": "spring"}}, custom={"budget": "2", "seats": 4}),
]


def furnish(cast: Cast, at: datetime) -> None:
    """Let some of them be known already, one of them merged into another."""
    Campaign.objects.create(name="Spring", utm_norm="spring", owner=cast.mara)
    take_in(Captured(Person(email="known@example.com", given_name="Kim")), at=at - timedelta(days=3))
    older = take_in(Captured(Person(email="merged.too@example.com")), at=at - timedelta(days=2)).lead
    younger = take_in(Captured(Person(email="merged@example.com")), at=at - timedelta(days=1)).lead
    merge_leads(older, younger, by=cast.marc, at=at - timedelta(hours=1))


def stored(at: datetime) -> list[Submission]:
    return [
        receive(post, content_type="application/json", at=at + timedelta(seconds=number)).submission
        for number, post in enumerate(POSTS)
    ]


ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What the database says of the moment and the transaction.
OF_THE_MOMENT = {"txid", "recorded_at", "available_at"}


def names_of_rows() -> dict[str, str]:
    """Return what the ids of new rows stand for."""
    names = {str(lead.pk): f"lead {lead.number}" for lead in Lead.objects.all()}
    names |= {str(member.pk): member.name for member in Membership.objects.all()}
    names |= {str(company.pk): f"company {company.name} {company.domain_norm}" for company in Company.objects.all()}
    for handover in Handover.objects.select_related("lead"):
        names[str(handover.pk)] = f"handover {handover.number} of {handover.lead.number}"
        names[str(handover.subject_id)] = f"subject {handover.number} of {handover.lead.number}"
    for clock in Clock.objects.all():
        names[str(clock.pk)] = f"{clock.commitment} of {names.get(str(clock.subject_id))}"
    return names


def picture() -> dict[str, Any]:
    """Return all rows of all tables with names for ids; the events of a lead in their order."""
    names = names_of_rows()
    found: dict[str, Any] = {
        table.__name__: sorted(as_told(row, names) for row in table.objects.all()) for table in TABLES
    }
    threads: dict[str, list[str]] = {}
    for event in Event.objects.exclude(thread_id=None).order_by("id"):
        threads.setdefault(names.get(str(event.thread_id), "?"), []).append(as_told(event, names))
    return {**found, "in order": threads}


def as_told(row: Any, names: dict[str, str]) -> str:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    told = json.dumps({k: v for k, v in values.items() if k not in OF_THE_MOMENT}, default=str, sort_keys=True)
    return ID.sub(lambda found: names.get(found[0], "*"), told)


def compared(cast: Cast, at: datetime, *ways: Callable[[list[Submission]], Any]) -> list[dict[str, Any]]:
    """Judge the same posts on the same ground in each of these ways; return what each leaves."""
    found = []
    with tenant_scope(cast.acme.pk):
        furnish(cast, at)
        posts = stored(at)
        for way in ways:
            mark = transaction.savepoint()
            way(posts)
            found.append(picture())
            transaction.savepoint_rollback(mark)
    return found


def test_many_together_become_what_they_become_one_by_one(cast: Cast, at: datetime) -> None:
    later = at + timedelta(minutes=1)
    alone, together = compared(
        cast,
        at,
        lambda posts: [judge(post, at=later) for post in posts],
        lambda posts: judge_many([post.pk for post in posts], at=later),
    )
    assert alone["Handover"], "somebody goes to sales, or little is compared"
    for part, rows in alone.items():
        assert together[part] == rows, part


def test_what_is_judged_before_it_is_stored_becomes_what_it_becomes_afterwards(cast: Cast, at: datetime) -> None:
    stored_first, written_once = compared(
        cast, at, lambda _posts: _each(_received_and_judged, at), lambda _posts: _each(take_post, at)
    )
    assert len(stored_first["Submission"]) == 2 * len(POSTS)
    for part, rows in stored_first.items():
        assert written_once[part] == rows, part


def _received_and_judged(post: Any, **told: Any) -> None:
    judge(receive(post, **told).submission, at=told["at"])


def _each(take: Callable[..., Any], at: datetime) -> None:
    """Take all posts in, one after the other, some of them with an id of their own, one a second time."""
    for number, post in enumerate([*POSTS, POSTS[0]]):
        external_id = f"crm:{number % len(POSTS)}" if number % 2 == 0 else None
        take(post, content_type="x", external_id=external_id, at=at + timedelta(minutes=1, seconds=number))


def test_negative_control_one_post_fewer_is_seen(cast: Cast, at: datetime) -> None:
    later = at + timedelta(minutes=1)
    whole, less = compared(
        cast,
        at,
        lambda posts: judge_many([post.pk for post in posts], at=later),
        lambda posts: judge_many([post.pk for post in posts[1:]], at=later),
    )
    assert all(whole[part] != less[part] for part in ("Lead", "Event", "Consent", "in order"))


def test_a_hundred_cost_hardly_more_statements_than_one(cast: Cast, at: datetime) -> None:
    counts = []
    with tenant_scope(cast.acme.pk):
        for number in (1, 100):
            posts = [simple(f"p{number}.{place}@example.org", custom={"budget": "1"}) for place in range(number)]
            ids = [receive(post, content_type="x", at=at).submission.pk for post in posts]
            with CaptureQueriesContext(connection) as asked:
                assert len(judge_many(ids, at=at)) == number
            counts.append(len(asked))
    assert counts[1] <= counts[0] + 2
    assert counts[0] <= MOST_STATEMENTS


# The row, its agreement, the address twice, the company, attributes, numbers, marketers, and one for each table.
MOST_STATEMENTS = 24


def test_numbers_ascend_without_gaps_while_nobody_else_takes_some(acme: Cast) -> None:
    assert [draw_numbers(1)[0] for _ in range(20)] == list(range(1, 21))
    assert draw_numbers(40) == list(range(21, 61))
    assert draw_numbers(3) == [61, 62, 63]
