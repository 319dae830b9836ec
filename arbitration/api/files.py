"""Files of a case for REST clients."""

from typing import ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from arbitration import actions, answers
from arbitration.access import get_case, get_case_file
from arbitration.api.shapes import READ, WRITE
from arbitration.queries.case_files import files_in
from arbitration.serializers import case_file_row
from smarketing.lib.api import StrictJsonParser
from smarketing.lib.downloads import attachment
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants.queries import content_of
from tenants.rest import KeyView, answer
from tenants.uploading import FILE, MOST_BODY_BYTES, FileBody, sent_file


class CaseFiles(KeyView):
    """What was put before the board; what the rejection was proved with is evidence on its handover."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "cases:write"}
    parser_classes = (StrictJsonParser, MultiPartParser)
    max_body_bytes = MOST_BODY_BYTES

    @operation(
        "List the files of a case",
        gives=Page[answers.CaseFile],
        answers={200: "The files of both sides and of the board."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """List the files, oldest first; the bytes have an address of their own."""
        return answer(whole(case_file_row(row) for row in files_in(get_case(self.member, case_id))))

    @operation(
        "Add a file to a case",
        gives=answers.CaseFile,
        body=FileBody,
        forms={"multipart/form-data": FILE},
        answers={201: "The file."},
        problems=(*WRITE, 413, 415),
        posts=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Add a file for the member's side until statements close, or as a member of the board until the ruling."""
        case = get_case(self.member, case_id)
        [made] = actions.add_case_files(case, uploads=[sent_file(self)], by=self.member, at=self.at)
        return answer(case_file_row(made), status=201, location=f"{request.path}/{made.pk}")


class OneCaseFile(KeyView):
    """One file of a case."""

    scopes: ClassVar = {"GET": "leads:read", "DELETE": "cases:write"}

    @operation(
        "Read what is known of a file of a case",
        gives=answers.CaseFile,
        answers={200: "The file's facts."},
        problems=READ,
    )
    def get(self, request: Request, case_id: UUID, file_id: UUID) -> Response:
        """Read a file's facts: whose it is, its hash, whether it was withdrawn."""
        return answer(case_file_row(get_case_file(self.member, case_id, file_id)))

    @operation(
        "Withdraw a file of a case",
        gives=answers.CaseFile,
        answers={200: "The file, still on record."},
        problems=(401, 403, 404, 409),
    )
    def delete(self, request: Request, case_id: UUID, file_id: UUID) -> Response:
        """Rely on one's own file no more."""
        found = get_case_file(self.member, case_id, file_id)
        return answer(case_file_row(actions.withdraw_case_file(found, by=self.member, at=self.at)))


class CaseFileContent(KeyView):
    """The bytes of a file of a case."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation("Read a file of a case", file="*/*", answers={200: "The file as it was sent."}, problems=READ)
    def get(self, request: Request, case_id: UUID, file_id: UUID) -> HttpResponse:
        """Read the bytes, as a file to be saved; an erased file is not there."""
        file = get_case_file(self.member, case_id, file_id).file
        content = content_of(file)
        if content is None:
            raise Http404
        return attachment(content, name=file.name, media_type=file.media_type)
