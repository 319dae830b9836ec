"""What was told to whom: in the application, by mail, and to machines. Knows events, not leads."""

from notifications.models.choices import Choice, DigestLine, Habit
from notifications.models.endpoints import Delivery, DeliveryAttempt, Endpoint
from notifications.models.mails import Mail, MailPart
from notifications.models.notices import Notification

__all__ = [
    "Choice",
    "Delivery",
    "DeliveryAttempt",
    "DigestLine",
    "Endpoint",
    "Habit",
    "Mail",
    "MailPart",
    "Notification",
]
