"""Insights: written down, corrected for a quarter of an hour, withdrawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from leads import normal
from leads.actions.changing import refuse_erased
from leads.models import EDIT_FOR, Company, Insight, Lead
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership
from tenants.roles import Role

LONGEST_INSIGHT = 2000
LONGEST_TAG = 40
MOST_TAGS = 8


class InsightNotYours(DomainError):
    """Who wrote an insight corrects it, and withdraws it, as an administrator may."""

    code = "insight_not_yours"


class InsightEditOver(DomainError):
    """Others may have read it: after a quarter of an hour it is withdrawn and written anew."""

    code = "insight_edit_over"


class InsightWithdrawn(DomainError):
    """What was withdrawn stays so."""

    code = "insight_withdrawn"


@transaction.atomic
def add_insight(
    *,
    text: str,
    tags: Sequence[str] = (),
    lead: Lead | None = None,
    company: Company | None = None,
    by: Membership,
    at: datetime,
) -> Insight:
    """Write down what a customer taught; one on a lead is on its company, too. Raises InvalidInput."""
    told = _checked(text, tags)
    if lead is not None:
        lead = lead.merged_into or lead
        refuse_erased(lead)
        company = lead.company
    insight = Insight.objects.create(**told, lead=lead, company=company, by=by, at=at)
    _record("insight.added", insight, by=by, at=at)
    return insight


@transaction.atomic
def edit_insight(insight: Insight, *, text: str, tags: Sequence[str], by: Membership, at: datetime) -> Insight:
    """Correct one's own insight. Raises InsightNotYours, InsightWithdrawn, InsightEditOver, InvalidInput."""
    if insight.by_id != by.pk:
        raise InsightNotYours(_("Only who wrote this corrects it."))
    told = _checked(text, tags)
    mine = Insight.objects.filter(pk=insight.pk, withdrawn_at=None)
    if at > insight.at + EDIT_FOR:
        raise InsightEditOver(_("Others may have read this. Withdraw it and write a new one."))
    if not mine.update(**told, edited_at=at, revision=F("revision") + 1):
        raise InsightWithdrawn(_("This was withdrawn."))
    insight.refresh_from_db()
    _record("insight.edited", insight, by=by, at=at)
    return insight


@transaction.atomic
def withdraw_insight(insight: Insight, *, by: Membership, at: datetime) -> Insight:
    """Take an insight out of the list and the search; it stays on record. Raises InsightNotYours, InsightWithdrawn."""
    if insight.by_id != by.pk and not by.has(Role.ADMINISTRATOR):
        raise InsightNotYours(_("Only who wrote this, or an administrator, withdraws it."))
    shown = Insight.objects.filter(pk=insight.pk, withdrawn_at=None)
    if not shown.update(withdrawn_at=at, withdrawn_by=by, revision=F("revision") + 1):
        raise InsightWithdrawn(_("This was withdrawn."))
    insight.refresh_from_db()
    _record("insight.withdrawn", insight, by=by, at=at)
    return insight


def tidy_tags(tags: Iterable[str]) -> list[str]:
    """Return tags as they are kept: without #, tidied, lower case, each once however it is spelled."""
    found: dict[str, str] = {}
    for tag in tags:
        tidied = normal.tidy(tag).lstrip("#").strip().lower()
        words = normal.words_of(tidied)
        if words:
            found.setdefault("_".join(words), tidied)
    return list(found.values())


def _checked(text: str, tags: Sequence[str]) -> dict[str, object]:
    kept, faults = tidy_tags(tags), []
    if not 0 < len(text.strip()) <= LONGEST_INSIGHT:
        faults.append(FieldError("/text", "required", _("Write down what you learned, in up to 2,000 letters.")))
    if len(kept) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in kept):
        faults.append(FieldError("/tags", "out_of_range", _("Give up to 8 tags of up to 40 letters.")))
    if faults:
        raise InvalidInput(faults)
    return {"text": text.strip(), "tags": kept}


def _record(kind: str, insight: Insight, *, by: Membership, at: datetime) -> None:
    # Neither text nor tags: people write names there.
    data = {"lead": str(insight.lead_id) if insight.lead_id else None, "tags": len(insight.tags)}
    record(kind, insight, by=by, at=at, data=data, thread=insight.lead_id)
