"""Cases by the stage that they are in at a moment, which time alone may change."""

from datetime import datetime

from django.db.models import Q

from arbitration.rules import EVIDENCE, FILED, READY


def in_stage(stage: str, *, at: datetime) -> Q:
    """Return the condition on cases that they are in this stage at the moment (see rules.stage_at)."""
    speaking = Q(stage__in=[FILED, EVIDENCE])
    if stage == READY:
        return Q(stage=READY) | speaking & Q(statements_close_at__lte=at)
    found = Q(stage=stage)
    return found & Q(statements_close_at__gt=at) if stage in (FILED, EVIDENCE) else found
