"""Finding rulings by words, in English and German.

PostgreSQL's stemmers of both languages make word stems, which triggers keep in a table of their own: the
operators of full-text search may not use an index under the policies, plain equality may.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Min, OuterRef

from arbitration.models import Ruling, RulingWord

# As many rulings as one search returns; the newest ones when there are more.
LOOKED_AT = 500
MOST_WORDS = 6
_NUMBER = re.compile(r"^(\d{4})-(\d{1,6})$")


@dataclass(frozen=True)
class Found:
    """The rulings that a text finds, the best part of each where its words stand, and whether there are more."""

    parts: dict[UUID, int]
    is_cut: bool = False


def found_rulings(text: str) -> Found:
    """Return the rulings of which every typed word is a word; 2026-014 is a number of a case."""
    number = _NUMBER.match(text.strip())
    if number:
        rows = Ruling.objects.filter(case__year=int(number[1]), case__sequence=int(number[2]))
        decisions = rows.exclude(outcome=Ruling.Outcome.REMANDED).values_list("pk", flat=True)
        return Found(dict.fromkeys(decisions, RulingWord.Part.CRITERION))
    words = _stems_of(text.split()[:MOST_WORDS])
    if not words:
        return Found({})
    ids = _with_all(words)
    return Found(_parts(ids[:LOOKED_AT], words), is_cut=len(ids) > LOOKED_AT)


def _stems_of(words: Sequence[str]) -> list[list[str]]:
    """Return the stems of each word in both languages; a stop word of either has none and is left out."""
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select array(select arbitration_stems(word)) from unnest(%s::text[]) word",
            [[word[:100] for word in words]],
        )
        return [stems for (stems,) in cursor.fetchall() if stems]


def _with_all(words: Sequence[Sequence[str]]) -> list[UUID]:
    """Return the newest rulings that have each of the words, at most one more than is told."""
    first, *others = words
    rows = RulingWord.objects.filter(word__in=first)
    for stems in others:
        rows = rows.filter(Exists(RulingWord.objects.filter(ruling=OuterRef("ruling"), word__in=stems)))
    # A word's stem may differ between the languages, so that a ruling may come once for each.
    newest = rows.order_by("-ruling").values_list("ruling", flat=True)[: len(first) * (LOOKED_AT + 1)]
    return list(dict.fromkeys(newest))


def _parts(ids: Sequence[UUID], words: Sequence[Sequence[str]]) -> dict[UUID, int]:
    stems = [stem for word in words for stem in word]
    rows = RulingWord.objects.filter(word__in=stems, ruling__in=ids).values_list("ruling")
    return dict(rows.annotate(best=Min("part")).order_by())
