"""Asking as the web server does: the door first, Django's whole application behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import RequestFactory

from intake.middleware import DoorMiddleware


@contextmanager
def connections_kept() -> Iterator[None]:
    """Keep the test's connection to the database through requests, as Django's test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


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

        with connections_kept():
            pieces = DoorMiddleware(WSGIHandler())(super().request(**request).environ, start)
            content = b"".join(pieces)
            # As every server does at the end; Django's own answers tell then that they are over.
            getattr(pieces, "close", lambda: None)()
        ((status, headers),) = started
        return Answer(content, status=int(status[:3]), headers=dict(headers))
