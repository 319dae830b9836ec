"""Striking a person's names and addresses out of texts that others wrote (pure)."""

import re
from collections.abc import Iterable

# What stands where something was struck out or blanked, in columns that must not be empty.
STRUCK = "[erased]"
# Two letters are too often part of the language.
SHORTEST = 3


def struck(text: str, values: Iterable[str]) -> str:
    """Return the text with each of these values, where it stands as a word of its own, struck out."""
    known = sorted({value.strip() for value in values if len(value.strip()) >= SHORTEST}, key=len, reverse=True)
    if not known:
        return text
    pattern = "|".join(re.escape(value) for value in known)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", STRUCK, text, flags=re.IGNORECASE)
