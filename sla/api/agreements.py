"""Versions of the agreement from draft to signature, their comparison, labels and deputies."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions, answers, queries
from sla.actions import DraftChanged
from sla.models import AgreementVersion, Signature
from sla.queries.comparison import compare
from sla.queries.deputies import deputy_named_by
from sla.serializers import comparison_whole, signature_row, version_row, version_whole
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from smarketing.lib.openapi import FreeForm, Page, operation
from smarketing.lib.pagination import page
from tenants.access import get_member
from tenants.rest import Changed, KeyView, answer

Number = Annotated[int, Meta(ge=1, le=10**6)]


class HashMismatch(DomainError):
    """The client means to sign something else than what this version says."""

    code = "hash_mismatch"


class SignatureBody(Struct, forbid_unknown_fields=True):
    """The hash of what the client has read; it must be this version's."""

    content_hash: Annotated[str, Meta(max_length=64)] = ""


class DraftBody(Struct, forbid_unknown_fields=True):
    """The version to begin from; the one signed last if none is named."""

    based_on: Number | None = None


class ContentBody(Struct, forbid_unknown_fields=True):
    """The sections that are to say something else; those not named stay."""

    content: FreeForm


class ProposalBody(Struct, forbid_unknown_fields=True):
    """The first of a month; nothing only for an organisation's very first version, which starts at once."""

    starts_on: date | None = None


class LabelsBody(Struct, forbid_unknown_fields=True):
    """Other labels by their place, such as /reasons/lost/price."""

    labels: dict[str, str]


class DeputyBody(Struct, forbid_unknown_fields=True):
    """The member who signs in the head's place; null ends it."""

    member: UUID | None


class VersionView(KeyView):
    """What the operations on one version share."""

    def whole(self, version: AgreementVersion, *, status: int = 200) -> Response:
        """Answer a version with its content; the ETag is its revision."""
        body = version_whole(version, queries.signatures_of(version), at=self.at)
        location = f"/api/v1/agreements/{version.number}" if status == 201 else ""
        return answer(body, status=status, revision=version.revision, location=location)

    def version(self, number: int) -> AgreementVersion:
        """Return the version of this number, or answer 404."""
        return access.get_version(self.member, number)


class Agreements(VersionView):
    """All versions of the agreement, the newest first."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "List the versions of the agreement",
        gives=Page[answers.Version],
        answers={200: "A page of versions."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """List the versions without their content."""
        signed: dict[UUID, list[Signature]] = {}
        for signature in Signature.objects.order_by("signed_at"):
            signed.setdefault(signature.version_id, []).append(signature)
        rows = AgreementVersion.objects.defer("content")
        return answer(page(request, rows, lambda v: version_row(v, _counting(v, signed), at=self.at)))

    @operation(
        "Open a draft",
        gives=answers.WholeVersion,
        tagged=True,
        body=DraftBody,
        answers={201: "The draft, with its content."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Open a draft of a version; there is one open version at a time."""
        given = self.body(DraftBody)
        based_on = self.version(given.based_on) if given.based_on else queries.last_signed()
        if based_on is None:
            raise InvalidInput([FieldError("/based_on", "missing", "There is no signed version to begin from.")])
        draft = actions.draft_version(based_on=based_on, by=self.member, at=self.at)
        return self.whole(draft, status=201)


def _counting(version: AgreementVersion, signed: dict[UUID, list[Signature]]) -> list[Signature]:
    open_for_them = version.state in (AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED)
    rows = signed.get(version.pk, []) if open_for_them else []
    return [row for row in rows if row.proposal == version.proposal]


class Agreement(VersionView):
    """One version with its content."""

    scopes: ClassVar = {"GET": "sla:read", "PATCH": "sla:write", "DELETE": "sla:write"}

    @operation(
        "Read a version with its content",
        gives=answers.WholeVersion,
        tagged=True,
        answers={200: "The version."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, number: int) -> Response:
        """Return the version."""
        return self.whole(self.version(number))

    @operation(
        "Change a draft",
        gives=answers.WholeVersion,
        tagged=True,
        body=ContentBody,
        answers={200: "The draft as it is now."},
        problems=(401, 403, 404, 409, 412, 422, 428),
    )
    def patch(self, request: Request, number: int) -> Response:
        """Let some sections of a draft say something else; If-Match names the draft as it was read."""
        given, version = self.body(ContentBody), self.version(number)
        self.expect(version.revision)
        try:
            content = {**version.content, **given.content}
            actions.change_draft(version, content=content, by=self.member, at=self.at)
        except DraftChanged as late:
            raise Changed(late.sentence) from late
        return self.whole(version)

    @operation(
        "Discard a draft or a proposal",
        gives=answers.WholeVersion,
        tagged=True,
        answers={200: "It, discarded."},
        problems=(401, 403, 404, 409),
    )
    def delete(self, request: Request, number: int) -> Response:
        """Give a version up that is not signed; its number is not used again."""
        version = self.version(number)
        actions.discard_version(version, by=self.member, at=self.at)
        return self.whole(version)


class AgreementProposal(VersionView):
    """A draft put before both heads."""

    scopes: ClassVar = {"POST": "sla:write", "DELETE": "sla:write"}

    @operation(
        "Propose a draft",
        gives=answers.WholeVersion,
        tagged=True,
        body=ProposalBody,
        answers={201: "The version, open for signatures."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        """Propose a draft to start on a first of a month."""
        given, version = self.body(ProposalBody), self.version(number)
        actions.propose_version(version, starts_on=given.starts_on, by=self.member, at=self.at)
        return self.whole(version, status=201)

    @operation(
        "Take a proposal back",
        gives=answers.WholeVersion,
        tagged=True,
        answers={200: "The draft."},
        problems=(401, 403, 404, 409),
    )
    def delete(self, request: Request, number: int) -> Response:
        """Make a proposal a draft again; signatures under it do not count any more."""
        version = self.version(number)
        actions.reopen_version(version, by=self.member, at=self.at)
        return self.whole(version)


class AgreementSignatures(VersionView):
    """The heads' signatures under one version."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Sign a version for the own side",
        gives=answers.Signature,
        body=SignatureBody,
        answers={201: "The signature."},
        problems=(401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, number: int) -> Response:
        """Sign for the own side, or in the place of the head who named the member."""
        given, version = self.body(SignatureBody), self.version(number)
        if given.content_hash and given.content_hash != version.content_hash:
            raise HashMismatch("This version says something else than what you mean to sign.")
        signature = actions.sign_version(version, by=self.member, at=self.at)
        return answer(signature_row(signature), status=201)


class AgreementDiff(VersionView):
    """Two versions side by side, in words."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "Compare two versions",
        gives=answers.Comparison,
        answers={200: "What differs, in words."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, number: int) -> Response:
        """Return what this version says otherwise than the other (`?with=`, the one before if not named)."""
        version, asked = self.version(number), self._asked()
        other = self.version(asked) if asked else queries.version_before(version)
        if other is None:
            raise InvalidInput([FieldError("/with", "missing", "There is no version before; name one.")])
        return answer(comparison_whole(other, version, compare(other.labelled_content, version.labelled_content)))

    def _asked(self) -> int | None:
        text = self.request.query_params.get("with")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text[:8]) <= 10**6 and len(text) < 8):
            raise InvalidInput([FieldError("/with", "malformed", "Give the number of a version.")])
        return int(text)


class AgreementLabels(VersionView):
    """The labels of a signed version."""

    scopes: ClassVar = {"PUT": "sla:write"}

    @operation(
        "Reword labels of a signed version",
        gives=answers.WholeVersion,
        tagged=True,
        body=LabelsBody,
        answers={200: "The version."},
        problems=(401, 403, 404, 409, 422),
    )
    def put(self, request: Request, number: int) -> Response:
        """Reword the labels that are named; terms and hash stay, both heads are told."""
        given, version = self.body(LabelsBody), self.version(number)
        return self.whole(actions.change_labels(version, labels=given.labels, by=self.member, at=self.at))


class SigningDeputy(KeyView):
    """Who signs in the place of the head for whom the key acts."""

    scopes: ClassVar = {"GET": "sla:read", "PUT": "sla:write"}

    @operation(
        "Read who signs in the own place",
        gives=answers.Deputy,
        answers={200: "The member, or null."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Return the deputy."""
        deputy = deputy_named_by(self.member)
        return answer({"member": deputy.pk if deputy else None})

    @operation(
        "Name who signs in the own place",
        gives=answers.Deputy,
        body=DeputyBody,
        answers={200: "The member, or null."},
        problems=(401, 403, 404, 409, 422),
    )
    def put(self, request: Request) -> Response:
        """Name a deputy of the own side, or nobody."""
        given = self.body(DeputyBody)
        if given.member is None:
            actions.end_deputy(by=self.member, at=self.at)
            return answer({"member": None})
        deputy = get_member(self.member, given.member)
        actions.name_deputy(deputy, by=self.member, at=self.at)
        return answer({"member": deputy.pk})
