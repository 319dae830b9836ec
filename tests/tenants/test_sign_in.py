"""Signing in without an organisation yet: passwords that were forgotten, doors that are tried."""

from typing import Any

from django.core import mail
from django.test import Client

from tests.support import Cast

RESET = "/password/reset/"


def forget(email: str, *, address: str) -> Any:
    return Client(REMOTE_ADDR=address).post(RESET, data={"email": email})


def test_a_forgotten_password_tells_nobody_who_has_an_account(cast: Cast) -> None:
    known = forget(cast.mara.email, address="198.51.100.1")
    unknown = forget("nobody@example.com", address="198.51.100.1")
    assert (known.status_code, unknown.status_code) == (302, 302)
    assert known.headers["Location"] == unknown.headers["Location"]
    assert [message.to for message in mail.outbox] == [[cast.mara.email]]


def test_nobodys_mailbox_is_flooded(cast: Cast) -> None:
    for number in range(12):
        assert forget(cast.sam.email, address=f"198.51.100.{10 + number}").status_code == 302
    assert len(mail.outbox) == 10
    mail.outbox.clear()
    # Nor does one address write to everybody.
    for member in list(cast.people().values()) * 2:
        forget(member.email, address="198.51.100.99")
    assert len(mail.outbox) <= 10


def test_the_eleventh_attempt_has_to_wait(cast: Cast) -> None:
    answers = [
        Client(REMOTE_ADDR="198.51.100.200").post("/login/", data={"login": cast.ned.email, "password": "wrong"})
        for _ in range(11)
    ]
    assert [b"Too many attempts" in answer.content for answer in answers] == [False] * 10 + [True]
