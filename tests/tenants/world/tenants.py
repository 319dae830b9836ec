"""Keys, invitations, teams and jobs of the world."""

from datetime import datetime

from tenants.actions import (
    agree_to_key,
    create_form_key,
    create_key,
    invite,
    revoke_key,
    set_figure_rule,
    start_job,
    store_file,
)
from tenants.idempotency import begin, finish
from tenants.keys import SCOPES
from tenants.models import Round, Team
from tenants.roles import Role
from tests.tenants.world.house import House


def furnish_tenants(house: House, *, at: datetime) -> None:
    administrator = house.staff[Role.ADMINISTRATOR]
    for role, member in house.staff.items():
        made = create_key(name=f"{role} {house.mark}", scopes=SCOPES, acts_for=member, by=administrator, at=at)
        agree_to_key(made.key, by=member, at=at)
        house.keys[role] = {"Authorization": f"Bearer {made.text}"}
    spare = create_key(name=f"spare {house.mark}", scopes=SCOPES, acts_for=administrator, by=administrator, at=at)
    house.things["key"] = str(spare.key.pk)
    gone = create_form_key(name=f"gone {house.mark}", allowed_origins=[], by=administrator, at=at)
    revoke_key(gone.key, by=administrator, at=at)
    email = f"invited.{house.mark}@example.com"
    invited = invite(email=email, roles=[Role.MARKETER], title=f"{house.mark} title", by=administrator, at=at)
    house.things["invitation"] = str(invited.invitation.pk)
    house.things["token"] = invited.token
    house.things["member"] = house.things["rep"] = str(house.staff[Role.SALES_REP].pk)
    house.things["team"] = str(Team.objects.create(name=f"team {house.mark}", side="sales").pk)
    job = start_job(kind="test.mark", params={"mark": house.mark}, by=administrator, at=at)
    house.things["job"] = str(job.pk)
    Round.objects.create(name=f"test.{house.mark}", next_at=at)
    store_file(name=f"file {house.mark}.txt", content=f"file {house.mark}".encode(), by=administrator, at=at)
    record = begin(key=house.mark, credential=house.mark, route=f"/{house.mark}", body=b"{}", at=at)
    finish(record, status=201, text=f'{{"mark": "{house.mark}"}}', headers={})
    for rule in ("nobody", "managers"):
        set_figure_rule(rule, note=f"agreed {house.mark}", by=administrator, at=at)
