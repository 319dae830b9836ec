"""The rules of time zones as this machine has them: which state of them a calendar was dated with."""

import hashlib
import zoneinfo
from importlib import resources
from pathlib import Path

from sla.business_time import CalendarSpec


def zone_data(spec: CalendarSpec) -> str:
    """Return a fingerprint of the rules of the calendar's zones; it changes when a government changes them."""
    zones = sorted({spec.zone, *(week.zone for _until, week in spec.earlier)})
    digest = hashlib.sha256(b"".join(_rules(zone) for zone in zones))
    return digest.hexdigest()[:16]


def _rules(zone: str) -> bytes:
    """Return the file from which the standard library reads the zone: the system's, else the package's."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder, zone)
        if file.is_file():
            return file.read_bytes()
    return resources.files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()
