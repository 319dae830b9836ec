"""Asking the sides a question: the board's clock pauses until they have answered or the time is over."""

from datetime import datetime
from typing import Any

from arbitration.models import Case, Ruling
from arbitration.queries import case_parties
from arbitration.rules import READY, REMANDED
from events.actions import record
from events.models import Event, Outbox
from sla.actions import pause_clocks, resume_clocks
from sla.models import Side
from tenants.models import Membership

# The handler's name in the wiring; its outbox row waits until the answer is due.
END_REMAND = "arbitration.end_remand"


def remand(case: Case, ruling: Ruling, *, answer_by: datetime, by: Membership, at: datetime) -> None:
    """Pause the case until the question is answered, at the latest at ``answer_by``."""
    pause_clocks(case.subject, side=Side.BOARD, reason="remanded", at=at, by=by)
    Case.objects.filter(pk=case.pk).update(
        stage=REMANDED, remand_question=ruling.question, remand_until=answer_by, updated_at=at
    )
    event = record(
        "case.remanded", case, by=by, at=at, thread=case.handover.lead_id, data=_told(case, ruling, answer_by)
    )
    _wake(event, at=answer_by)


def _told(case: Case, ruling: Ruling, answer_by: datetime) -> dict[str, Any]:
    parties = case_parties(case)
    asked = sorted(str(member) for member in parties.marketing | parties.sales)
    told: dict[str, Any] = {"number": case.number, "ruling": str(ruling.pk), "answer_by": answer_by.isoformat()}
    return told | {"members": asked}


def _wake(event: Event, *, at: datetime) -> None:
    """Let the relay end the remand when the time is over; a row in the table outlives every worker."""
    Outbox.objects.create(event=event, handler=END_REMAND, available_at=at)


def resume(case: Case, *, by: Membership | None, at: datetime) -> None:
    """Let the board's clock run again with the time that is left; the case is ready to rule."""
    resume_clocks(case.subject, side=Side.BOARD, at=at, by=by)
    Case.objects.filter(pk=case.pk).update(stage=READY, remand_until=None, updated_at=at)
    asked = Ruling.objects.filter(case=case, outcome=Ruling.Outcome.REMANDED).order_by("-at", "-pk")
    told = {"number": case.number, "asked_by": str(asked.values_list("by", flat=True)[0])}
    record("case.resumed", case, by=by, at=at, thread=case.handover.lead_id, data=told)
