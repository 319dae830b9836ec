"""The pages of the agreement: drafting, editing section by section, proposing, signing, comparing, labels."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from sla import actions, queries
from sla.content import content_hash
from sla.forms.agreements import SECTION_FORMS, SectionForm
from sla.models import AgreementVersion
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import make_draft, make_proposal
from tests.support import Cast, signed_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
DRAFT = "/o/acme/agreement/2/"


@pytest.fixture(autouse=True)
def _the_present() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def draft(cast: Cast) -> AgreementVersion:
    """A draft of version 2; no scope is open."""
    with tenant_scope(cast.acme.pk):
        return make_draft(cast, at=NOW)


@pytest.fixture
def as_member(cast: Cast) -> Any:
    clients: dict[str, Any] = {}

    def client(name: str) -> Any:
        if name not in clients:
            clients[name] = signed_in(getattr(cast, name))
        return clients[name]

    return client


def filled(form: SectionForm, **changes: Any) -> dict[str, Any]:
    """Return what a browser would send of a form as it stands, with some fields filled in otherwise."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        value = bound.field.prepare_value(value)
        if value is False or value is None or value == []:
            continue
        data[bound.html_name] = "on" if value is True else value
    return {**data, **changes}


def edit(client: Any, section: str, **changes: Any) -> Any:
    """Open a section, fill in some fields, save."""
    address = f"{DRAFT}edit/?section={section}"
    form = client.get(address).context["form"]
    form.initial.setdefault("base", "")
    return client.post(address, filled(form, **changes))


def saved(cast: Cast) -> AgreementVersion:
    with tenant_scope(cast.acme.pk):
        return AgreementVersion.objects.get(number=2)


# Drafting


def test_a_head_drafts_and_lands_in_the_editor(cast: Cast, as_member: Any) -> None:
    answer = as_member("marc").post("/o/acme/agreement/draft/")
    assert (answer.status_code, answer.url) == (302, f"{DRAFT}edit/")
    # Who asks again gets to the same draft.
    assert as_member("sina").post("/o/acme/agreement/draft/").url == f"{DRAFT}edit/"
    assert saved(cast).state == "draft"


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_others_do_not_write_the_agreement(draft: AgreementVersion, as_member: Any, name: str) -> None:
    client = as_member(name)
    assert client.post("/o/acme/agreement/draft/").status_code == 403
    assert client.get(f"{DRAFT}edit/").status_code == 403
    for act in ("propose", "reopen", "discard", "preview"):
        assert client.post(f"{DRAFT}{act}/").status_code == 403
    # Reading is everybody's.
    html = client.get(DRAFT).content.decode()
    assert "Edit</a>" not in html
    assert client.get(f"{DRAFT}diff/").status_code == 200


def test_a_stranger_finds_nothing(draft: AgreementVersion, as_member: Any) -> None:
    for page in ("", "edit/", "diff/", "labels/", "agreement.pdf"):
        assert as_member("gus").get(f"{DRAFT}{page}").status_code == 404


# Editing


@pytest.mark.parametrize("section", SECTION_FORMS)
def test_saving_a_section_as_it_stands_changes_nothing(
    cast: Cast, draft: AgreementVersion, as_member: Any, section: str
) -> None:
    answer = edit(as_member("marc"), section)
    assert answer.status_code == 302, answer.context["form"].errors
    assert content_hash(saved(cast).content) == content_hash(draft.content)


@pytest.mark.parametrize(
    "case",
    [
        ("commitments", {"volume_points": "640"}, ("volume", "points_per_month"), 640),
        ("commitments", {"decision_amount": "1.5"}, ("commitments", 0, "amount"), "1.5"),
        ("commitments", {"decision_warn_shares": "60; 80"}, ("commitments", 0, "warn_shares"), [60, 80]),
        ("commitments", {"pace_agreed": "on", "pace_share": "85"}, ("commitments", 7, "share"), "0.85"),
        ("tiers", {"hand_raiser_weight": "2.5"}, ("tiers", "hand_raiser", "weight"), "2.5"),
        ("hours", {"sales_sat": "9-12"}, ("hours", "sales", "weekly", "sat"), [["09:00", "12:00"]]),
        ("hours", {"sales_mon": ""}, ("hours", "sales", "weekly", "mon"), None),
        ("escalation", {"step3_share": "300", "step3_to": ["head"]}, ("escalation", 3, "to"), ["head"]),
        ("escalation", {"step0_share": "", "step0_to": []}, ("escalation", 0, "share"), 125),
        ("arbitration", {"statements_close": "4"}, ("arbitration", "statements_close_after_business_days"), 4),
        ("responsibilities", {"row0_task": "Agree on a target"}, ("responsibilities", 0, "task"), "Agree on a target"),
        ("responsibilities", {"row0_task": ""}, ("responsibilities", 0, "key"), "capture_leads"),
        (
            "responsibilities",
            {"row9_task": "Über alles", "row9_marketing": "does"},
            ("responsibilities", 9, "key"),
            "ber_alles",
        ),
        ("terms", {"capacity_per_day": "40"}, ("capacity",), {"per_day": 40, "exempt_tiers": ["hand_raiser"]}),
        ("terms", {"pipeline_per_euro": "5"}, ("floors",), {"pipeline_per_euro": 5}),
        ("terms", {"criterion_cases": "50"}, ("floors",), {"criterion_cases": 50}),
        ("terms", {"revenue_sales": "2500.5"}, ("revenue",), {"sales": "2500.5"}),
        ("terms", {"contact_means": "reached"}, ("contact_means",), "reached"),
    ],
)
def test_each_field_reaches_the_content(
    cast: Cast, draft: AgreementVersion, as_member: Any, case: tuple[Any, ...]
) -> None:
    section, changes, part, expected = case
    answer = edit(as_member("marc"), section, **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    found: Any = saved(cast).content
    for step in part:
        found = found.get(step) if isinstance(found, dict) else found[step]
    assert found == expected


@pytest.mark.parametrize(
    "case",
    [
        ("commitments", {"volume_points": "0"}, "volume_points"),
        ("commitments", {"volume_points": "many"}, "volume_points"),
        ("commitments", {"decision_amount": ""}, "decision_amount"),
        ("commitments", {"decision_amount": "99999"}, "decision_amount"),
        ("commitments", {"decision_unit": "weeks"}, "decision_unit"),
        ("commitments", {"decision_warn_shares": "soon"}, "decision_warn_shares"),
        ("commitments", {"decision_warn_shares": "90, 50"}, "decision_warn_shares"),
        ("commitments", {"first_contact_hand_raiser_amount": "25"}, "first_contact_hand_raiser_amount"),
        ("commitments", {"attempts_count": "50"}, "attempts_count"),
        ("commitments", {"completeness_agreed": "on", "completeness_share": "130"}, "completeness_share"),
        ("tiers", {"hand_raiser_weight": "0.5"}, "hand_raiser_weight"),
        ("hours", {"sales_zone": "Europe/Wien"}, "sales_zone"),
        ("hours", {"sales_tue": "from nine to five"}, "sales_tue"),
        ("hours", {"sales_tue": "9-30"}, "sales_tue"),
        ("hours", {"sales_tue": "9-12, 11-13"}, "sales_tue"),
        ("escalation", {"step2_share": "90"}, None),
        ("escalation", {"step0_to": []}, "step0_to"),
        ("arbitration", {"appealable": []}, "appealable"),
        ("arbitration", {"statements_close": "10"}, "statements_close"),
        ("responsibilities", {"row0_sales": "does"}, "row0_task"),
        ("terms", {"capacity_per_day": "0"}, "capacity_per_day"),
        ("terms", {"review_after": "25"}, "review_after"),
        ("terms", {"pipeline_per_euro": "-1"}, "pipeline_per_euro"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_saved(
    cast: Cast, draft: AgreementVersion, as_member: Any, case: tuple[str, dict[str, Any], str | None]
) -> None:
    section, changes, field = case
    answer = edit(as_member("marc"), section, **changes)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field or "__all__"], errors
    assert content_hash(saved(cast).content) == content_hash(draft.content)
    if field:
        assert f'id="id_{field}-error"' in answer.content.decode()


def test_a_promise_that_is_not_agreed_falls_away(cast: Cast, draft: AgreementVersion, as_member: Any) -> None:
    client = as_member("marc")
    address = f"{DRAFT}edit/?section=commitments"
    data = filled(client.get(address).context["form"])
    del data["attempts_agreed"]
    assert client.post(address, data).status_code == 302
    assert "attempts" not in [terms["key"] for terms in saved(cast).content["commitments"]]


def test_going_on_leads_to_the_next_section(draft: AgreementVersion, as_member: Any) -> None:
    answer = edit(as_member("marc"), "tiers", next="hours")
    assert answer.url == f"{DRAFT}edit/?section=hours"


def test_two_people_in_one_section_are_told_and_lose_nothing(
    cast: Cast, draft: AgreementVersion, as_member: Any
) -> None:
    address = f"{DRAFT}edit/?section=tiers"
    mine = filled(as_member("marc").get(address).context["form"], hand_raiser_weight="4")
    assert edit(as_member("sina"), "tiers", hand_raiser_weight="2").status_code == 302
    answer = as_member("marc").post(address, mine)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Sina has changed this section meanwhile" in html
    assert 'value="4"' in html
    assert "As it is saved now" in html
    assert saved(cast).content["tiers"]["hand_raiser"]["weight"] == "2"
    # Who saves again has seen both.
    base = re.search(r'name="base" value="(\w+)"', html)
    assert base is not None
    assert as_member("marc").post(address, {**mine, "base": base[1]}).status_code == 302
    assert saved(cast).content["tiers"]["hand_raiser"]["weight"] == "4"


def test_two_people_in_two_sections_do_not_disturb_each_other(
    cast: Cast, draft: AgreementVersion, as_member: Any
) -> None:
    address = f"{DRAFT}edit/?section=tiers"
    mine = filled(as_member("marc").get(address).context["form"], hand_raiser_weight="4")
    assert edit(as_member("sina"), "terms", review_after="6").status_code == 302
    assert as_member("marc").post(address, mine).status_code == 302
    content = saved(cast).content
    assert (content["tiers"]["hand_raiser"]["weight"], content["review_after_months"]) == ("4", 6)


def test_the_preview_says_in_words_what_is_filled_in_and_saves_nothing(
    cast: Cast, draft: AgreementVersion, as_member: Any
) -> None:
    client = as_member("marc")
    form = client.get(f"{DRAFT}edit/?section=commitments").context["form"]
    address = f"{DRAFT}preview/?section=commitments"
    html = client.post(address, filled(form, volume_points="777"), headers=HTMX).content.decode()
    assert html.lstrip().startswith('<section class="sm-p sm-sticky" id="preview"')
    assert "worth 777 points each month" in html
    html = client.post(address, filled(form, volume_points="0"), headers=HTMX).content.decode()
    assert "cannot be agreed yet" in html
    assert content_hash(saved(cast).content) == content_hash(draft.content)


@pytest.mark.parametrize("section", ["definitions"])
def test_what_is_edited_elsewhere_is_shown(draft: AgreementVersion, as_member: Any, section: str) -> None:
    client = as_member("marc")
    assert "In words" in client.get(f"{DRAFT}edit/?section={section}").content.decode()
    assert client.post(f"{DRAFT}preview/?section={section}").status_code == 404
    assert client.get(f"{DRAFT}edit/?section=nonsense").status_code == 404


def test_what_is_proposed_is_read_not_edited(cast: Cast, as_member: Any) -> None:
    with tenant_scope(cast.acme.pk):
        make_proposal(cast, at=NOW)
    client = as_member("marc")
    assert client.get(f"{DRAFT}edit/").url == DRAFT
    assert client.post(f"{DRAFT}edit/?section=tiers", {}).status_code == 409


# Proposing and signing


def test_the_whole_way_to_a_signed_version_in_the_browser(cast: Cast, draft: AgreementVersion, as_member: Any) -> None:
    html = as_member("marc").get(DRAFT).content.decode()
    assert "1 April 2026" in html
    assert as_member("marc").post(f"{DRAFT}propose/", {"starts_on": "2026-04-01"}).url == DRAFT
    html = as_member("sina").get(DRAFT).content.decode()
    assert "Waits for the signature of" in html
    assert "<b>Marc</b> and <b>Sina</b>" in " ".join(html.split())
    for name in ("marc", "sina"):
        assert as_member(name).post(f"/o/acme/agreement/{draft.pk}/sign/").url == DRAFT
    assert saved(cast).state == "signed"
    html = as_member("ned").get(DRAFT).content.decode()
    assert "signed by both sides" in html


@pytest.mark.parametrize("day", ["", "2026-03-01", "2026-04-02", "2036-04-01", "soon"])
def test_a_start_that_cannot_be_is_told_at_its_field(
    cast: Cast, draft: AgreementVersion, as_member: Any, day: str
) -> None:
    answer = as_member("marc").post(f"{DRAFT}propose/", {"starts_on": day})
    assert answer.status_code == 422
    assert "id_starts_on-error" in answer.content.decode()
    assert saved(cast).state == "draft"


def test_reopening_and_discarding(cast: Cast, as_member: Any) -> None:
    with tenant_scope(cast.acme.pk):
        make_proposal(cast, at=NOW)
    assert as_member("sina").post(f"{DRAFT}reopen/").url == DRAFT
    assert saved(cast).state == "draft"
    assert as_member("sina").post(f"{DRAFT}reopen/").status_code == 409
    assert as_member("marc").post(f"{DRAFT}discard/").url == "/o/acme/agreement/"
    assert saved(cast).state == "discarded"
    assert as_member("marc").get(DRAFT).status_code == 200


def test_a_head_names_a_deputy_who_then_signs(cast: Cast, as_member: Any) -> None:
    answer = as_member("marc").post("/o/acme/agreement/deputy/", {"member": str(cast.mara.pk)})
    assert answer.url == "/o/acme/agreement/"
    with tenant_scope(cast.acme.pk):
        version = make_proposal(cast, at=NOW)
    assert "Sign this version" in as_member("mara").get(DRAFT).content.decode()
    assert "Sign this version" not in as_member("sam").get(DRAFT).content.decode()
    assert as_member("mara").post(f"/o/acme/agreement/{version.pk}/sign/").status_code == 302
    assert "in the place of Marc" in as_member("ned").get(DRAFT).content.decode()
    assert as_member("marc").post("/o/acme/agreement/deputy/", {"member": ""}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert actions.seat_to_sign(cast.mara) is None


@pytest.mark.parametrize("name", ["sam", "rita", "gus"])
def test_nobody_of_another_side_or_organisation_becomes_deputy(cast: Cast, as_member: Any, name: str) -> None:
    answer = as_member("marc").post("/o/acme/agreement/deputy/", {"member": str(getattr(cast, name).pk)})
    assert answer.status_code == 422


# Comparing


def test_two_versions_side_by_side_in_words(cast: Cast, draft: AgreementVersion, as_member: Any) -> None:
    edit(as_member("marc"), "commitments", volume_points="640")
    page = as_member("ned").get(f"{DRAFT}diff/?with=1").content.decode()
    assert "<del>Hand over qualified leads worth 500 points each month.</del>" in page
    assert "<ins>Hand over qualified leads worth 640 points each month.</ins>" in page
    assert "1 clause differs from version 1." in page
    part = as_member("ned").get(f"{DRAFT}diff/?with=1", headers={**HTMX, "HX-Target": "diff"}).content.decode()
    assert part.lstrip().startswith('<div class="sm-stack" id="diff"')


@pytest.mark.parametrize("asked", ["9", "one", "-1", "1" * 30, "²"])
def test_a_version_that_there_is_not_is_not_compared(draft: AgreementVersion, as_member: Any, asked: str) -> None:
    assert as_member("ned").get(f"{DRAFT}diff/?with={asked}").status_code == 404


def test_the_first_version_has_nothing_before_it(cast: Cast, as_member: Any) -> None:
    assert as_member("ned").get("/o/acme/agreement/1/diff/").status_code == 404


# Labels


def test_an_administrator_rewords_labels_in_the_browser(cast: Cast, as_member: Any) -> None:
    client, address = as_member("ada"), "/o/acme/agreement/1/labels/"
    form = client.get(address).context["form"]
    name = next(name for name, field in form.fields.items() if field.label == "Price")
    assert client.post(address, {name: "x" * 201}).status_code == 422
    assert client.post(address, {name: "Too dear"}).url == "/o/acme/agreement/1/"
    with tenant_scope(cast.acme.pk):
        version = queries.last_signed()
        assert version is not None
        assert version.labels == {"/reasons/lost/price": "Too dear"}
    assert "Too dear" in as_member("ned").get("/o/acme/agreement/1/diff/?with=1").content.decode()
    # Emptied, it is called as it was signed again.
    assert client.post(address, {name: ""}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert AgreementVersion.objects.get(number=1).labels == {}
    assert as_member("marc").get(address).status_code == 403


# Cost


def test_the_pages_cost_a_fixed_number_of_queries(
    cast: Cast, draft: AgreementVersion, as_member: Any, django_assert_max_num_queries: Any
) -> None:
    client = as_member("marc")
    client.get(DRAFT)
    for number in range(8):
        edit(client, "terms", review_after=str(number + 4))
    for page, most in (("", 40), ("edit/?section=commitments", 30), ("diff/", 30), ("agreement.pdf", 30)):
        with django_assert_max_num_queries(most):
            assert client.get(f"{DRAFT}{page}").status_code == 200
