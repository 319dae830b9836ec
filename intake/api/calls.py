"""What other providers send: proved on the bytes as they came, stored, then judged."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers, crowd
from intake.access import FoundForm
from intake.adapters import PROVIDERS, Call
from intake.api.door import is_browser, said_by
from intake.api.posts import FormView
from intake.api.shapes import sender_of
from intake.limits import limit_form
from intake.parsing import JSON, MULTIPART, URLENCODED, parse
from smarketing.lib.errors import Forbidden
from smarketing.lib.openapi import operation
from smarketing.lib.scope import tenant_scope
from tenants.rest import BodyTooLarge, answer

# No provider sends more in one call; one that does is told, so that nothing is lost in silence.
MOST_PARTS = 100
ANYTHING = {"type": "object", "description": "As the provider documents it; kept as it came."}


class SignatureInvalid(Forbidden):
    """The call was not signed with this form's secret, or too long ago."""

    code = "signature_invalid"


class AdapterCalls(FormView):
    """The address that a provider calls. The answer is a receipt, whatever is made of the post."""

    @operation(
        "Receive from another provider",
        gives=answers.Receipt,
        forms={JSON: ANYTHING, URLENCODED: ANYTHING, MULTIPART: ANYTHING},
        answers={202: "Stored; the id of the (first) submission.", 303: "To the thank-you page, for a browser."},
        problems=(403, 410, 413),
    )
    def post(self, request: Request, provider: str, token: str) -> HttpResponseBase:
        """Take what a provider sends of one of its forms, signed as that provider does."""
        found = access.find_adapter(provider, token, at=self.at)
        key = found.form.key.visible_prefix
        limit_form(request._request, key, by_visitor=PROVIDERS[provider].by_browser)
        self._refuse_unsigned(request._request, found)
        with said_by(f"form:{key}"), crowd.entered():
            first = self._take(request, found, _parts(request._request, provider))
        return _thanked(found, request._request) or answer({"id": first}, status=202)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """No page's script calls this: there is nothing to be asked."""
        return Response(status=204)

    def _refuse_unsigned(self, request: HttpRequest, found: FoundForm) -> None:
        is_genuine = PROVIDERS[found.form.provider].is_genuine
        if is_genuine is None:
            return
        url = settings.BASE_URL + request.get_full_path()
        call = Call(request.method or "", url, request.headers, request.body)
        with tenant_scope(found.organisation.pk):
            secret = actions.secret_of(found.form)
        if not secret or not is_genuine(call, secret, self.at):
            raise SignatureInvalid("The signature does not fit: compare the secret on both sides.")

    def _take(self, request: Request, found: FoundForm, parts: list[Any]) -> str:
        sender, kind = sender_of(request._request), request.content_type or ""
        with tenant_scope(found.organisation.pk):
            taken = [
                actions.receive_part(found.form, part, content_type=kind, sender=sender, at=self.at) for part in parts
            ]
        for one in taken:
            if not one.known:
                actions.judge_soon(one.submission.pk, one.submission.organisation_id, at=self.at)
        return str(taken[0].submission.pk)


def _parts(request: HttpRequest, provider: str) -> list[Any]:
    """Return the posts of a call; raises ParseError for none, BodyTooLarge for too many."""
    parts = PROVIDERS[provider].parts_of(parse(request))
    if not parts:
        raise drf.ParseError("There is no submission in it.")
    if len(parts) > MOST_PARTS:
        raise BodyTooLarge(f"More than {MOST_PARTS} submissions in one call: send them in several.")
    return parts


def _thanked(found: FoundForm, request: HttpRequest) -> HttpResponse | None:
    """Send a browser to the form's thank-you page; the address that a post names itself is not trusted."""
    if not is_browser(request) or not found.form.thanks_url or not urlsplit(found.form.thanks_url).netloc:
        return None
    response = HttpResponseRedirect(found.form.thanks_url)
    response.status_code = 303
    return response
