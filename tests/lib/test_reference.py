"""The reference page: every operation and shape, found by words, without outside hosts or inline scripts."""

import json
import re

from django.test import Client

from smarketing.lib.openapi.refusals import problems
from smarketing.reference import found, sections, shapes
from smarketing.schema import document

URL = "/api/v1/reference/"


def test_shows_every_operation_and_every_shape() -> None:
    told = json.loads(document())
    page = Client().get(URL).content.decode()
    for item in told["paths"].values():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page
    for name in told["components"]["schemas"]:
        assert f'id="shape-{name}"' in page


def test_every_refusals_type_leads_to_what_is_said_of_it() -> None:
    page = Client().get(URL).content.decode()
    codes = [one.code for one in problems()]
    assert {"invalid", "throttled", "idempotency_key_reused", "handover_already_decided", "form_retired"} <= set(codes)
    assert [code for code in codes if f'id="problem-{code}"' not in page] == []
    assert [one.code for one in problems() if not one.text or not 400 <= one.status <= 503] == []
    told = Client().get("/api/v1/problems/handover_already_decided")
    assert (told.status_code, told.headers["Location"]) == (302, f"{URL}#problem-handover_already_decided")
    assert Client().get("/api/v1/problems/nothing_like_this").status_code == 404


def test_every_link_leads_somewhere_on_this_host() -> None:
    page = Client().get(URL).content.decode()
    links = set(re.findall(r'(?:href|src|action)="([^"]*)"', page))
    assert [link for link in links if not link.startswith(("/", "#"))] == []
    places = set(re.findall(r'id="([^"]*)"', page))
    assert [link for link in links if link.startswith("#") and link[1:] not in places] == []


def test_needs_no_inline_script_or_style() -> None:
    page = Client().get(URL).content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", page) == []


def test_gives_a_call_to_copy_for_each() -> None:
    calls = {told.id: told.curl for part in sections() for told in part.operations}
    assert "$SMARKETING_KEY" in calls["get_leads"]
    assert "$SMARKETING_KEY" not in calls["post_form_submissions"]
    assert "If-Match" in calls["patch_lead"]
    assert "Idempotency-Key" in calls["post_handover_acceptance"]
    assert [name for name, call in calls.items() if "{" in call.partition("\n")[0]] == []


def test_finds_by_words_without_a_script() -> None:
    assert {told.id for part in found("ACCEPT handover") for told in part.operations} == {"post_handover_acceptance"}
    page = Client().get(URL, {"q": "accept handover"}).content.decode()
    assert 'id="post_handover_acceptance"' in page
    assert 'id="get_leads"' not in page
    nothing = Client().get(URL, {"q": '<script>"x'}).content.decode()
    assert "<script>&quot;" not in nothing
    assert "Nothing has these words." in nothing


def test_describes_the_fields_of_a_shape() -> None:
    lead = next(shape for shape in shapes() if shape.name == "Lead")
    person = next(line for line in lead.fields if line.name == "person")
    assert (person.kind, person.shape, person.required) == ("LeadPerson", "LeadPerson", True)
