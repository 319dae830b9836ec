"""Asking as the web server does: the door first, Django's whole application behind it."""

import json
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.test import RequestFactory

from intake.middleware import DoorMiddleware


def connection_kept() -> AbstractContextManager[Any]:
    """Keep a connection in whose transaction a test runs; another one is looked at as the server does."""
    if not connection.in_atomic_block:
        return nullcontext()
    return patch.object(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda _connection: None)


class Answer(HttpResponse):
    """What came over the wire."""

    def json(self) -> Any:
        """Return the value of the body."""
        return json.loads(self.content)


class Wire(RequestFactory):
    """Sends what it makes, and returns the Answer."""

    def request(self, **request: Any) -> Any:
        """Send one request."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
            started.append((status, headers))

        with connection_kept():
            pieces = DoorMiddleware(WSGIHandler())(super().request(**request).environ, start)
            content = b"".join(pieces)
            # As every server does at the end; Django's own answers tell then that they are over.
            getattr(pieces, "close", lambda: None)()
        ((status, headers),) = started
        return Answer(content, status=int(status[:3]), headers=dict(headers))
