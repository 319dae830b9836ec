"""`.env.example` names every variable that the product or compose reads, and explains it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def listed() -> set[str]:
    return set(LISTED.findall((ROOT / ".env.example").read_text()))


def read_by_settings() -> set[str]:
    tree = ast.parse((ROOT / "smarketing" / "settings.py").read_text())
    readers = {"text", "flag", "number", "words"}
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in readers
        and isinstance(call.args[0], ast.Constant)
    }


def read_by_compose() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def test_the_settings_read_something() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "EMAIL_URL"} <= read_by_settings()


def test_every_variable_is_listed() -> None:
    assert read_by_settings() | read_by_compose() <= listed()


def test_nothing_is_listed_that_nobody_reads() -> None:
    # The data folder is read by manage.py, before there are settings.
    assert listed() <= read_by_settings() | read_by_compose() | {"SMARKETING_DATA"}


@pytest.mark.parametrize("name", sorted(LISTED.findall((ROOT / ".env.example").read_text())))
def test_each_is_explained(name: str) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    position = next(number for number, line in enumerate(lines) if re.match(rf"#?{name}=", line))
    assert re.match(r"# \w", lines[position - 1])
