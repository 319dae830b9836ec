"""`manage.py up`: the whole product on this machine, from an empty folder to the first page."""

import http.client
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from smarketing.services import fingerprint, instance, postgres, process, programs, roles, valkey
from smarketing.services.supervisor import PortLost, Program, Server, Service, Supervisor, end_left_behind

DEFAULT_PORT: Final = 8000
FIRST_ANSWER_WITHIN: Final = 60.0
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    """Starts PostgreSQL, Valkey, web, worker and beat; Ctrl-C stops them and keeps the data."""

    help = __doc__ or ""
    # The checks need the database that this command is about to start; web runs them.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="where the pages are served; 8000 or the next free one")
        parser.add_argument("--data", type=Path, help="the data folder; SMARKETING_DATA or .data")
        parser.add_argument("--no-demo", action="store_true", help="start with an empty database")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _data_folder(options["data"])
        with instance.locked(data, "up.lock", wait=False) as mine:
            if not mine:
                port = instance.read(data).get("port", "?")
                raise CommandError(
                    _("A copy already runs on %(data)s: http://localhost:%(port)s") % {"data": data, "port": port},
                    returncode=2,
                )
            end_left_behind(data)
            try:
                Start(data, options["port"], demo=not options["no_demo"]).run()
            except (process.ServiceFailed, PortLost, instance.Damaged) as error:
                raise CommandError(str(error)) from error


def _data_folder(named: Path | None) -> Path:
    data = named or Path(os.environ.get("SMARKETING_DATA") or settings.BASE_DIR / ".data")
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "up.lock").touch()
    except OSError as error:
        raise CommandError(
            _("The data folder %(data)s cannot be used: %(reason)s") % {"data": data, "reason": error.strerror},
            returncode=2,
        ) from error
    return data.resolve()


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


class Start:
    """One start of one copy, step by step."""

    def __init__(self, data: Path, port: int | None, *, demo: bool) -> None:
        self.data = data
        self.demo = demo
        self.port = _choose_port(port)
        self.binaries = Path(sys.executable).parent
        self.supervisor = Supervisor(_say)
        self.rest_of_demo: RestOfDemo | None = None
        self.began = time.monotonic()

    def run(self) -> None:
        """Start everything, watch it until somebody asks for the end, stop everything."""
        for name in STOPPING:
            signal.signal(name, _stop)
        try:
            self._start()
            self._watch()
        except Stopped:
            _say("")
        finally:
            _ignore_further_requests()
            if self.rest_of_demo:
                self.rest_of_demo.program.stop()
            self.supervisor.stop()
        _say(_("Stopped. The data are in %(data)s.") % {"data": self.data})

    def _start(self) -> None:
        instance.prepare(self.data)
        instance.remember(self.data, port=self.port)
        self._serve_postgres()
        with _step(_("Valkey")) as say:
            say(_("port %(port)s") % {"port": self._serve("Valkey", valkey.start, "valkey.log").port})
        self._migrate()
        self._collect_static()
        if self.demo:
            self._load_first_demo()
        self._start_programs()
        self._greet()
        if self.demo and not (self.data / RestOfDemo.MARKER).exists():
            self.rest_of_demo = RestOfDemo(self._program("Demo", RestOfDemo.COMMAND, "worker", 20), self.data)

    def _serve_postgres(self) -> None:
        with _step(_("PostgreSQL")) as say:
            server = self._serve("PostgreSQL", postgres.start, "postgres.log")
            kept = instance.read(self.data)
            address = instance.database_url(kept, "admin", "postgres")
            roles.ensure(address, db=instance.DATABASE, passwords=kept["passwords"])
            say(_("port %(port)s") % {"port": server.port})

    def _serve(self, name: str, launch: Callable[[Path], Service], log: str) -> Service:
        server = Server(name, lambda: launch(self.data), self.data / "log" / log)
        self.supervisor.add(server)
        return server.running

    def _migrate(self) -> None:
        digest = fingerprint.of_content("*/migrations/*.py", "smarketing/lib/migrations.py", "requirements.lock")
        with _step(_("Database")) as say:
            if instance.read(self.data).get("migrated") == digest:
                say(_("up to date"))
                return
            self._command("migrate", "migrate")
            instance.remember(self.data, migrated=digest)
            say(_("migrated"))

    def _collect_static(self) -> None:
        digest = fingerprint.of_dates("static/**/*", "requirements.lock", "smarketing/settings.py")
        manifest = self.data / "static" / "staticfiles.json"
        with _step(_("Static files")) as say:
            if manifest.exists() and instance.read(self.data).get("collected") == digest:
                say(_("up to date"))
                return
            self._command("web", "collectstatic", "--no-input", "--clear", "--ignore", "redoc", COLLECTING="1")
            instance.remember(self.data, collected=digest)
            say(_("collected"))

    def _load_first_demo(self) -> None:
        marker = self.data / "demo-first.done"
        if marker.exists():
            return
        _say(_("Demo: the first leads"))
        if self._manage("worker", ["load_demo", "--first"], {}, None):
            raise process.ServiceFailed(_("The demo could not be loaded; --no-demo starts without it."))
        marker.touch()

    def _start_programs(self) -> None:
        schedule = self.data / "beat-schedule"
        worker = self._program("Worker", programs.worker(self.binaries), "worker", 30)
        beat = self._program("Beat", programs.beat(self.binaries, schedule), "beat", 10)
        web = self._program("Web", programs.web(self.binaries, self.port), "web", 20)
        with _step(_("Worker, beat and web")) as say:
            for program in (worker, beat, web):
                self.supervisor.add(program)
            self._wait_for_first_answer(web, [worker, beat, web])
            say(_("port %(port)s") % {"port": self.port})

    def _wait_for_first_answer(self, web: Program, all_three: Sequence[Program]) -> None:
        host = urlsplit(web.env["BASE_URL"]).netloc
        status, text = 0, ""

        def is_settled() -> bool:
            nonlocal status, text
            status, text = _health(self.port, host)
            return status == HTTPStatus.OK or not all(program.is_running() for program in all_three)

        process.wait_until(is_settled, FIRST_ANSWER_WITHIN, every=0.05)
        for program in all_three:
            # At the first start a fall is no accident: restarting would only repeat it.
            if not program.is_running():
                lines = process.tail(program.log, 15)
                raise process.ServiceFailed(f"{program.name}: {program.ending()} ({program.log})\n{lines}")
        if status != HTTPStatus.OK:
            raise process.ServiceFailed(f"/healthz: {status} {text} ({web.log})")

    def _greet(self) -> None:
        url, seconds = f"http://localhost:{self.port}", time.monotonic() - self.began
        _say(_("Ready after %(seconds).1f s: %(url)s") % {"seconds": seconds, "url": url})
        accounts = self.data / "demo-accounts.json"
        if accounts.exists():
            _say(_("Demo accounts:"))
            for row in json.loads(accounts.read_text()):
                _say("  {email:<30} {password:<24} {role}, {organisation}".format(**row))
        _say(_("Ctrl-C stops everything and keeps the data."))

    def _watch(self) -> None:
        while True:
            self.supervisor.look()
            if self.rest_of_demo:
                self.rest_of_demo.look(time.monotonic())
            time.sleep(0.2)

    def _program(self, name: str, command: Sequence[str], role: str, patience: float) -> Program:
        log = self.data / "log" / f"{name.lower()}.log"
        return Program(name, command, self._environment(role), settings.BASE_DIR, log, patience)

    def _command(self, role: str, *words: str, **variables: str) -> None:
        """Run `manage.py` with `words` to its end, its output kept for the case that it fails."""
        log = self.data / "log" / f"{words[0]}.log"
        log.unlink(missing_ok=True)
        if self._manage(role, words, variables, log):
            raise process.ServiceFailed(f"manage.py {words[0]} ({log}):\n{process.tail(log, 15)}")

    def _manage(self, role: str, words: Sequence[str], variables: dict[str, str], log: Path | None) -> int:
        child = process.spawn(
            [sys.executable, "manage.py", *words],
            log,
            env=self._environment(role) | variables,
            cwd=settings.BASE_DIR,
            dies_with_parent=signal.SIGTERM,
        )
        try:
            return child.wait()
        except Stopped:
            process.end(child.pid, signal.SIGTERM, within=20)
            raise

    def _environment(self, role: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "SMARKETING_NO_SERVICES"}
        own = instance.variables(instance.read(self.data), role, self.data)
        return inherited | own | {"PYTHONUNBUFFERED": "1"}


class RestOfDemo:
    """The larger part of the demo, loaded beside the running product; the next start goes on with it."""

    MARKER: Final = "demo-rest.done"
    COMMAND: Final = (sys.executable, "manage.py", "load_demo", "--rest")
    SAY_EVERY: Final = 10.0

    def __init__(self, program: Program, data: Path) -> None:
        self.program = program
        self._marker = data / self.MARKER
        self._said = ""
        self._say_at = time.monotonic() + self.SAY_EVERY
        self._ended = False
        program.start()

    def look(self, moment: float) -> None:
        """Say how far it has come, now and then, and how it ended."""
        if self._ended:
            return
        if not self.program.is_running():
            self._end()
        elif moment >= self._say_at:
            self._say_at = moment + self.SAY_EVERY
            self._say_progress()

    def _say_progress(self) -> None:
        line = process.tail(self.program.log, 1).split("\r")[-1].strip()
        if line and line != self._said:
            _say(_("Demo: %(line)s") % {"line": line})
            self._said = line

    def _end(self) -> None:
        self._ended = True
        if self.program.child and self.program.child.returncode == 0:
            self._marker.touch()
            _say(_("Demo: complete"))
        else:
            facts = {"ending": self.program.ending(), "log": self.program.log}
            _say(_("Demo: ended early (%(ending)s); the next start goes on. See %(log)s") % facts)


def _choose_port(named: int | None) -> int:
    if named and process.port_is_free(named):
        return named
    if named:
        message = _("Port %(port)s is occupied. Name another one with --port.") % {"port": named}
        raise CommandError(message, returncode=2)
    free = (port for port in range(DEFAULT_PORT, DEFAULT_PORT + 100) if process.port_is_free(port))
    port = next(free, None) or process.pick_port(None)
    if port != DEFAULT_PORT:
        _say(_("Port %(taken)s is occupied: using %(port)s.") % {"taken": DEFAULT_PORT, "port": port})
    return port


def _health(port: int, host: str) -> tuple[int, str]:
    """What the web server says about itself; status 0 while it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.read(400).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """One line: the name when it begins, the outcome and the seconds when it is done."""
    began = time.monotonic()
    outcome = _("failed")
    _write(f"{name}… ")

    def say(text: str) -> None:
        nonlocal outcome
        outcome = text

    try:
        yield say
    except Stopped:
        outcome = _("stopped")
        raise
    finally:
        _say(f"{outcome} ({time.monotonic() - began:.1f} s)")


def _stop(number: int, frame: FrameType | None) -> None:
    _ignore_further_requests()
    raise Stopped


def _ignore_further_requests() -> None:
    # An impatient second Ctrl-C must not cut the orderly end short: it is bounded anyway.
    for name in STOPPING:
        signal.signal(name, signal.SIG_IGN)


def _say(text: str) -> None:
    _write(f"{text}\n")


def _write(text: str) -> None:
    # When the terminal has been closed there is nobody to tell, but still everything to stop.
    with suppress(OSError):
        sys.stdout.write(text)
        sys.stdout.flush()
