"""Attributes of an organisation's own: the catalogue, what forms say of them, what members say."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from leads.actions import (
    AttributeChanged,
    add_attribute,
    change_attribute,
    edit_lead,
    retire_attribute,
    take_in,
)
from leads.facts import fields_of, known_fields
from leads.models import Attribute, Lead
from leads.queries.attributes import known_of, unknown_fields
from leads.scoring import exclusions_of
from leads.values import KINDS, Unreadable, shown, typed
from sla.queries import agreement_in_force
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import captured, make_lead
from tests.support import Cast

OPTIONS = [{"key": "road", "label": "Road"}, {"key": "sea_freight", "label": "Sea freight"}]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  two   words ", "two words"),
        ("text", 12, "12"),
        ("number", "12 500", 12500),
        ("number", "12'500.50", "12500.5"),
        ("number", "3,5", "3.5"),
        ("number", 7.0, 7),
        ("number", ["7"], 7),
        ("date", "2026-03-02", "2026-03-02"),
        ("date", "2.3.2026", "2026-03-02"),
        ("date", "2026-03-02T23:00:00+01:00", "2026-03-02"),
        ("boolean", "Ja", True),
        ("boolean", "off", False),
        ("boolean", 1, True),
        ("choice", "SEA FREIGHT", "sea_freight"),
        ("choice", "sea_freight", "sea_freight"),
        ("multi_choice", "sea freight; road", ["road", "sea_freight"]),
        ("multi_choice", ["Road"], ["road"]),
    ],
)
def test_reads_what_people_type(kind: str, raw: Any, value: Any) -> None:
    assert typed(kind, raw, OPTIONS) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "1,234"),
        ("number", "50k"),
        ("number", "nan"),
        ("number", True),
        ("number", "9" * 400),
        ("date", "3/4/2026"),
        ("date", "31.2.2026"),
        ("boolean", "perhaps"),
        ("choice", "air"),
        ("multi_choice", "road, air"),
        ("multi_choice", ""),
        ("text", ["a", "b"]),
        ("text", {"a": 1}),
        ("text", "nul\x00"),
    ],
)
def test_guesses_nothing(kind: str, raw: Any) -> None:
    with pytest.raises(Unreadable):
        typed(kind, raw, OPTIONS)


@given(
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text(), max_size=3)),
)
def test_any_value_is_read_or_refused_and_reads_the_same_again(kind: str, raw: Any) -> None:
    try:
        value = typed(kind, raw, OPTIONS)
    except Unreadable:
        return
    assert typed(kind, value, OPTIONS) == value
    assert isinstance(shown(kind, value, OPTIONS), str)


def attribute(cast: Cast, at: datetime, label: str = "Budget", kind: str = "number", **more: Any) -> Attribute:
    return add_attribute(label=label, kind=kind, by=cast.ada, at=at, **more)


def test_adds_an_attribute_that_definitions_can_name(acme: Cast, at: datetime) -> None:
    made = attribute(acme, at, "Jährliches Budget", sources=["Annual budget"], key="budget")
    assert (made.key, made.sources) == ("budget", ["budget", "annual_budget"])
    assert known_fields()["budget"] == "number"
    event = Event.objects.get(kind="attribute.added")
    assert (event.by_id, event.data["key"]) == (acme.ada.pk, "budget")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"label": "Country"}, "/key"),
        ({"label": "Competitor"}, "/key"),
        ({"key": "No Key"}, "/key"),
        ({"kind": "colour"}, "/kind"),
        ({"kind": "choice"}, "/options"),
        ({"kind": "choice", "options": ["A", "a"]}, "/options"),
        ({"options": ["A"]}, "/options"),
        ({"open_to_forms": False, "sources": ["x"]}, "/sources"),
        ({"sources": ["email"]}, "/sources"),
        ({"sources": ["seats"]}, "/sources"),
    ],
)
def test_names_what_is_wrong_with_an_attribute(acme: Cast, at: datetime, changes: dict[str, Any], pointer: str) -> None:
    attribute(acme, at, "Seats")
    with pytest.raises(InvalidInput) as refused:
        attribute(acme, at, **changes)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert Attribute.objects.count() == 1


def test_a_form_fills_an_empty_attribute_and_the_raw_value_stays(acme: Cast, at: datetime) -> None:
    attribute(acme, at, sources=["How much?"])
    taken = take_in(captured(custom={"How much?": "12 500", "colour": "red"}), at=at)
    lead = Lead.objects.get()
    assert (lead.attributes, lead.custom) == ({"budget": 12500}, {"How much?": "12 500", "colour": "red"})
    assert taken.warnings == []


def test_a_later_form_does_not_change_what_is_known(acme: Cast, at: datetime) -> None:
    attribute(acme, at)
    take_in(captured(custom={"budget": "100"}), at=at)
    take_in(captured(custom={"budget": "999"}), at=at)
    lead = Lead.objects.get()
    assert (lead.attributes, lead.custom) == ({"budget": 100}, {"budget": "999"})


def test_what_cannot_be_read_is_warned_about_and_kept_raw(acme: Cast, at: datetime) -> None:
    attribute(acme, at)
    taken = take_in(captured(custom={"budget": "a lot"}), at=at)
    assert [warning["code"] for warning in taken.warnings] == ["attribute_unparsed"]
    assert (taken.lead.attributes, taken.lead.custom) == ({}, {"budget": "a lot"})
    assert [(row.key, row.text, row.raw) for row in known_of(taken.lead).values] == [("budget", "", "a lot")]


@pytest.mark.parametrize("name", ["competitor", "Competitor", "existing_customer", "blocked"])
def test_no_form_can_exclude_anybody(acme: Cast, at: datetime, name: str) -> None:
    attribute(acme, at, "Blocked", "boolean", open_to_forms=False)
    lead = take_in(captured(custom={name: True}), at=at).lead
    version = agreement_in_force(at=at)
    assert version is not None
    definitions = {**version.content["definitions"], "exclusions": ["competitor", "existing_customer", "blocked"]}
    assert exclusions_of(fields_of(lead), definitions) == []
    assert lead.custom == {name: True}
    told = {"blocked": True} if name == "blocked" else {"competitor": "yes"}
    lead = edit_lead(lead, changes={}, attributes=told, by=acme.mara, at=at)
    assert exclusions_of(fields_of(lead), definitions) == list(told)


def test_only_a_closed_yes_is_a_flag_that_may_exclude(acme: Cast, at: datetime) -> None:
    attribute(acme, at, "Newsletter", "boolean")
    attribute(acme, at, "Blocked", "boolean", open_to_forms=False)
    kinds = known_fields()
    assert (kinds["newsletter"], kinds["blocked"], kinds["competitor"]) == ("boolean", "flag", "flag")


def test_a_member_changes_and_clears_values(acme: Cast, at: datetime) -> None:
    attribute(acme, at)
    attribute(acme, at, "Modes", "multi_choice", options=["Road", "Sea freight"])
    lead = make_lead(at=at, custom={"budget": "100"})
    lead = edit_lead(lead, changes={}, attributes={"budget": "", "modes": ["road"]}, by=acme.mara, at=at)
    assert lead.attributes == {"modes": ["road"]}
    event = Event.objects.get(kind="lead.edited")
    assert event.data == {"fields": ["budget", "modes"]}


@pytest.mark.parametrize(("told", "code"), [({"nothing": 1}, "unknown_field"), ({"budget": "x"}, "malformed")])
def test_a_members_unreadable_value_is_refused_whole(acme: Cast, at: datetime, told: dict[str, Any], code: str) -> None:
    attribute(acme, at)
    lead = make_lead(at=at)
    with pytest.raises(InvalidInput) as refused:
        edit_lead(lead, changes={"job_title": "CEO"}, attributes=told, by=acme.mara, at=at)
    assert [error.code for error in refused.value.errors] == [code]
    assert Lead.objects.get().job_title == "CTO"


def test_a_retired_attribute_keeps_its_values_and_asks_no_more(acme: Cast, at: datetime) -> None:
    made = attribute(acme, at)
    lead = make_lead(at=at, custom={"budget": "100"})
    made = retire_attribute(made, retired=True, by=acme.ada, at=at)
    take_in(captured("b@example.org", custom={"budget": "100"}), at=at)
    assert Lead.objects.get(email_norm="b@example.org").attributes == {}
    assert [row.text for row in known_of(Lead.objects.get(pk=lead.pk)).values] == ["100"]
    with pytest.raises(InvalidInput):
        edit_lead(lead, changes={}, attributes={"budget": 5}, by=acme.mara, at=at)
    retire_attribute(made, retired=False, by=acme.ada, at=at)
    kinds = Event.objects.filter(kind__startswith="attribute.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["attribute.added", "attribute.retired", "attribute.restored"]


def test_options_are_only_added(acme: Cast, at: datetime) -> None:
    made = attribute(acme, at, "Mode", "choice", options=["Road", "Sea freight"])
    made = change_attribute(made, label="Mode of transport", options=["SEA FREIGHT", "Air"], by=acme.ada, at=at)
    assert [(option["key"], option["label"]) for option in made.options] == [
        ("road", "Road"),
        ("sea_freight", "SEA FREIGHT"),
        ("air", "Air"),
    ]


def test_two_people_change_one_attribute_and_one_is_told(acme: Cast, at: datetime) -> None:
    made = attribute(acme, at)
    stale = Attribute.objects.get(pk=made.pk)
    change_attribute(made, label="Money", by=acme.ada, at=at)
    with pytest.raises(AttributeChanged):
        change_attribute(stale, label="Cash", by=acme.ada, at=at)
    assert Attribute.objects.get().label == "Money"


def test_unknown_form_fields_are_found_by_how_often_they_came(acme: Cast, at: datetime) -> None:
    attribute(acme, at)
    take_in(captured("a@example.com", custom={"budget": "1", "colour": "red"}), at=at)
    take_in(captured("b@example.org", custom={"colour": ["blue", "green"], "size": 4}), at=at)
    found = [(field.name, field.leads) for field in unknown_fields()]
    assert found == [("colour", 2), ("size", 1)]


def test_globex_has_no_attribute_of_acme(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        attribute(cast, at)
    with tenant_scope(cast.globex.pk):
        assert "budget" not in known_fields()
        assert take_in(captured(custom={"budget": "5"}), at=at).lead.attributes == {}
