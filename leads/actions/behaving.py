"""What a person did on the site, told after they are known."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leads import normal
from leads.actions.changing import locked_lead
from leads.actions.judging import follow_score, rescore
from leads.capture import BehaviourFact
from leads.models import Behaviour, Lead
from leads.queries.ownership import handover_with_sales
from sla.queries import agreement_in_force


@transaction.atomic
def note_behaviours(lead: Lead, facts: Sequence[BehaviourFact], *, at: datetime) -> Lead:
    """Write down what a lead did, and judge it again; hands nothing over (see hand_over_qualified).

    A page view is a fact of its own and no event: the audit trail tells of what it led to.
    """
    found = locked_lead(lead.pk)
    Behaviour.objects.bulk_create(
        Behaviour(lead=found, kind=normal.fold(did.kind), at=min(did.at or at, at), properties=did.properties)
        for did in facts
    )
    version = agreement_in_force(at=at)
    if version is not None and found.merged_into_id is None:
        rescore(found, version, by=None, at=at)
        if handover_with_sales(found) is None:
            follow_score(found, by=None, at=at)
    return found
