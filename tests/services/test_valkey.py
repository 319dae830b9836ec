"""The embedded Valkey answers those who know its password, and keeps nothing."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from smarketing.services import instance, process, valkey


def test_answers_with_its_password_only(data: Path) -> None:
    with valkey.start(data) as server:
        assert redis.Redis.from_url(server.url).ping()
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(port=server.port).ping()


def test_listens_on_this_machine_only(data: Path) -> None:
    with valkey.start(data) as server:
        assert redis.Redis.from_url(server.url).config_get("bind") == {"bind": "127.0.0.1"}


def test_keeps_nothing_on_disk_and_its_port(data: Path) -> None:
    with valkey.start(data) as first:
        redis.Redis.from_url(first.url).set("hint", "disposable")
    with valkey.start(data) as second:
        assert second.port == first.port
        assert redis.Redis.from_url(second.url).get("hint") is None


def test_refuses_new_tasks_rather_than_forget_queued_ones(data: Path) -> None:
    with valkey.start(data) as server:
        found = redis.Redis.from_url(server.url).config_get("maxmemory-policy")
    assert found == {"maxmemory-policy": "noeviction"}


def test_its_password_is_not_on_the_command_line(data: Path) -> None:
    with valkey.start(data) as server:
        words = " ".join(process.command_line(server.pid))
    assert "valkey-server" in words
    assert instance.read(data)["valkey_password"] not in words
    assert (data / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0


def test_an_occupied_port_is_avoided(data: Path) -> None:
    with valkey.start(data) as first:
        pass
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", first.port))
        occupied.listen()
        with valkey.start(data) as second:
            assert second.port != first.port
            assert redis.Redis.from_url(second.url).ping()


def test_two_copies_run_side_by_side(new_folder: Callable[[], Path]) -> None:
    with valkey.start(new_folder()) as one, valkey.start(new_folder()) as other:
        redis.Redis.from_url(one.url).set("mine", 1)
        assert redis.Redis.from_url(other.url).get("mine") is None
