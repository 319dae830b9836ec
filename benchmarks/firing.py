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
    shots = Shots()
    began = time.perf_counter()
    await asyncio.gather(*(_one(port, make, numbers, began + seconds, shots) for _ in range(connections)))
    shots.seconds = time.perf_counter() - began
    return shots


async def _one(port: int, make: Maker, numbers: Iterator[int], end: float, shots: Shots) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (sent := time.perf_counter()) < end:
        number = next(numbers, None)
        if number is None:
            break
        writer.write(make(number))
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        shots.milliseconds.append((time.perf_counter() - sent) * 1000)
        shots.statuses[int(head[9:12])] += 1
    writer.close()


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return one POST of JSON as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
