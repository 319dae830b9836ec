"""By what two leads may be the same person (pure): suggestions for people to decide, never a merge by itself."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

# Kind and value.
Key = tuple[str, str]

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


def keys_of(person: Person) -> frozenset[Key]:
    """Return the keys (kind, value) by which another record may be the same person.

    Kinds: ``mailbox`` (the address without its tag), ``phone``, ``name`` (initial and family name at one company).
    """
    found = {("mailbox", mailbox(person.email_norm)), ("phone", person.phone_e164), ("name", _name_at_company(person))}
    return frozenset((kind, value) for kind, value in found if value)


def shared(one: Iterable[Key], other: Iterable[Key]) -> list[str]:
    """Return the kinds of keys that two people share, the most telling first."""
    kinds = {kind for kind, _value in set(one) & set(other)}
    return [kind for kind in ("mailbox", "phone", "name") if kind in kinds]


def shared_in_turn(
    looked: Sequence[UUID],
    *,
    had: Mapping[UUID, Collection[Key]],
    have: Mapping[UUID, Collection[Key]],
    others: Mapping[Key, Collection[UUID]],
) -> list[dict[UUID, list[str]]]:
    """Return for each of these leads, looked at in this order, who shares a telling key with it then, and the kinds.

    Until its turn a lead is found by the keys that it ``had``, then by those that it shall ``have``. Of all ``others``
    it is enough to know one more than TELLING_AT_MOST for each key.
    """
    holders = {key: set(others.get(key, ())) for keys in (*had.values(), *have.values()) for key in keys}
    for lead_id, keys in had.items():
        _hold(holders, lead_id, keys)
    found = []
    for lead_id in looked:
        for key in had[lead_id]:
            holders[key].discard(lead_id)
        _hold(holders, lead_id, have[lead_id])
        found.append(_sharing(lead_id, have[lead_id], holders))
    return found


def _hold(holders: Mapping[Key, set[UUID]], lead_id: UUID, keys: Iterable[Key]) -> None:
    for key in keys:
        holders[key].add(lead_id)


def _sharing(lead_id: UUID, keys: Collection[Key], holders: Mapping[Key, set[UUID]]) -> dict[UUID, list[str]]:
    telling = [key for key in keys if len(holders[key]) <= TELLING_AT_MOST + 1]
    found: dict[UUID, list[Key]] = {}
    for key in telling:
        for other in holders[key] - {lead_id}:
            found.setdefault(other, []).append(key)
    return {other: shared(keys, same) for other, same in found.items()}


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
