"""Finding leads by what people type: a name, a company, an address, a number."""

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import LeadWord
from leads.normal import words_of
from leads.queries.counting import counted_each

# As many leads as one search looks at; more words make it narrower.
LOOKED_AT = 10_000
MOST_TERMS = 4
_PHONE = re.compile(r"\+[\d ()/.-]{3,}")
# Greater than every word in byte order that begins with what stands before it.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Search:
    """Which leads a text finds; ``is_cut`` when so many that only a part was looked at."""

    found: Q
    is_cut: bool = False


def search_for(text: str) -> Search:
    """Return what finds the text: L-12 is a number, all other words must each begin a word of the lead."""
    number = text.upper().removeprefix("L-").strip()
    if number.isascii() and number.isdigit() and len(number) < 10:
        return Search(Q(number=int(number)))
    terms = terms_of(text)
    if not terms:
        return Search(Q(pk__in=[]))
    counts = counted_each({term: _beginning(term) for term in terms}, up_to=LOOKED_AT)
    rarest, *others = sorted(terms, key=lambda term: counts[term])
    found = Q(pk__in=_beginning(rarest).values("lead")[:LOOKED_AT])
    for term in others:
        found &= Q(Exists(_beginning(term).filter(lead=OuterRef("pk"))))
    return Search(found, is_cut=counts[rarest] > LOOKED_AT)


def terms_of(text: str) -> list[str]:
    """Return the beginnings of words that the text asks for; addresses and phone numbers are one word."""
    if _PHONE.fullmatch(text.strip()):
        return ["+" + "".join(sign for sign in text if sign.isdigit())]
    terms: list[str] = []
    for part in text.split():
        inner = part.strip(".,;")
        whole = "@" in inner or "." in inner
        terms += [inner.lower()] if whole else words_of(part)
    return list(dict.fromkeys(terms))[:MOST_TERMS]


def _beginning(term: str) -> "QuerySet[LeadWord]":
    return LeadWord.objects.filter(word__gte=term, word__lt=term + _LAST)
