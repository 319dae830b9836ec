"""Errors for clients and for people: problem+json (RFC 9457) under /api/, a page elsewhere."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from smarketing.lib.clock import spelled
from smarketing.lib.errors import FieldError

TITLES = {
    400: "The request cannot be read",
    401: "A valid key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Refused",
    410: "Gone",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong content type",
    422: "Some fields are wrong",
    428: "If-Match is needed",
    429: "Too many requests",
    500: "Something broke",
    503: "Not available",
}

# Where the code says more than its status.
TITLES_OF_CODES = {"idempotency_key_reused": "Idempotency-Key used before"}


def is_api(request: HttpRequest) -> bool:
    """Tell whether this request wants problem+json rather than a page."""
    return request.path_info.startswith("/api/")


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    errors: tuple[FieldError, ...] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of a problem as RFC 9457 has it, with our stable ``code``."""
    body: dict[str, Any] = {
        "type": f"/api/v1/problems/{code}",
        "title": TITLES_OF_CODES.get(code) or TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request.path,
        "request_id": getattr(request, "request_id", ""),
    }
    if errors:
        body["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in errors]
    return {**dict(spelled(extra or {})), **body}


def problem_response(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    errors: tuple[FieldError, ...] = (),
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer with problem+json under /api/, with the error page of that status elsewhere."""
    if is_api(request):
        body = problem(request, status, code, detail, errors=errors, extra=extra)
        return HttpResponse(_encode(body), status=status, content_type="application/problem+json")
    context = {"detail": detail, "code": code, "request_id": getattr(request, "request_id", "")}
    return HttpResponse(_page(request, status, context), status=status)


def _page(request: HttpRequest, status: int, context: dict[str, Any]) -> str:
    """Return the error page, inside the shell for a member who was there; what is broken may break the shell too."""
    template = f"{status}.html"
    if status >= 500 or not hasattr(request, "membership") or request.headers.get("HX-Request"):
        return render_to_string(template, context)
    return render_to_string(template, {**context, "layout": "base.html"}, request)


def _encode(body: Any) -> bytes:
    return msgspec.json.encode(body)
