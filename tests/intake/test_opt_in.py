"""Double opt-in: nobody becomes a lead before the owner of the address has said yes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from events.models import Event
from intake import actions
from intake.access import opt_in_path
from intake.actions import NewForm
from intake.actions.opting_in import MOST_MAILS, OPEN_FOR, PAUSE
from intake.models import OptIn, Submission
from leads.models import Consent, Handover, Lead
from notifications.models import Mail
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import make_form
from tests.support import Cast, api_key, run_outbox, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDING = "acme may call me about its products."
JANE = {"email": "jane@firma.at", "company": "Firma", "country": "AT", "consent": "yes"}


@pytest.fixture
def form(cast: Cast) -> NewForm:
    return make_form(cast, at=AT, opt_in=True, consent_text=WORDING)


def post(form: NewForm, *, at: datetime = AT, **changes: str) -> Submission:
    with tenant_scope(form.form.organisation_id):
        stored = actions.receive({**JANE, **changes}, content_type="x", form=form.form, at=at)
        return actions.judge(stored.submission, at=at)


def link(cast: Cast) -> str:
    with tenant_scope(cast.acme.pk):
        return opt_in_path(OptIn.objects.order_by("-sent_at")[:1].get().public_id)


def mails(cast: Cast) -> list[Mail]:
    run_outbox(organisation=cast.acme, at=now() + timedelta(minutes=1))
    with tenant_scope(cast.acme.pk):
        return list(Mail.objects.filter(to="jane@firma.at").order_by("created_at"))


def counts(cast: Cast) -> dict[str, int]:
    with tenant_scope(cast.acme.pk):
        return {"leads": Lead.objects.count(), "handovers": Handover.objects.count()}


def test_a_post_waits_and_its_mail_holds_the_link(cast: Cast, form: NewForm) -> None:
    assert post(form).state == "awaiting_opt_in"
    (mail,) = mails(cast)
    assert link(cast) in mail.body
    assert counts(cast) == {"leads": 0, "handovers": 0}


def test_looking_at_the_link_confirms_nothing_and_one_click_does(cast: Cast, form: NewForm) -> None:
    post(form)
    page = Client()
    later = AT + timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        assert page.get(link(cast)).status_code == 200
        assert counts(cast)["leads"] == 0
        assert page.post(link(cast), REMOTE_ADDR="203.0.113.9").status_code == 303
        assert "confirmed" in page.get(link(cast)).content.decode()
        assert page.post(link(cast)).status_code == 303
    with tenant_scope(cast.acme.pk):
        lead, consent = Lead.objects.get(), Consent.objects.get()
        assert Event.objects.filter(kind="submission.confirmed", thread_id=lead.pk).count() == 1
    assert lead.created_at == later
    assert (consent.method, consent.granted, consent.captured_at) == ("double_opt_in", True, later)
    assert (consent.text, consent.text_version, consent.ip) == (WORDING, "1", "203.0.113.9")


def test_one_yes_takes_in_all_that_waits_for_the_address(cast: Cast, form: NewForm) -> None:
    first, second = post(form), post(form, at=AT + timedelta(minutes=1), company="Other")
    with tenant_scope(cast.acme.pk):
        actions.confirm(OptIn.objects.select_related("submission").get(submission=first), ip="", at=AT + PAUSE)
        assert {Submission.objects.get(pk=one.pk).state for one in (first, second)} == {"matched"}
    assert counts(cast)["leads"] == 1


def test_who_confirmed_once_is_not_asked_again(cast: Cast, form: NewForm) -> None:
    post(form)
    confirm_at(cast, AT + PAUSE)
    assert post(form, at=AT + 2 * PAUSE).state == "matched"


def confirm_at(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        Client().post(link(cast))


def test_a_mailbox_is_not_filled_by_a_stranger(cast: Cast, form: NewForm) -> None:
    for number in range(10):
        post(form, at=AT + number * (PAUSE + timedelta(seconds=1)))
    assert len(mails(cast)) == MOST_MAILS
    post(form, at=AT + timedelta(hours=4))
    post(form, at=AT + timedelta(hours=4, minutes=1))
    assert len(mails(cast)) == MOST_MAILS


def test_an_old_link_has_ended_and_the_post_waits_for_a_person(cast: Cast, form: NewForm) -> None:
    waiting = post(form)
    after = AT + OPEN_FOR
    with time_machine.travel(after, tick=False):
        assert Client().get(link(cast)).status_code == 410
        assert Client().post(link(cast)).status_code == 410
    with tenant_scope(cast.acme.pk):
        actions.keep_the_door(after + timedelta(seconds=1))
        found = Submission.objects.get(pk=waiting.pk)
    assert (found.state, found.reasons[0]["code"]) == ("quarantined", "opt_in_expired")
    assert counts(cast)["leads"] == 0


def test_nobody_can_release_what_its_owner_never_confirmed_but_ask_again(cast: Cast, form: NewForm) -> None:
    waiting = post(form)
    after = AT + OPEN_FOR + timedelta(minutes=1)
    with tenant_scope(cast.acme.pk):
        actions.keep_the_door(after)
    mara = signed_in(cast.mara)
    with time_machine.travel(after, tick=False):
        path = f"/o/acme/intake/{waiting.pk}/"
        assert mara.post(f"{path}release/").status_code == 409
        assert mara.post(f"{path}opt-in/").status_code == 302
        assert mara.post(f"{path}opt-in/").status_code == 409
        assert "Ask again" in mara.get(path).content.decode()
    assert len(mails(cast)) == 2
    confirm_at(cast, after + PAUSE)
    assert counts(cast)["leads"] == 1


def test_a_client_asks_again(cast: Cast, form: NewForm) -> None:
    waiting = post(form)
    with time_machine.travel(AT + PAUSE, tick=False):
        headers = api_key(cast.ada, "leads:write", "leads:read", at=AT)
        url = f"/api/v1/intake/submissions/{waiting.pk}/opt-in"
        answer: Any = Client().post(url, content_type="application/json", headers=headers)
        again: Any = Client().post(url, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "awaiting_opt_in"
    assert (again.status_code, again.json()["code"]) == (409, "asked_too_often")


@pytest.mark.parametrize("token", ["x", "a-b", "-", "0" * 16, f"{'0' * 16}-{'x' * 43}"])
def test_a_made_up_link_leads_nowhere(db: None, token: str) -> None:
    assert Client().get(f"/confirm/{token}/").status_code == 404


def test_a_link_of_one_address_does_not_open_another(cast: Cast, form: NewForm) -> None:
    post(form)
    mine = link(cast)
    post(form, at=AT + timedelta(minutes=1), email="eve@firma.at")
    secret = mine.split("-", 1)[1]
    public_id = link(cast).split("/")[2].partition("-")[0]
    assert Client().get(f"/confirm/{public_id}-{secret}").status_code == 404


def test_who_left_only_a_number_can_be_called(cast: Cast, form: NewForm) -> None:
    assert post(form, email="", phone="+43 1 58858").state == "matched"


def test_the_plain_form_keeps_its_wording_as_evidence(cast: Cast) -> None:
    post(make_form(cast, at=AT, consent_text=WORDING))
    with tenant_scope(cast.acme.pk):
        consent = Consent.objects.get()
    assert (consent.text, consent.text_version, consent.method) == (WORDING, "1", "form")
