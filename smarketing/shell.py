"""What the frame around every page needs: navigation, organisations, the present moment."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.access import SEES_RETURNS
from sla.access import READS_HEALTH
from smarketing.lib.clock import now
from tenants.models import Membership
from tenants.roles import HEADS, MARKETING, SIDES, Role


@dataclass(frozen=True)
class NavItem:
    """One link of the navigation; ``key`` is its letter after G."""

    label: str
    url: str
    icon: str
    active: bool
    key: str = ""
    count: int | None = None
    hot: bool = False


@dataclass(frozen=True)
class NavGroup:
    """Links under one heading."""

    label: str
    items: list[NavItem]


@dataclass(frozen=True)
class Switch:
    """One organisation that the person can switch to."""

    slug: str
    name: str
    initials: str
    role_title: str


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame (see the templates' contract in base.html)."""
    membership = getattr(request, "membership", None)
    if membership is None or not hasattr(request, "user"):
        return {"now": now()}
    organisation = request.organisation  # type: ignore[attr-defined]  # set by the middleware
    return {
        "now": now(),
        "organisation": organisation,
        "membership": membership,
        "nav": navigation(membership, organisation.slug, request.path_info),
        "shortcuts_off": not request.user.single_key_shortcuts,  # type: ignore[union-attr]  # a member is signed in
        "organisations": _switches(request),
    }


def _switches(request: HttpRequest) -> list[Switch]:
    return [
        Switch(organisation.slug, organisation.name, organisation.initials, membership.role_label)
        for organisation, membership in getattr(request, "all_memberships", [])
    ]


def navigation(membership: Membership, slug: str, path: str) -> list[NavGroup]:
    """Return the links that this member's roles open."""

    def item(label: str, name: str, icon: str, key: str = "", **arguments: Any) -> NavItem:
        url = reverse(name, kwargs={"slug": slug, **arguments})
        # Every address lies under the home's.
        is_here = path == url if name == "organisation_home" else path.startswith(url)
        return NavItem(label, url, icon, active=is_here, key=key)

    work = [
        item(_("Home"), "organisation_home", "home", "h"),
        item(_("Inbox"), "leads:inbox", "inbox", "i"),
    ]
    if membership.has(*MARKETING, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR):
        work.append(item(_("Intake"), "intake:submissions", "world", "n"))
    work.append(item(_("Leads"), "leads:list", "users", "l"))
    if membership.has(*SIDES):
        work.append(item(_("Next steps"), "leads:followups", "calendar-event", "x"))
    if membership.has(*SEES_RETURNS):
        work.append(item(_("Returns"), "leads:returns", "arrow-back-up", "r"))
    work.append(item(_("Disputes"), "arbitration:docket", "scale", "d"))
    measure = [
        item(_("Joint dashboard"), "dashboards:joint", "layout-dashboard", "b"),
        item(_("Targets"), "sla:targets", "target", "t", year=now().year),
        item(_("SLA breaches"), "sla:breaches", "clock-exclamation", "s"),
        item(_("Campaigns"), "leads:campaigns", "speakerphone"),
        item(_("Campaign return"), "dashboards:returns", "arrows-exchange"),
        item(_("Revenue"), "dashboards:revenue", "trending-up"),
        item(_("Criteria"), "dashboards:criteria", "rosette-discount-check"),
        item(_("Quality"), "dashboards:quality", "activity"),
        item(_("Insights"), "leads:insights", "message"),
        item(_("Months"), "sla:months", "lock"),
        item(_("Reviews"), "dashboards:reviews", "messages", "v"),
        item(_("Reports"), "dashboards:reports", "file-text"),
    ]
    if membership.has(Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.AUDITOR):
        measure.insert(6, item(_("Plan"), "dashboards:plan", "route"))
    agree = [
        item(_("Agreement"), "sla:agreement", "file-certificate", "a"),
        item(_("Rulings"), "arbitration:rulings", "gavel"),
    ]
    if membership.has(Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR):
        agree.append(item(_("Audit log"), "events:audit", "history"))
    groups = [NavGroup(_("Work"), work), NavGroup(_("Measure"), measure), NavGroup(_("Agree"), agree)]
    settings = [
        item(_("Absences"), "tenants:absences", "calendar-event"),
        item(_("Working hours"), "sla:calendars", "calendar-time"),
        item(_("Figures by person"), "tenants:figure_rule", "lock"),
    ]
    if membership.has(*HEADS, Role.ADMINISTRATOR, Role.AUDITOR):
        settings += [
            item(_("Teams"), "tenants:teams", "users-group"),
            item(_("Members"), "tenants:members", "users"),
        ]
    if membership.has(Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR):
        settings.append(item(_("Routing"), "leads:routing", "route"))
    if membership.has(Role.ADMINISTRATOR):
        settings += [
            item(_("Keys"), "tenants:keys", "key"),
            item(_("Webhooks"), "notifications:endpoints", "plug-connected"),
            item(_("Mail log"), "notifications:mails", "mail"),
            item(_("Forms"), "intake:forms", "world"),
            item(_("Attributes"), "leads:attributes", "tag"),
        ]
    if membership.has(*HEADS, Role.ADMINISTRATOR, Role.AUDITOR):
        settings.append(item(_("Reasons"), "leads:reasons", "message"))
    if membership.has(Role.MARKETING_MANAGER, Role.ADMINISTRATOR):
        settings.append(item(_("Stages"), "leads:stages", "route"))
    if membership.has(Role.ADMINISTRATOR, Role.AUDITOR):
        settings.append(item(_("Privacy"), "dashboards:privacy", "shield-check"))
    if membership.has(*READS_HEALTH):
        settings.append(item(_("Engine health"), "sla:health", "shield-check"))
    groups.append(NavGroup(_("Settings"), settings))
    return _with_one_active(groups)


def _with_one_active(groups: list[NavGroup]) -> list[NavGroup]:
    """Leave only the longest address marked where one lies under another (breaches, engine health)."""
    longest = max((len(item.url) for group in groups for item in group.items if item.active), default=0)
    return [
        replace(group, items=[replace(item, active=item.active and len(item.url) == longest) for item in group.items])
        for group in groups
    ]
