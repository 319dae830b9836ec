"""Reading forms of other providers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from intake.access import adapter_path
from intake.adapters import PROVIDERS
from intake.models import Form
from intake.queries.forms import MOST_COUNTED, posts_of
from intake.words import PASTED


@dataclass(frozen=True)
class AdapterRow:
    """A form of another provider as its list shows it."""

    id: UUID
    name: str
    provider: str
    # At most one more than ``most``: then there are more than that.
    submissions: int
    most: int
    used_at: datetime | None
    active: bool
    # For those who keep forms.
    edit_url: str = ""


@dataclass(frozen=True)
class AdapterView:
    """One form of another provider with what to give the provider."""

    row: AdapterRow
    # Where to paste the address, in words.
    pasted: str
    url: str
    secret_label: str
    trial_url: str
    retire_url: str


def adapter_rows(*, slug: str, for_keepers: bool, at: datetime) -> list[AdapterRow]:
    """Return every form of another provider, active ones first, newest first."""
    forms = list(Form.objects.exclude(provider="").select_related("key").order_by("-created_at"))
    posts = posts_of(forms)
    found = [_row(form, posts[form.pk], slug if for_keepers else "", at=at) for form in forms]
    return sorted(found, key=lambda row: not row.active)


def adapter_view(form: Form, *, slug: str, at: datetime) -> AdapterView:
    """Return one form as who keeps forms sees it."""
    told = {"slug": slug, "form_id": form.pk}
    return AdapterView(
        row=_row(form, posts_of([form])[form.pk], slug, at=at),
        pasted=str(PASTED[form.provider]),
        url=settings.BASE_URL + adapter_path(form),
        secret_label=PROVIDERS[form.provider].secret_label,
        trial_url=reverse("intake:adapter_try", kwargs=told),
        retire_url=reverse("intake:adapter_retire", kwargs=told),
    )


def _row(form: Form, posts: int, slug: str, *, at: datetime) -> AdapterRow:
    return AdapterRow(
        id=form.pk,
        name=form.name,
        provider=PROVIDERS[form.provider].label,
        submissions=posts,
        most=MOST_COUNTED,
        used_at=form.key.last_used_at,
        active=form.retired_at is None and form.key.works_at(at),
        edit_url=reverse("intake:adapter", kwargs={"slug": slug, "form_id": form.pk}) if slug else "",
    )
