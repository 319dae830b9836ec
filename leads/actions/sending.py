"""Handing a lead over to sales, and to whom."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from events.actions import record
from leads import words
from leads.actions.changing import LeadErased, change_handover, change_lead, locked_handover, locked_lead, refuse_erased
from leads.actions.dispatching import Order, dispatch
from leads.actions.following_up import pass_on_steps
from leads.actions.gathering import gathered_work, version_at
from leads.actions.judging import UNQUALIFIED, qualify
from leads.facts import fields_of
from leads.models import Handover, Lead
from leads.queries.ownership import is_with_sales, last_handover, last_handovers
from leads.scoring import STANDARD, exclusions_of, missing_fields
from sla import actions as sla
from sla.content import with_defaults
from sla.models import AgreementVersion
from smarketing.lib.errors import DomainError
from tenants.models import Membership, Organisation
from tenants.roles import Role


class GateClosed(DomainError):
    """The lead lacks what the agreement demands at handover, or is excluded; ``missing`` and ``excluded`` say what."""

    code = "gate_closed"


class BelowThreshold(DomainError):
    """The lead is not qualified; marketing may hand it over all the same, with a reason."""

    code = "below_threshold"


class LeadWithSales(DomainError):
    """Sales owns the lead already."""

    code = "lead_with_sales"


class LeadMerged(DomainError):
    """The lead goes on as another one."""

    code = "lead_merged"


class NoAgreement(DomainError):
    """Without an agreement in force nothing can be handed over."""

    code = "no_agreement"


class NotARep(DomainError):
    """Only an active member of sales can work on a handover."""

    code = "not_a_rep"


@transaction.atomic
def hand_over(
    lead: Lead, *, by: Membership | None, at: datetime, note: str = "", override_reason: str = ""
) -> Handover:
    """Send a lead to sales: gate, routing, clocks, credit. ``by`` is None when it goes by itself.

    Over the agreed capacity of the day the clocks start at the next opening (see leads.actions.capacity).
    Raises GateClosed, BelowThreshold (unless ``override_reason``), LeadWithSales, LeadMerged, NoAgreement.
    """
    with gathered_work() as work:
        version = version_at(at)
        if version is None:
            raise NoAgreement(_("No agreement is in force; sign one first."))
        order = _order(Candidate(_locked_whole(lead.pk)), version, note=note, override_reason=override_reason)
        if order.lead.stage in UNQUALIFIED:
            qualify(order.lead, tier=order.tier, by=by, at=at)
        (handover,) = dispatch([order], version, work, by=by, at=at)
    return handover


def _locked_whole(lead_id: Any) -> Lead:
    """Return the lead, locked, with everything that sending asks of it, in one query."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("company", "campaign", "marketer")
    return rows.get(pk=lead_id)


@transaction.atomic
def hand_over_qualified(lead: Lead, *, at: datetime) -> Handover | None:
    """Hand a lead over by itself when it is an MQL; None when it is not, is with sales, or the gate stays shut.

    Where the agreement leaves the sending to marketing (``auto_handover`` is off) it waits in marketing's list.
    """
    if not _is_qualified(lead):
        return None
    locked = _locked_whole(lead.pk)
    refuse_erased(locked)
    return hand_over_each([Candidate(locked)], at=at).get(lead.pk)


@dataclass(frozen=True)
class Candidate:
    """A lead that the caller has locked, as it stands.

    ``fields`` are what it tells (leads.facts) where they are known; ``is_new``: this transaction has made it.
    """

    lead: Lead
    fields: Mapping[str, Any] | None = None
    is_new: bool = False


@transaction.atomic(savepoint=False)
def hand_over_each(candidates: Sequence[Candidate], *, at: datetime) -> dict[UUID, Handover]:
    """Hand over what is qualified of several leads, as hand_over_qualified in their order; return them by lead.

    Nobody may come twice.
    """
    qualified = [one for one in candidates if _is_qualified(one.lead)]
    if not qualified:
        return {}
    with gathered_work() as work:
        version = version_at(at)
        if version is None or not _goes_by_itself(version):
            return {}
        orders = _orders(qualified, version)
        sent = dispatch(orders, version, work, by=None, at=at)
    return {handover.lead_id: handover for handover in sent}


def _is_qualified(lead: Lead) -> bool:
    return lead.stage == Lead.Stage.MQL and bool(lead.tier)


def _goes_by_itself(version: AgreementVersion) -> bool:
    return bool(with_defaults(version.content)["definitions"]["auto_handover"])


def _orders(qualified: Sequence[Candidate], version: AgreementVersion) -> list[Order]:
    """Return what goes to sales; the others wait in marketing's list, where the gap is named."""
    _complete([one.lead for one in qualified])
    before = last_handovers([one.lead.pk for one in qualified if not one.is_new])
    orders = []
    for one in qualified:
        with suppress(GateClosed, BelowThreshold, LeadWithSales, LeadMerged, LeadErased):
            orders.append(_ordered(one, version, before.get(one.lead.pk)))
    return orders


def _complete(leads: Sequence[Lead]) -> None:
    """Read what sending asks of leads beside themselves, where nobody has yet."""
    for name in ("company", "campaign", "marketer"):
        lacking = [lead for lead in leads if getattr(lead, f"{name}_id") and name not in lead._state.fields_cache]
        if lacking:
            prefetch_related_objects(lacking, name)


def _order(one: Candidate, version: AgreementVersion, *, note: str, override_reason: str) -> Order:
    return _ordered(one, version, last_handover(one.lead), note=note.strip(), override_reason=override_reason.strip())


def _ordered(
    one: Candidate, version: AgreementVersion, before: Handover | None, *, note: str = "", override_reason: str = ""
) -> Order:
    """Return what is to be sent. Raises what the gate refuses."""
    lead, fields = one.lead, fields_of(one.lead) if one.fields is None else one.fields
    refuse_erased(lead)
    _check_gate(lead, fields, version, before, override_reason)
    number = before.number + 1 if before else 1
    return Order(lead, fields, lead.tier or STANDARD, number=number, note=note, override_reason=override_reason)


def _check_gate(
    lead: Lead, fields: Mapping[str, Any], version: AgreementVersion, before: Handover | None, override_reason: str
) -> None:
    if lead.merged_into_id is not None:
        raise LeadMerged(_("This lead was merged into another one."), merged_into=str(lead.merged_into_id))
    if before is not None and is_with_sales(before):
        raise LeadWithSales(_("Sales has this lead already."), handover=str(before.pk))
    definitions = version.content["definitions"]
    missing, excluded = missing_fields(fields, definitions), exclusions_of(fields, definitions)
    if missing or excluded:
        named = ", ".join(words.word(words.FIELDS, name) for name in [*missing, *excluded])
        raise GateClosed(
            _("The agreement does not let this lead through: %(what)s.") % {"what": named},
            missing=missing,
            excluded=excluded,
        )
    if not lead.tier and not override_reason:
        raise BelowThreshold(_("This lead is not qualified yet. Say why it should go to sales all the same."))


def zone_of_organisation() -> str:
    return Organisation.objects.values_list("zone", flat=True).get()


@transaction.atomic
def assign_handover(handover: Handover, *, to: Membership, by: Membership, at: datetime) -> None:
    """Give a handover to another rep; deadlines stay, unless the version restarts them. Raises NotARep."""
    if not to.is_active or not to.has(Role.SALES_REP, Role.SALES_MANAGER):
        raise NotARep(_("Only an active member of sales can work on a lead."))
    handover = locked_handover(handover)
    if handover.assigned_to_id == to.pk:
        return
    move_to(handover, to, at=at, by=by)
    data = {"assigned_to": str(to.pk)}
    record("handover.assigned", handover, by=by, at=at, data=data, thread=handover.lead_id)


def move_to(handover: Handover, rep: Membership | None, *, at: datetime, by: Membership | None) -> None:
    """Make ``rep`` the one who owes the clocks of a locked handover; None puts it into the manager's queue."""
    came_from = handover.assigned_to_id
    change_handover(handover, at=at, assigned_to=rep)
    change_lead(locked_lead(handover.lead_id), at=at, sales_owner=rep)
    pass_on_steps(handover.lead_id, came_from=came_from, to=rep, at=at)
    sla.reassign_clocks(handover.subject, owner=rep, at=at, by=by)
