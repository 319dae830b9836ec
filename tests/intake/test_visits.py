"""Visits: nothing without consent, kept apart until the person says who they are, then joined to the lead."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import time_machine
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from events.models import Event
from intake import actions
from intake.actions import NewForm, visiting
from intake.actions.visiting import SLOT_SECONDS
from intake.models import MachineDay, Submission, Visit, Visitor
from leads.capture import BehaviourFact
from leads.models import Behaviour, Lead
from smarketing.lib.scope import tenant_scope
from smarketing.services import process
from tests.intake.support import SITE, make_form
from tests.intake.test_races import AT_ONCE, at_once
from tests.support import Cast, api_key, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ME, OTHER = "a" * 32, "b" * 32
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def form(cast: Cast) -> NewForm:
    return make_form(cast, at=AT)


def tell(form: NewForm, *kinds: str, at: datetime = AT, agent: str = BROWSER, origin: str = SITE, **told: Any) -> Any:
    behaviours = [{"kind": kind, "properties": {"page": "/prices"}} for kind in kinds]
    body = {"visitor": ME, "consent": True, "behaviours": behaviours, **told}
    url = reverse("api:form_behaviours", args=[form.key_text])
    headers = {"Origin": origin, "User-Agent": agent}
    with time_machine.travel(at, tick=False):
        return Client().post(url, json.dumps(body), content_type="application/json", headers=headers)


def send(form: NewForm, *, at: datetime = AT, email: str = "jane@firma.at", visitor: str = ME) -> Lead:
    with tenant_scope(form.form.organisation_id):
        stored = actions.receive({"email": email, "visitor": visitor}, content_type="x", form=form.form, at=at)
        lead: Lead | None = actions.judge(stored.submission, at=at).lead
    assert lead is not None
    return lead


def kinds_of(lead: Lead) -> list[str]:
    with tenant_scope(lead.organisation_id):
        return list(Behaviour.objects.filter(lead=lead).order_by("at", "id").values_list("kind", flat=True))


def visits(cast: Cast) -> list[tuple[str, int]]:
    with tenant_scope(cast.acme.pk):
        return list(Visit.objects.order_by("at", "id").values_list("kind", "times"))


def test_what_was_done_before_the_form_waits_and_is_joined(cast: Cast, form: NewForm) -> None:
    assert tell(form, "page_viewed", "pricing_viewed").status_code == 202
    with tenant_scope(cast.acme.pk):
        assert not Behaviour.objects.exists()
        assert not Lead.objects.exists()
    lead = send(form, at=AT + timedelta(hours=1))
    assert kinds_of(lead) == ["page_viewed", "pricing_viewed"]
    with tenant_scope(cast.acme.pk):
        joined = Event.objects.get(kind="lead.visits_joined", thread_id=lead.pk)
        assert joined.data["visits"] == 2
        assert any(reason["kind"] == "readiness" for reason in Lead.objects.get().score_reasons)


def test_what_is_done_afterwards_is_added_at_once_and_judged(cast: Cast, form: NewForm) -> None:
    tell(form, "page_viewed")
    lead = send(form)
    before = lead.readiness_points
    tell(form, "pricing_viewed", at=AT + timedelta(days=1))
    assert kinds_of(lead) == ["page_viewed", "pricing_viewed"]
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().readiness_points > before


def test_without_consent_nothing_is_kept(cast: Cast, form: NewForm) -> None:
    assert tell(form, "page_viewed", consent=False).status_code == 202
    with tenant_scope(cast.acme.pk):
        assert not Visitor.objects.exists()


@pytest.mark.parametrize("agent", ["", "Googlebot/2.1", "HeadlessChrome/140", "curl/8", "facebookexternalhit preview"])
def test_machines_are_not_noted_and_learn_nothing(cast: Cast, form: NewForm, agent: str) -> None:
    answer = tell(form, "page_viewed", agent=agent)
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    assert visits(cast) == []


def test_the_same_again_is_folded(cast: Cast, form: NewForm) -> None:
    for second in (0, 5, SLOT_SECONDS + 1):
        tell(form, "page_viewed", at=AT + timedelta(seconds=second))
    assert visits(cast) == [("page_viewed", 2), ("page_viewed", 1)]


def test_machines_are_counted_by_day_and_nothing_else(cast: Cast, form: NewForm) -> None:
    late = AT.replace(hour=23, minute=30)  # the next day in Vienna
    for at in (AT, AT, late):
        tell(form, "page_viewed", "pricing_viewed", at=at, agent="Googlebot/2.1", consent=False)
    tell(form, "page_viewed")
    headers = api_key(cast.mara, "leads:read", at=AT)
    with time_machine.travel(late, tick=False):
        days = Client().get("/api/v1/intake/machine-visits", headers=headers).json()["results"]
        page = signed_in(cast.mara).get("/o/acme/intake/").content.decode()
    assert days == [{"day": "2026-03-03", "visits": 2}, {"day": "2026-03-02", "visits": 4}]
    assert "Machines looked at 6 pages in 30 days, 2 today." in page
    assert visits(cast) == [("page_viewed", 1)]


def test_repetitions_are_told_on_the_way_of_the_lead(cast: Cast, form: NewForm) -> None:
    """Before the form and after it; neither is a second fact."""
    for second in (0, 1, 2):
        tell(form, "page_viewed", at=AT + timedelta(seconds=second))
    lead = send(form, at=AT + timedelta(minutes=1))
    for second in (120, 121):
        tell(form, "pricing_viewed", at=AT + timedelta(seconds=second))
    page = signed_in(cast.mara).get(f"/o/acme/leads/{lead.pk}/journey/").content.decode()
    assert "/prices; 3 repetitions folded" in page
    assert kinds_of(lead) == ["page_viewed", "pricing_viewed"]


def test_an_odd_clock_of_a_browser_is_not_believed(cast: Cast, form: NewForm) -> None:
    told = [
        {"kind": "page_viewed", "at": "2031-01-01T00:00:00Z"},
        {"kind": "demo_requested", "at": "1999-01-01T00:00:00Z"},
    ]
    tell(form, behaviours=told)
    with tenant_scope(cast.acme.pk):
        assert set(Visit.objects.values_list("at", flat=True)) == {AT}


def test_a_second_person_at_the_same_browser_gets_nothing_of_the_first(cast: Cast, form: NewForm) -> None:
    tell(form, "pricing_viewed")
    jane = send(form)
    max_ = send(form, email="max@firma.at", at=AT + timedelta(hours=1))
    tell(form, "webinar_attended", at=AT + timedelta(hours=2))
    assert kinds_of(jane) == ["pricing_viewed"]
    assert kinds_of(max_) == ["webinar_attended"]


def test_another_visitor_is_somebody_else(cast: Cast, form: NewForm) -> None:
    tell(form, "pricing_viewed", visitor=OTHER)
    assert kinds_of(send(form)) == []


@pytest.mark.parametrize(
    "told", [{"visitor": "x"}, {"behaviours": []}, {"behaviours": [{"kind": ""}]}, {"consent": "perhaps"}]
)
def test_a_script_learns_nothing_from_a_wrong_body(cast: Cast, form: NewForm, told: dict[str, Any]) -> None:
    assert tell(form, "page_viewed", **told).status_code == 202
    assert visits(cast) == []


def test_only_the_forms_own_sites_may_tell(cast: Cast, form: NewForm) -> None:
    refused = tell(form, "page_viewed", origin="https://evil.example")
    assert refused.status_code == 403
    assert tell(form, "page_viewed").headers["Access-Control-Allow-Origin"] == SITE
    assert visits(cast) == [("page_viewed", 1)]


def test_old_visits_are_forgotten_and_what_leads_did_stays(cast: Cast, form: NewForm) -> None:
    tell(form, "pricing_viewed")
    lead = send(form)
    tell(form, "page_viewed", visitor=OTHER)
    with tenant_scope(cast.acme.pk):
        actions.keep_the_door(AT + timedelta(days=396))
        assert not Visit.objects.exists()
        assert [row.visitor for row in Visitor.objects.all()] == [ME]
    assert kinds_of(lead) == ["pricing_viewed"]


def test_a_wrong_visitor_in_a_post_costs_no_lead(cast: Cast, form: NewForm) -> None:
    lead = send(form, visitor="nonsense")
    assert lead.custom == {"visitor": "nonsense"}


def client_tells(cast: Cast, **body: Any) -> Any:
    headers = api_key(cast.mara, "leads:write", at=AT)
    with time_machine.travel(AT, tick=False):
        return Client().post("/api/v1/behaviours", body, content_type="application/json", headers=headers)


def test_a_server_tells_of_a_lead_or_a_visitor(cast: Cast, form: NewForm) -> None:
    lead = send(form)
    assert client_tells(cast, kind="Webinar attended", lead=str(lead.pk)).status_code == 201
    assert kinds_of(lead) == ["webinar_attended"]
    answers = [client_tells(cast, kind="page_viewed", visitor=OTHER).json() for _ in range(2)]
    assert answers == [{"new": True}, {"new": False}]


def test_a_server_is_told_what_is_wrong(cast: Cast, form: NewForm) -> None:
    lead = str(send(form).pk)
    assert client_tells(cast, kind="x").status_code == 422
    assert client_tells(cast, kind="x", lead=lead, visitor=ME).status_code == 422
    assert client_tells(cast, kind="x", lead="00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_same_visit_many_times_at_once_is_one(live_cast: Cast) -> None:
    def one(_number: int) -> int:
        try:
            with tenant_scope(live_cast.acme.pk):
                return actions.note_visits(ME, [BehaviourFact("page_viewed", AT, {"page": "/"})], at=AT)
        finally:
            connections.close_all()

    assert sum(at_once(one, times=AT_ONCE)) == 1
    assert visits(live_cast) == [("page_viewed", AT_ONCE)]


@pytest.fixture
def unguarded(services: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Take the unique key of visits away, and what relies on it, until the end of the test."""
    admin = psycopg2.connect(services.url("admin"))
    admin.autocommit = True

    def take_away() -> None:
        with admin.cursor() as cursor:
            cursor.execute("delete from intake_visit; alter table intake_visit drop constraint visit_once")
        plain = visiting.FOLD.partition("on conflict")[0] + "returning true, at, times"
        monkeypatch.setattr(visiting, "FOLD", plain)

    yield take_away
    key = "unique (organisation_id, visitor_id, kind, page, slot)"
    with admin.cursor() as cursor:
        cursor.execute(f"delete from intake_visit; alter table intake_visit add constraint visit_once {key}")
    admin.close()


@pytest.mark.django_db(transaction=True)
def test_it_is_the_database_that_folds_them(live_cast: Cast, unguarded: Callable[[], None]) -> None:
    """Negative control: without the unique key the same visit would stand as often as it came."""
    with tenant_scope(live_cast.acme.pk):
        visitor = Visitor.objects.create(visitor=ME, consented_at=AT, last_seen_at=AT)
    fact = BehaviourFact("page_viewed", AT, {"page": "/"})

    def one(_number: int) -> bool:
        with tenant_scope(live_cast.acme.pk):
            return visiting._fold(visitor, fact)

    assert sum(at_once(one, times=AT_ONCE)) == 1
    unguarded()
    assert sum(at_once(one, times=AT_ONCE)) == AT_ONCE
    assert visits(live_cast) == [("page_viewed", 1)] * AT_ONCE


def test_the_script_is_small_and_needs_nothing(db: None) -> None:
    answer = Client().get("/site.js")
    source = Path(settings.BASE_DIR, "static/js/site.js").read_bytes()
    assert (answer.status_code, answer.content) == (200, source)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert len(source) < 5_000
    for word in (b"eval(", b"innerHTML", b"import ", b".style", b"Function("):
        assert word not in source


def test_no_submission_is_lost_over_a_visit(cast: Cast, form: NewForm) -> None:
    send(form)
    with tenant_scope(cast.acme.pk):
        assert Submission.objects.get().state == "matched"


MACHINES = 4


def machines_at_once(cast: Cast) -> int:
    """Count machines while the day's row is held: all have begun to count before the first one ends."""

    def count() -> None:
        try:
            with tenant_scope(cast.acme.pk):
                actions.count_machine(1, at=AT)
        finally:
            connections.close_all()

    count()
    with ThreadPoolExecutor(MACHINES) as pool:
        with tenant_scope(cast.acme.pk):
            MachineDay.objects.select_for_update().get()
            counting = [pool.submit(count) for _ in range(MACHINES)]
            assert process.wait_until(lambda: _waiting() >= MACHINES, 20, every=0.05), _waiting()
        for one in counting:
            one.result()
    with tenant_scope(cast.acme.pk):
        return MachineDay.objects.get().visits


def _waiting() -> int:
    with connection.cursor() as cursor:
        # Of this database alone: others on the same server wait for their own rows.
        cursor.execute(
            "select count(distinct pid) from pg_locks one where not granted and exists (select from pg_locks any_of_it"
            " join pg_database d on d.oid = database and datname = current_database() where any_of_it.pid = one.pid)"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_machines_that_come_at_once_are_each_counted(live_cast: Cast) -> None:
    assert machines_at_once(live_cast) == MACHINES + 1


@pytest.mark.django_db(transaction=True)
def test_negative_control_a_count_that_is_read_before_loses_the_others(
    live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = (
        "(select seen.visits from intake_machineday seen where seen.organisation_id = excluded.organisation_id"
        " and seen.day = excluded.day)"
    )
    losing = visiting.COUNT_MACHINES.replace("intake_machineday.visits +", f"{seen} +")
    assert losing != visiting.COUNT_MACHINES
    monkeypatch.setattr(visiting, "COUNT_MACHINES", losing)
    assert machines_at_once(live_cast) == 2
