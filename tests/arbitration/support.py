"""Makers for cases: a lead handed over, rejected and appealed by the real actions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.test.utils import CaptureQueriesContext

from arbitration.actions import file_appeal
from arbitration.models import Case
from leads.actions import assign_handover, hand_over, reject_handover
from leads.models import Handover, Lead, Rejection
from sla.models import Clock, Subject
from tenants.models import Membership
from tests.support import Cast

CRITERION = "company_size"


@dataclass(frozen=True)
class Dispute:
    """A rejected handover."""

    handover: Handover
    rejection: Rejection


@dataclass(frozen=True)
class Filed:
    """The cast with one case, the day after the appeal."""

    cast: Cast
    case: Case

    def url(self, rest: str = "") -> str:
        """Return the address of the case, or of one of its acts."""
        return f"/o/acme/cases/{self.case.pk}/{rest}"


def make_lead(cast: Cast, name: str = "jane", *, at: datetime, marketer: Membership | None = None) -> Lead:
    """Make a lead that the gate lets through, with a personal value that must not leak."""
    return Lead.objects.create(
        number=Lead.objects.count() + 1,
        email=f"{name}@example.com",
        email_norm=f"{name}@example.com",
        given_name=name.title(),
        family_name="Doe",
        company_name="Example GmbH",
        country="AT",
        tier="standard",
        fit_grade="B",
        stage=Lead.Stage.MQL,
        stage_since=at,
        score_reasons=[
            {"key": CRITERION, "label": "Company has 50 to 2,000 employees", "kind": "fit", "state": "met",
             "proof": "640 people", "required": True, "points": 30},
        ],
        marketer=marketer or cast.mara,
        created_at=at,
        updated_at=at,
    )  # fmt: skip


def make_rejection(
    cast: Cast,
    name: str = "jane",
    *,
    at: datetime,
    reason: str = "not_fitting",
    criterion: str = CRITERION,
    sent_by: Membership | None = None,
    rejected_after: timedelta = timedelta(minutes=30),
) -> Dispute:
    """Hand a lead over to sam and let him reject it."""
    sender = sent_by or cast.mara
    handover = hand_over(make_lead(cast, name, at=at, marketer=sender), by=sender, at=at)
    if handover.assigned_to_id != cast.sam.pk:
        assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    rejection = reject_handover(
        handover, reason=reason, criterion=criterion, note=f"{name} is a tiny shop", evidence_url="",
        by=cast.sam, at=at + rejected_after,
    )  # fmt: skip
    handover.refresh_from_db()
    return Dispute(handover, rejection)


def make_case(cast: Cast, name: str = "jane", *, at: datetime, by: Membership | None = None, **changes: object) -> Case:
    """Make a case about a lead that was handed over at ``at``, rejected, and appealed an hour later."""
    dispute = make_rejection(cast, name, at=at, **changes)  # type: ignore[arg-type]
    return file_appeal(
        dispute.rejection, grounds=f"{name} employs 640 people", by=by or cast.mara, at=at + timedelta(hours=1)
    )


def copied_cases(case: Case, number: int) -> list[Case]:
    """Copy a case with all that a list reads of it, so often; a hundred take no longer than one by the actions."""
    ids = [
        {name: uuid4() for name in ("lead", "asked", "handover", "rejection", "subject", "case")} for _ in range(number)
    ]
    handover, rejection = case.handover, case.rejection
    Lead.objects.bulk_create(
        copy_of(
            handover.lead,
            id=own["lead"],
            number=1000 * case.sequence + n,
            email_norm=f"{own['lead']}@example.com",
            given_name=f"Lead {n}",
        )
        for n, own in enumerate(ids)
    )
    for name, row in (("asked", handover.subject), ("subject", case.subject)):
        Subject.objects.bulk_create(copy_of(row, id=own[name], credit_key=None) for own in ids)
    Handover.objects.bulk_create(
        copy_of(handover, id=own["handover"], lead_id=own["lead"], subject_id=own["asked"]) for own in ids
    )
    Rejection.objects.bulk_create(
        copy_of(rejection, id=own["rejection"], handover_id=own["handover"], reason=f"{rejection.reason}_{n % 9}")
        for n, own in enumerate(ids)
    )
    clock = Clock.objects.get(subject=case.subject)
    Clock.objects.bulk_create(copy_of(clock, id=uuid4(), subject_id=own["subject"]) for own in ids)
    refers = ("handover", "rejection", "subject")
    return Case.objects.bulk_create(
        copy_of(case, id=own["case"], sequence=1000 * case.sequence + n, **{f"{name}_id": own[name] for name in refers})
        for n, own in enumerate(ids)
    )


def copy_of(row: Any, *, id: UUID, **changes: Any) -> Any:
    """Return a row that is not stored yet, like another but for these columns."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(columns | {"id": id} | changes))


def reads_in(asked: CaptureQueriesContext) -> int:
    """Count what was read; each scope's own savepoint and setting cost no look into a table."""
    return sum(" FROM " in query["sql"] for query in asked.captured_queries)
