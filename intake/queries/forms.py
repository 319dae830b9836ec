"""Reading web forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse

from intake.models import Form
from intake.snippet import Asked, Field, fields_for, snippet
from sla.queries import agreement_in_force
from smarketing.lib.scope import current_organisation_id


@dataclass(frozen=True)
class FormRow:
    """One web form with what to paste into a site."""

    id: UUID
    name: str
    key_prefix: str
    endpoint_url: str
    snippet: str
    origins: list[str]
    # At most one more than ``most``: then there are more than that.
    submissions: int
    most: int
    used_at: datetime | None
    active: bool
    opt_in: bool
    hosted_url: str
    script: str
    edit_url: str = ""
    retire_url: str = ""


def form_rows(*, slug: str, may_retire: bool, at: datetime) -> list[FormRow]:
    """Return every form, active ones first, newest first."""
    forms = list(Form.objects.filter(provider="").select_related("key").order_by("-created_at"))
    posts = posts_of(forms)
    definitions = _definitions(at=at)
    found = [_form_row(form, posts[form.pk], definitions, at=at) for form in forms]
    if may_retire:
        found = [_for_keepers(row, slug) for row in found]
    return sorted(found, key=lambda row: not row.active)


def form_row(form: Form, *, slug: str, at: datetime) -> FormRow:
    """Return one form as who keeps forms sees it."""
    row = _form_row(form, posts_of([form])[form.pk], _definitions(at=at), at=at)
    return _for_keepers(row, slug)


# Counted further, the list of forms would be the slower the more they bring in.
MOST_COUNTED = 1_000
# By the permanent line against doubles, which is kept by source: no index has to be written for a figure.
COUNT = """
select form, (select count(*) from (select from intake_submission where organisation_id = %(organisation)s
  and source = 'form:' || form limit %(most)s) few) from unnest(%(forms)s::uuid[]) as forms(form)
"""


def posts_of(forms: Sequence[Form]) -> dict[UUID, int]:
    """Return how many posts each form has had, at most one more than MOST_COUNTED."""
    values: dict[str, Any] = {
        "organisation": current_organisation_id(),
        "forms": [str(form.pk) for form in forms],
        "most": MOST_COUNTED + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        return {UUID(str(form)): posts for form, posts in cursor.fetchall()}


def _for_keepers(row: FormRow, slug: str) -> FormRow:
    told = {"slug": slug, "form_id": row.id}
    retire, edit = (reverse(f"intake:{name}", kwargs=told) for name in ("form_retire", "form"))
    return replace(row, retire_url=retire, edit_url=edit)


def shown_fields(form: Form, *, at: datetime) -> list[Field]:
    """Return the fields that a form shows to its visitors now."""
    return fields_for(_definitions(at=at), _asked(form))


def _asked(form: Form) -> list[Asked]:
    return [Asked(str(one["name"]), bool(one["required"])) for one in form.asks]


def _script_tag(form: Form) -> str:
    address = settings.BASE_URL + reverse("intake_script")
    return f'<script src="{address}" data-key="{form.key.visible_prefix}" defer></script>'


def _definitions(*, at: datetime) -> Mapping[str, Any]:
    version = agreement_in_force(at=at)
    found: Mapping[str, Any] = version.content["definitions"] if version else {}
    return found


def _form_row(form: Form, posts: int, definitions: Mapping[str, Any], *, at: datetime) -> FormRow:
    url = settings.BASE_URL + reverse("api:form_submissions", args=[form.key.visible_prefix])
    return FormRow(
        id=form.pk,
        name=form.name,
        key_prefix=form.key.visible_prefix,
        endpoint_url=url,
        snippet=snippet(url, fields_for(definitions, _asked(form)), consent=form.consent_text),
        origins=form.key.allowed_origins,
        submissions=posts,
        most=MOST_COUNTED,
        used_at=form.key.last_used_at,
        opt_in=form.opt_in,
        script=_script_tag(form),
        hosted_url=settings.BASE_URL + reverse("intake_form", args=[form.key.visible_prefix]),
        active=form.retired_at is None and form.key.works_at(at),
    )
