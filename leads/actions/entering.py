"""What an organisation demands before a lead moves forward into a stage."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from leads.actions.gathering import once
from leads.criteria import demand_text
from leads.facts import fields_of
from leads.models import Lead, StageSetting
from leads.queries.attributes import field_labels
from leads.stages import WITH_ENTRY, gaps, is_forward
from smarketing.lib.errors import DomainError


class EntryGaps(DomainError):
    """The stage demands what this lead does not have; ``gaps`` names the fields."""

    code = "entry_gaps"


def require_entry(lead: Lead, stage: str, *, amount: Decimal | None = None) -> None:
    """Raise EntryGaps, naming them, when a forward move into the stage lacks something."""
    if not is_forward(lead.stage, stage):
        return
    found = entry_gaps(lead, stage, amount=amount)
    if found:
        labels = field_labels()
        named = ", ".join(demand_text(gap, labels) for gap in found)
        raise EntryGaps(
            _("Before this step the lead needs: %(what)s.") % {"what": named}, gaps=[gap["field"] for gap in found]
        )


def entry_gaps(lead: Lead, stage: str, *, amount: Decimal | None = None) -> Sequence[Mapping[str, Any]]:
    """Return what the stage demands and the lead lacks."""
    if stage not in WITH_ENTRY:
        return []
    setting = once(f"stage:{stage}", StageSetting, lambda: StageSetting.objects.filter(stage=stage).first())
    if setting is None or not setting.entry:
        return []
    return gaps(setting.entry, {**fields_of(lead), "amount": str(amount) if amount is not None else None})
