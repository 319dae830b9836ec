"""Finding leads by words: what is found, how far, and that the database spells as the pages do."""

from datetime import datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.actions import edit_lead
from leads.models import Lead, LeadWord
from leads.normal import words_of
from leads.queries import search
from leads.queries.lists import Asked, leads_in
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_lead
from tests.support import Cast


@pytest.fixture
def people(acme: Cast, at: datetime) -> Cast:
    """Four people whose names, companies and addresses are spelled in many ways."""
    told = {
        "zoe@example.com": ({"given_name": "Zoë", "family_name": "Müller-Lüdenscheidt"}, "Straße & Söhne AG"),
        "bert@other.example": ({"given_name": "Bert", "family_name": "O'Neill"}, "Muller Logistics"),
        "ivan@example.net": ({"given_name": "Иван", "family_name": "Петров"}, "Завод"),
        "anna@tools.example": ({"given_name": "Anna", "family_name": "van der Berg"}, "3M"),
    }
    for email, (person, company) in told.items():
        make_lead(at=at, email=email, person={**person, "phone": "+43 1 58858"}, company={"name": company})
    return acme


def found(cast: Cast, text: str) -> set[str]:
    return {lead.email.partition("@")[0] for lead in leads_in(cast.mara, Asked(text=text))}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("muller", {"zoe", "bert"}),
        ("MÜLLER", {"zoe", "bert"}),
        ("ludenscheidt", {"zoe"}),
        ("zoë müll", {"zoe"}),
        ("muller logistics", {"bert"}),
        ("strasse", {"zoe"}),
        ("neill", {"bert"}),
        ("петр", {"ivan"}),
        ("berg anna", {"anna"}),
        ("3m", {"anna"}),
        ("anna@tools", {"anna"}),
        ("other.example", {"bert"}),
        ("example", {"zoe", "ivan"}),
        ("+43 1 58858", {"zoe", "bert", "ivan", "anna"}),
        ("L-2", {"bert"}),
        ("uller", set()),
        ("'\"%_\\", set()),
        ("a b c d e f g", set()),
    ],
)
def test_every_word_begins_a_word_of_the_lead(people: Cast, text: str, names: set[str]) -> None:
    assert found(people, text) == names


def test_a_corrected_name_is_found_and_the_old_one_no_more(people: Cast, at: datetime) -> None:
    lead = Lead.objects.get(email_norm="bert@other.example")
    edit_lead(lead, changes={"family_name": "Svensson"}, by=people.mara, at=at)
    assert found(people, "svens") == {"bert"}
    assert found(people, "neill") == set()
    # The trigger leaves alone what other columns change.
    assert LeadWord.objects.filter(lead=lead, word="logistics").exists()


def test_a_search_that_finds_too_many_says_so(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not search.search_for("+431").is_cut
    monkeypatch.setattr(search, "LOOKED_AT", 2)
    assert search.search_for("+431").is_cut
    # The rarer word decides how many are looked at.
    assert not search.search_for("bert muller").is_cut
    assert found(people, "bert muller") == {"bert"}


ALPHABET = st.characters(
    min_codepoint=32, max_codepoint=0x24F, exclude_characters="\x7f", exclude_categories=("Cc", "Cs", "Cn")
) | st.sampled_from("ßẞÄÖÜéèñçŁøİıσςΣАбв—–’ \t")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(ALPHABET, max_size=40))
def test_the_database_splits_and_spells_as_the_pages_do(db: None, text: str) -> None:
    with tenant_scope(1), connection.cursor() as cursor:
        cursor.execute("select sm_words(%s)", [text])
        assert sorted({row[0] for row in cursor.fetchall()}) == sorted(set(words_of(text)))
