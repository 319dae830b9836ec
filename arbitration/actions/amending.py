"""From precedents to a better agreement: a criterion reworded in the draft of the next version, tried out before.

# Note [What a preview compares]
Each handover of the last 90 days as it was handed over, judged by the criterion that it was sent under and by the
new wording. Only what differs is listed; the job's result holds ids, so that erasure need not touch it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from arbitration.models import Amendment, AmendmentPrecedent, Precedent
from arbitration.queries.amendments import criterion_in, draft_or_present
from events.actions import record
from leads.models import Handover
from leads.scoring import answer
from sla.actions import change_draft, draft_version, refuse_faults
from sla.models import AgreementVersion
from smarketing.lib.errors import DomainError
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

PREVIEW = "arbitration.preview_amendment"
LOOK_BACK = timedelta(days=90)
PER_STEP = 500
# So many differing handovers are listed; all are counted.
MOST_LISTED = 200
WORDED = ("field", "operator", "value", "required", "points")


class MixedCriteria(DomainError):
    """One amendment words one criterion."""

    code = "mixed_criteria"


class CriterionGone(DomainError):
    """The agreement does not have this criterion any more."""

    code = "criterion_gone"


class NothingAmended(DomainError):
    """The new wording says what the agreement says already."""

    code = "nothing_amended"


def criterion_of(precedents: Sequence[Precedent]) -> str:
    """Return the one fit criterion that the precedents are about. Raises MixedCriteria."""
    keys = {precedent.criterion for precedent in precedents}
    if len(keys) != 1 or "" in keys:
        raise MixedCriteria(_("Choose precedents on one and the same criterion."))
    return keys.pop()


def amended_content(content: Mapping[str, Any], key: str, becomes: Mapping[str, Any]) -> dict[str, Any]:
    """Return an agreement's content with one criterion worded anew. Raises CriterionGone, NothingAmended."""
    found = criterion_in(content, key)
    if found is None:
        raise CriterionGone(_("The agreement has no such criterion any more."))
    if all(found[name] == becomes[name] for name in WORDED):
        raise NothingAmended(_("This is what the agreement says already. Change the value first."))
    changed = deepcopy(dict(content))
    for criterion in changed["definitions"]["fit"]:
        if criterion["key"] == key:
            criterion.update({name: becomes[name] for name in WORDED})
    return changed


@transaction.atomic
def draft_amendment(
    precedents: Sequence[Precedent], *, becomes: Mapping[str, Any], by: Membership, at: datetime
) -> Amendment:
    """Word the criterion of these precedents anew in the draft of the next version, which is opened if need be.

    Raises MixedCriteria, CriterionGone, NothingAmended, and what sla.actions.draft_version and change_draft raise.
    """
    key = criterion_of(precedents)
    version = _draft(by=by, at=at)
    was = criterion_in(version.content, key)
    content = amended_content(version.content, key, becomes)
    change_draft(version, content=content, by=by, at=at)
    amendment = Amendment.objects.create(
        version=version, criterion=key, was=was, becomes=criterion_in(content, key), by=by, at=at
    )
    AmendmentPrecedent.objects.bulk_create(
        AmendmentPrecedent(amendment=amendment, precedent=precedent) for precedent in precedents
    )
    data = {"version": version.number, "criterion": key, "precedents": [str(row.pk) for row in precedents]}
    record("amendment.drafted", amendment, by=by, at=at, data=data)
    return amendment


def _draft(*, by: Membership, at: datetime) -> AgreementVersion:
    version = draft_or_present(at=at)
    if version is None:
        raise CriterionGone(_("There is no agreement yet that could be amended."))
    if version.state == AgreementVersion.State.SIGNED:
        return draft_version(based_on=version, by=by, at=at)
    return version


def start_amendment_preview(
    key: str, *, becomes: Mapping[str, Any], next_url: str = "", by: Membership, at: datetime
) -> Job:
    """Judge the handovers of the last 90 days by the present and the new wording, in the background.

    Raises CriterionGone, NothingAmended, InvalidInput.
    """
    version = draft_or_present(at=at)
    refuse_faults(amended_content(version.content if version else {"definitions": {"fit": []}}, key, becomes))
    params = {
        "criterion": key,
        "becomes": {name: becomes[name] for name in WORDED},
        "until": at.isoformat(),
        "next_url": next_url,
    }
    return start_job(kind=PREVIEW, params=params, by=by, at=at, total=_recent(at).count())


def amendment_step(job: Job, at: datetime) -> Step:
    """Judge the next handovers; changes nothing but the job."""
    until = datetime.fromisoformat(job.params["until"])
    tally: Counter[str] = Counter(job.cursor.get("tally", {}))
    listed = list(job.cursor.get("listed", []))
    handovers = _next(job, until)
    was = _present_wordings(job.params["criterion"], handovers)
    for handover in handovers:
        before, after = _judged(handover, was[handover.version_id], job.params["becomes"])
        tally[f"{before}>{after}"] += 1
        if before != after and len(listed) < MOST_LISTED:
            listed.append({"handover": str(handover.pk), "from": before, "to": after})
    last = [handovers[-1].sent_at.isoformat(), str(handovers[-1].pk)] if handovers else job.cursor.get("after")
    done, finished = job.done + len(handovers), len(handovers) < PER_STEP
    return Step(
        cursor={"tally": dict(tally), "listed": listed, "after": last},
        done=done,
        total=done if finished else max(job.total, done),
        finished=finished,
        result=_summary(tally, listed) if finished else {},
    )


def _summary(tally: Mapping[str, int], listed: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    moves = [(*move.split(">"), count) for move, count in tally.items()]
    return {
        "judged": sum(tally.values()),
        "otherwise": sum(count for before, after, count in moves if before != after),
        "now_met": sum(count for before, after, count in moves if before != after == "met"),
        "no_longer_met": sum(count for before, after, count in moves if after != before == "met"),
        "changed": list(listed),
    }


def _recent(until: datetime) -> "QuerySet[Handover]":
    return Handover.objects.filter(merged_into=None, sent_at__gt=until - LOOK_BACK, sent_at__lte=until)


def _next(job: Job, until: datetime) -> list[Handover]:
    rows = _recent(until).order_by("sent_at", "pk").only("pk", "sent_at", "version_id", "snapshot")
    if job.cursor.get("after"):
        sent_at, pk = job.cursor["after"]
        rows = rows.filter(Q(sent_at__gt=sent_at) | Q(sent_at=sent_at, pk__gt=pk))
    return list(rows[:PER_STEP])


def _present_wordings(key: str, handovers: Sequence[Handover]) -> dict[UUID, Mapping[str, Any] | None]:
    """Return the criterion as each version in question words it. See Note [What a preview compares]."""
    versions = AgreementVersion.objects.filter(pk__in={handover.version_id for handover in handovers})
    return {version.pk: criterion_in(version.content, key) for version in versions}


def _judged(handover: Handover, was: Mapping[str, Any] | None, becomes: Mapping[str, Any]) -> tuple[str, str]:
    fields = handover.snapshot.get("fields", {})
    before, after = (
        answer(wording["operator"], fields.get(wording["field"]), wording["value"]) if wording else "unknown"
        for wording in (was, becomes)
    )
    return before, after
