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
    """Links under one heading; one that ``folds`` is open where the reader's page lies in it."""

    label: str
    items: list[NavItem]
    folds: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether the page that is shown is one of these."""
        return any(item.active for item in self.items)


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
    """Return the links that this member's roles open: each day's first, the rest in groups that fold."""
    items = _Items(membership, slug, path)
    groups = [
        NavGroup(_("Work"), _work(items)),
        NavGroup(_("Measure"), _measure(items)),
        NavGroup(_("Plan and review"), _plan(items), folds=True),
        NavGroup(_("Campaigns and quality"), _learn(items), folds=True),
        NavGroup(_("Agree"), _agree(items), folds=True),
        NavGroup(_("Settings"), _settings(items), folds=True),
        NavGroup(_("Connections"), _connections(items), folds=True),
        NavGroup(_("Oversight"), _oversight(items), folds=True),
    ]
    return _with_one_active([group for group in groups if group.items])


@dataclass(frozen=True)
class _Items:
    """Makes the links of one member who looks at one page."""

    membership: Membership
    slug: str
    path: str

    def has(self, *roles: str) -> bool:
        """Say whether the member holds one of these roles."""
        return self.membership.has(*roles)

    def __call__(self, label: str, name: str, icon: str, key: str = "", **arguments: Any) -> NavItem:
        url = reverse(name, kwargs={"slug": self.slug, **arguments})
        # Every address lies under the home's.
        is_here = self.path == url if name == "organisation_home" else self.path.startswith(url)
        return NavItem(label, url, icon, active=is_here, key=key)


def _work(item: _Items) -> list[NavItem]:
    work = [
        item(_("Home"), "organisation_home", "home", "h"),
        item(_("Inbox"), "leads:inbox", "inbox", "i"),
    ]
    if item.has(*MARKETING, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR):
        work.append(item(_("Intake"), "intake:submissions", "world", "n"))
    work.append(item(_("Leads"), "leads:list", "users", "l"))
    if item.has(*SIDES):
        work.append(item(_("Next steps"), "leads:followups", "calendar-event", "x"))
    if item.has(*SEES_RETURNS):
        work.append(item(_("Returns"), "leads:returns", "arrow-back-up", "r"))
    return [*work, item(_("Disputes"), "arbitration:docket", "scale", "d")]


def _measure(item: _Items) -> list[NavItem]:
    return [
        item(_("Joint dashboard"), "dashboards:joint", "layout-dashboard", "b"),
        item(_("SLA breaches"), "sla:breaches", "clock-exclamation", "s"),
    ]


def _plan(item: _Items) -> list[NavItem]:
    plan = [item(_("Targets"), "sla:targets", "target", "t", year=now().year)]
    if item.has(Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.AUDITOR):
        plan.append(item(_("Plan"), "dashboards:plan", "route"))
    return [
        *plan,
        item(_("Months"), "sla:months", "lock"),
        item(_("Reviews"), "dashboards:reviews", "messages", "v"),
        item(_("Reports"), "dashboards:reports", "file-text"),
    ]


def _learn(item: _Items) -> list[NavItem]:
    return [
        item(_("Campaigns"), "leads:campaigns", "speakerphone"),
        item(_("Campaign return"), "dashboards:returns", "arrows-exchange"),
        item(_("Revenue"), "dashboards:revenue", "trending-up"),
        item(_("Criteria"), "dashboards:criteria", "rosette-discount-check"),
        item(_("Quality"), "dashboards:quality", "activity"),
        item(_("Insights"), "leads:insights", "message"),
    ]


def _agree(item: _Items) -> list[NavItem]:
    return [
        item(_("Agreement"), "sla:agreement", "file-certificate", "a"),
        item(_("Rulings"), "arbitration:rulings", "gavel"),
    ]


def _settings(item: _Items) -> list[NavItem]:
    settings = []
    if item.has(*HEADS, Role.ADMINISTRATOR, Role.AUDITOR):
        settings += [
            item(_("Members"), "tenants:members", "users"),
            item(_("Teams"), "tenants:teams", "users-group"),
        ]
    settings += [
        item(_("Absences"), "tenants:absences", "calendar-event"),
        item(_("Working hours"), "sla:calendars", "calendar-time"),
    ]
    if item.has(Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR):
        settings.append(item(_("Routing"), "leads:routing", "route"))
    if item.has(Role.MARKETING_MANAGER, Role.ADMINISTRATOR):
        settings.append(item(_("Stages"), "leads:stages", "route"))
    if item.has(*HEADS, Role.ADMINISTRATOR, Role.AUDITOR):
        settings.append(item(_("Reasons"), "leads:reasons", "message"))
    if item.has(Role.ADMINISTRATOR):
        settings.append(item(_("Attributes"), "leads:attributes", "tag"))
    return [*settings, item(_("Figures by person"), "tenants:figure_rule", "lock")]


def _connections(item: _Items) -> list[NavItem]:
    if not item.has(Role.ADMINISTRATOR):
        return []
    return [
        item(_("Forms"), "intake:forms", "world"),
        item(_("Keys"), "tenants:keys", "key"),
        item(_("Webhooks"), "notifications:endpoints", "plug-connected"),
        item(_("Mail log"), "notifications:mails", "mail"),
    ]


def _oversight(item: _Items) -> list[NavItem]:
    oversight = []
    if item.has(Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR):
        oversight.append(item(_("Audit log"), "events:audit", "history"))
    if item.has(Role.ADMINISTRATOR, Role.AUDITOR):
        oversight.append(item(_("Privacy"), "dashboards:privacy", "shield-check"))
    if item.has(*READS_HEALTH):
        oversight.append(item(_("Engine health"), "sla:health", "shield-check"))
    return oversight


def _with_one_active(groups: list[NavGroup]) -> list[NavGroup]:
    """Leave only the longest address marked where one lies under another (breaches, engine health)."""
    longest = max((len(item.url) for group in groups for item in group.items if item.active), default=0)
    return [
        replace(group, items=[replace(item, active=item.active and len(item.url) == longest) for item in group.items])
        for group in groups
    ]
