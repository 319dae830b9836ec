"""What an address asks a table of some months for."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404

from dashboards.forms import CriteriaForm, ReturnForm
from dashboards.queries.campaign_return import FIRST
from dashboards.tables import PeriodAsked
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from sla.queries.targets import signed_versions
from tenants.models import Membership, Organisation


def asked_period(
    given: Mapping[str, str], *, at: datetime, organisation: Organisation, member: Membership
) -> PeriodAsked:
    """Return the months, the touch and the version that an address names; 404 for whatever there is not."""
    today, versions = at.astimezone(ZoneInfo(organisation.zone)).date(), signed_versions()
    numbers, present = [version.number for version in versions], version_of(versions, at=at)
    of_return = ReturnForm(given, today=today)
    of_criteria = CriteriaForm(given, today=today, numbers=numbers, present=present.number if present else None)
    if not (of_return.is_valid() and of_criteria.is_valid()):
        raise Http404
    first, last = of_return.months
    wanted = of_criteria.cleaned_data.get("version")
    return PeriodAsked(
        first=first,
        last=last,
        touch=of_return.cleaned_data["touch"] or FIRST,
        version=next((version for version in versions if version.number == wanted), present),
        at=at,
        organisation=organisation,
        member=member,
    )


def version_of(versions: list[AgreementVersion], *, at: datetime) -> AgreementVersion | None:
    """Return the version in force, else the last that was signed."""
    return agreement_in_force(at=at) or (versions[-1] if versions else None)
