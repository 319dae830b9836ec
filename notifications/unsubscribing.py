"""The link under a mail that ends mails of its kind, also for who is not signed in: signed, good for nothing else."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.urls import reverse

_SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class Wish:
    """Whose mails of which kind are to end."""

    slug: str
    member_id: UUID
    kind: str


def path_for(wish: Wish) -> str:
    """Return the path of the link."""
    token = signing.dumps([wish.slug, wish.member_id.hex, wish.kind], salt=_SALT)
    return reverse("unsubscribe", kwargs={"token": token})


def wish_in(token: str) -> Wish | None:
    """Return what a link says, or None when it is not one of ours."""
    try:
        slug, member, kind = signing.loads(token, salt=_SALT)
        return Wish(str(slug), UUID(hex=member), str(kind))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
