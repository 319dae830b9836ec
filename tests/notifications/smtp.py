"""A small real SMTP server: takes mails over a socket and keeps what it was told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What arrived, and how the server behaves."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    # Recipients that are answered with this code instead of 250.
    refuse: dict[str, int] = field(default_factory=dict)
    # Hang up in the middle of so many of the next deliveries.
    hang_up: int = 0


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.decode().strip()
            if verb.upper().startswith(("EHLO", "HELO")):
                self._say("250 test")
            elif verb.upper().startswith("RCPT TO"):
                self._say(self._recipient(verb))
            elif verb.upper() == "DATA":
                if not self._take():
                    return
            elif verb.upper() == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _recipient(self, verb: str) -> str:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        code = next((code for name, code in box.refuse.items() if name in verb), 250)
        return f"{code} {'ok' if code == 250 else 'no'}"

    def _take(self) -> bool:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if box.hang_up:
            box.hang_up -= 1
            return False
        box.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
        self._say("250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run the server on a free port of this machine."""
    box = Mailbox()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
