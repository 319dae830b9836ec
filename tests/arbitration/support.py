"""Makers for cases: a lead handed over, rejected and appealed by the real actions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbitration.actions import file_appeal
from arbitration.models import Case
from leads.actions import assign_handover, hand_over, reject_handover
from leads.models import Handover, Lead, Rejection
from tenants.models import Membership
from tests.support import Cast

CRITERION = "company_size"


@dataclass(frozen=True)
class Dispute:
    """A rejected handover."""

    handover: Handover
    rejection: Rejection


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
