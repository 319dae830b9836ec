"""Where a member's day starts: what waits for them, and a few figures of how both sides stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.cards import Kpi, cards
from dashboards.links import Links
from dashboards.places import Place
from dashboards.queries import Cut, month_figures
from dashboards.queries.needs import Need, needs_of
from dashboards.setting_up import setup_lines
from dashboards.velocity import velocity_card
from leads.pages import Empty
from sla.queries.clocks import ClockView
from smarketing.lib.templatetags.ui import number
from tenants.models import Membership
from tenants.roles import MARKETING, Role

# Which figures a role looks at first; keys of the joint dashboard's cards, and lead velocity.
FIGURES: Mapping[Role, tuple[str, ...]] = {
    Role.SALES_REP: ("compliance", "speed", "acceptance"),
    Role.SALES_MANAGER: ("compliance", "speed", "acceptance", "conversion"),
    Role.MARKETER: ("delivered", "velocity", "acceptance", "conversion"),
    Role.MARKETING_MANAGER: ("delivered", "velocity", "acceptance", "conversion", "value"),
    Role.EXECUTIVE: ("delivered", "compliance", "speed", "acceptance", "conversion", "value"),
    Role.ADMINISTRATOR: ("delivered", "compliance"),
    Role.AUDITOR: ("delivered", "compliance", "acceptance"),
}


@dataclass(frozen=True)
class Todo:
    """One thing to do as the page prints it; ``act`` is what the link does in one step."""

    kind: str
    icon: str
    title: str
    sub: str
    url: str
    act: str
    clock: ClockView | None = None
    due_at: datetime | None = None
    tone: str = ""


Words = Callable[[Need, Place], Todo]


def todo_context(member: Membership, *, at: datetime, zone: str, slug: str) -> dict[str, Any]:
    """Return what waits for the member, or what to say where nothing does."""
    place = Place(slug, at)
    rows = [todo for _need, todo in todos_of(member, at=at, zone=zone, slug=slug)]
    late = sum(row.due_at is not None and row.due_at <= at for row in rows)
    return {
        "todos": rows,
        "late": late,
        "empty": None if rows else _nothing(member, place),
        # While there is something to set up, not everything is done.
        "hides_empty": not rows and any(not line.is_done for line in setup_lines(member, place)),
    }


def todos_of(member: Membership, *, at: datetime, zone: str, slug: str) -> list[tuple[Need, Todo]]:
    """Return what waits for the member, each with its words."""
    place = Place(slug, at)
    return [(need, _todo(need, place)) for need in needs_of(member, at=at, zone=zone)]


def home_context(member: Membership, *, at: datetime, zone: str, slug: str) -> dict[str, Any]:
    """Return the home but for its figures, for which what is to be done must not wait; the page asks for them later."""
    setup = setup_lines(member, Place(slug, at))
    return {
        **todo_context(member, at=at, zone=zone, slug=slug),
        "name": (member.name.split() or [""])[0],
        "setup": setup if any(not line.is_done for line in setup) else [],
        "setup_done": sum(line.is_done for line in setup),
        "kpis": None,
        **_stand_head(member, at=at, zone=zone, slug=slug),
    }


def stand_context(member: Membership, *, at: datetime, zone: str, slug: str) -> dict[str, Any]:
    """Return how we stand this month, in the figures of the member's roles."""
    head = _stand_head(member, at=at, zone=zone, slug=slug)
    return {**head, "kpis": figures_of(member, at=at, zone=zone, slug=slug)}


def _stand_head(member: Membership, *, at: datetime, zone: str, slug: str) -> dict[str, Any]:
    return {
        "month_label": formats.date_format(_month(at, zone), "F"),
        "own": is_own(member),
        "dashboard_url": reverse("dashboards:joint", kwargs={"slug": slug}),
    }


def _month(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date().replace(day=1)


def is_own(member: Membership) -> bool:
    """Tell whether a member's figures are those of their own leads: a rep's are."""
    return list(member.roles) == [Role.SALES_REP]


def figures_of(member: Membership, *, at: datetime, zone: str, slug: str) -> list[Kpi]:
    """Return the cards of the member's roles; a rep's are of their own leads."""
    month = _month(at, zone)
    cut = Cut(month, owner=member.pk) if is_own(member) else Cut(month)
    wanted = {key for role in member.roles for key in FIGURES[Role(role)]}
    figures, links = month_figures(cut, at=at, zone=zone), Links(slug, cut)
    delivered, *others = cards(figures, links)
    found = [delivered, velocity_card(figures, links), *others]
    return [card for card in found if card.key in wanted]


def _todo(need: Need, place: Place) -> Todo:
    return _WORDS[need.kind](need, place)


def _one(need: Need, icon: str, title: str, url: str, act: str, *, tone: str = "") -> Todo:
    return Todo(need.kind, icon, title, need.sub, url, act, need.clock, need.due_at, tone)


def _lead(need: Need, place: Place) -> Todo:
    waits = need.clock.label if need.clock else ""
    sub = ", ".join(part for part in (need.sub, waits) if part)
    url = f"{place.url('leads:inbox')}?lead={need.id}"
    return Todo(need.kind, "phone", need.name, sub, url, _("Open"), need.clock, need.due_at)


def _return(need: Need, place: Place) -> Todo:
    title = _("%(name)s came back") % {"name": need.name}
    return _one(need, "arrow-back-up", title, place.url("leads:returns"), _("Answer"))


def _case(need: Need, place: Place) -> Todo:
    title = _("Case %(number)s can be ruled on") % {"number": need.name}
    return _one(need, "gavel", title, place.url("arbitration:case", case_id=need.id), _("Rule"))


def _action(need: Need, place: Place) -> Todo:
    return _one(need, "flag", need.name, place.url("dashboards:reviews"), _("Open"))


def _signature(need: Need, place: Place) -> Todo:
    title = _("Version %(n)s of the agreement waits for your signature") % {"n": need.number}
    url = place.url("sla:agreement_version", number=need.number)
    return _one(need, "signature", title, url, _("Read and sign"))


def _target(need: Need, place: Place) -> Todo:
    month = formats.date_format(need.month, "F") if need.month else ""
    title = _("The target of %(month)s waits for your countersignature") % {"month": month}
    return _one(need, "target", title, place.url("sla:targets", year=need.number), _("Look and sign"))


def _breaches(need: Need, place: Place) -> Todo:
    title = ngettext("%(n)s broken promise is open", "%(n)s broken promises are open", need.count)
    url = place.url("sla:breaches") + (f"?side={need.sub}" if need.sub else "")
    told = title % {"n": number(need.count)}
    return Todo(need.kind, "clock-exclamation", told, "", url, _("Look"), tone="crit")


def _meeting(need: Need, place: Place) -> Todo:
    url = place.url("dashboards:review", review_id=need.id)
    title = _("Review of marketing and sales")
    return Todo(need.kind, "messages", title, "", url, _("See the agenda"), due_at=need.due_at)


def _meeting_open(need: Need, place: Place) -> Todo:
    url = place.url("dashboards:review_room", review_id=need.id)
    return Todo(need.kind, "messages", _("The review meeting is being held"), "", url, _("Go in"))


def _pleas(need: Need, place: Place) -> Todo:
    title = ngettext("%(n)s question about a broken promise", "%(n)s questions about broken promises", need.count)
    told = title % {"n": number(need.count)}
    return Todo(need.kind, "message", told, need.name, place.url("sla:breaches"), _("Answer"))


def _many(icon: str, singular: str, plural: str, *, page: str, act: Promise, query: str = "") -> Words:
    def words(need: Need, place: Place) -> Todo:
        title = ngettext(singular, plural, need.count) % {"n": number(need.count)}
        return _one(need, icon, title, place.url(page) + query, str(act))

    return words


_WORDS: Mapping[str, Words] = {
    "lead": _lead,
    "return": _return,
    "case": _case,
    "action": _action,
    "signature": _signature,
    "target": _target,
    "breaches": _breaches,
    "meeting": _meeting,
    "meeting_open": _meeting_open,
    "pleas": _pleas,
    "unassigned": _many(
        "user-plus", "%(n)s lead has nobody yet", "%(n)s leads have nobody yet",
        page="leads:queue", act=gettext_lazy("Give it on"),
    ),
    "unsent": _many(
        "send", "%(n)s qualified lead is not with sales yet", "%(n)s qualified leads are not with sales yet",
        page="leads:list", act=gettext_lazy("Hand over"), query="?stage=mql",
    ),
    "steps": _many(
        "calendar-event", "%(n)s next step is due today", "%(n)s next steps are due today", page="leads:followups",
        act=gettext_lazy("Do it"),
    ),
    "hearings": _many(
        "scale", "%(n)s case is being heard", "%(n)s cases are being heard",
        page="arbitration:docket", act=gettext_lazy("Look"),
    ),
    "quarantine": _many(
        "shield-exclamation", "%(n)s submission is in quarantine", "%(n)s submissions are in quarantine",
        page="intake:submissions", act=gettext_lazy("Release or discard"), query="?state=quarantined",
    ),
    "names": _many(
        "tag", "%(n)s campaign name of visits means nothing yet", "%(n)s campaign names of visits mean nothing yet",
        page="leads:campaigns", act=gettext_lazy("Say what they mean"),
    ),
    "mails": _many(
        "mail", "%(n)s mail could not be delivered", "%(n)s mails could not be delivered", page="notifications:mails",
        act=gettext_lazy("Look"),
    ),
    "endpoints": _many(
        "plug-connected", "%(n)s webhook was switched off", "%(n)s webhooks were switched off",
        page="notifications:endpoints", act=gettext_lazy("Look"),
    ),
}  # fmt: skip


def _nothing(member: Membership, place: Place) -> Empty:
    """Say what a role whom nothing waits for can do next."""
    if member.has(Role.AUDITOR):
        text = _("You read everything and change nothing: what was frozen, and everything that happened.")
        return Empty(_("Nothing waits for you"), text, _("Audit log"), place.url("events:audit"))
    if member.has(Role.SALES_REP, Role.SALES_MANAGER):
        text = _("New leads appear here by themselves, the least time left first.")
        return Empty(_("All done"), text, _("Inbox"), place.url("leads:inbox"))
    if member.has(*MARKETING):
        text = _("Returned leads and qualified ones that sales does not have yet appear here.")
        return Empty(_("All done"), text, _("Leads"), place.url("leads:list"))
    text = _("What needs you appears here by itself.")
    return Empty(_("All done"), text, _("Joint dashboard"), place.url("dashboards:joint"))
