"""A submission as clients send it (api.md), strictly; and what leads understand of it (pure)."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from leads.capture import Captured
from smarketing.lib.bodies import learned
from smarketing.lib.openapi import FreeForm

Short = Annotated[str, Meta(max_length=200)] | None
Text = Annotated[str, Meta(max_length=2000)] | None
Long = Annotated[str, Meta(max_length=20_000)] | None
Moment = Annotated[datetime, Meta(tz=True)] | None
Country = Annotated[str, Meta(pattern="^([A-Za-z]{2})?$")] | None


class Person(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who it is."""

    email: Annotated[str, Meta(max_length=320)] | None = None
    given_name: Short = None
    family_name: Short = None
    phone: Annotated[str, Meta(max_length=60)] | None = None
    job_title: Short = None


class Company(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where they work."""

    name: Short = None
    website: Text = None
    employees: Annotated[int, Meta(ge=0, le=20_000_000)] | None = None
    industry: Short = None
    country: Country = None


class Touch(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where a visit came from."""

    source: Short = None
    medium: Short = None
    campaign: Short = None
    term: Short = None
    content: Short = None
    at: Moment = None


class Attribution(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """First and last visit, and what came with the last."""

    first: Touch | None = None
    last: Touch | None = None
    click_ids: dict[str, str] | None = None
    landing_page: Text = None
    referrer: Text = None


class Behaviour(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Something they did."""

    kind: Annotated[str, Meta(min_length=1, max_length=80)]
    at: Moment = None
    properties: FreeForm | None = None


class Consent(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What they allowed or refused, in which words."""

    purpose: Annotated[str, Meta(min_length=1, max_length=80)]
    granted: bool
    basis: Annotated[str, Meta(max_length=80)] = "consent"
    text_version: Short = None
    text: Long = None
    captured_at: Moment = None
    ip: Annotated[str, Meta(max_length=60)] | None = None
    method: Annotated[str, Meta(max_length=80)] = "form"


class SubmissionBody(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One submission."""

    person: Person | None = None
    company: Company | None = None
    external_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    form: Short = None
    submitted_at: Moment = None
    intent: Annotated[str, Meta(max_length=80)] | None = None
    message: Long = None
    attribution: Attribution | None = None
    behaviours: Annotated[list[Behaviour], Meta(max_length=200)] | None = None
    consents: Annotated[list[Consent], Meta(max_length=50)] | None = None
    custom: FreeForm | None = None
    # The browser from which it came, once its owner has allowed to be known again.
    visitor: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    # The spam trap: a field that people do not see and robots fill in.
    hp: Text = None
    test: bool = False


def captured_from(body: SubmissionBody) -> Captured:
    """Return the part of the submission that tells about the person."""
    told: dict[str, Any] = _without_nulls(msgspec.to_builtins(body))
    return msgspec.convert({name: told[name] for name in told.keys() & _TOLD}, learned(Captured))


_TOLD = {"person", "company", "intent", "message", "attribution", "behaviours", "consents", "custom"}


def _without_nulls(value: Any) -> Any:
    """Drop nulls of the structure: "not told" and null are the same here; custom values stay as they came."""
    if isinstance(value, dict):
        return {
            name: part if name in ("custom", "properties") else _without_nulls(part)
            for name, part in value.items()
            if part is not None
        }
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
