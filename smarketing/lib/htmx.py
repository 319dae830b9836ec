"""One template, two sizes: the whole page for a browser, one partial of it for htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part: not for boosted links and not when it restores history."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or only its ``partial`` when htmx asks; both under one URL, told apart by Vary."""
    fragment = bool(partial) and wants_fragment(request)
    name = f"{template}#{partial}" if fragment else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    response.headers["Cache-Control"] = "private, no-cache" if fragment else "private, no-store"
    return response


def is_unchanged(request: HttpRequest, tag: str) -> bool:
    """Tell whether the caller has already what this tag names; "" names nothing."""
    return bool(tag) and request.headers.get("If-None-Match") == tag


def not_modified(tag: str) -> HttpResponse:
    """Answer that nothing has changed."""
    return with_tag(HttpResponseNotModified(), tag)


def with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    """Name what a response holds, so that the next poll can be answered without it."""
    if tag:
        response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def toast(response: HttpResponse, text: str, *, level: str = "ok", undo_url: str = "", until: str = "") -> HttpResponse:
    """Show a toast in the page that asked; ``undo_url`` gives it a button until ``until`` (ISO time)."""
    detail = {"text": text, "level": level, "undo": undo_url, "until": until}
    return trigger_client_event(response, "toast", {k: v for k, v in detail.items() if v})
