"""The catalogue of reasons for REST clients: what can be given as a reason, and how it is arranged."""

from typing import Annotated, Any, ClassVar

from django.http import Http404
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import actions, answers
from leads.api.shapes import WRITE
from leads.queries.reasons import ReasonRow, reason_rows
from leads.reasons import KINDS
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import Role


class OrderBody(Struct, forbid_unknown_fields=True):
    """Keys in their new order; those that are left out follow as they were."""

    keys: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(min_length=1, max_length=200)]


class _Catalogue(KeyView):
    """What every operation on reasons needs."""

    def version(self) -> AgreementVersion:
        """Return the agreement in force; 404 before there is one."""
        version = agreement_in_force(at=self.at)
        if version is None:
            raise Http404
        return version

    def listed(self, kind: str) -> AgreementVersion:
        """Return the agreement in force, where the member may arrange its lists and this is one of them."""
        require(self.member, Role.ADMINISTRATOR)
        if kind not in KINDS:
            raise Http404
        return self.version()

    def whole(self, version: AgreementVersion) -> Response:
        """Answer with all three lists."""
        lists = {kind: [_row(row) for row in rows] for kind, rows in reason_rows(version).items()}
        return answer({"agreement_version": version.number, **lists})


class Reasons(_Catalogue):
    """Every reason."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List reasons",
        gives=answers.Reasons,
        answers={200: "The reasons of the agreement in force, by list."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """List the reasons for rejecting, disqualifying and losing; retired ones are refused when given."""
        return self.whole(self.version())


class ReasonOrder(_Catalogue):
    """The order of one list."""

    scopes: ClassVar = {"PUT": "leads:write"}

    @operation("Order reasons", gives=answers.Reasons, body=OrderBody, answers={200: "All reasons."}, problems=WRITE)
    def put(self, request: Request, kind: str) -> Response:
        """Put the reasons of one list into another order."""
        version = self.listed(kind)
        actions.order_reasons(version, kind=kind, keys=self.body(OrderBody).keys, by=self.member, at=self.at)
        return self.whole(version)


class ReasonRetirement(_Catalogue):
    """Offering a reason no more, and again."""

    scopes: ClassVar = {"POST": "leads:write", "DELETE": "leads:write"}

    @operation(
        "Retire a reason",
        gives=answers.Reasons,
        answers={200: "All reasons; old rejections keep it."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, kind: str, key: str) -> Response:
        """Offer a reason no more; the last of its class stays."""
        self.no_body()
        version = self._known(kind, key)
        actions.retire_reason(version, kind=kind, key=key, by=self.member, at=self.at)
        return self.whole(version)

    @operation("Take a reason back into use", gives=answers.Reasons, answers={200: "All reasons."}, problems=WRITE)
    def delete(self, request: Request, kind: str, key: str) -> Response:
        """Offer a retired reason again."""
        version = self._known(kind, key)
        actions.restore_reason(version, kind=kind, key=key, by=self.member, at=self.at)
        return self.whole(version)

    def _known(self, kind: str, key: str) -> AgreementVersion:
        version = self.listed(kind)
        if key not in [entry["key"] for entry in version.content["reasons"][kind]]:
            raise Http404
        return version


def _row(row: ReasonRow) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    if row.reason_class:
        terms = {
            "class": row.reason_class,
            "needs_criterion": row.needs_criterion,
            "needs_evidence": row.needs_evidence,
        }
    return {"key": row.key, "label": row.label, **terms, "retired_at": row.retired_at}
