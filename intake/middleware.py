"""Takes the posts of web forms before anything that only pages and keys need."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from intake.api import door
from intake.api.posts import FormSubmissions
from smarketing.lib.clock import now
from smarketing.lib.middleware import view_of


class DoorMiddleware:
    """Answers a form's post that is good; see Note [What is good is answered at the door] in intake.api.door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or view_of(request) is not FormSubmissions:
            return self.get_response(request)
        try:
            # Raises for a host that is not ours, as everywhere.
            request.get_host()
            response = door.take(request, request.path_info.split("/")[-2], at=now())
        except Exception as error:  # noqa: BLE001 -- the view raises it where errors are told
            request.refused_at_door = error  # type: ignore[attr-defined]  # ours, read by the view
            return self.get_response(request)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
        return response
