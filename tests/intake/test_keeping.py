"""How long the door keeps what came in: chosen by the organisation, made by a round."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from intake import actions
from intake.models import OptIn, Submission
from leads.models import Lead
from leads.queries import identity_of
from smarketing.lib.scope import tenant_scope
from tests.intake.support import make_form
from tests.support import Cast, api_key, signed_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "/api/v1/intake/keeping"


def stored(cast: Cast, *, days_old: int, email: str = "jane@firma.at") -> Submission:
    form, at = make_form(cast, at=AT).form, AT - timedelta(days=days_old)
    with tenant_scope(cast.acme.pk):
        sender = actions.Sender("203.0.113.7", "Browser")
        made = actions.receive({"email": email}, content_type="x", form=form, sender=sender, at=at)
        return actions.judge(made.submission, at=at)


def test_blanks_what_is_older_than_chosen_and_keeps_the_lead(cast: Cast) -> None:
    old, young = stored(cast, days_old=366), stored(cast, days_old=364)
    with tenant_scope(cast.acme.pk):
        actions.keep_the_door(AT)
        actions.keep_the_door(AT)
        gone, kept = Submission.objects.get(pk=old.pk), Submission.objects.get(pk=young.pk)
        assert (gone.state, gone.raw, gone.ip, gone.user_agent) == ("erased", {}, "", "")
        assert gone.lead_id == old.lead_id
        assert (kept.state, kept.ip) == ("matched", "203.0.113.7")
        assert Lead.objects.get().email == "jane@firma.at"


def test_what_is_not_judged_yet_is_never_blanked(cast: Cast) -> None:
    form = make_form(cast, at=AT).form
    with tenant_scope(cast.acme.pk):
        actions.receive({"email": "a@b.example"}, content_type="x", form=form, at=AT - timedelta(days=4000))
        assert actions.forget_payloads(at=AT) == 0


def test_forgets_one_person(cast: Cast) -> None:
    mine = stored(cast, days_old=1)
    other = stored(cast, days_old=1, email="other@firma.at")
    with tenant_scope(cast.acme.pk):
        assert mine.lead_id is not None
        assert actions.forget_person(identity_of(mine.lead_id), at=AT) == 1
        assert Submission.objects.get(pk=other.pk).raw == {"email": "other@firma.at"}
        assert not OptIn.objects.exclude(email_norm="").exists()


def test_an_administrator_chooses_and_others_do_not(cast: Cast) -> None:
    page = "/o/acme/intake/keeping/"
    told = {"submissions_days": "90", "visits_days": "30"}
    assert signed_in(cast.mara).get(page).status_code == 403
    assert signed_in(cast.ned).get(page).status_code == 200
    assert signed_in(cast.ned).post(page, told).status_code == 403
    assert signed_in(cast.ada).post(page, {**told, "submissions_days": "1"}).status_code == 422
    assert signed_in(cast.ada).post(page, told).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert actions.keeping().submissions_days == 90


def test_a_client_chooses_knowing_what_stands(cast: Cast) -> None:
    headers = api_key(cast.ada, "privacy:manage", at=AT)
    body = {"submissions_days": 90, "visits_days": 30}

    def put(**more: str) -> int:
        answer = Client().put(URL, data=body, content_type="application/json", headers={**headers, **more})
        return answer.status_code

    tag = Client().get(URL, headers=headers).headers["ETag"]
    assert (put(), put(**{"If-Match": tag}), put(**{"If-Match": tag})) == (428, 200, 412)
    assert Client().get(URL, headers=headers).json() == body
