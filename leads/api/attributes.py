"""The catalogue of an organisation's own attributes."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, actions, answers
from leads.api.shapes import READ, WRITE
from leads.models import Attribute
from leads.queries.attributes import attributes, unknown_fields
from leads.serializers import attribute_row
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import whole
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import Role

Label = Annotated[str, Meta(max_length=80)]
FieldName = Annotated[str, Meta(max_length=200)]
Labels = Annotated[list[Label], Meta(max_length=100)]
FieldNames = Annotated[list[FieldName], Meta(max_length=30)]


class AttributeBody(Struct, forbid_unknown_fields=True):
    """A new attribute; its key is made of the label unless it is given."""

    label: Label
    kind: Literal["text", "number", "date", "boolean", "choice", "multi_choice"]
    key: Annotated[str, Meta(max_length=40)] = ""
    options: Labels = []
    open_to_forms: bool = True
    sources: FieldNames = []


class AttributeChange(Struct, forbid_unknown_fields=True):
    """What changes; null stays. Options are only added or worded anew."""

    label: Label | None = None
    options: Labels | None = None
    sources: FieldNames | None = None


class Attributes(KeyView):
    """Every attribute, and which form fields none of them reads."""

    scopes: ClassVar = {"GET": "leads:read", "POST": "leads:write"}

    @operation(
        "List attributes and unknown form fields",
        gives=answers.Attributes,
        answers={200: "The catalogue."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        unknown = [{"name": field.name, "leads": field.leads} for field in unknown_fields()]
        return answer({**whole(attribute_row(row) for row in attributes()), "unknown_fields": unknown})

    @operation(
        "Add an attribute",
        gives=answers.Attribute,
        tagged=True,
        body=AttributeBody,
        answers={201: "The attribute."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(AttributeBody)
        made = actions.add_attribute(
            label=told.label, kind=told.kind, key=told.key, options=told.options, open_to_forms=told.open_to_forms,
            sources=told.sources, by=self.member, at=self.at,
        )  # fmt: skip
        return _answer(made, status=201)


class OneAttribute(KeyView):
    """One attribute."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation(
        "Read an attribute", gives=answers.Attribute, tagged=True, answers={200: "The attribute."}, problems=READ
    )
    def get(self, request: Request, attribute_id: UUID) -> Response:
        return _answer(access.get_attribute(self.member, attribute_id))

    @operation(
        "Change an attribute",
        gives=answers.Attribute,
        tagged=True,
        body=AttributeChange,
        answers={200: "The attribute."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, attribute_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(AttributeChange)
        attribute = access.get_attribute(self.member, attribute_id)
        self.expect(attribute.revision)
        changed = actions.change_attribute(
            attribute, label=told.label, options=told.options, sources=told.sources, by=self.member, at=self.at
        )
        return _answer(changed)


class AttributeRetirement(KeyView):
    """Asking for an attribute no more, and again."""

    scopes: ClassVar = {"POST": "leads:write", "DELETE": "leads:write"}

    @operation(
        "Retire an attribute",
        gives=answers.Attribute,
        tagged=True,
        answers={200: "The attribute; values stay."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, attribute_id: UUID) -> Response:
        self.no_body()
        return self._retire(attribute_id, retired=True)

    @operation(
        "Take an attribute back into use",
        gives=answers.Attribute,
        tagged=True,
        answers={200: "The attribute."},
        problems=WRITE,
    )
    def delete(self, request: Request, attribute_id: UUID) -> Response:
        return self._retire(attribute_id, retired=False)

    def _retire(self, attribute_id: UUID, *, retired: bool) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        attribute = access.get_attribute(self.member, attribute_id)
        return _answer(actions.retire_attribute(attribute, retired=retired, by=self.member, at=self.at))


def _answer(attribute: Attribute, *, status: int = 200) -> Response:
    location = f"/api/v1/attributes/{attribute.pk}" if status == 201 else ""
    return answer(attribute_row(attribute), status=status, revision=attribute.revision, location=location)
