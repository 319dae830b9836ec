#!/usr/bin/env python
"""Django's command line; without DATABASE_URL it finds the copy that runs on this data folder."""

import os
import sys
from pathlib import Path

# Those that start a copy, or only read and write files, and so run without one.
NEED_NO_SERVICES = {"up", "makemigrations", "collectstatic", "makemessages", "compilemessages", "help"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
    find_services(sys.argv[1] if len(sys.argv) > 1 else "help")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def find_services(command: str) -> None:
    """Set the variables of the running copy, unless the shell names a database itself."""
    if command in NEED_NO_SERVICES or command.startswith("-"):
        os.environ["SMARKETING_NO_SERVICES"] = "1"
        return
    if "DATABASE_URL" in os.environ or "DATABASE_URL_FILE" in os.environ:
        return
    from smarketing.services import NotRunning, environment

    data = Path(os.environ.get("SMARKETING_DATA") or Path(__file__).parent / ".data")
    try:
        found = environment(data, "migrate" if command == "migrate" else "worker")
    except NotRunning as error:
        sys.exit(str(error))
    for name, value in found.items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    main()
