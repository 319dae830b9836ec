"""Plain makers of submissions, leads and handovers, all by the real actions."""

from datetime import datetime
from typing import Any

from leads.actions import hand_over, take_in
from leads.capture import BehaviourFact, Captured, CompanyFacts, Person
from leads.models import Handover, Lead
from sla.models import Clock
from tenants.actions import add_member
from tenants.models import Membership, User
from tenants.roles import Role

GOOD_COMPANY = {"name": "Example GmbH", "employees": 120, "industry": "logistics", "country": "AT"}


def captured(email: str = "jane.doe@example.com", *, intent: str = "", **changes: Any) -> Captured:
    """A submission of a good fit: a manager of a company of the right size, trade and country."""
    person = {"given_name": "Jane", "family_name": "Doe", "job_title": "CTO", "phone": "+43 1 58858"}
    company = GOOD_COMPANY | changes.pop("company", {})
    person |= changes.pop("person", {})
    return Captured(Person(email=email, **person), CompanyFacts(**company), intent=intent, **changes)


def ready_at(at: datetime) -> tuple[BehaviourFact, ...]:
    """Enough interest for a standard-qualified lead of good fit."""
    return (BehaviourFact("pricing_viewed", at), BehaviourFact("webinar_attended", at))


def make_lead(*, at: datetime, email: str = "jane.doe@example.com", **changes: Any) -> Lead:
    """A standard-qualified lead."""
    changes.setdefault("behaviours", ready_at(at))
    return take_in(captured(email, **changes), at=at).lead


def make_handover(
    *, at: datetime, by: Membership | None = None, email: str = "jane.doe@example.com", **changes: Any
) -> Handover:
    """A standard handover, routed."""
    return hand_over(make_lead(at=at, email=email, **changes), by=by, at=at)


def make_rep(name: str, *, at: datetime) -> Membership:
    """Another rep, made inside the organisation's scope."""
    user = User.objects.create_user(f"{name}@example.com", "pw", name=name.title(), created_at=at)
    return add_member(user, roles=[Role.SALES_REP], by=None, at=at)


def clock_of(handover: Handover, commitment: str) -> Clock:
    """The newest cycle of a commitment's clock."""
    rows = Clock.objects.filter(subject=handover.subject_id, commitment=commitment)
    return rows.order_by("-cycle")[:1].get()


def kinds_of(row: Any) -> list[str]:
    """The kinds of the events about a row, in order."""
    from events.queries import history_of

    return [event.kind for event in history_of(row.pk)]
