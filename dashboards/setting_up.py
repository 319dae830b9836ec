"""What a new organisation sets up, step by step, in words for whoever takes the step and for the others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dashboards.places import Place
from dashboards.queries.setup import setup_steps
from tenants.models import Membership
from tenants.roles import HEADS, Role

SETS_UP = (*HEADS, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class SetupLine:
    """One step of setting up; without an address the reader may not look at its page."""

    label: str
    text: str
    is_done: bool
    url: str = ""
    # The first of the reader's own steps that is still to be taken.
    is_next: bool = False


@dataclass(frozen=True)
class SetupWay:
    """How a step of setting up goes for those who take it, and what the others read."""

    label: Promise
    page: str
    takes: Collection[Role]
    how: Promise
    who: Promise
    all_look: bool = False


SETUP: Mapping[str, SetupWay] = {
    "people": SetupWay(
        gettext_lazy("Invite both heads, an executive and the reps"),
        "tenants:members",
        SETS_UP,
        gettext_lazy("The executive is the neutral one who rules when the two sides disagree."),
        gettext_lazy("The heads and administrators do this."),
    ),
    "agreement": SetupWay(
        gettext_lazy("Sign the agreement, both heads"),
        "sla:agreement",
        HEADS,
        gettext_lazy("Usual terms hold from the first day. Read them, change what does not fit, then sign."),
        gettext_lazy("Usual terms hold from the first day. Both heads change what does not fit, then sign."),
        all_look=True,
    ),
    "target": SetupWay(
        gettext_lazy("Propose and countersign a target"),
        "sla:targets",
        HEADS,
        gettext_lazy("Marketing proposes the points of a month, sales countersigns."),
        gettext_lazy("The head of marketing proposes the points of a month, the head of sales countersigns."),
        all_look=True,
    ),
    "intake": SetupWay(
        gettext_lazy("Connect a form or a key"),
        "intake:forms",
        (Role.MARKETING_MANAGER, Role.ADMINISTRATOR),
        gettext_lazy("Paste a form into your site, or let your own program send leads."),
        gettext_lazy("The head of marketing or an administrator does this."),
    ),
    "routing": SetupWay(
        gettext_lazy("Say who gets which leads"),
        "leads:routing",
        (Role.SALES_MANAGER, Role.ADMINISTRATOR),
        gettext_lazy("Without a rule every lead goes to all reps in turn."),
        gettext_lazy("The head of sales does this. Without a rule every lead goes to all reps in turn."),
    ),
    "lead": SetupWay(
        gettext_lazy("Take the first lead in"),
        "intake:batches",
        (Role.MARKETING_MANAGER, Role.ADMINISTRATOR),
        gettext_lazy("It comes by your form, or from a list that you paste."),
        gettext_lazy("It comes by the form, or marketing sends a list."),
    ),
    "handover": SetupWay(
        gettext_lazy("Hand the first lead over to sales"),
        "leads:list",
        (Role.MARKETING_MANAGER,),
        gettext_lazy("Open a lead and hand it over: from there on the clock of sales runs."),
        gettext_lazy("Marketing opens a lead and hands it over: from there on the clock of sales runs."),
        all_look=True,
    ),
}


def setup_lines(member: Membership, place: Place) -> Sequence[SetupLine]:
    """Return the list that ticks itself off: how a step goes or who takes it, and a link for whoever may look."""
    if not member.has(*SETS_UP):
        return []
    roles = frozenset(member.roles)
    found: list[SetupLine] = []
    for step in setup_steps(member):
        way = SETUP[step.key]
        is_mine = bool(roles & set(way.takes))
        may_look = is_mine or way.all_look
        where = {"year": place.at.year} if way.page == "sla:targets" else {}
        url = place.url(way.page, **where) if may_look else ""
        is_next = is_mine and not step.is_done and not any(line.is_next for line in found)
        text = "" if step.is_done else str(way.how if is_mine else way.who)
        found.append(SetupLine(str(way.label), text, step.is_done, url, is_next))
    return found
