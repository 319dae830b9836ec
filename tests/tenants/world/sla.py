"""Agreements, targets, calendars and late clocks of the world."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

from leads.actions import hand_over, take_in
from leads.models import ReasonSetting
from sla.actions import (
    change_draft,
    draft_version,
    keep_months,
    name_deputy,
    notice_due,
    open_calendar,
    propose_target,
    request_excuse,
    sign_version,
    submit_evidence,
)
from sla.models import Calendar, Clock
from sla.queries import agreement_in_force
from tenants.actions import start_job
from tenants.roles import Role
from tests.tenants.world.arbitration import furnish_sitting
from tests.tenants.world.house import House
from tests.tenants.world.leads import captured


def furnish_breaches(house: House, *, at: datetime) -> None:
    """Two people who asked for a talk and were not called within the hour; about one of them an excuse is asked."""
    rep, mark = house.staff[Role.SALES_REP], house.mark
    clocks = []
    for name in ("late", "pleaded"):
        marketer = house.staff[Role.MARKETER]
        person = replace(captured(name, mark, at=at), intent="talk_to_sales")
        handover = hand_over(take_in(person, at=at, marketer=marketer).lead, by=marketer, at=at)
        clocks.append(Clock.objects.get(subject=handover.subject_id, commitment="first_contact"))
    # Half an hour late: outside everybody's hours the deadline itself may be days away.
    late_at = max(clock.due_at for clock in clocks) + timedelta(minutes=30)
    asked_at = late_at + timedelta(minutes=5)
    notice_due(at=late_at)
    house.things["late_clock"] = str(clocks[0].pk)
    plea = request_excuse(clocks[1], reason=f"excuse {mark}", by=rep, at=asked_at)
    house.things["pleaded_clock"], house.things["plea"] = str(clocks[1].pk), str(plea.pk)
    told = {"happened_at": at + timedelta(minutes=30), "note": f"claim {mark}", "at": asked_at}
    house.things["claimed_clock"] = str(submit_evidence(clocks[1], by=rep, **told).clock_id)


def furnish_sla(house: House, *, at: datetime) -> None:
    manager = house.staff[Role.MARKETING_MANAGER]
    target = propose_target(month=at.date().replace(day=1), points=320, note=f"target {house.mark}", by=manager, at=at)
    house.things["target"] = str(target.pk)
    house.things["month"] = f"{at:%Y-%m}"
    keep_months(at)
    version = agreement_in_force(at=at)
    if version is None:
        raise LookupError("Every organisation begins with an agreement.")
    sign_version(version, by=manager, at=at)
    house.things["version"], house.things["version_id"] = str(version.number), str(version.pk)
    for head, deputy in ((Role.MARKETING_MANAGER, Role.MARKETER), (Role.SALES_MANAGER, Role.SALES_REP)):
        name_deputy(house.staff[deputy], by=house.staff[head], at=at)
    house.things["marketer"] = str(house.staff[Role.MARKETER].pk)
    draft = draft_version(based_on=version, by=manager, at=at)
    content = deepcopy(draft.content)
    content["reasons"]["lost"][0]["label"] = f"label {house.mark}"
    change_draft(draft, content=content, by=manager, at=at)
    house.things["draft"] = str(draft.number)
    ReasonSetting.objects.create(kind="lost", key=house.mark, position=9)
    furnish_sitting(house, at=at)
    params = {"version": str(version.pk), "month": "2026-02-01", "revision": version.revision, "next_url": house.mark}
    start_job(kind="dashboards.replay", params=params, by=manager, at=at)
    house.things["replayed"] = str(version.number)
    house.things["calendar"] = str(Calendar.objects.get(key="sales").pk)
    week = {"name": f"calendar {house.mark}", "zone": "Europe/Vienna", "weekly": {"mon": [["09:00", "17:00"]]}}
    spare = open_calendar(content=week, by=house.staff[Role.ADMINISTRATOR], at=at)
    house.things["spare_calendar"] = str(spare.calendar_id)
