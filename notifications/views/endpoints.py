"""Endpoints: made, changed, tried; their messages read and sent again."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notifications import access, actions, queries
from notifications.forms.endpoints import EndpointForm, ReplayForm
from notifications.models import Delivery, Endpoint
from notifications.words import DELIVERY_STATES
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from smarketing.lib.pagination import CappedPaginator
from tenants.access import MemberRequest, members_only
from tenants.models import Membership
from tenants.roles import Role

PER_PAGE = 25


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
@require_GET
def endpoints(request: MemberRequest) -> HttpResponse:
    """Show who is told what happens."""
    context = {"endpoints": queries.endpoint_rows(), "may_change": request.membership.has(Role.ADMINISTRATOR)}
    return render_page(request, "notifications/endpoints.html", context, partial="list")


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def endpoint_new(request: MemberRequest) -> HttpResponseBase:
    """Make an endpoint and show its secret, this once."""
    kind = Endpoint.Kind.SLACK if request.GET.get("kind") == "slack" else Endpoint.Kind.WEBHOOK
    form = EndpointForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_endpoint(
                kind=kind,
                name=form.cleaned_data["name"],
                url=form.cleaned_data["url"],
                types=form.types_told(),
                by=request.membership,
                at=now(),
            )
        except InvalidInput as refusal:
            _show(form, refusal)
        else:
            return _endpoint_page(request, made.endpoint, secret=made.secret)
    title = _("New Slack channel") if kind == Endpoint.Kind.SLACK else _("New webhook")
    back = reverse("notifications:endpoints", kwargs={"slug": request.organisation.slug})
    return _form_page(request, form, title=title, back_url=back)


@members_only(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def endpoint_edit(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    """Change where messages go, and which."""
    endpoint = access.get_endpoint(request.membership, endpoint_id)
    form = EndpointForm(request.POST or None, kind=endpoint.kind, of=endpoint)
    url = reverse("notifications:endpoint", kwargs={"slug": request.organisation.slug, "endpoint_id": endpoint.pk})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["url"]
        try:
            actions.change_endpoint(
                endpoint,
                name=form.cleaned_data["name"],
                url="" if typed == endpoint.shown_url else typed,
                types=form.types_told(),
                by=request.membership,
                at=now(),
            )
        except InvalidInput as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(url)
    return _form_page(request, form, title=endpoint.name, back_url=url)


def _show(form: EndpointForm, refusal: InvalidInput) -> None:
    for error in refusal.errors:
        form.add_error(error.pointer.removeprefix("/"), error.detail)


def _form_page(request: MemberRequest, form: EndpointForm, *, title: str, back_url: str) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": back_url}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "notifications/endpoint_form.html", context, partial="form", status=status)


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
@require_GET
def endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Show an endpoint with its newest messages."""
    return _endpoint_page(request, access.get_endpoint(request.membership, endpoint_id))


def _endpoint_page(
    request: MemberRequest,
    endpoint: Endpoint,
    *,
    secret: str = "",
    replay: ReplayForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in DELIVERY_STATES else ""
    found = _page(request, endpoint, state)
    may_change = request.membership.has(Role.ADMINISTRATOR)
    context = {
        "endpoint": queries.endpoint_row(endpoint),
        "secret": secret,
        "page_obj": found,
        "rows": [queries.delivery_row(row) for row in found.object_list],
        "views": _views(request, endpoint, state),
        "may_change": may_change,
        "replay_form": (replay or ReplayForm(zone=request.organisation.zone)) if may_change else None,
        "refusal": refusal,
    }
    return render_page(request, "notifications/endpoint.html", context, partial="deliveries", status=status)


def _page(request: MemberRequest, endpoint: Endpoint, state: str) -> "Page[Delivery]":
    rows = queries.deliveries_of(endpoint, state=state).order_by("-id")
    return CappedPaginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _views(request: MemberRequest, endpoint: Endpoint, state: str) -> list[dict[str, object]]:
    base = reverse("notifications:endpoint", kwargs={"slug": request.organisation.slug, "endpoint_id": endpoint.pk})
    wanted = [("", _("All")), *((key, str(label)) for key, (label, _tone) in DELIVERY_STATES.items())]
    return [
        {
            "key": key,
            "label": label[:1].upper() + label[1:],
            "count": None,
            "url": f"{base}?state={key}" if key else base,
            "active": key == state,
        }
        for key, label in wanted
        if key != Delivery.State.MUTED
    ]


@members_only(Role.ADMINISTRATOR)
@require_POST
def endpoint_act(request: MemberRequest, endpoint_id: UUID, act: str) -> HttpResponseBase:
    """Pause an endpoint, let it go on, try it, give it a new secret, or remove it."""
    endpoint = access.get_endpoint(request.membership, endpoint_id)
    if act == "rotate":
        return _rotate(request, endpoint)
    known = _ACTS.get(act)
    if known is None:
        raise Http404
    run, told = known
    try:
        run(endpoint, by=request.membership, at=now())
    except DomainError as refusal:
        return _endpoint_page(request, endpoint, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, str(told))
    if act == "remove":
        return redirect("notifications:endpoints", slug=request.organisation.slug)
    return redirect("notifications:endpoint", slug=request.organisation.slug, endpoint_id=endpoint.pk)


def _rotate(request: MemberRequest, endpoint: Endpoint) -> HttpResponse:
    try:
        made = actions.rotate_secret(endpoint, by=request.membership, at=now())
    except DomainError as refusal:
        return _endpoint_page(request, endpoint, refusal=refusal.sentence, status=refusal.status)
    return _endpoint_page(request, made.endpoint, secret=made.secret)


Act = Callable[..., object]

_ACTS: Mapping[str, tuple[Act, Promise]] = {
    "pause": (actions.pause_endpoint, gettext_lazy("Paused: what happens meanwhile is kept.")),
    "resume": (actions.resume_endpoint, gettext_lazy("It goes on; what was held back leaves now.")),
    "test": (actions.send_trial, gettext_lazy("A message is on its way. What became of it stands below in a moment.")),
    "remove": (actions.remove_endpoint, gettext_lazy("Removed. Nothing is sent there any more.")),
}


@members_only(Role.ADMINISTRATOR)
@require_POST
def endpoint_replay(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    """Send the messages of a time once more."""
    endpoint = access.get_endpoint(request.membership, endpoint_id)
    form = ReplayForm(request.POST, zone=request.organisation.zone)
    if not form.is_valid():
        return _endpoint_page(request, endpoint, replay=form, status=422)
    told = form.cleaned_data
    try:
        count = actions.replay_range(
            endpoint,
            since=told["since"],
            until=told["until"],
            failed_only=not told["all_of_them"],
            by=request.membership,
            at=now(),
        )
    except DomainError as refusal:
        return _endpoint_page(request, endpoint, refusal=refusal.sentence, status=refusal.status)
    text = ngettext("%(n)d message is sent once more.", "%(n)d messages are sent once more.", count) % {"n": count}
    messages.success(request, text)
    return redirect("notifications:endpoint", slug=request.organisation.slug, endpoint_id=endpoint.pk)


@members_only(Role.ADMINISTRATOR, Role.AUDITOR)
@require_GET
def delivery(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """Show one message: what was sent, and what came back each time."""
    return _delivery_page(request, access.get_delivery(request.membership, delivery_id))


def _delivery_page(request: MemberRequest, found: Delivery, *, refusal: str = "", status: int = 200) -> HttpResponse:
    member: Membership = request.membership
    context = {
        "delivery": queries.delivery_row(found),
        "endpoint": found.endpoint,
        "message_id": found.message_id,
        "body": queries.readable(found.body),
        "attempts": queries.attempts_of(found),
        "may_change": member.has(Role.ADMINISTRATOR),
        "refusal": refusal,
    }
    return render_page(request, "notifications/delivery.html", context, status=status)


@members_only(Role.ADMINISTRATOR)
@require_POST
def delivery_replay(request: MemberRequest, delivery_id: UUID) -> HttpResponseBase:
    """Send one message once more."""
    found = access.get_delivery(request.membership, delivery_id)
    try:
        actions.replay_delivery(found, by=request.membership, at=now())
    except DomainError as refusal:
        return _delivery_page(request, found, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, _("The message is sent once more."))
    return redirect("notifications:delivery", slug=request.organisation.slug, delivery_id=found.pk)
