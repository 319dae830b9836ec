"""Who a lead is: everything that has to go with the person, and everything that is told to them."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from leads.models import (
    Attempt,
    Behaviour,
    CampaignFeedback,
    Consent,
    Evidence,
    FollowUp,
    Forgotten,
    ForgottenSalt,
    Handover,
    Insight,
    Lead,
    Rejection,
    StageEntry,
)
from sla.models import Clock, Plea
from tenants.models import StoredFile


@dataclass(frozen=True)
class Identity:
    """By what a person is named: addresses as they are compared, and every name, address and number of theirs."""

    lead_id: UUID
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    values: tuple[str, ...]


def identity_of(lead_id: UUID) -> Identity:
    """Return what still stands of a person with a lead and those that went on as it."""
    rows = list(family_of(lead_id))
    told = [part for row in rows for part in (row.name, row.given_name, row.family_name, row.email, row.phone)]
    emails = tuple(sorted({row.email_norm for row in rows if row.email_norm}))
    phones = tuple(sorted({row.phone_e164 for row in rows if row.phone_e164}))
    numbers = {str(row) for row in rows}
    return Identity(lead_id, emails, phones, tuple(sorted({*told, *emails, *phones} - {""} - numbers)))


_UNSETTLED = (Rejection.State.OPEN, Rejection.State.APPEALED)


def is_in_dispute(lead_id: UUID) -> bool:
    """Tell whether a rejection of a lead, or of one that went on as it, is not settled: nobody is erased until then."""
    return Rejection.objects.filter(handover__lead__in=family_of(lead_id), state__in=_UNSETTLED).exists()


def family_of(lead_id: UUID) -> "QuerySet[Lead]":
    """Return a lead and those that went on as it."""
    return Lead.objects.filter(Q(pk=lead_id) | Q(merged_into=lead_id)).order_by("number")


def forgotten_among(people: Collection[tuple[str, str]], *, secret: str | None) -> set[tuple[str, str]]:
    """Return those whose address (or number, of those who have no address) is that of somebody who was erased.

    ``secret`` is the organisation's salt, None while nobody was ever erased.
    """
    if secret is None:
        return set()
    digests = {one: _digests(secret, [one[0]] if one[0] else [], [one[1]] if one[1] else []) for one in set(people)}
    asked = [digest for found in digests.values() for digest in found]
    known = set(Forgotten.objects.filter(digest__in=asked).values_list("digest", flat=True))
    return {one for one, found in digests.items() if known.intersection(found)}


def digests_of(emails: Iterable[str], phones: Iterable[str]) -> list[str]:
    """Return what is kept of addresses and numbers; nothing while nobody was ever erased here."""
    secret = salt()
    return [] if secret is None else _digests(secret, emails, phones)


def salt() -> str | None:
    """Return under what the organisation's hashes of the erased are made; None while nobody was ever erased."""
    return ForgottenSalt.objects.values_list("salt", flat=True).first()


def _digests(secret: str, emails: Iterable[str], phones: Iterable[str]) -> list[str]:
    told = [f"email:{email}" for email in emails] or [f"phone:{phone}" for phone in phones]
    return [hmac.new(secret.encode(), one.encode(), hashlib.sha256).hexdigest() for one in told]


def files_of(lead_id: UUID) -> list[StoredFile]:
    """Return the files of evidence on the person's handovers that still have their bytes."""
    rows = Evidence.objects.filter(handover__lead__in=family_of(lead_id), file__erased_at=None)
    return [row.file for row in rows.select_related("file").order_by("at", "id")]


def told_of(lead_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the flow that is about a person, column by column."""
    family = list(family_of(lead_id).values_list("pk", flat=True))
    handovers = Handover.objects.filter(lead__in=family)
    subjects = list(handovers.values_list("subject_id", flat=True))
    parts: dict[str, QuerySet[Any]] = {
        "leads": Lead.objects.filter(pk__in=family),
        "consents": Consent.objects.filter(lead__in=family),
        "behaviours": Behaviour.objects.filter(lead__in=family),
        "stages": StageEntry.objects.filter(lead__in=family),
        "handovers": handovers,
        "rejections": Rejection.objects.filter(handover__in=handovers),
        "attempts": Attempt.objects.filter(handover__in=handovers),
        "evidence": Evidence.objects.filter(handover__in=handovers),
        "next_steps": FollowUp.objects.filter(lead__in=family),
        "insights": Insight.objects.filter(lead__in=family),
        "campaign_feedback": CampaignFeedback.objects.filter(lead__in=family),
        "deadlines": Clock.objects.filter(subject__in=subjects),
        "pleas": Plea.objects.filter(clock__subject__in=subjects),
    }
    told = {name: rows_told(rows.order_by("pk")) for name, rows in parts.items()}
    companies = [row.company for row in family_of(lead_id).select_related("company") if row.company]
    return {**told, "companies": rows_told(companies)}


def rows_told(rows: "Iterable[Model] | Sequence[Model]") -> list[dict[str, Any]]:
    """Return rows as they stand in their tables, without the organisation's id."""
    return [
        {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name != "organisation_id"
        }
        for row in rows
    ]
