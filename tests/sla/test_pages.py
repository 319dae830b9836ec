"""The pages of the engine: who may see and do what, and that they show what is true."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla import actions
from sla.models import AgreementVersion, Clock, Signature, Target
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE, make_subject
from tests.support import CANARY, Cast

HTMX = {"HX-Request": "true"}
# Long after the cast was made: the sessions and the agreement are a month old.
NOW = datetime.fromisoformat("2026-03-31T09:00:00Z")


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_member(cast: Cast, client_of: Any) -> Any:
    """Return a function that gives the signed-in client of one of the cast."""

    def of(name: str) -> Client:
        return client_of(getattr(cast, name))

    return of


def propose(cast: Cast, points: int = 640) -> Target:
    with tenant_scope(cast.acme.pk):
        return actions.propose_target(month=NOW.date().replace(day=1), points=points, note="", by=cast.marc, at=NOW)


PAGES = ["targets/2026/", "agreement/", "agreement/1/", "sla/"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("name", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_every_member_reads_every_page(as_member: Any, address: str, name: str) -> None:
    response = as_member(name).get(f"/o/acme/{address}")
    assert response.status_code == 200
    assert CANARY not in response.content.decode()


@pytest.mark.parametrize("address", [*PAGES, "targets/propose/"])
def test_a_stranger_finds_nothing(as_member: Any, address: str) -> None:
    assert as_member("gus").get(f"/o/acme/{address}").status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_pages_hold_no_inline_style_or_script(as_member: Any, address: str) -> None:
    html = as_member("marc").get(f"/o/acme/{address}").content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|hx-on", html)


@pytest.mark.parametrize(
    "address", ["targets/1999/", "targets/9999999999/", "agreement/2/", "agreement/99999999999999/"]
)
def test_what_is_not_there_is_404(as_member: Any, address: str) -> None:
    assert as_member("marc").get(f"/o/acme/{address}").status_code == 404


def test_targets_show_twelve_months_and_their_source(as_member: Any) -> None:
    html = as_member("marc").get("/o/acme/targets/2026/").content.decode()
    assert html.count('class="sm-p sm-month-cell"') == 12
    assert "from the agreement" in html
    # January and February lie before the agreement; April to December can be proposed, and so can March.
    assert html.count("targets/propose/?month=") == 20


def test_the_marketing_manager_proposes_in_the_browser(cast: Cast, as_member: Any) -> None:
    client = as_member("marc")
    form = client.get("/o/acme/targets/propose/?month=2026-03")
    assert form.status_code == 200
    assert 'name="points"' in form.content.decode()
    answer = client.post("/o/acme/targets/propose/", {"month": "2026-03", "points": "640", "note": "fair in May"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/o/acme/targets/2026/"
    with tenant_scope(cast.acme.pk):
        target = Target.objects.get()
    assert (target.points, target.state, target.proposed_by_id) == (Decimal(640), "proposed", cast.marc.pk)


def test_a_dialog_asks_and_the_grid_answers(as_member: Any) -> None:
    client = as_member("marc")
    dialog = client.get("/o/acme/targets/propose/?month=2026-03", headers={**HTMX, "HX-Target": "dialog-body"})
    text = dialog.content.decode()
    assert "<html" not in text
    assert 'hx-target="#grid"' in text
    answer = client.post("/o/acme/targets/propose/", {"month": "2026-03", "points": "640"}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<div class="sm-months" id="grid">')
    assert "toast" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize(
    "given", [{"points": ""}, {"points": "-4"}, {"points": "NaN"}, {"points": "1e99"}, {"month": "soon"}, {"month": ""}]
)
def test_an_invalid_proposal_comes_back_with_its_errors(cast: Cast, as_member: Any, given: dict[str, str]) -> None:
    posted = {"month": "2026-03", "points": "640", **given}
    for headers in ({}, HTMX):
        answer = as_member("marc").post("/o/acme/targets/propose/", posted, headers=headers)
        assert answer.status_code == 422
    with tenant_scope(cast.acme.pk):
        assert not Target.objects.exists()


def test_a_month_that_is_over_is_refused(cast: Cast, as_member: Any) -> None:
    posted = {"month": "2026-02", "points": "640"}
    assert as_member("marc").post("/o/acme/targets/propose/", posted).status_code == 409
    answer = as_member("marc").post("/o/acme/targets/propose/", posted, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (409, "none")
    with tenant_scope(cast.acme.pk):
        assert not Target.objects.exists()


@pytest.mark.parametrize("name", ["mara", "sam", "sina", "rita", "ned", "ada"])
def test_others_may_not_propose(as_member: Any, name: str) -> None:
    posted = {"month": "2026-03", "points": "640"}
    assert as_member(name).post("/o/acme/targets/propose/", posted).status_code == 403


def test_the_sales_manager_countersigns_in_the_browser(cast: Cast, as_member: Any) -> None:
    target = propose(cast)
    page = as_member("sina").get("/o/acme/targets/2026/").content.decode()
    assert f"/o/acme/targets/{target.pk}/countersign/" in page
    answer = as_member("sina").post(f"/o/acme/targets/{target.pk}/countersign/")
    assert answer.status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Target.objects.get().countersigned_by_id == cast.sina.pk
    page = as_member("sina").get("/o/acme/targets/2026/").content.decode()
    assert "countersigned" in page
    assert "640" in page


def test_countersigning_twice_is_refused(cast: Cast, as_member: Any) -> None:
    target = propose(cast)
    assert as_member("sina").post(f"/o/acme/targets/{target.pk}/countersign/").status_code == 302
    assert as_member("sina").post(f"/o/acme/targets/{target.pk}/countersign/").status_code == 409


@pytest.mark.parametrize("name", ["mara", "marc", "sam", "rita", "ned", "ada"])
def test_others_may_not_countersign(cast: Cast, as_member: Any, name: str) -> None:
    target = propose(cast)
    assert as_member(name).post(f"/o/acme/targets/{target.pk}/countersign/").status_code == 403


def test_a_stranger_cannot_countersign_a_foreign_target_at_home(cast: Cast, as_member: Any) -> None:
    target = propose(cast)
    assert as_member("gus").post(f"/o/{cast.globex.slug}/targets/{target.pk}/countersign/").status_code in {403, 404}
    with tenant_scope(cast.acme.pk):
        assert Target.objects.get().state == "proposed"


def test_the_agreement_is_written_in_words(as_member: Any) -> None:
    html = as_member("sam").get("/o/acme/agreement/").content.decode()
    for sentence in (
        "Accept or reject each lead within 24 business hours.",
        "Standard-qualified: contact each lead within 24 h.",
        "Hand-raiser: contact each lead within 1 business hour.",
        "Try 5 times within 10 business days, at least 4 business hours apart, before giving up.",
        "Hand over qualified leads worth 500 points each month.",
        "Mon–Fri 09:00–17:00 (Europe/Vienna)",
    ):
        assert sentence in html
    assert "Sign this version" not in html


def test_the_heads_sign_in_the_browser(cast: Cast, as_member: Any) -> None:
    with tenant_scope(cast.acme.pk):
        version = AgreementVersion.objects.get()
    for name in ("marc", "sina"):
        assert "Sign this version" in as_member(name).get("/o/acme/agreement/").content.decode()
        assert as_member(name).post(f"/o/acme/agreement/{version.pk}/sign/").status_code == 302
        assert "Sign this version" not in as_member(name).get("/o/acme/agreement/").content.decode()
        assert as_member(name).post(f"/o/acme/agreement/{version.pk}/sign/").status_code == 409
    with tenant_scope(cast.acme.pk):
        assert set(Signature.objects.values_list("side", flat=True)) == {"marketing", "sales"}


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ned", "ada"])
def test_others_may_not_sign(cast: Cast, as_member: Any, name: str) -> None:
    with tenant_scope(cast.acme.pk):
        version = AgreementVersion.objects.get()
    assert as_member(name).post(f"/o/acme/agreement/{version.pk}/sign/").status_code == 403


def breach(cast: Cast, owner: Any, *, stopped_after: timedelta | None = None) -> Clock:
    """A first contact that was due twenty days ago, late by so much or still missing."""
    at = NOW - timedelta(days=21)
    with tenant_scope(cast.acme.pk):
        clock = actions.start_clock(make_subject(at=at, owner=owner), "first_contact", at=at)
        if stopped_after is not None:
            actions.stop_clock(clock.subject, "first_contact", at=clock.due_at + stopped_after, by=owner)
    return clock


def test_breaches_show_open_and_past_ones_of_all_to_the_managers(cast: Cast, as_member: Any) -> None:
    breach(cast, cast.sam)
    breach(cast, cast.sina, stopped_after=timedelta(hours=1))
    for name in ("sina", "marc", "rita", "ned"):
        html = as_member(name).get("/o/acme/sla/").content.decode()
        assert "Sam" in html
        assert "Sina" in html
        # Nobody has swept: past its deadline it is broken all the same.
        assert "0 kept, 2 broken" in html


def test_breaches_show_a_rep_only_their_own(cast: Cast, as_member: Any) -> None:
    breach(cast, cast.sina)
    html = as_member("sam").get("/o/acme/sla/").content.decode()
    assert "Sina" not in html
    assert "0 kept, 1 broken" in html


def test_what_is_open_is_counted_whole_and_turned_page_by_page(
    cast: Cast, as_member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("sla.views.breaches"), "OPEN_PER_PAGE", 2)
    for _ in range(3):
        breach(cast, cast.sam)
    first, second = (as_member("sina").get(f"/o/acme/sla/?side=sales&open={number}") for number in (1, 2))
    assert [len(answer.context["open"].object_list) for answer in (first, second)] == [2, 1]
    assert "Page 1 of 2, 3 rows" in first.content.decode()
    assert "?side=sales&amp;open=2" in first.content.decode()


def test_breaches_can_be_cut_by_side(cast: Cast, as_member: Any) -> None:
    breach(cast, cast.sam)
    counts = {
        side: len(as_member("sina").get(f"/o/acme/sla/?side={side}").context["open"].object_list)
        for side in ("", "sales", "marketing", "nobody")
    }
    assert counts == {"": 1, "sales": 1, "marketing": 0, "nobody": 1}


def test_a_polled_fragment_is_only_the_list(cast: Cast, as_member: Any) -> None:
    html = as_member("sina").get("/o/acme/sla/", headers={**HTMX, "HX-Target": "list"}).content.decode()
    assert html.lstrip().startswith("<section")
    assert 'id="list"' in html


def test_the_pages_cost_a_fixed_number_of_queries(
    cast: Cast, as_member: Any, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        breach(cast, cast.sam)
        breach(cast, cast.sam, stopped_after=timedelta(hours=1))
    client = as_member("sina")
    client.get("/o/acme/sla/")
    for address, most in (("sla/", 40), ("targets/2026/", 40), ("months/", 25)):
        with django_assert_max_num_queries(most):
            client.get(f"/o/acme/{address}")


def test_gives_credit_to_the_month_on_the_targets_page(cast: Cast, as_member: Any) -> None:
    with tenant_scope(cast.acme.pk):
        actions.give_credit(make_subject(at=NOW, weight=3), key="lead:1", at=NOW, zone=ZONE)
    html = as_member("marc").get("/o/acme/targets/2026/").content.decode()
    assert "3 delivered" in html
