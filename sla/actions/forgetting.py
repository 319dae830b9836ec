"""What goes from deadlines when a person is erased: words. Figures, states and times stay."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from sla.models import Plea


@transaction.atomic
def forget_words_about(subject_ids: Collection[UUID]) -> None:
    """Blank what people wrote in pleas about these subjects; what was asked and decided, by whom and when, stays."""
    Plea.objects.filter(clock__subject__in=subject_ids).update(reason="", note="")
