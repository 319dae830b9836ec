"""Handing a lead over to sales, and to whom."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads import words
from leads.actions.capacity import start_of_clocks
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead, refuse_erased
from leads.actions.following_up import pass_on_steps
from leads.actions.judging import UNQUALIFIED, qualify
from leads.actions.routing import choose_rep
from leads.facts import fields_of
from leads.models import Handover, Lead
from leads.queries.ownership import is_with_sales, last_handover
from leads.queries.routing import routing_fields
from leads.scoring import STANDARD, exclusions_of, missing_fields
from sla import actions as sla
from sla.content import with_defaults
from sla.models import AgreementVersion, Subject
from sla.queries import agreement_in_force
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
    return _send(lead, _agreement(at=at), by=by, at=at, note=note, override_reason=override_reason)


def _send(
    lead: Lead, version: AgreementVersion, *, by: Membership | None, at: datetime, note: str, override_reason: str
) -> Handover:
    lead = _locked_whole(lead.pk)
    refuse_erased(lead)
    before = last_handover(lead)
    _check_gate(lead, version, before, override_reason)
    tier = lead.tier or STANDARD
    if lead.stage in UNQUALIFIED:
        qualify(lead, tier=tier, by=by, at=at)
    zone = zone_of_organisation()
    # Everything that can refuse has been asked: from here on others wait for this transaction.
    choice = choose_rep(routing_fields(lead, tier=tier), day=at.astimezone(ZoneInfo(zone)).date(), at=at)
    starts_at = start_of_clocks(version, tier=tier, at=at, zone=zone)
    sender = by or lead.marketer
    subject = _open_subject(lead, version, tier=tier, sender=sender, rep=choice.rep, at=at, zone=zone)
    handover = _insert(
        lead,
        subject,
        number=before.number + 1 if before else 1,
        at=at,
        note=note.strip(),
        override_reason=override_reason.strip(),
        routed=choice.routed,
        clocks_start_at=starts_at,
    )
    sla.start_clocks(subject, at=starts_at or at, by=by)
    if lead.origin == Lead.Origin.MARKETING:
        sla.give_credit(subject, key=f"{lead.pk}:{lead.cycle}", at=at, zone=zone)
    change_lead(lead, at=at, sales_owner=choice.rep)
    _record_sent(handover, by=by, at=at)
    return handover


def _locked_whole(lead_id: Any) -> Lead:
    """Return the lead, locked, with everything that sending asks of it, in one query."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("company", "campaign", "marketer")
    return rows.get(pk=lead_id)


def _record_sent(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    starts_at = handover.clocks_start_at
    data = {
        "tier": handover.tier,
        "number": handover.number,
        "cycle": handover.cycle,
        "version": handover.version.number,
        "assigned_to": str(handover.assigned_to_id) if handover.assigned_to_id else None,
        "override": bool(handover.override_reason),
        "rule": handover.routed["rule"],
        "waits_because": handover.routed.get("waits_because"),
        "clocks_start_at": starts_at.isoformat() if starts_at else None,
    }
    record("handover.sent", handover, by=by, at=at, data=data, thread=handover.lead_id)


def hand_over_qualified(lead: Lead, *, at: datetime) -> Handover | None:
    """Hand a lead over by itself when it is an MQL; None when it is not, is with sales, or the gate stays shut.

    Where the agreement leaves the sending to marketing (``auto_handover`` is off) it waits in marketing's list.
    """
    if lead.stage != Lead.Stage.MQL or not lead.tier:
        return None
    version = agreement_in_force(at=at)
    if version is None or not with_defaults(version.content)["definitions"]["auto_handover"]:
        return None
    try:
        with transaction.atomic():
            return _send(lead, version, by=None, at=at, note="", override_reason="")
    except (GateClosed, BelowThreshold, LeadWithSales, LeadMerged):
        # It waits in marketing's list, where the gap is named.
        return None


def _agreement(*, at: datetime) -> AgreementVersion:
    version = agreement_in_force(at=at)
    if version is None:
        raise NoAgreement(_("No agreement is in force; sign one first."))
    return version


def _check_gate(lead: Lead, version: AgreementVersion, before: Handover | None, override_reason: str) -> None:
    if lead.merged_into_id is not None:
        raise LeadMerged(_("This lead was merged into another one."), merged_into=str(lead.merged_into_id))
    if before is not None and is_with_sales(before):
        raise LeadWithSales(_("Sales has this lead already."), handover=str(before.pk))
    fields, definitions = fields_of(lead), version.content["definitions"]
    missing, excluded = missing_fields(fields, definitions), exclusions_of(fields, definitions)
    if missing or excluded:
        named = ", ".join(words.word(words.FIELDS, name) for name in [*missing, *excluded])
        raise GateClosed(
            _("The agreement does not let this lead through: %(what)s.") % {"what": named},
            missing=missing,
            excluded=excluded,
        )
    if not lead.tier and not override_reason.strip():
        raise BelowThreshold(_("This lead is not qualified yet. Say why it should go to sales all the same."))


def _open_subject(
    lead: Lead,
    version: AgreementVersion,
    *,
    tier: str,
    sender: Membership | None,
    rep: Membership | None,
    at: datetime,
    zone: str,
) -> Subject:
    definitions = version.content["definitions"]
    required = len(definitions["required_fields"])
    return sla.open_subject(
        kind=Subject.Kind.HANDOVER,
        thread_id=lead.pk,
        version=version,
        tier=tier,
        weight=Decimal(version.content["tiers"][tier]["weight"]),
        owner=rep,
        sender=sender,
        opened_at=at,
        zone=zone,
        required_fields=required,
        present_fields=required - len(missing_fields(fields_of(lead), definitions)),
    )


def _insert(lead: Lead, subject: Subject, *, at: datetime, **given: Any) -> Handover:
    return Handover.objects.create(
        lead=lead,
        subject=subject,
        version=subject.version,
        tier=subject.tier,
        weight=subject.weight,
        cycle=lead.cycle,
        sent_at=at,
        sent_by=subject.sender,
        assigned_to=subject.owner,
        counted_month=subject.counted_month,
        snapshot=snapshot_of(lead),
        judged=[f"{reason['key']}:{reason['state']}" for reason in lead.score_reasons],
        last_utm=lead.last_utm,
        updated_at=at,
        **given,
    )


def snapshot_of(lead: Lead) -> dict[str, Any]:
    """Return the lead as it stands, with its score reasons: what both sides may later argue about."""
    return {
        "number": lead.number,
        "name": lead.name,
        "fields": {name: value for name, value in fields_of(lead).items() if value not in (None, "")},
        "custom": lead.custom,
        "wants_sales_talk": lead.wants_sales_talk,
        "fit_grade": lead.fit_grade,
        "fit_points": lead.fit_points,
        "readiness_grade": lead.readiness_grade,
        "readiness_points": lead.readiness_points,
        "tier": lead.tier,
        "score_reasons": lead.score_reasons,
        "first_touch": lead.first_touch,
        "last_touch": lead.last_touch,
        "campaign": str(lead.campaign_id) if lead.campaign_id else None,
    }


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
