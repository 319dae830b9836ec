"""The audit log."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings

from dashboards.audit_words import SUBJECTS, TOLD
from events.models import Event
from leads.tellings import TELLINGS
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_key
from tests.leads.makers import make_handover
from tests.support import CANARY, Cast, signed_in
from tests.tenants.world import World

URL = "/o/acme/audit/"


def page(member: Any, at: datetime, query: str = "", **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return signed_in(member).get(f"{URL}{query}", headers=headers)


@pytest.fixture
def lively(cast: Cast, at: datetime) -> Cast:
    with tenant_scope(cast.acme.pk):
        make_handover(by=cast.mara, at=at)
    return cast


@pytest.mark.parametrize(
    ("name", "status"),
    [("rita", 200), ("ada", 200), ("ned", 200), ("mara", 403), ("marc", 403), ("sam", 403), ("sina", 403)],
)
def test_neutral_members_read_it_and_the_sides_do_not(lively: Cast, at: datetime, name: str, status: int) -> None:
    assert page(lively.people()[name], at).status_code == status


def test_a_stranger_gets_404(cast: Cast, at: datetime) -> None:
    assert page(cast.gus, at).status_code == 404


def test_tells_who_did_what_to_which_lead(lively: Cast, at: datetime) -> None:
    response = page(lively.ned, at)
    rows = {row.kind: row for row in response.context["page_obj"].object_list}
    sent = rows["handover.sent"]
    assert (sent.by_name, sent.subject_label, sent.at) == ("Mara", "L-1", at)
    assert sent.text == "handed the lead over to sales"
    assert sent.subject_url.startswith("/o/acme/leads/")
    assert {"k": "tier", "v": "standard"} in sent.data
    assert "organisation.created" in rows
    assert CANARY not in response.content.decode()


def test_the_newest_comes_first(lively: Cast, at: datetime) -> None:
    moments = [row.at for row in page(lively.ned, at).context["page_obj"].object_list]
    assert moments == sorted(moments, reverse=True)


def test_filters_by_what_by_whom_and_by_when(lively: Cast, at: datetime) -> None:
    def kinds(query: str, moment: datetime = at) -> set[str]:
        return {row.kind for row in page(lively.ned, moment, query).context["page_obj"].object_list}

    assert kinds("?family=handover") == {"handover.sent"}
    assert "handover.sent" in kinds(f"?by={lively.mara.pk}")
    assert kinds(f"?by={lively.rita.pk}") == set()
    assert "handover.sent" not in kinds("?by=system")
    assert kinds("?days=1", at + timedelta(days=2)) == set()
    assert "handover.sent" in kinds("?days=7", at + timedelta(days=2))


def test_what_nobody_can_have_chosen_is_not_chosen(lively: Cast, at: datetime) -> None:
    response = page(lively.ned, at, "?family=%00&by=1&days=0&page=x")
    assert response.status_code == 200
    assert response.context["page_obj"].paginator.count > 5


def test_htmx_gets_the_table_alone(lively: Cast, at: datetime) -> None:
    text = page(lively.ned, at, **{"HX-Request": "true", "HX-Target": "table"}).content.decode()
    assert text.lstrip().startswith('<div class="sm-p" id="table">')


RECORDED = re.compile(r"""\brecord(?:_all|_many)?\(\s*["']([a-z_]+\.[a-z_]+)["']""")


def recorded_kinds() -> set[str]:
    """Return every kind of event that the code names where it records one."""
    found: set[str] = set()
    for path in Path(settings.BASE_DIR).glob("*/**/*.py"):
        if path.relative_to(settings.BASE_DIR).parts[0] in APPS and "migrations" not in path.parts:
            found |= set(RECORDED.findall(path.read_text()))
    return found


APPS = {"arbitration", "dashboards", "events", "intake", "leads", "notifications", "sla", "smarketing", "tenants"}


def test_every_kind_that_is_recorded_has_words() -> None:
    kinds = recorded_kinds()
    assert {"key.created", "lead.erased", "handover.sent", "endpoint.created"} <= kinds
    assert sorted(kind for kind in kinds if kind not in TELLINGS and kind not in TOLD) == []


def test_nothing_in_a_house_full_of_events_is_told_by_its_name_only(world: World) -> None:
    with tenant_scope(world.acme.organisation.pk):
        kinds = set(Event.objects.values_list("kind", flat=True))
        subjects = set(Event.objects.values_list("subject_kind", flat=True))
    assert sorted(kind for kind in kinds if kind not in TELLINGS and kind not in TOLD) == []
    assert sorted(subjects - set(SUBJECTS)) == []


def test_what_happened_stands_in_words_with_its_name_beside(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        create_key(name="CRM", scopes=["leads:read"], acts_for=cast.ada, by=cast.ada, at=at)
    response = page(cast.ned, at, "?family=key")
    (row,) = response.context["page_obj"].object_list
    assert (row.kind, row.text, row.subject_label, row.by_name) == ("key.created", "made a key", "Key", "Ada")
    assert 'made a key <span class="sm-raw">key.created</span>' in response.content.decode()
