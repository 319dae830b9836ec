"""What the board has decided, searched on the page and over the interface: both find the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from arbitration.actions import correct_ruling, rule_on_case
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import Filed, make_case
from tests.support import api_key

ClientOf = Callable[[Membership], Client]
HOUR = timedelta(hours=1)
BIG = {"field": "employees", "operator": "at_least", "value": 500}


@pytest.fixture
def two_rulings(filed: Filed, at: datetime) -> Filed:
    """One that teaches something, and a later one that was corrected."""
    rita = filed.cast.rita
    with tenant_scope(filed.cast.acme.pk):
        rule_on_case(
            filed.case, outcome="overturned", reasons="Within the range.", holding="Count freelancers.",
            conditions=[BIG], by=rita, at=at + 10 * HOUR,
        )  # fmt: skip
        other = make_case(filed.cast, "ben", at=at, criterion="industry")
        rule_on_case(other, outcome="overturned", reasons="A pet palace.", by=rita, at=at + 11 * HOUR)
        correct_ruling(other, outcome="upheld", reasons="A pet shop.", by=rita, at=at + 12 * HOUR)
    return filed


# What is asked for, and the numbers of what is found.
SEARCHES: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["2026-002", "2026-001"]),
    ({"q": "freelancers"}, ["2026-001"]),
    ({"q": "pet SHOP"}, ["2026-002"]),
    ({"q": "palace"}, []),
    ({"q": "2026-002"}, ["2026-002"]),
    ({"outcome": "upheld"}, ["2026-002"]),
    ({"outcome": "overturned"}, ["2026-001"]),
    ({"precedents": "1"}, ["2026-001"]),
    ({"state": "valid"}, ["2026-001"]),
    ({"state": "overruled"}, []),
    ({"criterion": "industry"}, ["2026-002"]),
    ({"reason": "not_fitting"}, ["2026-002", "2026-001"]),
    ({"reason": "duplicate"}, []),
    ({"field": "employees"}, ["2026-001"]),
    ({"field": "country"}, []),
    ({"q": "freelancers", "outcome": "upheld"}, []),
]


def test_page_and_interface_find_the_same(two_rulings: Filed, client_of: ClientOf, at: datetime) -> None:
    # A rep searches what everybody may read, with a key that acts for them.
    sam = two_rulings.cast.sam
    headers, reader = api_key(sam, "leads:read", at=at), client_of(sam)
    for query, found in SEARCHES:
        page = reader.get("/o/acme/rulings/", query)
        assert [row.number for row in page.context["page_obj"].object_list] == found, query
        told = Client().get("/api/v1/rulings", query, headers=headers)
        assert [row["number"] for row in told.json()["results"]] == found, query


def test_a_client_reads_what_a_ruling_teaches_page_by_page(two_rulings: Filed, at: datetime) -> None:
    headers = api_key(two_rulings.cast.ned, "leads:read", at=at)
    first = Client().get("/api/v1/rulings?limit=1", headers=headers).json()
    newest = first["results"][0]
    assert (newest["outcome"], newest["is_correction"], newest["precedent"]) == ("upheld", True, None)
    cursor = parse_qs(urlsplit(first["next"]).query)["cursor"][0]
    second = Client().get("/api/v1/rulings", {"limit": "1", "cursor": cursor}, headers=headers).json()
    row = second["results"][0]
    assert (second["next"], row["number"], row["case"]) == (None, "2026-001", str(two_rulings.case.pk))
    assert (row["criterion"], row["reason"], row["by"]) == (
        "company_size", "not_fitting", str(two_rulings.cast.rita.pk),
    )  # fmt: skip
    taught = row["precedent"]
    assert (taught["holding"], taught["conditions"], taught["state"]) == ("Count freelancers.", [BIG], "valid")
    one = Client().get(f"/api/v1/precedents/{taught['id']}", headers=headers).json()
    assert {name: one[name] for name in taught if name != "amended_in"} | {"amended_in": []} == taught


def test_the_page_keeps_its_filters_in_the_address(two_rulings: Filed, client_of: ClientOf) -> None:
    client = client_of(two_rulings.cast.sam)
    page = client.get("/o/acme/rulings/?outcome=overturned&field=employees&q=freelancers")
    filters = {one.name: one for one in page.context["filters"]}
    assert filters["field"].active
    assert "outcome=overturned" in filters["field"].clear_url
    assert "field=" not in filters["field"].clear_url
    # Another word is looked for among what was filtered.
    shown = page.content.decode()
    assert '<input type="hidden" name="outcome" value="overturned">' in shown
    assert '<input type="hidden" name="field" value="employees">' in shown
    assert "criterion=company_size" in " ".join(option.url for option in filters["criterion"].options)
    assert [row.number for row in client.get("/o/acme/rulings/?outcome=nonsense&page=x").context["page_obj"]] == [
        "2026-002", "2026-001",
    ]  # fmt: skip
    assert "No ruling matches" in client.get("/o/acme/rulings/?q=nothing").content.decode()
