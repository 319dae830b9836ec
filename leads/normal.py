"""One spelling for addresses, numbers and names of things, so that equal ones compare equal (pure)."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from time import monotonic
from typing import ParamSpec

import phonenumbers
import phonenumbers.timezone
import tldextract
from email_validator import EmailNotValidError, validate_email

# The list of suffixes that comes with the package: nothing is fetched, nothing is written.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

# Domains of people, not of their companies.
PUBLIC_MAIL = frozenset(
    "aol.com bluewin.ch fastmail.com freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com"
    " hey.com hotmail.com hotmail.de icloud.com live.com mac.com mail.com mail.ru me.com msn.com outlook.com"
    " outlook.de posteo.de proton.me protonmail.com qq.com t-online.de web.de yahoo.com yahoo.de yandex.ru ymail.com"
    " zoho.com".split()
)

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w]+")


def tidy(text: str) -> str:
    """Return the text in NFC, trimmed, with single spaces."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


# One post asks for its address and number at every step; a piece of a file is a hundred posts.
SEVERAL_POSTS = 512
# Addresses and numbers are people's: no process knows them longer than it takes to judge their posts.
MOMENT_SECONDS = 60

P = ParamSpec("P")


def _for_a_moment(spell: Callable[P, str]) -> Callable[P, str]:
    """Remember the latest results, for a moment."""
    remembered = lru_cache(SEVERAL_POSTS)(spell)
    until = [0.0]

    @wraps(spell)
    def spelled_lately(*args: P.args, **kwargs: P.kwargs) -> str:
        if monotonic() >= until[0]:
            remembered.cache_clear()
            until[0] = monotonic() + MOMENT_SECONDS
        return remembered(*args, **kwargs)  # type: ignore[arg-type]  # texts can be hashed

    _remembered.append(remembered.cache_clear)
    return spelled_lately


_remembered: list[Callable[[], None]] = []


def forget_lately() -> None:
    """Forget at once what this process remembers: somebody is being erased."""
    for forget in _remembered:
        forget()


@_for_a_moment
def email_norm(raw: str) -> str:
    """Return the address as people are known again by: NFC, IDNA domain, lower case; "" when it is none."""
    try:
        # Names that exist in one network only are good enough to know somebody again.
        parts = validate_email(tidy(raw), check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError:
        return ""
    if "." not in (parts.ascii_domain or ""):
        return ""
    return f"{parts.local_part}@{parts.ascii_domain}".lower()


@_for_a_moment
def phone_e164(raw: str, country: str) -> str:
    """Return the number in E.164, read as dialled in ``country``; "" when it cannot be one."""
    try:
        number = phonenumbers.parse(raw, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_text(e164: str) -> str:
    """Return a number as people read it: +43 1 5552369; "" when there is none."""
    if not e164:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def zone_of_phone(e164: str) -> str:
    """Return the IANA zone in which a number rings, "" when it is unknown or could be several."""
    if not e164:
        return ""
    zones = phonenumbers.timezone.time_zones_for_number(phonenumbers.parse(e164))
    return zones[0] if len(zones) == 1 and "/" in zones[0] and zones[0] != "Etc/Unknown" else ""


def company_domain(email: str, website: str) -> str:
    """Return the registrable domain of the company: the website's, else the e-mail's unless everybody has one there."""
    return registrable(website) or registrable(email.rpartition("@")[2])


@_for_a_moment
def registrable(host_or_url: str) -> str:
    """Return the registrable part of a host or URL in lower case, "" for none or a public mail domain."""
    found = _suffixes(host_or_url.strip().lower()).top_domain_under_public_suffix
    return "" if found in PUBLIC_MAIL else found


def fold(text: str) -> str:
    """Return a campaign's name as it is compared: lower case, every run of other signs one underscore."""
    return _NOT_WORD.sub("_", tidy(text).lower()).strip("_")


# Signs between words; the database splits names and companies at the same ones.
MARKS = "\t\n\r!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~–—„“”‘’«»·"
_BETWEEN = str.maketrans(dict.fromkeys(MARKS, " "))
_ACCENTS = re.compile("[\u0300-\u036f]")
LONGEST_WORD = 60


def spelled(text: str) -> str:
    """Return the text as search compares it: no accents, lower case, ss for ß."""
    # Letter by letter: a sigma at the end of a word is the same letter.
    lower = "".join(letter.lower() for letter in unicodedata.normalize("NFKD", text))
    return _ACCENTS.sub("", lower).replace("ß", "ss")


def words_of(text: str) -> list[str]:
    """Return the words of a name as search knows them."""
    return [word[:LONGEST_WORD] for word in spelled(text).translate(_BETWEEN).split(" ") if word]
