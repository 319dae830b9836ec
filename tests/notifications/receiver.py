"""A small real HTTP server: takes posts, keeps what it was told, answers as asked."""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Posted:
    """One post as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Say:
    """One answer to give."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    after_seconds: float = 0


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.server.box.take(Posted(self.path, headers, body))
        time.sleep(said.after_seconds)
        try:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)
        except OSError:
            return  # The other side has gone.

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    box: "Receiver"


@dataclass
class Receiver:
    """What arrived, and what is answered: once what ``say`` queued, then 200."""

    port: int = 0
    posts: list[Posted] = field(default_factory=list)
    always: Say = field(default_factory=Say)
    _queue: list[Say] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self.port}/hook"

    def say(self, status: int, **options: Any) -> None:
        """Answer the next post so."""
        self._queue.append(Say(status, **options))

    def take(self, posted: Posted) -> Say:
        """Keep a post; return the answer to it."""
        self.posts.append(posted)
        return self._queue.pop(0) if self._queue else self.always


@contextmanager
def receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run the server on a free port of this machine."""
    box = Receiver()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.box = box
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
