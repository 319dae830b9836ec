"""What reaches a member, and when; the link that ends mails."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications import actions, kinds
from notifications.forms.choices import ChoicesForm
from notifications.queries.choices import choices_of, habit_of
from notifications.queries.mails import newest_mails_to
from notifications.unsubscribing import Wish, wish_in
from smarketing.lib.clock import now
from smarketing.lib.htmx import render_page
from smarketing.lib.scope import tenant_scope
from tenants.access import MemberRequest, members_only, organisation_by_slug
from tenants.models import Membership


@members_only()
@require_http_methods(["GET", "POST"])
def choices(request: MemberRequest) -> HttpResponseBase:
    """Show and change what reaches one, and when."""
    member = request.membership
    form = ChoicesForm(
        request.POST or None,
        groups=kinds.groups_for(set(member.roles)),
        habit=habit_of(member),
        chosen=choices_of(member),
    )
    if request.method == "POST" and form.is_valid():
        _save(member, form)
        messages.success(request, _("Saved."))
        return redirect("notifications:choices", slug=request.organisation.slug)
    context = {"form": form, "mails": newest_mails_to(member)}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "notifications/choices.html", context, partial="form", status=status)


def _save(member: Membership, form: ChoicesForm) -> None:
    at, told = now(), form.cleaned_data
    actions.keep_quiet(
        member,
        quiet=told["quiet"],
        quiet_from=told["quiet_from"],
        quiet_until=told["quiet_until"],
        daily_at=told["daily_at"],
        at=at,
    )
    actions.choose(member, form.wanted(), at=at)


# A mail program posts it without a page before it and without a session (RFC 8058); the token says whose mails end.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of one kind; looking at the page alone ends nothing, for mail programs look at links."""
    wish = wish_in(token)
    organisation = organisation_by_slug(wish.slug) if wish else None
    if wish is None or organisation is None:
        raise Http404
    with tenant_scope(organisation.pk):
        member = Membership.objects.filter(pk=wish.member_id, is_active=True).first()
        if member is None:
            raise Http404
        if request.method == "POST":
            actions.end_mails(member, wish.kind, at=now())
    context = {"label": _label(wish), "organisation_name": organisation.name, "done": request.method == "POST"}
    return render(request, "notifications/unsubscribe.html", context)


def _label(wish: Wish) -> str:
    kind = kinds.KINDS.get(wish.kind)
    return str(kind.label) if kind else ""
