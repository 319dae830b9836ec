"""Persons for REST clients: handed out and erased."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers
from dashboards.access import KEEPS_PRIVACY
from dashboards.disclosing import MEDIA_TYPE, person_file
from leads.access import get_lead
from leads.actions import erase_person
from smarketing.lib.downloads import attachment
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.rest import KeyView, answer


class PersonErasure(KeyView):
    """Erasing the person behind a lead."""

    scopes: ClassVar = {"POST": "privacy:manage"}

    @operation(
        "Erase a person for good",
        gives=answers.Erased,
        answers={201: "Nothing that names the person is left; what was counted stays."},
        problems=(400, 401, 403, 404, 409, 413, 415, 422),
        posts=True,
    )
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Erase the person behind a lead and those that went on as it. There is no way back."""
        require(self.member, *KEEPS_PRIVACY)
        self.no_body()
        lead = erase_person(get_lead(self.member, lead_id), by=self.member, at=self.at)
        return answer({"lead": lead.pk, "number": str(lead), "erased_at": lead.erased_at}, status=201)


class PersonExport(KeyView):
    """Everything about a person."""

    scopes: ClassVar = {"GET": "privacy:manage"}

    @operation(
        "Read everything about a person",
        file=MEDIA_TYPE,
        answers={200: "A ZIP: person.json, and the files."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, lead_id: UUID) -> HttpResponse:
        """Read everything that is held about a person, as a ZIP of JSON and files; it is put on record who did."""
        require(self.member, *KEEPS_PRIVACY)
        lead = get_lead(self.member, lead_id)
        return attachment(person_file(lead, by=self.member, at=self.at), name=f"{lead}.zip", media_type=MEDIA_TYPE)
