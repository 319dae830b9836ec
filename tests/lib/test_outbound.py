"""Posts to customers' addresses stay outside our own network, and end."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from smarketing.lib import outbound
from smarketing.lib.outbound import AddressRefused, Unreachable, check_address, check_form, is_public, post, resolve
from tests.notifications.receiver import Receiver, receiver


@pytest.fixture
def loopback(settings: Any) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True


@pytest.fixture
def server(loopback: None) -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.0.0.8", "172.16.4.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "::7f00:1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "fe80::1", "fc00::1", "fd12::1",
        "ff02::1", "2002:7f00:1::", "2002:c0a8:101::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "fec0::1",
    ],
)  # fmt: skip
def test_what_is_not_the_public_internet_is_refused(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_the_public_internet_is_allowed(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "ftp://example.com/", "http://example.com/", "https://", "https://user@example.com/",
        "https://user:pw@example.com/", "https://example.com:0/", "https://example.com:99999/", "https://exa mple.com/",
        "https://example.com/\r\nHost: x", "https://example.com/#part", "https://[::1", "https://bücher.example/",
        "https://example.com/" + "x" * 2000, "javascript:alert(1)", "//example.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_resolved(text: str) -> None:
    with pytest.raises(AddressRefused):
        check_form(text)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "169.254.169.254"],
)
def test_every_notation_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises((AddressRefused, Unreachable)) as caught:
        resolve(f"https://{host}/hook")
    assert caught.type is AddressRefused or "unknown" in str(caught.value)
    with pytest.raises(AddressRefused):
        check_address(f"https://{host}/hook")


def test_names_are_not_resolved_while_they_are_typed() -> None:
    check_address("https://nobody-has-this-name.invalid/hook")


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_a, **_k: answers)
    with pytest.raises(AddressRefused):
        resolve("https://two.example/")


def test_nothing_reaches_this_machine_without_the_development_setting(server: Receiver, settings: Any) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    with pytest.raises(AddressRefused):
        post(server.url, b"{}", {})
    assert server.posts == []


def test_a_post_arrives_with_its_headers(server: Receiver) -> None:
    found = post(f"{server.url}?a=b", b'{"x":1}', {"webhook-id": "m1"})
    [arrived] = server.posts
    assert (found.status, arrived.body, arrived.path) == (200, b'{"x":1}', "/hook?a=b")
    assert arrived.headers["webhook-id"] == "m1"
    assert arrived.headers["host"] == f"127.0.0.1:{server.port}"


def test_the_connection_goes_to_the_address_that_was_checked(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        # A second question would get another answer.
        ip = "127.0.0.1" if len(asked) == 1 else "10.9.9.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    real = socket.create_connection

    def connect(address: tuple[str, int], *args: Any, **options: Any) -> Any:
        monkeypatch.setattr(outbound.socket, "getaddrinfo", system)
        return real(address, *args, **options)

    system = socket.getaddrinfo
    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolver)
    monkeypatch.setattr(outbound.socket, "create_connection", connect)
    assert post(f"http://rebinding.example:{server.port}/hook", b"{}", {}).status == 200
    assert asked == ["rebinding.example"]
    assert server.posts[0].headers["host"] == f"rebinding.example:{server.port}"


def test_a_redirect_is_an_answer_and_not_followed(server: Receiver) -> None:
    server.say(302, headers={"Location": f"{server.url}/elsewhere"})
    assert post(server.url, b"{}", {}).status == 302
    assert len(server.posts) == 1


def test_only_the_beginning_of_a_large_answer_is_read(server: Receiver) -> None:
    server.say(200, body=b"\x00" + b"y" * 5_000_000)
    found = post(server.url, b"{}", {})
    assert found.status == 200
    assert len(found.text) == outbound.EXCERPT_CHARACTERS
    assert "\x00" not in found.text


def test_a_server_that_says_nothing_is_given_up(server: Receiver) -> None:
    server.say(200, after_seconds=3)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="No answer"):
        post(server.url, b"{}", {}, timeout=0.4)
    assert time.monotonic() - began < 1.5


def test_a_server_that_drips_is_given_up_as_a_whole(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _peer = listener.accept()
            with connection:
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n")
                    while not stop.wait(0.1):
                        connection.sendall(b"X: y\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Unreachable, match="No answer"):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {}, timeout=0.6)
        stop.set()
        thread.join(2)
        assert time.monotonic() - began < 2


def test_what_is_no_answer_is_said_in_words(loopback: None, server: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="ConnectionRefused"):
        post(f"http://127.0.0.1:{free}/", b"{}", {})
    with pytest.raises(Unreachable, match="secure connection"):
        post(f"https://127.0.0.1:{server.port}/", b"{}", {})


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate for the name, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(("name", "works"), [("hooks.example", True), ("other.example", False)])
def test_the_certificate_must_be_for_the_name(
    loopback: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, works: bool
) -> None:
    path = certificate(tmp_path, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with receiver(tls=tls) as server:
        system = socket.getaddrinfo

        def resolver(host: str, port: Any, *args: Any, **options: Any) -> Any:
            return system("127.0.0.1" if host == "hooks.example" else host, port, *args, **options)

        monkeypatch.setattr(outbound.socket, "getaddrinfo", resolver)
        # The certificate is its own authority.
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        url = f"https://hooks.example:{server.port}/hook"
        if works:
            assert post(url, b"{}", {}).status == 200
        else:
            with pytest.raises(Unreachable, match="secure connection"):
                post(url, b"{}", {})
        assert len(server.posts) == int(works)
