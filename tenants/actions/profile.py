"""How a person is called, and how the application looks for them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tenants.models import Membership, User


@transaction.atomic
def change_profile(membership: Membership, *, name: str, preferences: Mapping[str, object]) -> None:
    """Change how a person is called here and how the application looks for them (zone, language, theme, keys)."""
    User.objects.filter(pk=membership.user_id).update(name=name, **preferences)
    Membership.objects.filter(pk=membership.pk).update(name=name)


def prove_address(user: User, *, at: datetime) -> None:
    """Note that whoever uses the account reads what goes to its address; the first time counts."""
    User.objects.filter(pk=user.pk, email_proved_at=None).update(email_proved_at=at)
