"""Bringing what a client tells into our spelling, and naming what cannot be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads import normal
from leads.actions.campaigns import meet_names
from leads.capture import Captured
from leads.models import Campaign, Lead
from smarketing.lib.tenancy import TenantModel
from tenants.models import Membership, Organisation


@dataclass(frozen=True)
class TakenIn:
    """The lead, whether it is new, and what could not be understood (code and detail each; nothing is lost).

    ``learned`` is what was told of the company that nobody knew (leads.actions.withdrawing.unlearn), ``fields`` the
    lead as it was judged: those after it may tell more of its company.
    """

    lead: Lead
    created: bool
    warnings: list[dict[str, str]] = field(default_factory=list)
    learned: dict[str, Any] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrival:
    """One submission to be taken in.

    ``country`` is where phone numbers without a prefix are dialled, unless the company names its own; without
    either it is the organisation's. Without a ``marketer`` the campaign's owner answers for a new lead, else one of
    the marketers in turn. ``row_of`` makes the caller's own row of what was taken in, which is written with it.
    """

    captured: Captured
    at: datetime
    marketer: Membership | None = None
    country: str = ""
    row_of: Callable[[TakenIn], TenantModel] | None = None


@dataclass
class Reading:
    """A submission in our spelling."""

    arrival: Arrival
    email_norm: str = ""
    phone_e164: str = ""
    country: str = ""
    campaign: Campaign | None = None
    utm_unknown: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def captured(self) -> Captured:
        """What was told."""
        return self.arrival.captured

    @property
    def at(self) -> datetime:
        """When it came."""
        return self.arrival.at

    def warn(self, code: str, detail: str) -> None:
        """Note what could not be understood; it is kept all the same."""
        self.warnings.append({"code": code, "detail": detail})


def read_all(wave: Sequence[Reading]) -> None:
    """Bring numbers and names of campaigns into our spelling, and note what cannot be."""
    for reading in wave:
        person = reading.captured.person
        reading.country = reading.captured.company.country.strip().upper()
        if person.email.strip() and not reading.email_norm:
            reading.warn("email_unparsed", _("The e-mail address is not one; it is kept as it came."))
    home = _home_country() if any(_needs_home(reading) for reading in wave) else ""
    for reading in wave:
        phone = reading.captured.person.phone
        if phone.strip():
            reading.phone_e164 = normal.phone_e164(phone, reading.country or reading.arrival.country or home)
            if not reading.phone_e164:
                reading.warn("phone_unparsed", _("The phone number cannot be dialled; it is kept as it came."))
    _find_campaigns(wave)


def _needs_home(reading: Reading) -> bool:
    return bool(reading.captured.person.phone.strip()) and not (reading.country or reading.arrival.country)


def _home_country() -> str:
    return Organisation.objects.values_list("country", flat=True).get()


def _find_campaigns(wave: Sequence[Reading]) -> None:
    """Find the campaign that the first visit names, else the last; else keep the folded name that nobody knows."""
    told = [(reading, _told_campaigns(reading)) for reading in wave]
    spelled: dict[str, tuple[str, datetime]] = {}
    for reading, names in told:
        for norm, name in names.items():
            spelled.setdefault(norm, (name, reading.at))
    known = meet_names(spelled) if spelled else {}
    for reading, names in told:
        found = [known[norm] for norm in names if norm in known]
        if len(found) < len(names):
            reading.warn("utm_unknown", _("The campaign is not known; an administrator can map it."))
        if found:
            reading.campaign = found[0]
        elif names:
            reading.utm_unknown = next(iter(names))


def _told_campaigns(reading: Reading) -> dict[str, str]:
    touches = (reading.captured.attribution.first, reading.captured.attribution.last)
    return {normal.fold(touch.campaign): touch.campaign for touch in touches if touch and touch.campaign.strip()}
