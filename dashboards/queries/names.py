"""Names behind ids."""

from collections.abc import Collection

from leads.models import Campaign
from tenants.models import Team


def campaign_names(campaign_ids: Collection[str]) -> dict[str, str]:
    """Return what campaigns are called."""
    rows = Campaign.objects.filter(pk__in=campaign_ids).values_list("pk", "name") if campaign_ids else []
    return {str(pk): name for pk, name in rows}


def team_names() -> dict[str, str]:
    """Return what the teams of sales are called, by name."""
    rows = Team.objects.filter(side="sales").order_by("name").values_list("pk", "name")
    return {str(pk): name for pk, name in rows}
