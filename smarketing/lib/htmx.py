"""One template, two sizes: the whole page for a browser, one partial of it for htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
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


def toast(response: HttpResponse, text: str, *, level: str = "ok", undo_url: str = "", until: str = "") -> HttpResponse:
    """Show a toast in the page that asked; ``undo_url`` gives it a button until ``until`` (ISO time)."""
    detail = {"text": text, "level": level, "undo": undo_url, "until": until}
    return trigger_client_event(response, "toast", {k: v for k, v in detail.items() if v})
