"""Taking a file back: what it told of known people and their companies goes, what somebody touched stays."""

import json
from typing import Any

import pytest

from intake.models import Batch
from leads.actions import take_in
from leads.capture import BehaviourFact, Captured, CompanyFacts, Person
from leads.models import Behaviour, Company, Consent, Lead
from smarketing.lib.scope import tenant_scope
from tests.intake.test_batches import AT, outcomes, stored, taken_back, taken_in, tried
from tests.support import Cast

KNOWN = Captured(
    Person(email="jane@firma.at", given_name="Jane"),
    CompanyFacts(name="Firma", country="AT"),
    behaviours=(BehaviourFact("pricing_viewed"),),
)
ROW = {
    "person": {"email": "jane@firma.at", "phone": "+43 1 58858"},
    "company": {"name": "Firma", "employees": 120, "industry": "logistics", "country": "DE"},
    "behaviours": [{"kind": "pricing_viewed", "at": AT.isoformat()}, {"kind": "webinar_attended"}],
    "consents": [{"purpose": "sales_contact", "granted": True}],
}


def file_of(cast: Cast, *rows: Any) -> Batch:
    return taken_in(cast, tried(cast, stored(cast, "\n".join(json.dumps(row) for row in rows), kind="ndjson")))


@pytest.fixture
def known(cast: Cast) -> Lead:
    with tenant_scope(cast.acme.pk):
        return take_in(KNOWN, at=AT).lead


def facts(cast: Cast) -> list[tuple[Any, ...]]:
    with tenant_scope(cast.acme.pk):
        return list(Company.objects.order_by("name").values_list("name", "employees", "industry", "country"))


def test_what_a_file_told_of_a_known_person_and_their_company_goes(cast: Cast, known: Lead) -> None:
    batch = file_of(cast, ROW)
    assert outcomes(cast)[2] == "appended"
    assert facts(cast) == [("Firma", 120, "logistics", "AT")]
    taken_back(cast, batch)
    assert outcomes(cast)[2] == "undone"
    assert facts(cast) == [("Firma", None, "", "AT")]
    with tenant_scope(cast.acme.pk):
        found = Lead.objects.get()
        assert list(Behaviour.objects.values_list("kind", flat=True)) == ["pricing_viewed"]
        assert not Consent.objects.exists()
    graded = ("fit_grade", "fit_points", "readiness_grade", "readiness_points", "tier", "phone", "last_utm")
    assert [getattr(found, name) for name in graded] == [getattr(known, name) for name in graded]


def test_a_company_that_came_with_a_lead_goes_with_it(cast: Cast) -> None:
    batch = file_of(cast, ROW, {"person": {"email": "doe@gmail.com"}, "company": {"name": "Doe Ltd", "employees": 3}})
    assert facts(cast) == [("Doe Ltd", 3, "", ""), ("Firma", 120, "logistics", "DE")]
    taken_back(cast, batch)
    assert facts(cast) == []


def test_a_company_where_somebody_else_works_stays_without_what_the_file_told(cast: Cast) -> None:
    batch = file_of(cast, ROW)
    with tenant_scope(cast.acme.pk):
        take_in(Captured(Person(email="john@firma.at")), at=AT)
    taken_back(cast, batch)
    assert facts(cast) == [("Firma", None, "", "")]


def test_what_somebody_corrected_since_stays(cast: Cast, known: Lead) -> None:
    batch = file_of(cast, ROW)
    with tenant_scope(cast.acme.pk):
        Company.objects.update(industry="retail")
    taken_back(cast, batch)
    assert facts(cast) == [("Firma", None, "retail", "AT")]


def test_of_two_rows_of_a_company_only_the_first_told_it(cast: Cast) -> None:
    other = {**ROW, "person": {"email": "john@firma.at"}}
    batch = file_of(cast, ROW, other)
    with tenant_scope(cast.acme.pk):
        Lead.objects.filter(email_norm="jane@firma.at").update(revision=99)
    taken_back(cast, batch)
    assert outcomes(cast) == {2: "kept", 3: "undone"}
    assert facts(cast) == [("Firma", 120, "logistics", "DE")]
