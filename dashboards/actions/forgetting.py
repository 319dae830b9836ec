"""What goes from meetings when a person is erased: their names, wherever somebody wrote them down."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Model, Q

from dashboards.models import Review, ReviewAction, ReviewItem
from events.models import Event
from leads.queries import Identity, identity_of
from smarketing.lib.erasing import erasing
from smarketing.lib.redaction import SHORTEST, struck


def forget_person(event: Event) -> None:
    """Strike a person who is being erased out of what was written in meetings; their names still stand with them."""
    person = identity_of(event.subject_id)
    _strike(Review, ("place",), person)
    with erasing():
        _strike(ReviewItem, ("title", "minutes", "decision"), person)
    _strike(ReviewAction, ("text",), person)


def _strike(model: type[Model], names: tuple[str, ...], person: Identity) -> None:
    values = [value for value in person.values if len(value.strip()) >= SHORTEST]
    if not values:
        return
    asked = [Q(**{f"{name}__icontains": value}) for name in names for value in values]
    rows: Any = model._default_manager.filter(reduce(or_, asked))
    for row in rows:
        told = {name: struck(getattr(row, name), values) for name in names}
        model._default_manager.filter(pk=row.pk).update(**told, revision=F("revision") + 1)
