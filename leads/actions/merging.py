"""Making one record of two that are the same person, and undoing it.

# Note [Nothing is discarded]
The older record goes on and the other answers with it. What belongs to a person moves (behaviour,
consents, handovers), and everything that moved is written down, so that undoing puts each thing back
where it was. What came after the merge stays with the survivor. A value that somebody changed since
is theirs and stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead, refuse_erased
from leads.actions.contacting import tell_clocks_again
from leads.actions.judging import follow_score, rescore
from leads.actions.sending import zone_of_organisation
from leads.models import Behaviour, Consent, Duplicate, FollowUp, Handover, Insight, Lead, Merge, Rejection
from leads.queries.merging import MERGEABLE, credited_subject, earlier_of, joined_values
from leads.queries.ownership import handover_with_sales
from sla import actions as sla
from sla.models import Subject
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

# How long a merge can be undone.
UNDO_FOR = timedelta(days=30)


class SameLead(DomainError):
    """A lead cannot be merged with itself."""

    code = "same_lead"
    status = 422


class AlreadyMerged(DomainError):
    """One of the two goes on as another lead already; ``merged_into`` says as which."""

    code = "already_merged"


class LeadInDispute(DomainError):
    """The handover that would end is rejected and not settled yet."""

    code = "lead_in_dispute"


class MergeOver(DomainError):
    """The time to undo a merge is over, or it was undone."""

    code = "merge_over"


@transaction.atomic
def merge_leads(one: Lead, other: Lead, *, take: Sequence[str] = (), by: Membership, at: datetime) -> Merge:
    """Let two leads go on as the older of them; see Note [Nothing is discarded].

    ``take`` names fields (of MERGEABLE) whose value the younger gives although the older has one. Of two open
    handovers the earlier goes on with its clocks, of two credits in the present cycles the later is reversed.
    Raises SameLead, AlreadyMerged, LeadInDispute, InvalidInput.
    """
    survivor, dropped = _locked_pair(one, other)
    _check(take)
    going_on, ending = _open_handovers(survivor, dropped)
    moved: dict[str, Any] = {"fields": _join(survivor, dropped, take, going_on, at=at)}
    moved |= _end_handover(ending, going_on, by=by, at=at)
    moved |= _settle_credit(survivor, dropped, at=at)
    moved |= _move_rows(survivor, dropped)
    change_lead(dropped, at=at, merged_into=survivor, sales_owner=None, wake_on=None)
    merge = _insert(survivor, dropped, moved, by=by, at=at)
    Duplicate.objects.filter(lead__in=[survivor, dropped], other__in=[survivor, dropped]).update(
        state=Duplicate.State.MERGED, decided_at=at, decided_by=by
    )
    _judge(survivor, by=by, at=at)
    _record("lead.merged", merge, by=by, at=at, told=ending.assigned_to_id if ending else None)
    return merge


@transaction.atomic
def undo_merge(merge: Merge, *, by: Membership, at: datetime) -> Lead:
    """Put everything back that a merge moved; return the lead that was dropped. Raises MergeOver, AlreadyMerged."""
    survivor, dropped = _locked(merge.survivor_id, merge.dropped_id)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at is not None or at > merge.at + UNDO_FOR:
        raise MergeOver(_("This merge cannot be undone any more."))
    _refuse_merged(survivor)
    moved = merge.moved
    change_lead(dropped, at=at, merged_into=None)
    _move_back(moved, survivor, dropped)
    _resume_handover(moved, by=by, at=at)
    _restore_credit(moved, at=at)
    _restore_fields(survivor, moved["fields"], at=at)
    Merge.objects.filter(pk=merge.pk).update(undone_at=at, undone_by=by)
    Duplicate.objects.filter(lead__in=[survivor, dropped], other__in=[survivor, dropped]).update(
        state=Duplicate.State.DISMISSED, decided_at=at, decided_by=by
    )
    for lead in (survivor, dropped):
        held = handover_with_sales(lead)
        change_lead(lead, at=at, sales_owner=held.assigned_to if held else None)
        _judge(lead, by=by, at=at)
    _record("lead.unmerged", merge, by=by, at=at, told=None)
    return dropped


def dismiss_duplicate(duplicate: Duplicate, *, by: Membership, at: datetime) -> None:
    """Say that two leads are not one person; the suggestion does not come back."""
    changed = Duplicate.objects.filter(pk=duplicate.pk, state=Duplicate.State.OPEN).update(
        state=Duplicate.State.DISMISSED, decided_at=at, decided_by=by
    )
    if changed:
        data = {"other": str(duplicate.other_id)}
        record("lead.duplicate_dismissed", duplicate, by=by, at=at, data=data, thread=duplicate.lead_id)


# The pair


def _locked_pair(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    if one.pk == other.pk:
        raise SameLead(_("This is the same lead."))
    first, second = _locked(one.pk, other.pk)
    for lead in (first, second):
        _refuse_merged(lead)
    survivor, dropped = sorted((first, second), key=lambda lead: (lead.created_at, lead.number))
    return survivor, dropped


def _locked(one: Any, other: Any) -> tuple[Lead, Lead]:
    # In one order, so that two merges of the same pair cannot wait for each other in a circle.
    leads = {pk: locked_lead(pk) for pk in sorted((one, other))}
    return leads[one], leads[other]


def _refuse_merged(lead: Lead) -> None:
    refuse_erased(lead)
    if lead.merged_into_id is not None:
        raise AlreadyMerged(_("This lead was merged into another one."), merged_into=str(lead.merged_into_id))


def _check(take: Sequence[str]) -> None:
    unknown = [name for name in take if name not in MERGEABLE]
    if unknown:
        raise InvalidInput([FieldError("/take", "unknown_field", _("There is no such field to choose."))])


# Values


def _join(
    survivor: Lead, dropped: Lead, take: Sequence[str], going_on: Handover | None, *, at: datetime
) -> dict[str, Any]:
    """Write the joined values; return what each was and became, by column."""
    joined = joined_values(survivor, dropped, take)
    joined["sales_owner_id"] = going_on.assigned_to_id if going_on else None
    news = {name: value for name, value in joined.items() if getattr(survivor, name) != value}
    changed = {name: [_stored(getattr(survivor, name)), _stored(value)] for name, value in news.items()}
    change_lead(survivor, at=at, **news)
    return changed


def _restore_fields(survivor: Lead, changed: Mapping[str, Sequence[Any]], *, at: datetime) -> None:
    """See Note [Nothing is discarded]."""
    back = {name: was for name, (was, became) in changed.items() if _stored(getattr(survivor, name)) == became}
    # Owner and stage follow from what the two hold now.
    back.pop("sales_owner_id", None)
    change_lead(survivor, at=at, **{name: _read(survivor, name, value) for name, value in back.items()})


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool | dict | list) else str(value)


def _read(lead: Lead, name: str, value: Any) -> Any:
    field = next(field for field in lead._meta.concrete_fields if field.attname == name)
    return field.to_python(value)


# Handovers, clocks and credit


def _open_handovers(survivor: Lead, dropped: Lead) -> tuple[Handover | None, Handover | None]:
    """Return the open handover that goes on and the one that ends in it, both locked."""
    found = [handover_with_sales(lead) for lead in (survivor, dropped)]
    held = [locked_handover(handover) for handover in found if handover is not None]
    if len(held) < 2:
        return (held[0] if held else None), None
    going_on, ending = sorted(held, key=earlier_of)
    for handover in held:
        if Rejection.objects.filter(handover=handover, state__in=_UNSETTLED).exists():
            raise LeadInDispute(_("Sales has rejected one of them. Answer the return or settle the dispute first."))
    return going_on, ending


_UNSETTLED = (Rejection.State.OPEN, Rejection.State.APPEALED)


def _end_handover(
    ending: Handover | None, going_on: Handover | None, *, by: Membership, at: datetime
) -> dict[str, Any]:
    if ending is None or going_on is None:
        return {"handover": None, "into": None}
    sla.merge_clocks(going_on.subject, ending.subject, at=at, by=by)
    Handover.objects.filter(pk=ending.pk).update(merged_into=going_on, updated_at=at)
    # The person was contacted, under whichever name.
    contacted = ending.contacted_at is not None and going_on.contacted_at is None
    if contacted:
        is_new = going_on.progress == Handover.Progress.NEW
        progress = Handover.Progress.CONTACTED if is_new else going_on.progress
        change_handover(going_on, at=at, contacted_at=ending.contacted_at, progress=progress)
    data = {"into": str(going_on.pk)}
    record("handover.merged", ending, by=by, at=at, data=data, thread=ending.lead_id)
    return {"handover": str(ending.pk), "into": str(going_on.pk), "contacted": contacted}


def _resume_handover(moved: Mapping[str, Any], *, by: Membership, at: datetime) -> None:
    if moved["handover"] is None:
        return
    Handover.objects.filter(pk=moved["handover"]).update(merged_into=None, updated_at=at)
    ended = Handover.objects.select_related("subject", "lead").get(pk=moved["handover"])
    kept = Handover.objects.select_related("subject").get(pk=moved["into"])
    sla.unmerge_clocks(kept.subject, ended.subject, at=at, by=by)
    _return_contact(locked_handover(kept), moved, by=by, at=at)
    record("handover.unmerged", ended, by=by, at=at, data={"from": moved["into"]}, thread=ended.lead_id)


def _return_contact(kept: Handover, moved: Mapping[str, Any], *, by: Membership, at: datetime) -> None:
    """Forget a contact that was made under the other name; what was said under this one stands."""
    if moved.get("contacted"):
        is_contacted = kept.progress == Handover.Progress.CONTACTED
        progress = Handover.Progress.NEW if is_contacted else kept.progress
        change_handover(kept, at=at, contacted_at=None, progress=progress)
    tell_clocks_again(kept, by=by, at=at)


def _settle_credit(survivor: Lead, dropped: Lead, *, at: datetime) -> dict[str, Any]:
    """At most one credit per person and cycle: the later of two is reversed; a single one is the survivor's."""
    ours, theirs = credited_subject(survivor), credited_subject(dropped)
    if ours is not None and theirs is not None:
        later = max((ours, theirs), key=lambda subject: (subject.opened_at, subject.pk))
        sla.reverse_credit(later, at=at, zone=zone_of_organisation())
        return {"credit": str(later.pk), "rekeyed": None}
    if theirs is None:
        return {"credit": None, "rekeyed": None}
    was = theirs.credit_key
    sla.rekey_credit(theirs, key=f"{survivor.pk}:{survivor.cycle}")
    return {"credit": None, "rekeyed": [str(theirs.pk), was]}


def _restore_credit(moved: Mapping[str, Any], *, at: datetime) -> None:
    if moved["rekeyed"] is not None:
        subject_id, key = moved["rekeyed"]
        sla.rekey_credit(Subject.objects.get(pk=subject_id), key=key)
    if moved["credit"] is not None:
        sla.restore_credit(Subject.objects.get(pk=moved["credit"]), at=at)


# Rows


def _move_rows(survivor: Lead, dropped: Lead) -> dict[str, Any]:
    return {
        "behaviours": _moved(Behaviour.objects.filter(lead=dropped), survivor),
        "consents": _moved(Consent.objects.filter(lead=dropped), survivor),
        "followups": _moved(FollowUp.objects.filter(lead=dropped), survivor),
        "insights": _moved(Insight.objects.filter(lead=dropped), survivor),
        "handovers": _move_handovers(survivor, dropped),
        "leads": _flatten(survivor, dropped),
    }


def _moved(rows: Any, survivor: Lead) -> list[str]:
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    rows.update(lead=survivor)
    return ids


def _move_handovers(survivor: Lead, dropped: Lead) -> list[dict[str, Any]]:
    """Number the other's handovers after the survivor's own."""
    last = Handover.objects.filter(lead=survivor).count()
    rows = list(Handover.objects.filter(lead=dropped).order_by("number").values_list("pk", "number"))
    for step, (pk, _number) in enumerate(rows, start=1):
        Handover.objects.filter(pk=pk).update(lead=survivor, number=last + step)
    return [{"id": str(pk), "number": number} for pk, number in rows]


def _flatten(survivor: Lead, dropped: Lead) -> list[str]:
    """Let those that had gone on as the dropped one go on as the survivor."""
    rows = Lead.objects.filter(merged_into=dropped)
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    rows.update(merged_into=survivor)
    return ids


def _move_back(moved: Mapping[str, Any], survivor: Lead, dropped: Lead) -> None:
    _give_back(Behaviour.objects.filter(lead=survivor), moved["behaviours"], lead=dropped)
    _give_back(Consent.objects.filter(lead=survivor), moved["consents"], lead=dropped)
    _give_back(FollowUp.objects.filter(lead=survivor), moved.get("followups", ()), lead=dropped)
    _give_back(Insight.objects.filter(lead=survivor), moved.get("insights", ()), lead=dropped)
    _give_back(Lead.objects.filter(merged_into=survivor), moved["leads"], merged_into=dropped)
    for row in moved["handovers"]:
        Handover.objects.filter(pk=row["id"], lead=survivor).update(lead=dropped, number=row["number"])


def _give_back(rows: Any, ids: Iterable[str], **to: Lead) -> None:
    rows.filter(pk__in=list(ids)).update(**to)


# The record


def _insert(survivor: Lead, dropped: Lead, moved: Mapping[str, Any], *, by: Membership, at: datetime) -> Merge:
    try:
        with transaction.atomic():
            return Merge.objects.create(survivor=survivor, dropped=dropped, moved=dict(moved), by=by, at=at)
    except IntegrityError as error:
        raise AlreadyMerged(_("Somebody merged this lead at the same moment.")) from error


def _judge(lead: Lead, *, by: Membership, at: datetime) -> None:
    version = agreement_in_force(at=at)
    if version is None:
        return
    rescore(lead, version, by=by, at=at)
    if handover_with_sales(lead) is None:
        follow_score(lead, by=by, at=at)


def _record(kind: str, merge: Merge, *, by: Membership, at: datetime, told: Any) -> None:
    data = {"survivor": str(merge.survivor_id), "dropped": str(merge.dropped_id), "told": str(told) if told else None}
    # On the timelines of both.
    for lead_id in (merge.survivor_id, merge.dropped_id):
        record(kind, merge, by=by, at=at, data=data, thread=lead_id)
