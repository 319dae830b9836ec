"""What a changed model would have meant: the leads of the last 90 days, judged by both before anybody signs.

# Note [Each lead at its own best moment]
Readiness fades, so judged today every lead of two months ago would be cold under any model. Each lead is judged by
both models at the moment of the last thing it did, or of its arrival.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from leads.facts import facts_from, latest_behaviours
from leads.models import Lead
from leads.scoring import Did, score
from sla.content import content_hash
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

PREVIEW = "leads.preview_scoring"
LOOK_BACK = timedelta(days=90)
PER_STEP = 400
# So many differing leads are listed; all are counted.
MOST_LISTED = 500


@transaction.atomic
def start_preview(version: AgreementVersion, *, next_url: str = "", by: Membership, at: datetime) -> Job:
    """Judge the leads of the last 90 days by the agreement in force and by ``version``, in the background."""
    params = {
        "version": version.number,
        "definitions": content_hash(version.content["definitions"]),
        "until": at.isoformat(),
        "next_url": next_url,
    }
    return start_job(kind=PREVIEW, params=params, by=by, at=at, total=_recent(at).count())


def preview_step(job: Job, at: datetime) -> Step:
    """Judge the next leads; changes nothing but the job. Counts by tier before and after: ``{"standard>": 3}``."""
    until = datetime.fromisoformat(job.params["until"])
    tally: Counter[str] = Counter(job.cursor.get("tally", {}))
    listed = list(job.cursor.get("listed", []))
    models = _models(job, at=at)
    leads = _next(job, until)
    for lead, before, after in _judged(leads, models, until):
        tally[f"{before}>{after}"] += 1
        if before != after and len(listed) < MOST_LISTED:
            listed.append({"lead": str(lead.pk), "from": before, "to": after})
    last = leads[-1] if leads else None
    after_last = [last.created_at.isoformat(), str(last.pk)] if last else job.cursor.get("after")
    done, finished = job.done + len(leads), len(leads) < PER_STEP
    return Step(
        cursor={"tally": dict(tally), "listed": listed, "after": after_last},
        done=done,
        total=done if finished else max(job.total, done),
        finished=finished,
        result=summary(tally, listed) if finished else {},
    )


def summary(tally: Mapping[str, int], listed: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return the counts that people read: qualified before and after, new, gone, and from one tier to another."""
    moves = [(*move.split(">"), count) for move, count in tally.items()]
    return {
        "judged": sum(tally.values()),
        "before": sum(count for before, _after, count in moves if before),
        "after": sum(count for _before, after, count in moves if after),
        "new": sum(count for before, after, count in moves if after and not before),
        "gone": sum(count for before, after, count in moves if before and not after),
        "other_tier": sum(count for before, after, count in moves if before and after and before != after),
        "changed": list(listed),
    }


def _models(job: Job, *, at: datetime) -> list[Mapping[str, Any]]:
    """Return the definitions in force, or the version's own where none are, and those of the version as it is now."""
    version = AgreementVersion.objects.get(number=job.params["version"])
    present = agreement_in_force(at=at) or version
    return [present.content["definitions"], version.content["definitions"]]


def _recent(until: datetime) -> "QuerySet[Lead]":
    return Lead.objects.filter(merged_into=None, created_at__gt=until - LOOK_BACK, created_at__lte=until)


def _next(job: Job, until: datetime) -> list[Lead]:
    rows = _recent(until).select_related("company").order_by("created_at", "pk")
    if job.cursor.get("after"):
        made_at, pk = job.cursor["after"]
        rows = rows.filter(Q(created_at__gt=made_at) | Q(created_at=made_at, pk__gt=pk))
    return list(rows[:PER_STEP])


def _judged(leads: Sequence[Lead], models: Sequence[Mapping[str, Any]], until: datetime) -> list[tuple[Lead, str, str]]:
    """Return every lead with its tier by both models. See Note [Each lead at its own best moment]."""
    behaviours = latest_behaviours([lead.pk for lead in leads], at=until)
    found = []
    for lead in leads:
        did: Sequence[Did] = behaviours[lead.pk]
        moment = max([lead.created_at, *(done.at for done in did)])
        facts = facts_from(lead, did)
        before, after = (score(facts, model, at=moment).tier for model in models)
        found.append((lead, before, after))
    return found
