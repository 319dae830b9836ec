"""Inviting somebody, and taking the seat."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from events.models import Event
from notifications.models import Mail
from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.access import find_invitation
from tenants.actions import INVITATION_FOR, SignInFirst, accept_invitation, create_organisation, sign_in_link
from tenants.actions.invitations import MOST_TO_ONE
from tenants.links import invitation_path, mailed_invitation_path
from tenants.models import Invitation, Membership, Organisation, User
from tests.support import PASSWORD, Cast, run_outbox, signed_in

INVITE = "/o/acme/settings/members/invite/"
CHOSEN = {"name": "Nia New", "password1": "a very long word", "password2": "a very long word"}


def invite(cast: Cast, email: str = "new@example.com", role: str = "marketer", **headers: str) -> Any:
    return signed_in(cast.ada).post(INVITE, data={"email": email, "role": role}, headers=headers)


def link(cast: Cast) -> str:
    with tenant_scope(cast.acme.pk):
        return invitation_path(Invitation.objects.latest("created_at").public_id)


def is_member(cast: Cast, email: str) -> bool:
    with tenant_scope(cast.acme.pk):
        return Membership.objects.filter(email=email).exists()


def test_a_new_person_sets_a_password_and_is_in(cast: Cast) -> None:
    assert invite(cast).status_code == 302
    client = Client()
    assert client.post(link(cast), data=CHOSEN).headers["Location"] == "/o/acme/"
    with tenant_scope(cast.acme.pk):
        member = Membership.objects.get(email="new@example.com")
        assert (member.name, member.roles) == ("Nia New", ["marketer"])
        assert {"invitation.sent", "invitation.accepted"} <= set(Event.objects.values_list("kind", flat=True))
    assert client.get("/o/acme/me/").status_code == 200


def test_the_page_keeps_its_address_to_itself_and_lets_the_browser_name_its_origin(cast: Cast) -> None:
    invite(cast)
    page = Client().get(link(cast))
    # With no-referrer a browser posts "Origin: null" and the form is refused as forged.
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "private, no-store"


def test_the_link_works_once(cast: Cast) -> None:
    invite(cast)
    path = link(cast)
    Client().post(path, data=CHOSEN)
    assert Client().get(path).status_code == 410
    assert Client().post(path, data=CHOSEN).status_code == 410


def test_the_link_ends_after_two_weeks_and_when_it_is_withdrawn(cast: Cast) -> None:
    invite(cast)
    with time_machine.travel(now() + INVITATION_FOR + timedelta(seconds=1), tick=False):
        assert Client().get(link(cast)).status_code == 410
    with tenant_scope(cast.acme.pk):
        invitation = Invitation.objects.latest("created_at")
    signed_in(cast.ada).post(f"/o/acme/settings/members/invitations/{invitation.pk}/withdraw/")
    assert Client().post(link(cast), data=CHOSEN).status_code == 410
    assert not is_member(cast, "new@example.com")


@pytest.mark.parametrize("token", ["x", "0000000000000000-secret", "a-b-c", "é"])
def test_an_unknown_link_says_no_more_than_an_old_one(cast: Cast, token: str) -> None:
    assert Client().get(f"/invite/{token}/").status_code in (404, 410)


def test_a_link_with_another_secret_opens_nothing(cast: Cast) -> None:
    invite(cast)
    path = link(cast)
    assert Client().get(path[:-2] + ("A/" if path[-2] != "A" else "B/")).status_code == 410


def test_a_person_with_an_account_joins_only_signed_in(cast: Cast) -> None:
    invite(cast, email=cast.gus.email)
    path = link(cast)
    sent_away = Client().get(path)
    assert sent_away.status_code == 302
    assert "/login/" in sent_away.headers["Location"]
    assert Client().post(path, data=CHOSEN).status_code == 302
    assert signed_in(cast.mara).post(path).status_code == 409
    assert not is_member(cast, cast.gus.email)
    with global_scope():
        assert User.objects.get(email=cast.gus.email).check_password(PASSWORD)
    assert signed_in(cast.gus).post(path).headers["Location"] == "/o/acme/"
    assert is_member(cast, cast.gus.email)


def test_an_invitation_gives_no_password_to_somebody_elses_account(cast: Cast) -> None:
    # Seated in another organisation, but has not used the sign-in link yet: the inviter sees this link too.
    made = create_organisation(name="newco", country="AT", zone="Europe/Vienna", admin_email="boss@newco.at", at=now())
    invite(cast, email="boss@newco.at")
    intruder = Client()
    assert intruder.get(link(cast)).status_code == 302
    assert intruder.post(link(cast), data=CHOSEN).status_code == 302
    with tenant_scope(cast.acme.pk), pytest.raises(SignInFirst):
        accept_invitation(Invitation.objects.latest("created_at"), signed_in=None, password="a long word", at=now())
    assert intruder.get("/o/newco/settings/members/").status_code == 302
    assert not is_member(cast, "boss@newco.at")
    with global_scope():
        assert not User.objects.get(email="boss@newco.at").has_usable_password()
    # The person's own link still sets it.
    with tenant_scope(made.organisation.pk):
        own = sign_in_link(made.administrator, at=now()).invitation
    assert intruder.post(invitation_path(own.public_id), data=CHOSEN).headers["Location"] == "/o/newco/"


def mailed_link(organisation: Organisation) -> str:
    with tenant_scope(organisation.pk):
        return mailed_invitation_path(Invitation.objects.latest("created_at").public_id)


def user_called(email: str) -> User:
    with global_scope():
        return User.objects.get(email=email)


def test_only_the_link_in_the_mail_proves_the_address(cast: Cast) -> None:
    for email, path_of, proved in (("a@example.com", link, False), ("b@example.com", mailed_link, True)):
        invite(cast, email=email)
        path = path_of(cast) if path_of is link else path_of(cast.acme)
        assert Client().post(path, data=CHOSEN).status_code == 302
        assert (user_called(email).email_proved_at is not None) is proved
    page = signed_in(cast.ada).get("/o/acme/settings/members/").content.decode()
    assert page.count("address not confirmed") == 1


def test_the_mail_carries_a_link_that_whoever_invites_is_not_shown(cast: Cast) -> None:
    shown = invite(cast, **{"HX-Request": "true"})
    run_outbox(organisation=cast.acme, at=now())
    with tenant_scope(cast.acme.pk):
        body = Mail.objects.get(to="new@example.com").body
    path = mailed_link(cast.acme)
    assert path in body
    assert path not in shown.headers["HX-Trigger"] + shown.content.decode()
    assert link(cast) not in body


def test_an_account_made_on_a_foreign_address_goes_to_its_owner(cast: Cast) -> None:
    """Acme's administrator invites an address that is not theirs and takes the seat by the link that they see."""
    invite(cast, email="boss@other.example")
    thief = Client()
    thief.post(link(cast), data=CHOSEN)
    assert thief.get("/o/acme/me/").status_code == 200
    signed_in(cast.gus).post(
        f"/o/{cast.globex.slug}/settings/members/invite/", {"email": "boss@other.example", "role": "executive"}
    )
    with tenant_scope(cast.globex.pk):
        shown = invitation_path(Invitation.objects.latest("created_at").public_id)
    # The link that globex's administrator sees gives the thief no seat there.
    assert thief.post(shown).status_code == 409
    mine = {**CHOSEN, "name": "Bo Boss", "password1": "quite another word", "password2": "quite another word"}
    owner = Client()
    assert owner.get(mailed_link(cast.globex)).status_code == 200
    assert owner.post(mailed_link(cast.globex), data=mine).headers["Location"] == f"/o/{cast.globex.slug}/"
    assert thief.get("/o/acme/me/").status_code == 302
    user = user_called("boss@other.example")
    assert (user.check_password("quite another word"), user.email_proved_at is not None) == (True, True)


def test_who_is_signed_in_keeps_their_password_and_proves_the_address(cast: Cast) -> None:
    invite(cast)
    member = Client()
    member.post(link(cast), data=CHOSEN)
    signed_in(cast.gus).post(
        f"/o/{cast.globex.slug}/settings/members/invite/", {"email": "new@example.com", "role": "auditor"}
    )
    assert member.post(mailed_link(cast.globex)).headers["Location"] == f"/o/{cast.globex.slug}/"
    user = user_called("new@example.com")
    assert (user.check_password(CHOSEN["password1"]), user.email_proved_at is not None) == (True, True)


def test_a_password_set_by_mail_proves_the_address(cast: Cast) -> None:
    invite(cast)
    member = Client()
    member.post(link(cast), data=CHOSEN)
    assert "Confirm your address" in member.get("/o/acme/me/").content.decode()
    Client().post("/password/reset/", {"email": "new@example.com"})
    path = re.search(r"/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert path is not None, mail.outbox[-1].body
    set_here = Client()
    at = set_here.get(path[0], follow=True).request["PATH_INFO"]
    answer = set_here.post(at, {"password1": "one more long word", "password2": "one more long word"})
    assert answer.status_code == 302, answer.content.decode()
    assert user_called("new@example.com").email_proved_at is not None


def test_one_address_is_invited_three_times_a_day(cast: Cast) -> None:
    answers = [invite(cast) for _ in range(MOST_TO_ONE + 1)]
    assert [answer.status_code for answer in answers] == [302] * MOST_TO_ONE + [409]
    assert "was invited 3 times within a day" in answers[-1].content.decode()
    assert invite(cast, email="other@example.com").status_code == 302
    with time_machine.travel(now() + timedelta(days=1, seconds=5), tick=False):
        assert invite(cast).status_code == 302


def test_an_organisation_invites_so_many_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.actions.invitations.MOST_A_DAY", 2)
    answers = [invite(cast, email=f"a{number}@example.com").status_code for number in range(3)]
    assert answers == [302, 302, 409]
    signed_in(cast.gus).post(
        f"/o/{cast.globex.slug}/settings/members/invite/", {"email": "a@b.example", "role": "auditor"}
    )
    with tenant_scope(cast.globex.pk):
        assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password2": "another long word"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password1": "new@example.com", "password2": "new@example.com"}, "password1"),
        ({"password1": "password12", "password2": "password12"}, "password1"),
        ({"name": ""}, "name"),
        ({"name": "x\x00y"}, "name"),
        ({"name": "x" * 200}, "name"),
    ],
)
def test_names_what_is_wrong_with_the_answers(cast: Cast, change: dict[str, str], field: str) -> None:
    invite(cast)
    response = Client().post(link(cast), data={**CHOSEN, **change})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not is_member(cast, "new@example.com")


@pytest.mark.parametrize(
    ("email", "role", "status"),
    [
        ("nobody", "marketer", 422),
        ("", "marketer", 422),
        ("new@example.com", "king", 422),
        ("mara@example.com", "marketer", 409),
        ("a" * 300 + "@example.com", "marketer", 422),
    ],
)
def test_refuses_an_invitation_that_cannot_be(cast: Cast, email: str, role: str, status: int) -> None:
    assert invite(cast, email=email, role=role).status_code == status
    with tenant_scope(cast.acme.pk):
        assert not Invitation.objects.exists()


def test_htmx_gets_the_list_and_the_link(cast: Cast) -> None:
    response = invite(cast, **{"HX-Request": "true"})
    assert response.status_code == 200
    assert b'id="list"' in response.content
    assert b"<html" not in response.content
    assert "/invite/" in response.headers["HX-Trigger"]
    dialog = signed_in(cast.ada).get(INVITE, headers={"HX-Request": "true", "HX-Target": "dialog-body"})
    assert b"<form" in dialog.content
    assert b"<html" not in dialog.content


def test_the_links_secret_is_not_stored(cast: Cast) -> None:
    invite(cast)
    secret = link(cast).strip("/").partition("-")[2]
    with tenant_scope(cast.acme.pk):
        stored = Invitation.objects.latest("created_at")
    assert secret not in (stored.secret_hash, stored.public_id)
    assert find_invitation(f"{stored.public_id}-{secret}", at=now()) is not None
