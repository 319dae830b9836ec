"""The door for machines with a secret key: they are answered with the lead."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.urls import reverse
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers
from intake.api.shapes import checked, represented, sender_of, status_of
from intake.body import SubmissionBody
from intake.models import Submission
from intake.parsing import JSON, parse
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, answer


class SubmissionFilter(Struct, forbid_unknown_fields=True):
    """Which submissions: all, or those in one state."""

    state: Literal["", "received", "matched", "awaiting_opt_in", "quarantined", "spam", "erased"] = ""


class Submissions(KeyView):
    """One submission, judged in the request."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List submissions",
        gives=Page[answers.Submission],
        query=SubmissionFilter,
        answers={200: "Submissions, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        asked = self.query(SubmissionFilter)
        rows = Submission.objects.all()
        return answer(page(request, rows.filter(state=asked.state) if asked.state else rows, represented))

    @operation(
        "Push a submission",
        gives=answers.Submission,
        body=SubmissionBody,
        answers={201: "A new lead.", 200: "Appended to a known person, or a replay.", 202: "In quarantine."},
        problems=(400, 401, 403, 413, 415, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.PUSHERS)
        raw = parse(request._request)
        body = checked(raw, is_json=request._request.content_type == JSON)
        taken = actions.take_post(
            raw,
            content_type=request.content_type,
            key=self.key,
            external_id=body.external_id,
            sender=sender_of(request._request),
            at=self.at,
        )
        submission = taken.submission
        response = answer(represented(submission), status=status_of(submission, known=taken.known))
        response.headers["Location"] = reverse("api:submission", args=[submission.pk])
        if taken.known:
            response.headers["Idempotent-Replayed"] = "true"
        return response


class OneSubmission(KeyView):
    """What became of a submission."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a submission", gives=answers.Submission, answers={200: "The submission."}, problems=(401, 403, 404)
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        return answer(represented(access.get_submission(self.member, submission_id)))


class Release(KeyView):
    """Out of quarantine: it becomes a lead."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Release a submission from quarantine",
        gives=answers.Submission,
        answers={200: "It is a lead now."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        self.no_body()
        submission = access.get_submission(self.member, submission_id)
        require(self.member, *access.JUDGES)
        return answer(represented(actions.release(submission, by=self.member, at=self.at)))


class Spam(KeyView):
    """Out of quarantine: it was spam."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Call a submission spam",
        gives=answers.Submission,
        answers={200: "It is kept as spam."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        self.no_body()
        submission = access.get_submission(self.member, submission_id)
        require(self.member, *access.JUDGES)
        return answer(represented(actions.mark_spam(submission, by=self.member, at=self.at)))


class AskAgain(KeyView):
    """The question whether an address belongs to who gave it, once more."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Send the confirmation mail again",
        gives=answers.Submission,
        answers={200: "It waits for its confirmation."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        self.no_body()
        submission = access.get_submission(self.member, submission_id)
        require(self.member, *access.JUDGES)
        actions.ask_again(submission, by=self.member, at=self.at)
        return answer(represented(access.get_submission(self.member, submission_id)))


class KeepingBody(Struct, forbid_unknown_fields=True):
    """For how many days payloads of submissions, and visits before a form, are kept."""

    submissions_days: Annotated[int, Meta(ge=30, le=3650)]
    visits_days: Annotated[int, Meta(ge=1, le=1095)]


class KeepingPeriods(KeyView):
    """How long the door keeps what came in."""

    scopes: ClassVar = {"GET": "privacy:manage", "PUT": "privacy:manage"}

    @operation(
        "Read how long submissions are kept",
        gives=answers.Keeping,
        tagged=True,
        answers={200: "Days."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.PERIOD_READERS)
        return self._answer()

    @operation(
        "Choose how long submissions are kept",
        gives=answers.Keeping,
        tagged=True,
        body=KeepingBody,
        answers={200: "Days."},
        problems=(400, 401, 403, 412, 413, 415, 422, 428),
    )
    def put(self, request: Request) -> Response:
        require(self.member, *access.PERIOD_KEEPERS)
        given = self.body(KeepingBody)
        self.expect(actions.keeping().revision)
        actions.change_keeping(
            submissions_days=given.submissions_days, visits_days=given.visits_days, by=self.member, at=self.at
        )
        return self._answer()

    def _answer(self) -> Response:
        kept = actions.keeping()
        days = {"submissions_days": kept.submissions_days, "visits_days": kept.visits_days}
        return answer(days, revision=kept.revision)
