"""Calls that schemathesis makes of the document, with every role's key: no 5xx, nothing undocumented, answers fit.

Each call meets the furnished world and is taken back. An ordinary run makes a few calls of each operation; ``SOAK=50``
makes many, and anew each time.
"""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import schemathesis
from django.http import HttpResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from tenants.roles import Role
from tests.tenants.spoken import contradicts, spoken
from tests.tenants.tables import OPERATIONS
from tests.tenants.test_api_routes import address
from tests.tenants.test_routes import undone
from tests.tenants.world import House, World, browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later")]

# Calls of each operation as the document allows, and as many as it does not.
CALLS = int(os.environ.get("SOAK", "1"))

SCHEMA = schemathesis.openapi.from_dict(spoken())
BY_ID = {told.ok().definition.raw["operationId"]: told.ok() for told in SCHEMA.get_all_operations()}
NAMES = sorted(OPERATIONS)


def send(case: Case, path: str, headers: Mapping[str, str]) -> HttpResponse:
    """Send a call as schemathesis made it, to an address of our choice."""
    query = "&".join(
        f"{quote(str(name), safe='')}={quote(str(value), safe='')}"
        for name, values in (case.query or {}).items()
        for value in (values if isinstance(values, list) else [values])
    )
    return browser().generic(
        case.method,
        path,
        data=_bytes(case.body),
        content_type=case.media_type or "application/json",
        headers={**_sendable(case.headers or {}), **headers},
        QUERY_STRING=query,
    )


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if type(body).__name__ == "NotSet":
        return b""
    return msgspec.json.encode(body) if _is_json(body) else repr(body).encode()


def _is_json(body: Any) -> bool:
    try:
        msgspec.json.encode(body)
    except (TypeError, UnicodeEncodeError, OverflowError, ValueError):
        return False
    return True


def _sendable(headers: Mapping[str, Any]) -> dict[str, str]:
    """Leave out what no client could put into a header."""
    return {
        name: str(value)
        for name, value in headers.items()
        if str(value).isprintable() and str(value).isascii() and name.lower() != "authorization"
    }


def calls_of(name: tuple[str, str], mode: GenerationMode) -> Any:
    """Return the strategy of calls of an operation."""
    return BY_ID[f"{name[1].lower()}_{name[0]}"].as_strategy(generation_mode=mode)


def fault(name: tuple[str, str], answer: HttpResponse) -> str:
    """Return what is wrong with an answer: broken, or otherwise than the document says."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.content[:300]!r}"
    return contradicts(name, answer)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
@pytest.mark.parametrize("name", NAMES, ids="-".join)
def test_no_call_breaks_or_surprises(name: tuple[str, str], mode: GenerationMode, world: World) -> None:
    house: House = world.acme
    here, headers = address(name, house), OPERATIONS[name].headers

    @settings(max_examples=CALLS, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(case=calls_of(name, mode), role=st.sampled_from(sorted(OPERATIONS[name].roles)), at_home=st.booleans())
    def calls(case: Case, role: Role, at_home: bool) -> None:
        path = here if at_home else case.formatted_path
        with undone():
            answer = send(case, path, {**headers, **house.keys[role]})
            if not at_home and answer.status_code in (301, 404, 405):
                return
            assert (told := fault(name, answer)) == "", (told, case.as_curl_command(), path)

    calls()
