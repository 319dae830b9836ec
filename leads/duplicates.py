"""By what two leads may be the same person (pure): suggestions for people to decide, never a merge by itself."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Google delivers dots and tags to one mailbox, under either name.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}

# A switchboard or a shared mailbox tells nothing about persons.
TELLING_AT_MOST = 20


@dataclass(frozen=True)
class Person:
    """What is compared: normalised address, number, and the name at a company."""

    email_norm: str = ""
    phone_e164: str = ""
    given_name: str = ""
    family_name: str = ""
    company_domain: str = ""
    company_name: str = ""


def keys_of(person: Person) -> frozenset[tuple[str, str]]:
    """Return the keys (kind, value) by which another record may be the same person.

    Kinds: ``mailbox`` (the address without its tag), ``phone``, ``name`` (initial and family name at one company).
    """
    found = {("mailbox", mailbox(person.email_norm)), ("phone", person.phone_e164), ("name", _name_at_company(person))}
    return frozenset((kind, value) for kind, value in found if value)


def shared(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> list[str]:
    """Return the kinds of keys that two people share, the most telling first."""
    kinds = {kind for kind, _value in set(one) & set(other)}
    return [kind for kind in ("mailbox", "phone", "name") if kind in kinds]


def mailbox(email_norm: str) -> str:
    """Return the address without a tag after a plus sign; "" for none."""
    local, at, domain = email_norm.rpartition("@")
    if not at:
        return ""
    local = local.partition("+")[0]
    if domain in _DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{_DOTLESS.get(domain, domain)}" if local else ""


def _name_at_company(person: Person) -> str:
    given, family = _plain(person.given_name), _plain(person.family_name)
    company = person.company_domain or _plain(person.company_name)
    return f"{given[:1]}|{family}|{company}" if given and family and company else ""


def _plain(text: str) -> str:
    """Return letters and digits only, in lower case, without accents."""
    spread = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(sign for sign in spread.lower() if sign.isalnum())
