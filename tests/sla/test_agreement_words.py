"""A content in words, clause by clause, and two of them side by side."""

from copy import deepcopy
from typing import Any

import pytest

from sla.content import default_content
from sla.queries.clauses import SECTIONS, clauses_of
from sla.queries.comparison import compare, count_changes


def content(**changes: Any) -> dict[str, Any]:
    return {**default_content("Europe/Vienna", "AT"), **changes}


def said(given: dict[str, Any], section: str, key: str) -> str:
    (found,) = [clause.text for clause in clauses_of(given) if (clause.section, clause.key) == (section, key)]
    return found


def test_every_section_says_something_and_no_clause_twice() -> None:
    clauses = clauses_of(content())
    assert {clause.section for clause in clauses} == set(SECTIONS)
    names = [(clause.section, clause.key) for clause in clauses]
    assert len(names) == len(set(names))
    for clause in clauses:
        assert clause.label
        assert "%(" not in clause.text
        assert "None" not in clause.text.replace("None.", "")


@pytest.mark.parametrize(
    ("section", "key", "text"),
    [
        (
            "commitments",
            "decision",
            "Accept or reject each lead within 24 business hours. Counted in the working hours of sales. "
            "Who stays silent until then has accepted, and has broken the promise. "
            "Warnings at 50, 75 and 90 % of the time.",
        ),
        ("commitments", "volume", "Hand over qualified leads worth 500 points each month."),
        ("tiers", "standard", "Counts 1 point."),
        ("hours", "sales", "Mon–Fri 09:00–17:00 (Europe/Vienna)"),
        ("escalation", "125", "Told: the owner's manager."),
        ("reasons", "rejection not_fitting", "Definitional. A criterion must be named."),
        ("arbitration", "appealable", "These rejections can be appealed: definitional and clerical."),
        ("responsibilities", "set_target", "Marketing does it. Sales helps. Board is told."),
        ("terms", "capacity", "Sales takes any number of leads a day."),
        ("terms", "review", "3 months after the start."),
        ("definitions", "auto_handover", "A lead that qualifies is handed over by itself."),
    ],
)
def test_the_default_in_words(section: str, key: str, text: str) -> None:
    assert said(content(), section, key) == text


def test_what_may_be_agreed_besides() -> None:
    given = content(
        capacity={"per_day": 40},
        floors={"pipeline_per_euro": 5, "criterion_cases": 50},
        revenue={"marketing": 40000, "sales": "25000.50"},
        contact_means="reached",
        escalation=[{"share": 90, "to": ["owner", "deputy", "head"], "reassign": True}],
    )
    given["commitments"] += [
        {"key": "pace", "side": "marketing", "period": "week"},
        {"key": "acceptance_rate", "side": "marketing", "share": "0.85"},
    ]
    assert "40 leads a day" in said(given, "terms", "capacity")
    assert "Not counted: Hand-raiser." in said(given, "terms", "capacity")
    assert "At least 5 of pipeline" in said(given, "terms", "floors")
    assert "50 leads with it and 50 without" in said(given, "terms", "floors")
    assert said(given, "terms", "revenue") == (
        "Marketing-generated leads: 40000 each month. Sales-generated leads: 25000.50 each month."
    )
    assert said(given, "escalation", "90").startswith("Told: the owner, the owner's deputy and the head of the side.")
    assert "at least 100 % of the plan" in said(given, "commitments", "pace")
    assert "At least 85 %" in said(given, "commitments", "acceptance_rate")


def test_a_revenue_that_is_agreed_anew_is_a_difference() -> None:
    given = content(revenue={"sales": 25000})
    assert count_changes(compare(content(), given)) == 1
    assert "revenue" not in {clause.key for clause in clauses_of(content())}


def test_a_content_against_itself_differs_in_nothing() -> None:
    assert count_changes(compare(content(), deepcopy(content()))) == 0


def test_tells_what_is_new_what_falls_away_and_what_changed() -> None:
    before, after = content(), content()
    after["commitments"] = [terms for terms in after["commitments"] if terms["key"] != "attempts"]
    after["commitments"].append({"key": "completeness", "side": "marketing", "share": "0.95"})
    after["commitments"][0]["amount"] = 8
    (section,) = [pair for pair in compare(before, after) if pair.changed]
    changes = {line.key: (line.change, bool(line.before), bool(line.after)) for line in section.changed}
    assert changes == {
        "decision": ("changed", True, True),
        "attempts": ("removed", True, False),
        "completeness": ("added", False, True),
    }
    assert len(section.same) == 5


def test_a_clause_that_is_only_called_otherwise_tells_both_names() -> None:
    after = content()
    after["reasons"]["lost"][0]["label"] = "Too dear"
    (section,) = [pair for pair in compare(content(), after) if pair.changed]
    (line,) = section.changed
    assert (line.label, line.change) == ("Lost: Too dear", "changed")
    assert line.before.startswith("Lost: Price.")


def test_an_older_content_reads_as_what_its_silence_means() -> None:
    older = content()
    del older["responsibilities"]
    changed = [pair.section for pair in compare(older, content()) if pair.changed]
    assert changed == ["responsibilities"]
