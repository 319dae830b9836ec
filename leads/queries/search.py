"""Finding leads and insights by what people type: a name, a company, an address, a number, a word.

Both have a table of their words, kept by a trigger (sm_keep_words): ``Words`` says which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from leads.models import InsightWord, LeadWord
from leads.normal import words_of

# As many leads as one search looks at; more words make it narrower.
LOOKED_AT = 2_000
# As many leads of each of several words as are compared.
COMPARED = 50_000
MOST_TERMS = 4
_PHONE = re.compile(r"\+[\d ()/.-]{3,}")
# Greater than every word in byte order that begins with what stands before it.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Words:
    """Whose words: the table, and its key to what is found."""

    table: "type[LeadWord] | type[InsightWord]"
    key: str

    def beginning(self, term: str) -> "QuerySet[Any]":
        """Return the ids of those of which a word begins with the term."""
        found = self.table.objects.filter(word__gte=term, word__lt=term + _LAST)
        return found.values_list(self.key, flat=True)

    def whole(self, word: str) -> "QuerySet[Any]":
        """Return the ids of those that have this very word, the newest first."""
        return self.table.objects.filter(word=word).order_by(f"-{self.key}").values_list(self.key, flat=True)


OF_LEADS = Words(LeadWord, "lead")
OF_INSIGHTS = Words(InsightWord, "insight")


@dataclass(frozen=True)
class Search:
    """Which rows a text finds; ``is_cut`` when so many that only a part was looked at."""

    found: Q
    is_cut: bool = False


def search_for(text: str) -> Search:
    """Return what finds the text: L-12 is a number, all other words must each begin a word of the lead."""
    number = text.upper().removeprefix("L-").strip()
    if number.isascii() and number.isdigit() and len(number) < 10:
        return Search(Q(number=int(number)))
    return found_among(OF_LEADS, terms_of(text))


def found_among(words: Words, terms: Sequence[str]) -> Search:
    """Return what finds the rows of which each term begins a word; nothing for no terms."""
    found = _found(words, terms) if terms else []
    return Search(Q(pk__in=found[:LOOKED_AT]), is_cut=len(found) > LOOKED_AT)


def _found(words: Words, terms: Sequence[str]) -> list[UUID]:
    """Return the ids of rows of which each term begins a word, at most one more than is looked at.

    Ids, not a subquery: the planner would rather compare all leads with two thousand than look those up.
    """
    first, *others = (words.beginning(term) for term in terms)
    if others:
        rows = first[:COMPARED].intersection(*(other[:COMPARED] for other in others))[: LOOKED_AT + 1]
    else:
        # The word itself before what only begins with it, the newest before older ones.
        whole = words.whole(terms[0])
        rows = whole[: LOOKED_AT + 1].union(first.exclude(word=terms[0])[: LOOKED_AT + 1], all=True)
    return list(dict.fromkeys(rows))


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
