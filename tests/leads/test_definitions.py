"""The definitions of a draft: shown to everybody, changed by the heads, tried on real leads, by page and interface."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads.facts import known_behaviours, known_fields
from sla.actions import draft_version
from sla.content import validate
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.leads.makers import make_lead
from tests.support import Cast, api_key, run_jobs, signed_in

PAGE = "/o/acme/agreement/{}/definitions/"


@pytest.fixture
def draft(cast: Cast, at: datetime) -> AgreementVersion:
    with tenant_scope(cast.acme.pk):
        present = agreement_in_force(at=at)
        assert present is not None
        return draft_version(based_on=present, by=cast.marc, at=at)


def content(cast: Cast, draft: AgreementVersion) -> dict[str, Any]:
    with tenant_scope(cast.acme.pk):
        found: dict[str, Any] = AgreementVersion.objects.get(pk=draft.pk).content["definitions"]
    return found


def page(client: Client, draft: AgreementVersion, at: datetime) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(PAGE.format(draft.number))


def post(client: Client, draft: AgreementVersion, at: datetime, address: str = "", **form: Any) -> Any:
    with time_machine.travel(at, tick=False):
        base = client.get(PAGE.format(draft.number)).context["base"]
        return client.post(PAGE.format(draft.number) + address, {"base": base, **form})


def grades_of(definitions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    form = {f"{name}_{grade}": floor for name in ("fit_grades", "readiness_grades")
            for grade, floor in definitions[name].items()}  # fmt: skip
    form |= {f"m_{fit}_{r}": tier for fit, row in definitions["matrix"].items() for r, tier in row.items()}
    return {"do": "grades", **form, **changes}


def gate_of(definitions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    raiser = definitions["hand_raiser"]
    form = {name: definitions[name] for name in ("required_fields", "exclusions")}
    form |= {"intents": ", ".join(raiser["intents"]), "behaviours": raiser["behaviours"]}
    return {"do": "gate", **form, "fit_grades": raiser["fit_grades"], "auto_handover": "on", **changes}


CRITERION = {"label": "Has a budget of 10,000", "field": "employees", "operator": "at_least", "value": "10",
             "points": 10, "required": "on"}  # fmt: skip


def test_everybody_reads_the_criteria_in_words(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    for member in (cast.sam, cast.ned, cast.marc):
        shown = page(signed_in(member), draft, at)
        assert shown.status_code == 200
        assert "employees between 50 and 2000" in shown.content.decode()
        assert b"viewed the price list at least 1" in shown.content
    assert shown.context["may_edit"]


def test_adds_changes_moves_and_removes_a_criterion(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    client = signed_in(cast.marc)
    with time_machine.travel(at, tick=False):
        client.post(PAGE.format(2) + "fit/", CRITERION)
        added = content(cast, draft)["fit"][-1]
        assert added == {
            "key": "has_a_budget_of_10_000", "label": "Has a budget of 10,000", "field": "employees",
            "operator": "at_least", "value": 10, "points": 10, "required": True,
        }  # fmt: skip
        shown = client.get(PAGE.format(2) + f"fit/?key={added['key']}")
        base = shown.context["form"].initial["base"]
        changed = {**CRITERION, "base": base, "operator": "between", "value": "10, 90"}
        answer = client.post(PAGE.format(2) + f"fit/?key={added['key']}", changed)
        assert (answer.status_code, content(cast, draft)["fit"][-1]["value"]) == (302, [10, 90])
    post(client, draft, at, do="up", kind="fit", key=added["key"])
    assert [row["key"] for row in content(cast, draft)["fit"]][-2:] == [added["key"], "role"]
    post(client, draft, at, do="remove", kind="fit", key=added["key"])
    assert added["key"] not in [row["key"] for row in content(cast, draft)["fit"]]


def test_adds_a_behaviour(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    told = {"label": "Opens our mails", "field": "mail_opened", "value": 3, "window_days": 21, "half_life_days": 7,
            "points": 5}  # fmt: skip
    with time_machine.travel(at, tick=False):
        assert signed_in(cast.marc).post(PAGE.format(2) + "readiness/", told).status_code == 302
    assert content(cast, draft)["readiness"][-1] == {
        **told, "key": "opens_our_mails", "operator": "count_at_least", "required": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "many"}, "value"),
        ({"field": "job_title"}, "operator"),
        ({"operator": "between", "value": "5"}, "value"),
        ({"label": ""}, "label"),
        ({"points": "-1"}, "points"),
        ({"field": "nothing"}, "field"),
    ],
)
def test_a_wrong_criterion_is_told_at_its_field(
    cast: Cast, at: datetime, draft: AgreementVersion, changes: dict[str, Any], field: str
) -> None:
    before = content(cast, draft)
    with time_machine.travel(at, tick=False):
        answer = signed_in(cast.marc).post(PAGE.format(2) + "fit/", {**CRITERION, **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert content(cast, draft) == before


def test_saves_thresholds_and_the_matrix(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    form = grades_of(content(cast, draft), fit_grades_A=90, m_C_2="standard")
    assert post(signed_in(cast.marc), draft, at, **form).status_code == 302
    found = content(cast, draft)
    assert (found["fit_grades"]["A"], found["matrix"]["C"]["2"]) == (90, "standard")


def test_thresholds_that_do_not_fall_are_refused(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    answer = post(signed_in(cast.marc), draft, at, **grades_of(content(cast, draft), fit_grades_B=85))
    assert answer.status_code == 422
    assert "falling thresholds" in answer.content.decode()
    assert content(cast, draft)["fit_grades"]["B"] == 60


def test_saves_who_goes_to_sales(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    form = gate_of(content(cast, draft), intents="demo, call me", required_fields=["email", "phone"], exclusions=[])
    del form["auto_handover"]
    answer = post(signed_in(cast.marc), draft, at, **form)
    # "call me" is no key: a form's intent is one word.
    assert (answer.status_code, list(answer.context["forms"]["gate"].errors)) == (422, ["intents"])
    assert post(signed_in(cast.marc), draft, at, **{**form, "intents": "demo, call_me"}).status_code == 302
    found = content(cast, draft)
    assert (found["hand_raiser"]["intents"], found["required_fields"]) == (["demo", "call_me"], ["email", "phone"])
    assert (found["exclusions"], found["auto_handover"]) == ([], False)


def test_what_a_form_can_say_cannot_exclude(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    answer = post(signed_in(cast.marc), draft, at, **gate_of(content(cast, draft), exclusions=["country"]))
    assert (answer.status_code, list(answer.context["forms"]["gate"].errors)) == (422, ["exclusions"])
    key = api_key(cast.marc, "sla:write", at=at)
    whole = {**content(cast, draft), "exclusions": ["country"]}
    with time_machine.travel(at, tick=False):
        refused = Client().patch(
            "/api/v1/agreements/2", {"content": {"definitions": whole}}, content_type="application/json",
            headers={**key, "If-Match": "*"},
        )  # fmt: skip
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/definitions/exclusions/0"


def test_two_heads_in_one_draft_lose_nothing(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    marc, sina = signed_in(cast.marc), signed_in(cast.sina)
    stale = page(marc, draft, at).context["base"]
    post(sina, draft, at, **grades_of(content(cast, draft), fit_grades_A=95))
    with time_machine.travel(at, tick=False):
        answer = marc.post(PAGE.format(2), {**grades_of(content(cast, draft), fit_grades_A=70), "base": stale})
        removed = marc.post(PAGE.format(2), {"do": "remove", "kind": "fit", "key": "role", "base": stale})
    assert (answer.status_code, removed.status_code) == (409, 409)
    assert content(cast, draft)["fit_grades"]["A"] == 95


def test_what_is_in_force_is_not_changed(cast: Cast, at: datetime) -> None:
    client = signed_in(cast.marc)
    with time_machine.travel(at, tick=False):
        base = client.get(PAGE.format(1)).context["base"]
        answers = [
            client.post(PAGE.format(1), {"do": "remove", "kind": "fit", "key": "role", "base": base}),
            client.post(PAGE.format(1) + "fit/", CRITERION),
        ]
    assert [answer.status_code for answer in answers] == [409, 409]


def test_only_heads_change_definitions(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    answer = post(signed_in(cast.mara), draft, at, do="remove", kind="fit", key="role")
    assert answer.status_code == 403
    assert len(content(cast, draft)["fit"]) == 4


def test_nonsense_is_not_found(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    client = signed_in(cast.marc)
    answers = [
        post(client, draft, at, do="explode"),
        post(client, draft, at, do="up", kind="colour", key="x"),
        post(client, draft, at, do="up", kind="fit", key="nothing"),
        post(client, draft, at, "colour/", **CRITERION),
        post(client, draft, at, "fit/?key=nothing", **CRITERION),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_a_draft_is_tried_on_the_page(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at - timedelta(days=3))
    client = signed_in(cast.marc)
    definitions = content(cast, draft)
    matrix = {name: "not_yet" for name in grades_of(definitions) if name.startswith("m_A")}
    assert post(client, draft, at, **grades_of(definitions, **matrix)).status_code == 302
    with time_machine.travel(at, tick=False):
        assert client.post(PAGE.format(2) + "try/").status_code == 302
    assert page(client, draft, at).context["job"].is_open
    run_jobs(organisation=cast.acme, at=at)
    shown = page(client, draft, at)
    found = shown.context["preview"]
    assert (found.before, found.after, found.gone, found.new, found.stale) == (1, 0, 1, 0, False)
    assert [(row.name, row.before, row.after) for row in found.differences] == [(lead.name, "Standard", "not yet")]
    assert b"Jane Doe" in shown.content
    post(client, draft, at, **grades_of(definitions))
    assert page(client, draft, at).context["preview"].stale


def test_a_draft_is_tried_by_a_client(cast: Cast, at: datetime, draft: AgreementVersion) -> None:
    with tenant_scope(cast.acme.pk):
        make_lead(at=at)
    key = api_key(cast.marc, "sla:read", "sla:write", at=at)
    client, address = Client(), "/api/v1/agreements/2/scoring-preview"
    with time_machine.travel(at, tick=False):
        assert client.get(address, headers=key).status_code == 404
        begun = client.post(address, headers=key, content_type="application/json")
        assert (begun.status_code, begun.json()["state"], begun.json()["result"]) == (202, "waiting", None)
        run_jobs(organisation=cast.acme, at=at)
        done = client.get(address, headers=key).json()
    assert (done["state"], done["result"]["before"], done["result"]["after"]) == ("done", 1, 1)
    with tenant_scope(cast.acme.pk):
        assert Job.objects.get().by == cast.marc


def test_the_page_asks_a_bounded_number_of_questions(
    cast: Cast, at: datetime, draft: AgreementVersion, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(cast.marc)
    page(client, draft, at)
    # Half of them are the frame's: scope, session, memberships.
    with django_assert_max_num_queries(20):
        page(client, draft, at)


def test_the_catalogue_knows_every_field_of_the_founding_agreement(acme: Cast, at: datetime) -> None:
    version = agreement_in_force(at=at)
    assert version is not None
    faults = validate(version.content, known_fields=known_fields(), known_behaviours=known_behaviours())
    assert faults == []
