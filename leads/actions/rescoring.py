"""Judging many leads again: in the background with progress, and day by day where points fade.

# Note [The normal way]
A lead that qualifies by being judged again goes the way of every other: lead.scored, lead.qualified, and to sales by
itself where the agreement says so. What sales owns keeps its stage, whatever its new grades are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads.actions.attributes import read_custom
from leads.actions.changing import change_lead
from leads.actions.judging import UNQUALIFIED, follow_score, rescore
from leads.actions.nurturing import local_day
from leads.actions.sending import Candidate, hand_over_each
from leads.facts import facts_from, latest_behaviours
from leads.models import Attribute, Lead
from leads.queries.ownership import handover_with_sales
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership
from tenants.queries import newest_job

RESCORE = "leads.rescore"
# A step is to take seconds even when every lead of it is handed over.
PER_STEP = 50
MOST_AT_ONCE = 300


class RescoringRuns(DomainError):
    """All leads are being judged already; ``job`` says which job does it."""

    code = "rescoring_runs"


@transaction.atomic
def start_rescoring(*, by: Membership | None, at: datetime) -> Job:
    """Judge all leads again in the background, their raw values read as attributes first. Raises RescoringRuns."""
    running = newest_job(RESCORE)
    if running is not None and running.is_open:
        raise RescoringRuns(_("All leads are being judged already."), job=str(running.pk))
    version = agreement_in_force(at=at)
    params = {"version": version.number if version else None}
    return start_job(kind=RESCORE, params=params, by=by, at=at, total=_unmerged().count())


def follow_agreement(at: datetime) -> None:
    """Start judging all leads when another version has come into force. A round."""
    version = agreement_in_force(at=at)
    if version is None or version.number == 1:
        return
    last = newest_job(RESCORE)
    if last is not None and (last.is_open or last.params.get("version") == version.number):
        return
    start_rescoring(by=None, at=at)


def rescore_step(job: Job, at: datetime) -> Step:
    """Judge the next leads of a job, oldest first."""
    version = agreement_in_force(at=at)
    rows = _unmerged().order_by("pk")
    if job.cursor:
        rows = rows.filter(pk__gt=job.cursor["after"])
    leads = list(_locked(rows)[:PER_STEP])
    counts = {name: int(job.cursor.get(name, 0)) for name in ("changed", "qualified", "sent")}
    if version is not None:
        catalogue = list(Attribute.objects.filter(retired_at=None).exclude(sources=[]))
        for name, found in rescore_all(leads, version, at=at, catalogue=catalogue).items():
            counts[name] += found
    cursor = {**counts, "after": str(leads[-1].pk)} if leads else dict(job.cursor)
    done = job.done + len(leads)
    finished = len(leads) < PER_STEP
    return Step(
        cursor=cursor, done=done, total=done if finished else max(job.total, done), finished=finished, result=counts
    )


def rescore_decayed(at: datetime) -> None:
    """Judge the leads again whose readiness fades to another grade by today. A round."""
    version = agreement_in_force(at=at)
    if version is None:
        return
    due = _unmerged().filter(next_rescore_on__lte=local_day(at)).order_by("next_rescore_on", "pk")
    rescore_all(list(_locked(due, skip=True)[:MOST_AT_ONCE]), version, at=at)


def rescore_all(
    leads: Sequence[Lead], version: AgreementVersion, *, at: datetime, catalogue: Sequence[Attribute] = ()
) -> Mapping[str, int]:
    """Judge locked leads (with their companies) and let what follows follow. See Note [The normal way].

    Returns how many changed their grades, became MQLs and were handed over.
    """
    counts = {"changed": 0, "qualified": 0, "sent": 0}
    behaviours = latest_behaviours([lead.pk for lead in leads], at=at)
    qualified = []
    for lead in leads:
        known, _warnings = read_custom(lead.attributes, lead.custom, catalogue)
        if known != lead.attributes:
            change_lead(lead, at=at, attributes=known)
        counts["changed"] += rescore(lead, version, by=None, at=at, facts=facts_from(lead, behaviours[lead.pk]))
        if _stands_wrong(lead) and handover_with_sales(lead) is None and follow_score(lead, by=None, at=at):
            qualified.append(Candidate(lead))
    counts["qualified"] = len(qualified)
    counts["sent"] = len(hand_over_each(qualified, at=at))
    return counts


def _stands_wrong(lead: Lead) -> bool:
    """Tell whether the score may call for another stage; spares the look at handovers for all others."""
    # Who is being nurtured wakes up on their day, not by a new model.
    if lead.stage == Lead.Stage.MQL:
        return not lead.tier
    return lead.stage in UNQUALIFIED and lead.wake_on is None


def _unmerged() -> "QuerySet[Lead]":
    return Lead.objects.filter(merged_into=None)


def _locked(rows: "QuerySet[Lead]", *, skip: bool = False) -> "QuerySet[Lead]":
    return rows.select_related("company").select_for_update(of=("self",), skip_locked=skip)
