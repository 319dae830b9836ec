"""Providers of forms whose posts are understood here, one module each: learn one, know all."""

from collections.abc import Mapping
from typing import Any

from intake.adapters import hubspot, jotform, salesforce, tally, typeform
from intake.adapters.provider import Call, Provider
from intake.body import SubmissionBody
from intake.mapping import read_leniently

PROVIDERS: Mapping[str, Provider] = {
    found.key: found
    for found in (typeform.PROVIDER, tally.PROVIDER, jotform.PROVIDER, hubspot.PROVIDER, salesforce.PROVIDER)
}


def read_post(raw: Any, *, provider: str, mapping: Mapping[str, str]) -> SubmissionBody:
    """Return the submission in a post of a form: as a provider writes it, or of a site's own.

    Raises InvalidInput when there are no fields in it.
    """
    known = PROVIDERS.get(provider)
    if known is None or not isinstance(raw, Mapping):
        return read_leniently(raw, mapping)
    return read_leniently(known.fields_of(raw, mapping), mapping)


__all__ = ["PROVIDERS", "Call", "Provider", "read_post"]
