"""Where the points of a decided case were written: a closed month stays what it was, the open one takes them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sla.models import CreditEntry


def months_written(subjects: Iterable[UUID]) -> dict[UUID, date]:
    """Return the month of the newest line of each handover's credit; one that was never counted has none."""
    lines = CreditEntry.objects.filter(subject__in=list(subjects)).order_by("subject", "-at", "-pk")
    return dict(lines.distinct("subject").values_list("subject", "month"))
