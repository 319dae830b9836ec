"""Posting over HTTP keep-alive from so many connections at once, and how long each answer took."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# The post with this number, as bytes ready for the wire.
Maker = Callable[[int], bytes]


@dataclass
class Shots:
    """What came back, and when."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """How many answers came per second."""
        return len(self.milliseconds) / self.seconds

    def share(self, percent: float) -> float:
        """So many milliseconds or less took this share of the answers."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def fire(port: int, make: Maker, *, seconds: float, connections: int = 16, first: int = 0, most: int = 0) -> Shots:
    """Post for so many seconds (or ``most`` posts), each connection its next post when the last was answered."""
    numbers = iter(range(first, first + most if most else 2**31))
    return asyncio.run(_fire(port, make, numbers, seconds, connections))


async def _fire(port: int, make: Maker, numbers: Iterator[int], seconds: float, connections: int) -> Shots:
    shots, loop = Shots(), asyncio.get_running_loop()
    began = time.perf_counter()
    lines = [_Line(make, numbers, began + seconds, shots, loop.create_future()) for _ in range(connections)]
    await asyncio.gather(*(loop.create_connection(lambda line=line: line, "127.0.0.1", port) for line in lines))
    await asyncio.gather(*(line.over for line in lines))
    shots.seconds = time.perf_counter() - began
    return shots


class _Line(asyncio.Protocol):
    """One connection. Reads no more of an answer than it must: the machine belongs to who is measured."""

    def __init__(
        self, make: Maker, numbers: Iterator[int], end: float, shots: Shots, over: "asyncio.Future[None]"
    ) -> None:
        self._make, self._numbers, self._end, self._shots, self.over = make, numbers, end, shots, over
        self._sent, self._got, self._whole = 0.0, b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole:
            head, rest, _body = self._got.partition(b"\r\n\r\n")
            if not rest:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._whole = len(head) + len(rest) + int(length or 0)
        if len(self._got) >= self._whole:
            self._shots.milliseconds.append((time.perf_counter() - self._sent) * 1000)
            self._shots.statuses[int(self._got[9:12])] += 1
            self._got, self._whole = b"", 0
            self._post()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionResetError("The server closed the connection."))

    def _post(self) -> None:
        self._sent = time.perf_counter()
        number = next(self._numbers, None) if self._sent < self._end else None
        if number is None:
            self.over.set_result(None)
            self._transport.close()
            return
        wire = self._make(number)
        self._sent = time.perf_counter()
        self._transport.write(wire)


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return one POST of JSON as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
