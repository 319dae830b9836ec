"""Judging leads again, and trying changed definitions before they are signed."""

from typing import ClassVar

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from leads import actions, answers
from leads.api.shapes import READ, WRITE
from leads.queries.scoring import latest_preview
from leads.serializers import job_row
from sla.access import get_version
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.queries import newest_job
from tenants.rest import KeyView, answer
from tenants.roles import HEADS, Role


class ScoringPreview(KeyView):
    """What a version's definitions would have meant for the leads of the last 90 days."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "Try a version's definitions",
        gives=answers.Work,
        answers={202: "The work that was begun."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        self.no_body()
        require(self.member, *HEADS)
        version = get_version(self.member, number)
        job = actions.start_preview(version, by=self.member, at=self.at)
        return answer(job_row(job), status=202, location=f"/api/v1/agreements/{number}/scoring-preview")

    @operation(
        "Read the newest try",
        gives=answers.Work,
        answers={200: "How far it is; its result once it is done."},
        problems=READ,
    )
    def get(self, request: Request, number: int) -> Response:
        require(self.member, *HEADS)
        job = latest_preview(get_version(self.member, number))
        if job is None:
            raise Http404
        return answer(job_row(job))


class Rescoring(KeyView):
    """Judging all leads again in the background."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "Judge all leads again",
        gives=answers.Work,
        answers={202: "The work that was begun."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        self.no_body()
        require(self.member, Role.MARKETING_MANAGER, Role.ADMINISTRATOR)
        return answer(job_row(actions.start_rescoring(by=self.member, at=self.at)), status=202)

    @operation("Read how far it is", gives=answers.Work, answers={200: "The newest work of this kind."}, problems=READ)
    def get(self, request: Request) -> Response:
        job = newest_job(actions.RESCORE)
        return answer(job_row(job) if job else {"state": None})
