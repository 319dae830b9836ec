"""Reading forms of other providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse

from intake.access import adapter_path
from intake.adapters import PROVIDERS
from intake.models import Form, Submission
from intake.words import PASTED


@dataclass(frozen=True)
class AdapterRow:
    """A form of another provider as its list shows it."""

    id: UUID
    name: str
    provider: str
    submissions: int
    last_at: datetime | None
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
    rows = Submission.objects.filter(form__in=[form.pk for form in forms]).values("form_id")
    figures = {row["form_id"]: row for row in rows.annotate(n=Count("id"), last=Max("received_at"))}
    found = [_row(form, figures.get(form.pk, {}), slug if for_keepers else "", at=at) for form in forms]
    return sorted(found, key=lambda row: not row.active)


def adapter_view(form: Form, *, slug: str, at: datetime) -> AdapterView:
    """Return one form as who keeps forms sees it."""
    figures = Submission.objects.filter(form=form).aggregate(n=Count("id"), last=Max("received_at"))
    told = {"slug": slug, "form_id": form.pk}
    return AdapterView(
        row=_row(form, figures, slug, at=at),
        pasted=str(PASTED[form.provider]),
        url=settings.BASE_URL + adapter_path(form),
        secret_label=PROVIDERS[form.provider].secret_label,
        trial_url=reverse("intake:adapter_try", kwargs=told),
        retire_url=reverse("intake:adapter_retire", kwargs=told),
    )


def _row(form: Form, figures: Mapping[str, object], slug: str, *, at: datetime) -> AdapterRow:
    last_at = figures.get("last")
    return AdapterRow(
        id=form.pk,
        name=form.name,
        provider=PROVIDERS[form.provider].label,
        submissions=int(str(figures.get("n") or 0)),
        last_at=last_at if isinstance(last_at, datetime) else None,
        active=form.retired_at is None and form.key.works_at(at),
        edit_url=reverse("intake:adapter", kwargs={"slug": slug, "form_id": form.pk}) if slug else "",
    )
