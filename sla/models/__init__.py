"""What was promised and whether it is kept. Sees the work of others only as subjects."""

from sla.models.agreements import AgreementVersion, Signature, SigningDeputy
from sla.models.calendars import Calendar, CalendarVersion
from sla.models.clocks import Clock
from sla.models.credit import CreditEntry
from sla.models.months import Month
from sla.models.pleas import Plea
from sla.models.sides import Side
from sla.models.subjects import Subject
from sla.models.sweeps import Sweep, Verification
from sla.models.targets import Target

__all__ = [
    "AgreementVersion",
    "Calendar",
    "CalendarVersion",
    "Clock",
    "CreditEntry",
    "Month",
    "Plea",
    "Side",
    "Signature",
    "SigningDeputy",
    "Subject",
    "Sweep",
    "Target",
    "Verification",
]
