"""What every log line carries."""

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from smarketing.lib.scope import current_scope

request_id: ContextVar[str] = ContextVar("smarketing_request_id", default="-")
# With the request, as the server gave it.
NAME = "smarketing.request_id"


@contextmanager
def named(environ: MutableMapping[str, Any]) -> Iterator[str]:
    """Name a request in every log line of the block; return the name, which stays with its ``environ``."""
    name: str = environ.get(NAME) or uuid4().hex[:16]
    environ[NAME] = name
    token = request_id.set(name)
    try:
        yield name
    finally:
        request_id.reset(token)


class ContextFilter(logging.Filter):
    """Adds the request's id and the organisation's number to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        scope = current_scope()
        record.request_id = request_id.get()
        record.organisation = scope.organisation_id if scope and scope.organisation_id else "-"
        return True
