"""A company's web site on another origin: one page with the form that was pasted into it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact</title>
<link rel="icon" href="data:,"></head><body><h1>Contact us</h1>{}</body></html>"""


class Site:
    """The site; `pasted` is what its owner has put into the page, `policy` what the page may load and talk to."""

    def __init__(self) -> None:
        self.pasted = ""
        self.policy = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def host(self) -> str:
        """Host and port, as in an address."""
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def origin(self) -> str:
        """The origin that browsers send."""
        return f"http://{self.host}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = PAGE.format(site.pasted).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Stay quiet: the test says what matters."""

        return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the site until the end of the block."""
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()
