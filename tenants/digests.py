"""What is stored of a secret (pure)."""

import hashlib


def digest(secret: str) -> str:
    """Return what is stored of a secret. It is random with 256 bits, so a plain hash suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()
