"""Meetings of both sides: list, agenda and minutes, meeting room, actions, calendar file, paper."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboards import actions
from dashboards.access import get_action, get_item, get_review
from dashboards.forms import ActionForm, CarryForm, ChangeForm, ItemForm, PointForm, ReviewForm
from dashboards.minutes import minutes_file, review_file
from dashboards.models import Review, ReviewAction
from dashboards.queries.reviews import actions_of, local_day, next_review, open_actions, review_rows
from dashboards.review_page import AgendaItem, Reader, agenda_of, rhythm_word, state_word
from dashboards.tables.menu import meeting_links
from leads.forms.faults import last_part, show_faults
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only, require
from tenants.queries import everybody
from tenants.roles import HEADS

LEADERS = tuple(sorted(HEADS))
# What is taken on is usually due by the next weekly meeting.
USUAL_TIME = timedelta(days=7)


@require_http_methods(["GET", "POST"])
@members_only()
def reviews(request: MemberRequest) -> HttpResponse:
    """Show the meetings; the heads plan the next one."""
    at = now()
    form = ReviewForm(request.POST or None)
    if request.method == "POST":
        require(request.membership, *LEADERS)
        if form.is_valid():
            try:
                made = actions.plan_review(by=request.membership, at=at, **form.cleaned_data)
            except InvalidInput as refusal:
                show_faults(form, refusal.errors, last_part)
            else:
                messages.success(request, _("The meeting is planned."))
                return _to(request, "review", review_id=made.pk)
    today = local_day(at, request.organisation.zone)
    context = {
        "rows": [(row, state_word(row.state), rhythm_word(row.rhythm)) for row in review_rows()],
        "next": next_review(at=at),
        "actions": open_actions(reader=request.membership, today=today),
        "may_lead": request.membership.has(*LEADERS),
        "form": form,
    }
    return render_page(request, "dashboards/reviews.html", context, status=422 if form.errors else 200)


@require_GET
@members_only()
def review(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Show a meeting: its agenda, its minutes and what is to be done."""
    return _page(request, get_review(request.membership, review_id), PointForm())


def _page(request: MemberRequest, found: Review, form: PointForm) -> HttpResponse:
    reader = _reader(request)
    taken = actions_of(found, reader=request.membership, today=reader.today)
    context = {
        "review": found,
        "state_label": state_word(found.state),
        "rhythm_label": rhythm_word(found.rhythm),
        "items": agenda_of(found, reader),
        "loose": [action for action in taken if action.item_id is None],
        "may_lead": request.membership.has(*LEADERS),
        "form": form,
        "files": meeting_links(request.organisation.slug, found.pk),
    }
    return render_page(request, "dashboards/review.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@members_only(*LEADERS)
def review_change(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Move a planned meeting, or change how often it comes back."""
    found = get_review(request.membership, review_id)
    told = {name: getattr(found, name) for name in ("starts_at", "minutes_for", "place", "rhythm", "revision")}
    form = ChangeForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_review(found, by=request.membership, at=now(), **form.cleaned_data)
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, last_part)
        else:
            messages.success(request, _("The meeting is changed."))
            return _to(request, "review", review_id=found.pk)
    context = {"review": found, "form": form}
    return render_page(request, "dashboards/review_change.html", context, status=422 if form.errors else 200)


@require_POST
@members_only(*LEADERS)
def review_act(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Open, close or cancel a meeting."""
    found, at, by = get_review(request.membership, review_id), now(), request.membership
    do = request.POST.get("do")
    if do == "open":
        actions.open_review(found, by=by, at=at)
        return _to(request, "review_room", review_id=found.pk)
    if do == "close":
        actions.close_review(found, by=by, at=at)
        messages.success(request, _("The minutes are closed."))
    elif do == "cancel":
        actions.cancel_review(found, by=by, at=at)
        messages.success(request, _("The meeting is cancelled."))
    else:
        raise actions.ReviewNotPlanned(_("Open, close or cancel the meeting."))
    return _to(request, "review", review_id=found.pk)


@require_POST
@members_only(*LEADERS)
def review_point(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Put a point on the agenda."""
    found, form = get_review(request.membership, review_id), PointForm(request.POST)
    if form.is_valid():
        try:
            actions.add_point(found, title=form.cleaned_data["title"], by=request.membership, at=now())
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, last_part)
        else:
            messages.success(request, _("It is on the agenda."))
            return _to(request, "review", review_id=found.pk)
    return _page(request, found, form)


@require_GET
@members_only()
def review_room(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """One item at a time in large letters; while the meeting is held its heads write the minutes here."""
    return _room(request, get_review(request.membership, review_id))


def _room(
    request: MemberRequest, found: Review, *, item_form: ItemForm | None = None, action_form: ActionForm | None = None
) -> HttpResponse:
    items = agenda_of(found, _reader(request))
    number = _number(request.GET.get("n", "1"), len(items))
    item = items[number - 1] if items else None
    writes = found.is_open and request.membership.has(*LEADERS) and item is not None and item.id is not None
    context = {
        "review": found,
        "item": item,
        "number": number,
        "total": len(items),
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < len(items) else None,
        "writes": writes,
        "item_form": (item_form or _item_form(item)) if writes else None,
        "action_form": (action_form or _action_form(at=now())) if writes else None,
    }
    faulty = any(form is not None and form.errors for form in (item_form, action_form))
    return render_page(request, "dashboards/review_room.html", context, partial="room", status=422 if faulty else 200)


def _number(asked: str, total: int) -> int:
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return max(1, min(total, number))


def _item_form(item: AgendaItem | None) -> ItemForm | None:
    if item is None:
        return None
    return ItemForm(initial={"minutes": item.minutes, "decision": item.decision, "revision": item.revision})


def _action_form(*, at: datetime) -> ActionForm:
    return ActionForm(people=everybody(), initial={"due_on": (at + USUAL_TIME).date()})


@require_POST
@members_only(*LEADERS)
def review_item(request: MemberRequest, review_id: UUID, item_id: UUID) -> HttpResponse:
    """Write down what was said and decided about an item."""
    found = get_review(request.membership, review_id)
    item, form = get_item(request.membership, found, item_id), ItemForm(request.POST)
    if not form.is_valid():
        return _room(request, found, item_form=form)
    actions.write_item(item, by=request.membership, at=now(), **form.cleaned_data)
    messages.success(request, _("Written down."))
    return _to_room(request, found)


@require_POST
@members_only(*LEADERS)
def review_action_new(request: MemberRequest, review_id: UUID, item_id: UUID) -> HttpResponse:
    """Note what somebody takes on about an item."""
    found = get_review(request.membership, review_id)
    item, form = get_item(request.membership, found, item_id), ActionForm(request.POST, people=everybody())
    if form.is_valid():
        try:
            actions.give_action(found, item=item, by=request.membership, at=now(), **form.cleaned_data)
        except InvalidInput as refusal:
            show_faults(form, refusal.errors, last_part)
        else:
            messages.success(request, _("Noted; who does it is told."))
            return _to_room(request, found)
    return _room(request, found, action_form=form)


@require_POST
@members_only()
def review_action_act(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Say that an action is done, give it more time, or drop it."""
    action, at, by = get_action(request.membership, action_id), now(), request.membership
    do = request.POST.get("do")
    if do == "done":
        actions.finish_action(action, by=by, at=at)
        messages.success(request, _("Done."))
    elif do == "drop":
        actions.drop_action(action, by=by, at=at)
        messages.success(request, _("It will not be done."))
    elif do == "carry":
        _carry(request, action, at=at)
        messages.success(request, _("It has more time."))
    else:
        raise actions.ActionClosed(_("Say that it is done, drop it or give it more time."))
    return HttpResponseRedirect(_back(request, action.review_id), status=303)


def _carry(request: MemberRequest, action: ReviewAction, *, at: datetime) -> None:
    form = CarryForm(request.POST)
    if not form.is_valid():
        raise actions.DayUnusable(_("Say until which day."))
    try:
        actions.carry_action(action, due_on=form.cleaned_data["due_on"], by=request.membership, at=at)
    except InvalidInput as refusal:
        raise actions.DayUnusable(refusal.errors[0].detail) from refusal


def _back(request: MemberRequest, review_id: UUID) -> str:
    """Return where the button was: the list, the home or the meeting; nothing that the form says is followed."""
    slug = request.organisation.slug
    places = {"home": reverse("organisation_home", kwargs={"slug": slug}), "list": _path(request, "reviews")}
    return places.get(request.POST.get("on", ""), _path(request, "review", review_id=review_id))


@require_GET
@members_only()
def review_calendar(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """The meeting as a file for calendars."""
    found = get_review(request.membership, review_id)
    return review_file(found, url=_path(request, "review", review_id=found.pk))


@require_GET
@members_only()
def review_minutes(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """The minutes as a PDF, from the opening of the meeting on."""
    found = get_review(request.membership, review_id)
    if found.opened_at is None:
        raise Http404
    return minutes_file(found, _reader(request), organisation=request.organisation)


def _reader(request: MemberRequest) -> Reader:
    return Reader(request.membership, now(), request.organisation.zone, request.organisation.slug)


def _path(request: MemberRequest, name: str, **where: Any) -> str:
    return reverse(f"dashboards:{name}", kwargs={"slug": request.organisation.slug, **where})


def _to(request: MemberRequest, name: str, **where: Any) -> HttpResponse:
    return HttpResponseRedirect(_path(request, name, **where), status=303)


def _to_room(request: MemberRequest, found: Review) -> HttpResponse:
    place = _path(request, "review_room", review_id=found.pk)
    number = _number(request.GET.get("n", "1"), 999)
    return HttpResponseRedirect(f"{place}?n={number}", status=303)
