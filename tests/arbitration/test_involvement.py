"""Who has a hand in a case: sent, was assigned, decided, appealed, or directly manages one of those; nobody else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from arbitration.actions import MayNotRule, MayNotVote, appoint, cast_vote, file_appeal, rule_on_case
from arbitration.models import Case, Ruling, Vote
from events.models import Event
from leads.actions import assign_handover, hand_over, reject_handover
from leads.models import Handover
from sla.actions import escalate_clock, notice_due
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_lead
from tests.support import Cast, make_member

DAY = timedelta(days=1)
# The ladder's last step of the first contact (24 hours, at twice their share) is behind; the decision is not due yet.
LATE = timedelta(hours=49)


def nothing(_handover: Handover, _at: datetime) -> None: ...


@dataclass(frozen=True)
class Story:
    """Who does what in one case; pat's colleagues unless told otherwise."""

    role: Role = Role.EXECUTIVE
    sends: str = "mara"
    had: str = ""
    has: str = "sam"
    decides: str = "sam"
    appeals: str = "mara"
    manages: tuple[str, ...] = ()
    meanwhile: Callable[[Handover, datetime], None] = field(default=nothing)


def escalates(handover: Handover, at: datetime) -> None:
    """Let the first contact be missed until the executives are told, pat among them."""
    notice_due(at=at)
    clock = Clock.objects.get(subject=handover.subject, commitment="first_contact")
    assert escalate_clock(clock.pk, at=at) == 3
    told = Event.objects.get(kind="clock.escalated", subject_id=clock.pk, data__skipped=False)
    assert str(Membership.objects.get(user__name="Pat").pk) in told.data["members"]


STORIES = {
    "sent it": (Story(Role.MARKETER, sends="pat", appeals="marc"), True),
    "has it": (Story(Role.SALES_REP, has="pat", decides="sina"), True),
    "had it before": (Story(Role.SALES_REP, had="pat"), True),
    "decided": (Story(Role.SALES_MANAGER, decides="pat"), True),
    "appealed": (Story(Role.MARKETING_MANAGER, appeals="pat"), True),
    "manages who sent": (Story(manages=("mara",), appeals="marc"), True),
    "manages who has it": (Story(manages=("sam",), decides="sina"), True),
    "manages who had it before": (Story(manages=("rob",), had="rob"), True),
    "manages who decided": (Story(manages=("sina",), has="rob", decides="sina"), True),
    "manages who appealed": (Story(manages=("marc",), sends="moe", appeals="marc"), True),
    "manages only their managers": (Story(manages=("marc", "sina")), False),
    "manages a colleague of theirs": (Story(manages=("rob", "moe")), False),
    "is a marketer of another lead": (Story(Role.MARKETER), False),
    "was told by the ladder": (Story(meanwhile=escalates), False),
    "sits on the board only": (Story(), False),
}


@pytest.mark.parametrize(("story", "involved"), STORIES.values(), ids=STORIES)
def test_only_who_has_a_hand_in_a_case_neither_votes_nor_rules(
    cast: Cast, at: datetime, story: Story, involved: bool
) -> None:
    people = cast.people() | {
        "pat": make_member(cast.acme, "pat", story.role, at=at),
        # Of no team: nobody of the case manages them.
        "rob": make_member(cast.acme, "rob", Role.SALES_REP, at=at),
        "moe": make_member(cast.acme, "moe", Role.MARKETER, at=at),
    }
    with tenant_scope(cast.acme.pk):
        case, pat = played(story, cast, people, at=at), on_the_board(people["pat"], cast, at=at)
        told = {"case": case, "at": at + 4 * DAY}
        if not involved:
            assert cast_vote(case, choice="upheld", reasons="So.", by=pat, at=at + 4 * DAY).member == pat
            assert rule_on_case(case, outcome="upheld", reasons="So.", by=pat, at=at + 4 * DAY).by == pat
            return
        with pytest.raises(MayNotVote) as no_vote:
            cast_vote(case, choice="upheld", reasons="Mine.", by=pat, at=at + 4 * DAY)
        with pytest.raises(MayNotRule) as no_ruling:
            rule_on_case(case, outcome="upheld", reasons="Mine.", by=pat, at=at + 4 * DAY)
        assert {no_vote.value.extra["because"], no_ruling.value.extra["because"]} == {"involved"}
        with pytest.raises(ProgrammingError, match="not neutral"), transaction.atomic():
            Vote.objects.create(member=pat, choice="upheld", reasons="Mine.", **told)
        with pytest.raises(ProgrammingError, match="involved"), transaction.atomic():
            Ruling.objects.create(by=pat, outcome="upheld", reasons="Mine.", **told)


def played(story: Story, cast: Cast, people: dict[str, Membership], *, at: datetime) -> Case:
    """Return the case of this story, told by the real actions."""
    Membership.objects.filter(pk__in=[people[name].pk for name in story.manages]).update(manager=people["pat"])
    sender = people[story.sends]
    handover = hand_over(make_lead(cast, at=at, marketer=sender), by=sender, at=at)
    for name in (story.had, story.has):
        if name:
            assign_handover(handover, to=people[name], by=people["sina"], at=at)
    story.meanwhile(handover, at + LATE)
    handover = Handover.objects.get(pk=handover.pk)
    rejection = reject_handover(
        handover, reason="not_fitting", criterion="company_size", note="", evidence_url="", by=people[story.decides],
        at=at + LATE,
    )  # fmt: skip
    return file_appeal(rejection, grounds="640 people.", by=people[story.appeals], at=at + LATE)


def on_the_board(member: Membership, cast: Cast, *, at: datetime) -> Membership:
    """Make the member an executive and a deputy, whatever they were when the case came about."""
    Membership.objects.filter(pk=member.pk).update(roles=[Role.EXECUTIVE])
    member = Membership.objects.get(pk=member.pk)
    appoint(member, kind="deputy", by=cast.rita, at=at + 3 * DAY)
    return member
