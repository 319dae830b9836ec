"""Making leads of submissions of which nothing has to be asked any more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from intake.actions.opting_in import with_evidence
from intake.actions.visiting import identify
from intake.body import SubmissionBody, captured_from
from intake.models import OptIn, Submission
from leads.actions import Arrival, Candidate, TakenIn, hand_over_each, lift_forgetting, take_in_waves
from smarketing.lib.errors import DomainError
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership
from tenants.roles import MARKETING


class SubmissionSettled(DomainError):
    """Only what waits in quarantine can be released or called spam."""

    code = "submission_settled"


@dataclass(frozen=True)
class Ready:
    """A submission that may become a lead, the confirmation of its address, and whether the person was erased."""

    submission: Submission
    body: SubmissionBody
    confirmed: OptIn | None = None
    was_forgotten: bool = False

    def arrival(self, *, at: datetime) -> Arrival:
        """Return what leads understand of it; one that is not stored yet is written with its lead."""
        submission, confirmed = self.submission, self.confirmed
        return Arrival(
            with_evidence(captured_from(self.body), submission, confirmed),
            # Dated when it came: a worker that finishes it later must not move the arrival. Until its address was
            # confirmed it had not come.
            at=confirmed.confirmed_at if confirmed and confirmed.confirmed_at else submission.received_at,
            marketer=_marketer_of(submission),
            country=submission.form.country if submission.form else "",
            row_of=partial(_matched, submission, at=at) if submission._state.adding else None,
        )


def match_each(ready: Sequence[Ready], *, at: datetime) -> dict[UUID, TakenIn]:
    """Make leads of submissions, and hand over what is qualified; return what was taken in, by submission."""
    found: dict[UUID, TakenIn] = {}
    stored = [one.submission for one in ready if not one.submission._state.adding]
    came_from = {submission.pk: submission.state for submission in stored}
    coming = iter(ready)
    for wave in take_in_waves([one.arrival(at=at) for one in ready]):
        together = [(one, next(coming)) for one in wave]
        for taken, one in together:
            found[one.submission.pk] = taken
            _follow(one, taken, at=at)
        hand_over_each([_candidate(taken) for taken, one in together if _may_go(one.submission)], at=at)
    _write_matched(stored, came_from, at=at)
    return found


def _follow(one: Ready, taken: TakenIn, *, at: datetime) -> None:
    """Let what follows for the person follow, and note on the submission what became of it."""
    lead = taken.lead
    if one.was_forgotten:
        lift_forgetting(lead, at=at)
    if one.body.visitor:
        identify(one.body.visitor, lead, at=at)
        lead.refresh_from_db()
    _matched(one.submission, taken, at=at)


def _matched(submission: Submission, taken: TakenIn, *, at: datetime) -> Submission:
    submission.state, submission.judged_at = Submission.State.MATCHED, at
    submission.lead, submission.created_lead, submission.warnings = taken.lead, taken.created, taken.warnings
    return submission


def _may_go(submission: Submission) -> bool:
    return submission.batch is None or bool(submission.batch.hand_over)


def _candidate(taken: TakenIn) -> Candidate:
    return Candidate(taken.lead, taken.fields, is_new=taken.created)


MATCHED = Prepared(
    "submissions_matched",
    ["json", "timestamptz", "bigint"],
    """
update intake_submission s
set state = 'matched', lead_id = told.lead, created_lead = told.created, warnings = told.warnings, judged_at = $2
from json_to_recordset($1) told(id uuid, came_from text, lead uuid, created boolean, warnings jsonb)
where s.organisation_id = $3 and s.id = told.id and s.state = told.came_from
returning s.id
""",
)


def _write_matched(submissions: Sequence[Submission], came_from: Mapping[UUID, str], *, at: datetime) -> None:
    if not submissions:
        return
    told = [
        {
            "id": str(one.pk),
            "came_from": came_from[one.pk],
            "lead": str(one.lead_id),
            "created": one.created_lead,
            "warnings": one.warnings,
        }
        for one in submissions
    ]
    if len(ask(MATCHED, json.dumps(told), at, current_organisation_id())) != len(submissions):
        raise SubmissionSettled(_("Somebody else has dealt with it already."))


def _marketer_of(submission: Submission) -> Membership | None:
    if submission.batch is not None:
        chosen: Membership | None = submission.batch.owner
        return chosen
    if submission.form is not None:
        owner: Membership | None = submission.form.owner
        return owner
    member: Membership | None = submission.key.acts_for if submission.key else None
    return member if member is not None and member.has(*MARKETING) else None
