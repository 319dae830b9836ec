"""Taking in what a client tells: known people are appended to, unknown ones become leads."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from leads import normal
from leads.actions.attributes import read_custom
from leads.actions.campaigns import meet_name
from leads.actions.changing import change_lead
from leads.actions.contacting import shorten_for_request
from leads.actions.judging import follow_score, rescore
from leads.capture import Captured, CompanyFacts, Touch
from leads.models import Attribute, Behaviour, Campaign, Company, Consent, Lead, LeadNumber
from leads.queries.ownership import handover_with_sales
from leads.scoring import is_request_for_sales
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from tenants.models import Membership, Organisation
from tenants.queries import active_members
from tenants.roles import Role

# As much as one submission can carry.
LARGEST_CUSTOM = 64 * 1024
# What marketing writes beside the custom values; no form does.
OURS = frozenset({"nurture_note"})


@dataclass(frozen=True)
class TakenIn:
    """The lead, whether it is new, and what could not be understood (code and detail each; nothing is lost)."""

    lead: Lead
    created: bool
    warnings: list[dict[str, str]] = field(default_factory=list)


@dataclass
class _Reading:
    """A submission in our spelling."""

    captured: Captured
    email_norm: str = ""
    phone_e164: str = ""
    country: str = ""
    campaign: Campaign | None = None
    utm_unknown: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)

    def warn(self, code: str, detail: str) -> None:
        self.warnings.append({"code": code, "detail": detail})


@transaction.atomic
def take_in(captured: Captured, *, at: datetime, marketer: Membership | None = None, country: str = "") -> TakenIn:
    """Append the submission to the lead with this e-mail, or make one; then score it and qualify it.

    ``country`` is where phone numbers without a prefix are dialled, unless the company names its own; without
    either it is the organisation's. Does not hand over: see hand_over_qualified.
    """
    reading = _read(captured, country=country, at=at)
    version = agreement_in_force(at=at)
    lead, created = _find_or_make(reading, at=at, marketer=marketer)
    asks = version is not None and is_request_for_sales(captured.intent, version.content["definitions"])
    _append(lead, reading, asks=asks, at=at)
    _keep_behaviours(lead, captured, at=at)
    _keep_consents(lead, captured, at=at)
    record("lead.received", lead, by=None, at=at, data={"created": created, "asks_for_sales": asks}, thread=lead.pk)
    if version is not None:
        _judge(lead, version, asks=asks, at=at)
    return TakenIn(lead, created, reading.warnings)


def _judge(lead: Lead, version: AgreementVersion, *, asks: bool, at: datetime) -> None:
    rescore(lead, version, by=None, at=at)
    handover = handover_with_sales(lead)
    if handover is None:
        follow_score(lead, by=None, at=at)
    elif asks:
        shorten_for_request(handover, at=at)


def _read(captured: Captured, *, country: str, at: datetime) -> _Reading:
    person = captured.person
    reading = _Reading(captured, country=captured.company.country.strip().upper())
    reading.email_norm = normal.email_norm(person.email)
    if person.email.strip() and not reading.email_norm:
        reading.warn("email_unparsed", _("The e-mail address is not one; it is kept as it came."))
    if person.phone.strip():
        reading.phone_e164 = normal.phone_e164(person.phone, reading.country or country or _home_country())
        if not reading.phone_e164:
            reading.warn("phone_unparsed", _("The phone number cannot be dialled; it is kept as it came."))
    reading.campaign, reading.utm_unknown = _campaign(reading, at=at)
    return reading


def _home_country() -> str:
    return Organisation.objects.values_list("country", flat=True).get()


def _campaign(reading: _Reading, *, at: datetime) -> tuple[Campaign | None, str]:
    """Return the campaign that the first visit names, else the last, and the folded name that nobody knows."""
    touches = (reading.captured.attribution.first, reading.captured.attribution.last)
    told = {normal.fold(touch.campaign): touch.campaign for touch in touches if touch and touch.campaign.strip()}
    if not told:
        return None, ""
    known = {campaign.utm_norm: campaign for campaign in Campaign.objects.filter(utm_norm__in=told)}
    meant = {norm: known.get(norm) or meet_name(example, at=at) for norm, example in told.items()}
    found = [campaign for campaign in meant.values() if campaign is not None]
    if len(found) < len(meant):
        reading.warn("utm_unknown", _("The campaign is not known; an administrator can map it."))
    return (found[0], "") if found else (None, next(iter(meant)))


def _find_or_make(reading: _Reading, *, at: datetime, marketer: Membership | None) -> tuple[Lead, bool]:
    known = _find(reading.email_norm)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return _make(reading, at=at, marketer=marketer), True
    except IntegrityError:
        # Somebody made the same person between our look and our insert.
        known = _find(reading.email_norm)
        if known is None:
            raise
        return known, False


def _find(email_norm: str) -> Lead | None:
    if not email_norm:
        return None
    rows = Lead.objects.select_for_update(of=("self",)).select_related("company")
    found = rows.filter(email_norm=email_norm, merged_into=None).first()
    if found is not None:
        return found
    # The address of a record that went on as another one is that person's too.
    went_on = Lead.objects.filter(email_norm=email_norm).exclude(merged_into=None).values("merged_into")
    return rows.filter(pk__in=went_on, merged_into=None).first()


def _make(reading: _Reading, *, at: datetime, marketer: Membership | None) -> Lead:
    number = _next_number()
    return Lead.objects.create(
        number=number,
        email=normal.tidy(reading.captured.person.email),
        email_norm=reading.email_norm,
        marketer=marketer or _marketer_for(reading, number),
        stage_since=at,
        created_at=at,
        updated_at=at,
    )


def _next_number() -> int:
    if not LeadNumber.objects.update(last=F("last") + 1):
        LeadNumber.objects.bulk_create([LeadNumber()], ignore_conflicts=True)
        LeadNumber.objects.update(last=F("last") + 1)
    return LeadNumber.objects.get().last


def _marketer_for(reading: _Reading, number: int) -> Membership | None:
    """Return who answers for a lead that came by itself: the campaign's owner, else the marketers in turn."""
    owner: Membership | None = reading.campaign.owner if reading.campaign else None
    if owner is not None:
        return owner
    people = active_members(roles=[Role.MARKETER]) or active_members(roles=[Role.MARKETING_MANAGER])
    return people[number % len(people)] if people else None


def _append(lead: Lead, reading: _Reading, *, asks: bool, at: datetime) -> None:
    """Fill what was unknown; who a person is never changes by a form, what they write now does."""
    captured, person = reading.captured, reading.captured.person
    facts = {
        "given_name": normal.tidy(person.given_name),
        "family_name": normal.tidy(person.family_name),
        "phone": normal.tidy(person.phone),
        "phone_e164": reading.phone_e164,
        "job_title": normal.tidy(person.job_title),
        "country": reading.country,
        "company_name": normal.tidy(captured.company.name),
        "campaign": reading.campaign,
        "utm_unknown": "" if lead.campaign_id else reading.utm_unknown,
    }
    changes: dict[str, Any] = {name: value for name, value in facts.items() if value and not getattr(lead, name)}
    changes["company"] = _company(lead, reading)
    changes["custom"] = _joined_custom(lead, reading)
    if captured.custom:
        changes["attributes"] = _read_attributes(lead, reading)
    changes["wants_sales_talk"] = lead.wants_sales_talk or asks
    if captured.message.strip():
        changes["message"] = captured.message.strip()
    last_utm = _last_named(captured)
    if last_utm:
        changes["last_utm"] = last_utm
    change_lead(lead, at=at, **changes, **_touches(lead, captured, at=at))


def _joined_custom(lead: Lead, reading: _Reading) -> dict[str, Any]:
    """Join what only this form asks; not without end, for anybody can post anybody's e-mail address."""
    joined = {**lead.custom, **{k: v for k, v in reading.captured.custom.items() if k not in OURS}}
    if len(json.dumps(joined)) <= LARGEST_CUSTOM:
        return joined
    reading.warn("custom_full", _("The lead holds no more custom values; they are kept with the submission."))
    return dict(lead.custom)


def _read_attributes(lead: Lead, reading: _Reading) -> dict[str, Any]:
    """Return the attributes with what this form says of the empty ones; what cannot be read is warned about."""
    catalogue = Attribute.objects.filter(retired_at=None).exclude(sources=[])
    known, warnings = read_custom(lead.attributes, reading.captured.custom, catalogue)
    reading.warnings += warnings
    return known


def _touches(lead: Lead, captured: Captured, *, at: datetime) -> dict[str, Any]:
    """The first touch stands for ever, the last one rolls."""
    told = captured.attribution
    where = {"click_ids": told.click_ids, "landing_page": told.landing_page, "referrer": told.referrer}
    last = {**_touch(told.last or told.first or Touch(), at), **{k: v for k, v in where.items() if v}}
    if lead.first_touch:
        return {"last_touch": last}
    return {"first_touch": _touch(told.first, at) if told.first else last, "last_touch": last}


def _last_named(captured: Captured) -> str:
    """Return the folded name of the last visit that names a campaign; one without a name changes nothing."""
    told = (captured.attribution.last, captured.attribution.first)
    return next((name for touch in told if touch and (name := normal.fold(touch.campaign))), "")


def _touch(touch: Touch, at: datetime) -> dict[str, Any]:
    names = ("source", "medium", "campaign", "term", "content")
    told = {name: normal.tidy(getattr(touch, name)) for name in names}
    return {**{name: value for name, value in told.items() if value}, "at": (touch.at or at).isoformat()}


def _company(lead: Lead, reading: _Reading) -> Company | None:
    told = reading.captured.company
    if lead.company is not None:
        return _completed(lead.company, told)
    domain = normal.company_domain(reading.email_norm, told.website)
    name = normal.tidy(told.name) or domain
    if not name and told.employees is None:
        return None
    if not domain:
        return _completed(Company.objects.create(name=name), told)
    Company.objects.bulk_create([Company(name=name, domain_norm=domain)], ignore_conflicts=True)
    return _completed(Company.objects.get(domain_norm=domain), told)


def _completed(company: Company, told: CompanyFacts) -> Company:
    """Write what was unknown of the company; leads of one domain share it."""
    facts = {"employees": told.employees, "industry": normal.fold(told.industry), "country": told.country.upper()}
    news = {name: value for name, value in facts.items() if value and not getattr(company, name)}
    if news:
        Company.objects.filter(pk=company.pk).update(**news)
        for name, value in news.items():
            setattr(company, name, value)
    return company


def _keep_behaviours(lead: Lead, captured: Captured, *, at: datetime) -> None:
    Behaviour.objects.bulk_create(
        Behaviour(lead=lead, kind=normal.fold(did.kind), at=min(did.at or at, at), properties=did.properties)
        for did in captured.behaviours
    )


def _keep_consents(lead: Lead, captured: Captured, *, at: datetime) -> None:
    Consent.objects.bulk_create(
        Consent(
            lead=lead, purpose=told.purpose, basis=told.basis, granted=told.granted, text=told.text,
            text_version=told.text_version, captured_at=told.captured_at or at, ip=told.ip, method=told.method,
        )
        for told in captured.consents
    )  # fmt: skip
