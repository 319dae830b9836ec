"""Agreements and their signatures."""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions
from sla.models import AgreementVersion, Signature
from sla.serializers import (
    signature_row,
    version_row,
    version_whole,
)
from smarketing.lib.errors import DomainError
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer


class HashMismatch(DomainError):
    """The client means to sign something else than what this version says."""

    code = "hash_mismatch"


class SignatureBody(Struct, forbid_unknown_fields=True):
    """The hash of what the client has read; it must be this version's."""

    content_hash: Annotated[str, Meta(max_length=64)] = ""


class Agreements(KeyView):
    """All versions of the agreement, the newest first."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List the versions of the agreement", answers={200: "A page of versions."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        """List the versions without their content."""
        signed: dict[UUID, list[Signature]] = {}
        for signature in Signature.objects.order_by("signed_at"):
            signed.setdefault(signature.version_id, []).append(signature)
        rows = AgreementVersion.objects.defer("content")
        return answer(page(request, rows, lambda v: version_row(v, signed.get(v.pk, []), at=self.at)))


class Agreement(KeyView):
    """One version with its content."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("Read a version with its content", answers={200: "The version."}, problems=(401, 403, 404))
    def get(self, request: Request, number: int) -> Response:
        """Return the version."""
        version = access.get_version(self.member, number)
        signatures = list(Signature.objects.filter(version=version).order_by("signed_at"))
        return answer(version_whole(version, signatures, at=self.at))


class AgreementSignatures(KeyView):
    """The heads' signatures under one version."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Sign a version for the own side",
        body=SignatureBody,
        answers={201: "The signature."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        """Sign for the own side."""
        given = self.body(SignatureBody)
        version = access.get_version(self.member, number)
        if given.content_hash and given.content_hash != version.content_hash:
            raise HashMismatch("This version says something else than what you mean to sign.")
        signature = actions.sign_version(version, by=self.member, at=self.at)
        return answer(signature_row(signature), status=201)
