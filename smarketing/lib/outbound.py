"""Posting to an address that a customer typed: never into our own network, never longer or larger than we allow.

# Note [Where a post may go]
The name is resolved once, every address it has must be public, and the connection goes to the very address that was
checked, while the Host header and the TLS name stay the customer's. Redirects are not followed. So neither a name that
changes its mind between check and use nor an answer that points elsewhere reaches a private service.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 15.0
# What is kept of an answer, and what is read of it at all.
EXCERPT_CHARACTERS = 1000
MOST_BYTES = 16 * 1024
MOST_CHARACTERS = 2000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses that carry an IPv4 address inside: it must be public as well.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressRefused(Exception):
    """The address is not one that we post to; ``str`` says why, fit for a person."""


class Unreachable(Exception):
    """Nobody answered in time and in form; ``str`` says what happened."""


@dataclass(frozen=True)
class Answer:
    """What the other side said; ``text`` is the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Target:
    """An address that may be posted to, with where its name led."""

    url: SplitResult
    host: str
    port: int
    address: str


def check_form(text: str) -> SplitResult:
    """Return the parts of an address that could be posted to; nothing is resolved. Raises AddressRefused."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise AddressRefused("This is not a web address.") from error
    if len(text) > MOST_CHARACTERS or not text.isascii() or any(char.isspace() or ord(char) < 33 for char in text):
        raise AddressRefused("This is not a web address.")
    if not url.hostname or port == 0:
        raise AddressRefused("This is not a web address.")
    if url.username is not None or url.fragment:
        raise AddressRefused("An address with a user name or a fragment is not allowed.")
    if url.scheme != "https" and not (url.scheme == "http" and settings.OUTBOUND_ALLOW_LOOPBACK):
        raise AddressRefused("The address must begin with https://.")
    return url


def check_address(text: str) -> None:
    """Refuse an address as it is typed: its form, and numbers that are not public; names are resolved when posted to.

    Raises AddressRefused.
    """
    url = check_form(text)
    host = url.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    if not all(is_allowed(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found):
        raise AddressRefused("The address leads into a private network.")


def resolve(text: str) -> Target:
    """Resolve the address once; raises AddressRefused unless every place it leads to is public."""
    url = check_form(text)
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("The name of the server is unknown.") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not all(is_allowed(address) for address in addresses):
        raise AddressRefused("The address leads into a private network.")
    if url.scheme == "http" and not all(address.is_loopback for address in addresses):
        raise AddressRefused("The address must begin with https://.")
    return Target(url, host, port, str(addresses[0]))


def is_allowed(address: Address) -> bool:
    """Tell whether this is a public address, or this machine where the development setting opens it."""
    if settings.OUTBOUND_ALLOW_LOOPBACK and address.is_loopback:
        return True
    return is_public(address)


def is_public(address: Address) -> bool:
    """Tell whether the address belongs to the public internet, whatever notation it hides in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inside(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a mapped, translated or tunnelled IPv6 address leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or int(address) < 2**32:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def post(text: str, body: bytes, headers: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS) -> Answer:
    """Post and return the answer, whatever its status. Raises AddressRefused or Unreachable.

    See Note [Where a post may go]. ``timeout`` bounds the whole exchange after the name is resolved.
    """
    target = resolve(text)
    connection = _connection(target, timeout)
    try:
        return _exchange(connection, target, body, headers, timeout)
    except TimeoutError as error:
        raise Unreachable(f"No answer within {timeout:.0f} seconds.") from error
    except ssl.SSLError as error:
        raise Unreachable(f"The secure connection failed: {error.reason or error}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"The connection failed: {type(error).__name__}.") from error
    finally:
        connection.close()


def _exchange(
    connection: http.client.HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str], timeout: float
) -> Answer:
    began = monotonic()
    connection.connect()
    # A server that sends one byte now and then would never run into the socket's own time-out.
    cut = _cutter(connection.sock, timeout - (monotonic() - began))
    try:
        path = target.url.path or "/"
        connection.request("POST", f"{path}?{target.url.query}" if target.url.query else path, body, dict(headers))
        response = connection.getresponse()
        raw = response.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        if monotonic() - began >= timeout:
            raise TimeoutError from error
        raise
    finally:
        cut.cancel()
    if monotonic() - began >= timeout:
        # Cut in the middle of its headers, an answer looks complete.
        raise TimeoutError
    text = raw.decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text[:EXCERPT_CHARACTERS])


def _cutter(sock: socket.socket, seconds: float) -> Timer:
    """Shut the connection down after so many seconds, from beside whoever waits on it."""
    twin = socket.socket(fileno=socket.dup(sock.fileno()))

    def cut() -> None:
        try:
            twin.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # It has ended by itself.

    timer = _ClosingTimer(max(seconds, 0.01), cut, twin.close)
    timer.daemon = True
    timer.start()
    return timer


class _ClosingTimer(Timer):
    """A timer that gives its socket back when it has struck or is called off."""

    def __init__(self, interval: float, function: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(interval, function)
        self._close = close

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._close()


def _connection(target: Target, timeout: float) -> http.client.HTTPConnection:
    if target.url.scheme == "https":
        return _PinnedTLS(target, timeout)
    return _Pinned(target, timeout)


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, in the name that was asked for."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._address = target.address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedTLS(http.client.HTTPSConnection):
    """The same over TLS: the certificate must be for the name, not for the address."""

    def __init__(self, target: Target, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=timeout, context=self._tls)
        self._address = target.address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
