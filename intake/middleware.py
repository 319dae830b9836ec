"""Takes the posts of web forms before Django: nothing that only pages and keys need is asked."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.http import HttpResponse

from intake.api import door
from intake.api.posts import FormSubmissions
from smarketing.lib import logs
from smarketing.lib.clock import now
from smarketing.lib.middleware import usual_headers, view_at

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class DoorMiddleware:
    """Stands around Django's application and answers a form's post that is good.

    See Note [What is good is answered at the door] in intake.api.door. All else goes on to Django; what was refused
    here takes the refusal with it, which the view of its address tells.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = _answer(environ) if _is_for_the_door(environ) else None
        if response is None:
            return self._application(environ, start_response)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]


def _is_for_the_door(environ: Environ) -> bool:
    # A body that comes in pieces, or says no length that could be one, is for those who know what to do with it.
    is_whole = str(environ.get("CONTENT_LENGTH", "")).isdigit()
    return environ["REQUEST_METHOD"] == "POST" and is_whole and view_at(environ["PATH_INFO"]) is FormSubmissions


def _answer(environ: Environ) -> HttpResponse | None:
    """Return the answer to a form's post, None when it was refused."""
    # A connection that was lost meanwhile is made anew, as Django does around its own requests.
    connections["default"].close_if_unusable_or_obsolete()
    request = WSGIRequest(environ)
    with logs.named(environ) as name:
        try:
            # Raises for a host that is not ours, as everywhere.
            request.get_host()
            response = door.take(request, request.path_info.split("/")[-2], at=now())
        except Exception as error:  # noqa: BLE001 -- the view raises it where errors are told
            environ[door.REFUSED] = error
            return None
        finally:
            request.close()
    for header, value in (*usual_headers(request), ("X-Request-Id", name)):
        response.headers[header] = value
    response.headers["Content-Length"] = str(len(response.content))
    return response
