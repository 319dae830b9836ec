"""A web form's post: stored, answered with a receipt or the thank-you page, judged at once."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intake import actions
from intake.access import PUSHERS
from intake.actions import NewForm, matching
from intake.models import Submission
from intake.tasks import CROWD, PATIENCE_SECONDS, PIECE, finish
from leads.models import Handover, Lead
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.roles import Role
from tests.intake.support import SITE, make_form, simple
from tests.intake.wire import Wire
from tests.support import Cast

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Origin": SITE, "Sec-Fetch-Mode": "navigate"}
SCRIPT = {"Accept": "*/*", "Origin": SITE, "Sec-Fetch-Mode": "cors"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def form(cast: Cast) -> NewForm:
    return make_form(cast, at=now())


def url_of(form: NewForm) -> str:
    return reverse("api:form_submissions", args=[form.key_text])


def post(form: NewForm, data: Any = "email=jane%40example.com", kind: str = FORM, **headers: str) -> Any:
    return Wire().post(url_of(form), data=data, content_type=kind, headers=headers)


def states(cast: Cast) -> list[str]:
    with tenant_scope(cast.acme.pk):
        return list(Submission.objects.order_by("received_at").values_list("state", flat=True))


def test_a_browser_goes_to_the_thank_you_page(cast: Cast, form: NewForm) -> None:
    response = post(form, **BROWSER)
    assert response.status_code == 303
    assert response.headers["Location"] == f"/thanks/{form.key_text}/"
    page = Client().get(response.headers["Location"])
    assert page.status_code == 200
    assert "acme" in page.content.decode()
    assert states(cast) == ["matched"]


def test_a_browser_goes_to_the_sites_own_page_when_it_has_one(cast: Cast) -> None:
    form = make_form(cast, at=now(), thanks_url=f"{SITE}/thanks")
    assert post(form, **BROWSER).headers["Location"] == f"{SITE}/thanks"


def test_a_script_gets_the_receipt_only(cast: Cast, form: NewForm) -> None:
    response = post(form, json.dumps(simple()), "application/json", **SCRIPT)
    assert response.status_code == 202
    assert set(response.json()) == {"id"}
    assert response.headers["Access-Control-Allow-Origin"] == SITE


def test_a_script_that_sends_too_much_reads_how_long_to_wait(cast: Cast, form: NewForm, settings: Any) -> None:
    settings.RATE_PER_VISITOR = 1
    answers = [post(form, json.dumps(simple()), "application/json", **SCRIPT) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 10
    assert answers[1].headers["Access-Control-Allow-Origin"] == SITE
    assert "Retry-After" in answers[1].headers["Access-Control-Expose-Headers"]


def test_curl_without_an_origin_gets_the_receipt(cast: Cast, form: NewForm) -> None:
    assert post(form, Accept="*/*").status_code == 202
    assert states(cast) == ["matched"]


def test_new_known_and_spam_are_answered_alike(cast: Cast, form: NewForm) -> None:
    answers = [post(form), post(form), post(form, "email=a%40b.example&hp=x"), post(form, "nothing=1")]
    assert {answer.status_code for answer in answers} == {202}
    assert {tuple(answer.json()) for answer in answers} == {("id",)}
    assert states(cast) == ["matched", "matched", "quarantined", "quarantined"]
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.count() == 1


def test_a_hand_raiser_reaches_a_rep_from_the_pasted_form(cast: Cast, form: NewForm) -> None:
    body = (
        "given_name=Jane&family_name=Doe&email=jane%40firma.at&phone=&company=Firma&job_title=CTO&country=AT"
        "&industry=logistics&employees=120&message=Hi&hp=&intent=talk_to_sales&consent=yes"
    )
    assert post(form, body, **BROWSER).status_code == 303
    with tenant_scope(cast.acme.pk):
        handover = Handover.objects.select_related("lead").get()
    assert (handover.lead.email, handover.assigned_to_id) == ("jane@firma.at", cast.sam.pk)


def test_the_forms_marketer_answers_for_its_leads(cast: Cast) -> None:
    post(make_form(cast, at=now(), owner=cast.mara))
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().marketer_id == cast.mara.pk


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{SITE}.evil.example", SITE.replace("https", "http")]
)
def test_another_origin_is_refused_and_reads_nothing(cast: Cast, form: NewForm, origin: str) -> None:
    response = post(form, Origin=origin)
    assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in response.headers
    assert states(cast) == []


def test_preflight_answers_exactly_the_allowed_origins(cast: Cast, form: NewForm) -> None:
    ask = {"Access-Control-Request-Method": "POST"}
    allowed = Client().options(url_of(form), headers={"Origin": SITE, **ask})
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == SITE
    assert "Idempotency-Key" in allowed.headers["Access-Control-Allow-Headers"]
    assert "Origin" in allowed.headers["Vary"]
    refused = Client().options(url_of(form), headers={"Origin": "https://evil.example", **ask})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_retired_form_is_gone(cast: Cast, form: NewForm) -> None:
    with tenant_scope(cast.acme.pk):
        actions.retire_form(form.form, by=cast.marc, at=now())
    response = post(form)
    assert (response.status_code, response.json()["code"]) == (410, "form_retired")
    assert Client().get(f"/thanks/{form.key_text}/").status_code == 404
    assert states(cast) == []


@pytest.mark.parametrize("key", ["fk_0000000000000000", "fk_", "sk_live_x", "nonsense", "fk_" + "a" * 300])
def test_an_unknown_form_does_not_exist(cast: Cast, key: str) -> None:
    url = reverse("api:form_submissions", args=[key])
    assert Client().post(url, data="a=1", content_type=FORM).status_code == 404


def test_a_secret_key_is_no_form_key(cast: Cast) -> None:
    from tenants.actions import create_key

    with tenant_scope(cast.acme.pk):
        made = create_key(name="k", scopes=["leads:write"], acts_for=cast.ada, by=cast.ada, at=now())
    url = reverse("api:form_submissions", args=[f"fk_{made.key.public_id}"])
    assert Client().post(url, data="a=1", content_type=FORM).status_code == 404


def test_an_idempotency_key_makes_two_posts_one(cast: Cast, form: NewForm) -> None:
    first = post(form, **{"Idempotency-Key": "k1"})
    again = post(form, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert states(cast) == ["matched"]


@pytest.mark.parametrize("key", ["k1", "", "k" * 300])
def test_a_site_that_sends_the_same_idempotency_key_with_everything_loses_no_lead(
    cast: Cast, form: NewForm, key: str
) -> None:
    posts = [post(form, f"email={who}%40example.com", **{"Idempotency-Key": key}) for who in ("jane", "joe", "zoe")]
    assert [one.status_code for one in posts] == [202, 202, 202]
    assert len({one.content for one in posts}) == 3
    assert states(cast) == ["matched"] * 3


def test_a_script_may_name_its_post_whatever_the_encoding(cast: Cast, form: NewForm) -> None:
    def send() -> Any:
        # With a boundary that stays the same, as a script that tries again sends the same bytes.
        return Client().post(
            url_of(form), data={"email": "jane@example.com"}, headers={**SCRIPT, "Idempotency-Key": "k1"}
        )

    first, again = send(), send()
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert states(cast) == ["matched"]


def test_reads_the_encodings_of_old_pages_and_files_names(cast: Cast, form: NewForm) -> None:
    post(form, b"email=zoe%40example.com&name=Zo%EB&x=%00y", FORM)
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = Client().post(
        url_of(form), data={"email": "zoe@example.com", "cv": SimpleUploadedFile("cv.pdf", b"%PDF")}
    )
    assert response.status_code == 202
    with tenant_scope(cast.acme.pk):
        raws = list(Submission.objects.order_by("received_at").values_list("raw", flat=True))
    assert raws == [{"email": "zoe@example.com", "name": "Zoë", "x": "y"}, {"email": "zoe@example.com", "cv": "cv.pdf"}]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Make judging break while the list is non-empty: the fault is ours to inject, everything else is real."""
    faults = [True]
    take_in_waves = matching.take_in_waves

    def breaking(*args: Any, **options: Any) -> Any:
        if faults:
            raise RuntimeError("judging broke")
        return take_in_waves(*args, **options)

    monkeypatch.setattr(matching, "take_in_waves", breaking)
    return faults


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_whatever_breaks_while_judging_the_post_is_safe_and_finished_later(live_cast: Cast, broken: list[bool]) -> None:
    form = make_form(live_cast, at=now())
    assert post(form).status_code == 202
    assert states(live_cast) == ["received"]
    broken.clear()
    assert finish(at=now() + timedelta(seconds=5)) == 1
    assert finish(at=now() + timedelta(seconds=5)) == 0
    assert states(live_cast) == ["matched"]
    with tenant_scope(live_cast.acme.pk):
        assert Lead.objects.get().created_at == Submission.objects.get().received_at


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_a_post_that_always_breaks_ends_in_quarantine(live_cast: Cast, broken: list[bool]) -> None:
    form = make_form(live_cast, at=now())
    post(form)
    for attempt in range(1, actions.MAX_ATTEMPTS + 1):
        assert states(live_cast) == ["received"], attempt
        finish(at=now() + timedelta(hours=attempt))
    assert states(live_cast) == ["quarantined"]
    with tenant_scope(live_cast.acme.pk):
        submission = Submission.objects.get()
    assert submission.reasons[0]["code"] == "unreadable"
    assert submission.raw == {"email": "jane@example.com"}


def test_only_the_auditor_may_not_push() -> None:
    assert set(Role) - set(PUSHERS) == {Role.AUDITOR}


def test_unjudged_ones_of_the_last_moments_are_left_to_their_request(cast: Cast, form: NewForm, at: datetime) -> None:
    from intake.tasks import GRACE_SECONDS

    assert GRACE_SECONDS > 0
    with tenant_scope(cast.acme.pk):
        actions.receive({}, content_type=FORM, form=form.form, at=at)
    assert states(cast) == ["received"]


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
@pytest.mark.parametrize(
    ("others", "seconds", "judged"),
    [(CROWD, 5, 0), (CROWD, PATIENCE_SECONDS + 1, 1), (CROWD - 1, 5, 1)],
    ids=["the door goes first", "not for ever", "negative control: no crowd"],
)
def test_while_a_crowd_comes_nothing_is_judged_until_the_first_has_waited_long_enough(
    live_cast: Cast, others: int, seconds: int, judged: int
) -> None:
    at = now()
    form = make_form(live_cast, at=at).form
    with tenant_scope(live_cast.acme.pk):
        for number in range(others + 1):
            came = at - timedelta(seconds=0.5 if number else seconds)
            actions.receive({"email": f"p{number}@example.com"}, content_type=FORM, form=form, at=came)
    assert finish(at=at) == judged
    assert finish(at=at + timedelta(seconds=3)) == min(PIECE, others + 1 - judged)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_waits_of_one_organisation_keeps_no_other_waiting(live_cast: Cast) -> None:
    at = now()
    with tenant_scope(live_cast.acme.pk):
        # Behind the crowd, longer than any piece.
        came = [at - timedelta(seconds=0.5 if number < CROWD else 5) for number in range(CROWD + 1_100)]
        Submission.objects.bulk_create(Submission(raw={}, content_type=FORM, received_at=moment) for moment in came)
    with tenant_scope(live_cast.globex.pk):
        actions.receive({"email": "jane@example.com"}, content_type=FORM, at=at - timedelta(seconds=3))
    assert finish(at=at) == 1
    with tenant_scope(live_cast.globex.pk):
        assert Submission.objects.get().state == "matched"
