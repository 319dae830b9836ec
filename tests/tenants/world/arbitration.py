"""Cases, the board and a sitting of the world."""

from datetime import datetime, timedelta

from arbitration.actions import (
    add_case_files,
    add_note,
    add_statement,
    appoint,
    cast_vote,
    draft_amendment,
    file_appeal,
    plan_sitting,
    recuse,
    rule_on_case,
    start_amendment_preview,
)
from arbitration.models import Case, Precedent
from sla.queries import agreement_in_force
from tenants.files import Upload
from tenants.roles import Role
from tests.tenants.world.house import CRITERION, House
from tests.tenants.world.leads import rejected


def furnish_board(house: House, *, at: datetime) -> None:
    chair, mark = house.staff[Role.EXECUTIVE], house.mark
    for number, stance in enumerate(("none", "follows")):
        case = _filed(house, f"ruled_case{number}", at=at)
        rule_on_case(
            case, outcome="overturned", reasons=f"reasons {mark}", holding=f"holding {mark}", precedent_stance=stance,
            conditions=[{"field": "company_name", "operator": "contains", "value": mark}],
            by=chair, at=at + timedelta(minutes=80 + number),
        )  # fmt: skip
        house.things["ruled_case"] = str(case.pk)
    taught = Precedent.objects.order_by("published_at")
    house.things["precedent"], house.things["other_precedent"] = (str(row.pk) for row in taught)
    case = _filed(house, "case", at=at)
    house.things["case"], house.things["appealed"] = str(case.pk), str(case.handover_id)
    _furnish_bench(house, at=at)


def _furnish_bench(house: House, *, at: datetime) -> None:
    """A case that is heard: the administrator votes as a member of the board and recuses themselves then."""
    chair, member, mark = house.staff[Role.EXECUTIVE], house.staff[Role.ADMINISTRATOR], house.mark
    seat = appoint(member, kind="member", by=chair, at=at)
    house.things["seat"] = str(seat.pk)
    rejection = rejected(house, "filed_case", at=at)
    marketer, heard_at = house.staff[Role.MARKETER], at + timedelta(minutes=75)
    case = file_appeal(rejection, grounds=f"grounds {mark}", by=marketer, at=at + timedelta(minutes=60))
    house.things["filed_case"] = str(case.pk)
    upload = Upload(f"register {mark}.txt", f"twelve {mark}".encode())
    (added,) = add_case_files(case, uploads=[upload], by=marketer, at=heard_at)
    house.things["case_file"] = str(added.pk)
    cast_vote(case, choice="upheld", reasons=f"vote {mark}", by=member, at=heard_at)
    add_note(case, text=f"note {mark}", by=chair, at=heard_at)
    recuse(case, reason=f"recusal {mark}", by=member, at=heard_at)


def _filed(house: House, name: str, *, at: datetime) -> Case:
    marketer, mark = house.staff[Role.MARKETER], house.mark
    rejection = rejected(house, name, at=at)
    case = file_appeal(rejection, grounds=f"grounds {mark}", by=marketer, at=at + timedelta(minutes=60))
    add_statement(case, text=f"statement {mark}", by=marketer, at=at + timedelta(minutes=70))
    return case


def furnish_sitting(house: House, *, at: datetime) -> None:
    """A sitting with all open cases, and a criterion worded anew because of a precedent, tried before."""
    chair, mark = house.staff[Role.EXECUTIVE], house.mark
    sitting = plan_sitting(starts_at=at + timedelta(days=30), place=f"room {mark}", by=chair, at=at)
    house.things["sitting"] = str(sitting.pk)
    manager = house.staff[Role.MARKETING_MANAGER]
    precedent = Precedent.objects.get(pk=house.things["precedent"])
    criterion = next(c for c in agreement_in_force(at=at).content["definitions"]["fit"] if c["key"] == CRITERION)  # type: ignore[union-attr]
    becomes = {**criterion, "value": [55, 2000]}
    start_amendment_preview(CRITERION, becomes=becomes, next_url=mark, by=manager, at=at)
    draft_amendment([precedent], becomes=becomes, by=manager, at=at)
