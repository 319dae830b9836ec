"""Keeping lists of leads under a name, alone or for everybody."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.models import DefaultView, SavedView
from smarketing.lib.errors import DomainError
from tenants.models import Membership
from tenants.roles import Role

MOST_VIEWS = 50
LONGEST_NAME = 60


class ViewNameTaken(DomainError):
    """A member's views have different names."""

    code = "view_name_taken"


class TooManyViews(DomainError):
    """Nobody finds anything among more."""

    code = "too_many_views"


class NotYourView(DomainError):
    """A shared view is changed by whoever made it, or by an administrator."""

    code = "not_your_view"


@transaction.atomic
def save_view(*, name: str, query: str, is_shared: bool, by: Membership, at: datetime) -> SavedView:
    """Keep a list (its parameters in one spelling) under a name. Raises ViewNameTaken, TooManyViews."""
    if SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise TooManyViews(_("You have %(n)s views; remove one first.") % {"n": MOST_VIEWS})
    view = SavedView(owner=by, name=name, query=query, is_shared=is_shared, created_at=at, updated_at=at)
    _write(view)
    # The name is somebody's text and stays with the view.
    record("view.saved", view, by=by, at=at, data={"shared": is_shared})
    return view


@transaction.atomic
def change_view(
    view: SavedView, *, name: str | None = None, query: str | None = None, is_shared: bool | None = None,
    by: Membership, at: datetime,
) -> SavedView:  # fmt: skip
    """Rename a view, keep another list under it, or share it; what is None stays. Raises NotYourView, ViewNameTaken."""
    view = _locked(view, by)
    view.name = view.name if name is None else name
    view.query = view.query if query is None else query
    view.is_shared = view.is_shared if is_shared is None else is_shared
    view.updated_at = at
    _write(view)
    if not view.is_shared:
        DefaultView.objects.filter(view=view).exclude(member=view.owner_id).delete()
    record("view.changed", view, by=by, at=at, data={"shared": view.is_shared})
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: Membership, at: datetime) -> None:
    """Remove a view; who opened the list with it sees all leads again. Raises NotYourView."""
    view = _locked(view, by)
    DefaultView.objects.filter(view=view).delete()
    record("view.removed", view, by=by, at=at)
    SavedView.objects.filter(pk=view.pk).delete()


@transaction.atomic
def open_with(view: SavedView | None, *, by: Membership, at: datetime) -> None:
    """Let the member's list open with this view, or with all leads."""
    DefaultView.objects.filter(member=by).delete()
    if view is not None:
        DefaultView.objects.create(member=by, view=view)
    record("view.made_default", by, by=by, at=at, data={"view": str(view.pk) if view else None})


def _require_change(view: SavedView, member: Membership) -> None:
    """Raise NotYourView unless the member may rename, change or remove this view."""
    if view.owner_id != member.pk and not member.has(Role.ADMINISTRATOR):
        raise NotYourView(_("Only whoever saved this view, or an administrator, can change it."))


def _locked(view: SavedView, by: Membership) -> SavedView:
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    _require_change(view, by)
    return view


def _write(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewNameTaken(_("You have a view of this name already.")) from error
