"""Taking in what a client tells: known people are appended to, unknown ones become leads.

# Note [In waves]
Many submissions are taken in together: what they need is read at once, each is judged in its turn upon what those
before it have changed, and the rows are written at once (leads.actions.gathering). Who comes twice comes in two waves,
so that between them the lead can go to sales, as it does when they come one after the other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads import normal
from leads.actions.attributes import read_custom
from leads.actions.changing import change_lead, keep_rows
from leads.actions.contacting import shorten_for_request
from leads.actions.finding import Met, find_all
from leads.actions.gathering import gathered_work, once, version_at
from leads.actions.judging import follow_score, rescore
from leads.actions.knowing_companies import Companies, domains_of
from leads.actions.numbering import draw_numbers
from leads.actions.reading import Arrival, Reading, TakenIn, read_all
from leads.capture import Captured, CompanyFacts, Touch
from leads.facts import LOOK_BACK_ROWS, facts_from, fields_of, latest_behaviours
from leads.models import Attribute, Behaviour, Consent, Handover, Lead
from leads.queries.ownership import handovers_with_sales
from leads.scoring import Did, is_request_for_sales
from smarketing.lib.inserting import new_row
from smarketing.lib.refused import refused_table
from smarketing.lib.tenancy import new_ids
from tenants.models import Membership
from tenants.queries import active_members
from tenants.roles import Role

# As much as one submission can carry.
LARGEST_CUSTOM = 64 * 1024
# What marketing writes beside the custom values; no form does.
OURS = frozenset({"nurture_note"})
# Somebody else may make the same person between our look and our insert; then we look again.
MOST_LOOKS = 5


@transaction.atomic
def take_in(captured: Captured, *, at: datetime, marketer: Membership | None = None, country: str = "") -> TakenIn:
    """Append the submission to the lead with this e-mail, or make one; then score it and qualify it.

    Does not hand over: see hand_over_qualified. For the other arguments see Arrival.
    """
    return next(take_in_waves([Arrival(captured, at, marketer, country)]))[0]


def take_in_waves(arrivals: Sequence[Arrival]) -> Iterator[list[TakenIn]]:
    """Take in submissions in their order, each as take_in does. See Note [In waves].

    What is yielded is written; who comes again is taken in when the caller has gone on to the next wave.
    """
    for wave in _waves(arrivals):
        yield from _take_wave(wave, alone=len(arrivals) == 1)


def _waves(arrivals: Sequence[Arrival]) -> Iterator[list[Reading]]:
    wave: list[Reading] = []
    seen: set[str] = set()
    for arrival in arrivals:
        reading = Reading(arrival, email_norm=normal.email_norm(arrival.captured.person.email))
        if reading.email_norm and reading.email_norm in seen:
            yield wave
            wave, seen = [], set()
        wave.append(reading)
        seen.add(reading.email_norm)
    if wave:
        yield wave


def _take_wave(wave: list[Reading], *, alone: bool = False) -> Iterator[list[TakenIn]]:
    read_all(wave)
    for look in range(MOST_LOOKS):
        met = find_all({one.email_norm for one in wave}, domains_of(_told_of_companies(wave)))
        known = met.leads
        if len({lead.pk for lead in known.values()}) < len(known):
            # Two addresses of one person, whose records were merged.
            yield from (taken for one in wave for taken in _take_wave([Reading(one.arrival, one.email_norm)]))
            return
        savepoint = SAVEPOINT if alone and not known else ""
        try:
            with _undone_when_refused(savepoint):
                taken = _take(wave, met, savepoint)
        except IntegrityError as refusal:
            if look == MOST_LOOKS - 1 or refused_table(refusal) != Lead._meta.db_table:
                raise
            continue
        yield taken
        return


# Who comes alone and for the first time writes everything at the end, in one round trip that begins with this.
SAVEPOINT = "taken_in"


@contextmanager
def _undone_when_refused(savepoint: str) -> Iterator[None]:
    """Undo what the block has written when it is refused; a savepoint of this name is made by the write itself."""
    if not savepoint:
        with transaction.atomic():
            yield
        return
    try:
        yield
    except IntegrityError:
        with connection.cursor() as cursor:
            cursor.execute(f"rollback to savepoint {savepoint}")
        raise


def _take(wave: list[Reading], met: Met, savepoint: str) -> list[TakenIn]:
    known = met.leads
    with gathered_work(savepoint=savepoint) as work:
        ground = _Ground(wave, met)
        rows_of = [one.arrival.row_of for one in wave]
        taken = []
        for one in wave:
            reading = replace(one, warnings=[*one.warnings])
            lead, created = known.get(one.email_norm), one.email_norm not in known
            if lead is None:
                lead = _new_lead(reading, ground)
                work.made.append(lead)
            fields = _take_one(reading, lead, created, ground)
            taken.append(TakenIn(lead, created, reading.warnings, ground.companies.learned.get(lead.pk), fields))
        _number(work.made, ground)
        work.others += [row_of(one) for one, row_of in zip(taken, rows_of, strict=True) if row_of]
        ground.companies.write()
        work.write()
    for handover, at in ground.requests:
        shorten_for_request(handover, at=at)
    return taken


def _told_of_companies(wave: Sequence[Reading]) -> list[tuple[str, CompanyFacts]]:
    return [(one.email_norm, one.captured.company) for one in wave]


class _Ground:
    """What a wave needs to know beside its own submissions, read at once."""

    def __init__(self, wave: Sequence[Reading], met: Met) -> None:
        known = met.leads
        self.ids = iter(new_ids(2 * len(wave)))
        homeless = [one for one in wave if one.email_norm not in known or known[one.email_norm].company is None]
        self.companies = Companies(_told_of_companies(homeless), met.companies, ids=self.ids)
        self.with_sales = handovers_with_sales([lead.pk for lead in known.values()])
        self.done = _done(wave, known)
        # Who asked for a sales talk while sales has them.
        self.requests: list[tuple[Handover, datetime]] = []
        # Whose campaign says who answers for them.
        self.owners: dict[UUID, Membership] = {}


def _done(wave: Sequence[Reading], known: Mapping[str, Lead]) -> dict[UUID, list[Did]]:
    """Return what known leads have done until the moment of their submission."""
    moments: dict[datetime, list[UUID]] = {}
    for one in wave:
        if one.email_norm in known:
            moments.setdefault(one.at, []).append(known[one.email_norm].pk)
    return {pk: did for at, pks in moments.items() for pk, did in latest_behaviours(pks, at=at).items()}


def _new_lead(reading: Reading, ground: _Ground) -> Lead:
    lead = new_row(
        Lead,
        id=next(ground.ids),
        # Drawn last of all.
        number=0,
        email=normal.tidy(reading.captured.person.email),
        email_norm=reading.email_norm,
        marketer=reading.arrival.marketer,
        stage_since=reading.at,
        created_at=reading.at,
        updated_at=reading.at,
    )
    owner = reading.campaign.owner if reading.campaign else None
    if owner is not None:
        ground.owners[lead.pk] = owner
    return lead


def _number(leads: Sequence[Lead], ground: _Ground) -> None:
    """Give new leads their numbers and, where nobody was named, the marketer who answers for them."""
    for lead, number in zip(leads, draw_numbers(len(leads)) if leads else (), strict=True):
        lead.number = number
        if lead.marketer_id is None:
            lead.marketer = ground.owners.get(lead.pk) or _marketer_in_turn(number)


def _marketer_in_turn(number: int) -> Membership | None:
    people = once("marketers", Membership, _marketers)
    return people[number % len(people)] if people else None


def _marketers() -> list[Membership]:
    return active_members(roles=[Role.MARKETER]) or active_members(roles=[Role.MARKETING_MANAGER])


def _take_one(reading: Reading, lead: Lead, created: bool, ground: _Ground) -> Mapping[str, Any]:
    captured, at = reading.captured, reading.at
    version = version_at(at)
    asks = version is not None and is_request_for_sales(captured.intent, version.content["definitions"])
    _append(lead, reading, ground.companies, asks=asks)
    done = _behaviours(lead, captured, at=at)
    keep_rows(done)
    keep_rows(_consents(lead, captured, at=at))
    record("lead.received", lead, by=None, at=at, data={"created": created, "asks_for_sales": asks}, thread=lead.pk)
    if version is None:
        return fields_of(lead)
    did = [Did(row.kind, row.at) for row in done] + ground.done.get(lead.pk, [])
    newest = sorted(did, key=lambda one: one.at, reverse=True)[:LOOK_BACK_ROWS]
    facts = facts_from(lead, newest)
    rescore(lead, version, by=None, at=at, facts=facts)
    handover = ground.with_sales.get(lead.pk)
    if handover is None:
        follow_score(lead, by=None, at=at)
    elif asks:
        ground.requests.append((handover, at))
    return facts.fields


def _append(lead: Lead, reading: Reading, companies: Companies, *, asks: bool) -> None:
    """Fill what was unknown; who a person is never changes by a form, what they write now does."""
    captured, person, at = reading.captured, reading.captured.person, reading.at
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
    changes["company"] = companies.of(lead, captured.company, email_norm=reading.email_norm)
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


def _joined_custom(lead: Lead, reading: Reading) -> dict[str, Any]:
    """Join what only this form asks; not without end, for anybody can post anybody's e-mail address."""
    joined = {**lead.custom, **{k: v for k, v in reading.captured.custom.items() if k not in OURS}}
    if len(json.dumps(joined)) <= LARGEST_CUSTOM:
        return joined
    reading.warn("custom_full", _("The lead holds no more custom values; they are kept with the submission."))
    return dict(lead.custom)


def _read_attributes(lead: Lead, reading: Reading) -> dict[str, Any]:
    """Return the attributes with what this form says of the empty ones; what cannot be read is warned about."""
    known, warnings = read_custom(lead.attributes, reading.captured.custom, once("attributes", Attribute, _catalogue))
    reading.warnings += warnings
    return known


def _catalogue() -> list[Attribute]:
    return list(Attribute.objects.filter(retired_at=None).exclude(sources=[]))


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


def _behaviours(lead: Lead, captured: Captured, *, at: datetime) -> list[Behaviour]:
    return [
        new_row(Behaviour, lead=lead, kind=normal.fold(did.kind), at=min(did.at or at, at), properties=did.properties)
        for did in captured.behaviours
    ]


def _consents(lead: Lead, captured: Captured, *, at: datetime) -> list[Consent]:
    return [
        new_row(
            Consent, lead=lead, purpose=told.purpose, basis=told.basis, granted=told.granted, text=told.text,
            text_version=told.text_version, captured_at=told.captured_at or at, ip=told.ip, method=told.method,
        )
        for told in captured.consents
    ]  # fmt: skip
