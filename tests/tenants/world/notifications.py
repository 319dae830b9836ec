"""Mails, choices and endpoints of the world."""

from datetime import datetime

from notifications.actions import create_endpoint, pause_endpoint, send_trial
from notifications.models import Choice, Delivery, DeliveryAttempt, DigestLine, Endpoint, Habit, Mail
from notifications.unsubscribing import Wish, path_for
from tenants.roles import Role
from tests.tenants.world.dashboards import furnish_reports
from tests.tenants.world.house import House


def furnish_machines(house: House, *, at: datetime) -> None:
    administrator, mark = house.staff[Role.ADMINISTRATOR], house.mark
    Choice.objects.create(member=administrator, kind=f"kind.{mark}", how="daily")
    Habit.objects.create(member=administrator)
    mail = Mail.objects.create(
        to=f"{mark}@example.com", subject=f"subject {mark}", body=f"body {mark}", html=f"html {mark}", state="dead",
        error=f"error {mark}", once_key=mark, created_at=at, available_at=at, member=administrator, kind=mark,
        unsubscribe=f"/unsubscribe/{mark}/",
    )  # fmt: skip
    house.things["failed_mail"] = str(mail.pk)
    wish = Wish(house.organisation.slug, administrator.pk, "handover.sent")
    house.things["unsubscribe"] = path_for(wish).split("/")[2]
    DigestLine.objects.create(
        member=administrator, kind=f"kind.{mark}", text=f"line {mark}", path=f"/{mark}", at=at, due_at=at, mail=mail,
        once_key=mark,
    )  # fmt: skip
    furnish_reports(house, mail, at=at)
    for kind, thing in (("slack", "paused_endpoint"), ("webhook", "endpoint")):
        made = create_endpoint(
            kind=kind, name=f"{kind} {mark}", url=f"https://{mark}.example/{mark}", types=[], by=administrator, at=at
        )
        house.things[thing] = str(made.endpoint.pk)
    pause_endpoint(Endpoint.objects.get(pk=house.things["paused_endpoint"]), by=administrator, at=at)
    delivery = send_trial(made.endpoint, by=administrator, at=at)
    house.things["delivery"] = str(delivery.pk)
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", error=f"error {mark}")
    DeliveryAttempt.objects.create(
        delivery=delivery, at=at, status=500, milliseconds=80, response=f"answer {mark}", error=f"error {mark}"
    )
