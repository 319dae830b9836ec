"""Secrets that must be read again (addresses of chat channels, signing secrets): encrypted with FIELD_KEY at rest."""

from functools import cache

from cryptography.fernet import Fernet
from django.conf import settings


def seal(text: str) -> str:
    """Return the text encrypted; every call gives another cipher text."""
    return _lock(settings.FIELD_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text behind ``sealed``; raises InvalidToken where it was sealed with another key."""
    return _lock(settings.FIELD_KEY).decrypt(sealed.encode()).decode()


@cache
def _lock(key: str) -> Fernet:
    return Fernet(key)
