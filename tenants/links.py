"""Secret parts of links that are made again whenever they are needed, and stored nowhere."""

import base64
import hashlib
import hmac

from django.conf import settings


def invitation_secret(public_id: str) -> str:
    """Return the secret part of an invitation's link."""
    return linked_secret("invitation", public_id)


def mailed_secret(public_id: str) -> str:
    """Return the secret part of the link in an invitation's mail; shown to nobody else, it proves the address."""
    return linked_secret("invitation_mail", public_id)


def linked_secret(purpose: str, public_id: str) -> str:
    """Return the secret part of a link, made from SECRET_KEY: the mail that follows can name it again."""
    made = hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{public_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def invitation_path(public_id: str) -> str:
    """Return the path of an invitation's link."""
    return f"/invite/{public_id}-{invitation_secret(public_id)}/"


def mailed_invitation_path(public_id: str) -> str:
    """Return the path of the link in an invitation's mail."""
    return f"/invite/{public_id}-{mailed_secret(public_id)}/"
