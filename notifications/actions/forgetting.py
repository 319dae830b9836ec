"""What goes from the log of messages when a person is erased. Notices themselves are made of ids, numbers and times."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from notifications.models import Mail


@transaction.atomic
def forget_mails_with_keys(once_keys: Collection[str], *, at: datetime) -> int:
    """Blank mails that went, or were to go, to the person; what has not left stays here. Return how many."""
    rows = Mail.objects.filter(once_key__in=once_keys)
    rows.filter(state=Mail.State.WAITING).update(state=Mail.State.DEAD, available_at=at)
    return rows.update(to="", subject="", body="", html="", error="")
