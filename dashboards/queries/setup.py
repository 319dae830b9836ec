"""What a new organisation has set up already, in one query."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists

from intake.models import Form
from leads.models import Handover, Lead, RoutingPlan
from sla.models import Signature, Target
from tenants.models import Key, Membership
from tenants.roles import Role


@dataclass(frozen=True)
class Step:
    """One thing to set up, and whether it is done."""

    key: str
    is_done: bool


def setup_steps(member: Membership) -> list[Step]:
    """Return the steps from an empty organisation to the first lead with sales, in their order."""
    people = Membership.objects.filter(is_active=True)
    facts = {
        "heads_marketing": people.filter(roles__contains=[str(Role.MARKETING_MANAGER)]),
        "heads_sales": people.filter(roles__contains=[str(Role.SALES_MANAGER)]),
        "executive": people.filter(roles__contains=[str(Role.EXECUTIVE)]),
        "reps": people.filter(roles__contains=[str(Role.SALES_REP)]),
        "signed_marketing": Signature.objects.filter(side="marketing"),
        "signed_sales": Signature.objects.filter(side="sales"),
        "target": Target.objects.filter(state=Target.State.COUNTERSIGNED),
        "form": Form.objects.all(),
        # One that was never used connects nothing: every organisation is made with a key.
        "key": Key.objects.filter(revoked_at=None, last_used_at__isnull=False),
        "routing": RoutingPlan.objects.all(),
        "lead": Lead.objects.all(),
        "handover": Handover.objects.all(),
    }
    exist: Any = {name: Exists(rows) for name, rows in facts.items()}
    found: Any = people.filter(pk=member.pk).values(**exist).get()
    done = {
        "people": all(found[name] for name in ("heads_marketing", "heads_sales", "executive", "reps")),
        "agreement": found["signed_marketing"] and found["signed_sales"],
        "target": found["target"],
        "intake": found["form"] or found["key"],
        "routing": found["routing"],
        "lead": found["lead"],
        "handover": found["handover"],
    }
    return [Step(key, bool(value)) for key, value in done.items()]
