"""Evidence of rejections for REST clients: a file in a form, or in JSON as base64."""

from typing import ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers, queries
from leads.api.shapes import READ, WRITE
from leads.serializers import evidence_row
from smarketing.lib.api import StrictJsonParser
from smarketing.lib.downloads import attachment
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants.access import require
from tenants.queries import content_of
from tenants.rest import KeyView, answer
from tenants.roles import SIDES
from tenants.uploading import FILE, MOST_BODY_BYTES, FileBody, sent_file


class EvidenceOf(KeyView):
    """The evidence on a handover."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "handovers:write"}
    parser_classes = (StrictJsonParser, MultiPartParser)
    max_body_bytes = MOST_BODY_BYTES

    @operation(
        "List the evidence on a handover",
        gives=Page[answers.Evidence],
        answers={200: "The files of both sides."},
        problems=READ,
    )
    def get(self, request: Request, handover_id: UUID) -> Response:
        """List what was added by both sides, oldest first; the bytes have an address of their own."""
        handover = access.get_handover(self.member, handover_id)
        return answer(whole(evidence_row(row) for row in queries.evidence_on(handover, self.member)))

    @operation(
        "Add evidence",
        gives=answers.Evidence,
        body=FileBody,
        forms={"multipart/form-data": FILE},
        answers={201: "The file as evidence."},
        problems=(*WRITE, 413, 415),
        posts=True,
    )
    def post(self, request: Request, handover_id: UUID) -> Response:
        """Add one file to the open rejection; sales also before it rejects: the rejection takes the file along."""
        require(self.member, *SIDES)
        handover = access.get_handover(self.member, handover_id)
        [made] = actions.add_evidence(handover, uploads=[sent_file(self)], by=self.member, at=self.at)
        [row] = [row for row in queries.evidence_on(handover, self.member) if row.evidence_id == made.pk]
        return answer(evidence_row(row), status=201, location=f"{self.request.path}/{made.pk}")


class OneEvidence(KeyView):
    """One file of evidence."""

    scopes: ClassVar = {"GET": "leads:read", "DELETE": "handovers:write"}

    @operation(
        "Read what is known of a file of evidence",
        gives=answers.Evidence,
        answers={200: "The file's facts."},
        problems=READ,
    )
    def get(self, request: Request, handover_id: UUID, evidence_id: UUID) -> Response:
        """Read a file's facts: whose it is, its hash, whether it was withdrawn."""
        found = access.get_evidence(self.member, handover_id, evidence_id)
        return answer(evidence_row(queries.evidence_as_row(found, self.member)))

    @operation(
        "Take evidence back",
        gives=answers.EvidenceBack,
        answers={200: "The file: removed, or withdrawn and still on record."},
        problems=(401, 403, 404, 409),
    )
    def delete(self, request: Request, handover_id: UUID, evidence_id: UUID) -> Response:
        """Take one's own file away, or withdraw it where the rejection was answered."""
        require(self.member, *SIDES)
        found = access.get_evidence(self.member, handover_id, evidence_id)
        left = actions.take_back_evidence(found, by=self.member, at=self.at)
        told = evidence_row(queries.evidence_as_row(left or found, self.member))
        return answer({**told, "removed": left is None})


class EvidenceFile(KeyView):
    """The bytes of a file of evidence."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a file of evidence",
        file="*/*",
        answers={200: "The file as it was sent."},
        problems=READ,
    )
    def get(self, request: Request, handover_id: UUID, evidence_id: UUID) -> HttpResponse:
        """Read the bytes, as a file to be saved; an erased file is not there."""
        file = access.get_evidence(self.member, handover_id, evidence_id).file
        content = content_of(file)
        if content is None:
            raise Http404
        return attachment(content, name=file.name, media_type=file.media_type)
