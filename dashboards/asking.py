"""What an address asks the joint dashboard for, and the menus that change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dashboards import access
from dashboards.links import given_of
from dashboards.months import month_from
from dashboards.queries import Cut, MonthFigures, months_before, team_names
from dashboards.queries.rejections import REP
from dashboards.rejection_panel import REASON, WAYS
from leads.models import Campaign
from leads.pages import Filter, Option, address, filter_of
from leads.words import TIERS
from tenants.access import MemberRequest
from tenants.models import Membership

# Months that are offered to compare with.
COMPARED = 12


@dataclass(frozen=True)
class Asking:
    """The cut, and what it can be narrowed to: people whose figures are open, teams of sales and campaigns."""

    cut: Cut
    people: Sequence[Membership]
    teams: Mapping[str, str]
    # How rejections are cut; see dashboards.rejection_panel.
    rejections_by: str = REASON

    @property
    def given(self) -> dict[str, str]:
        """Return what is asked for as the parameters of the address; "" is what is usual."""
        by = "" if self.rejections_by == REASON else self.rejections_by
        return given_of(self.cut) | {"rejections_by": by}

    @property
    def ways(self) -> list[str]:
        """Return how rejections can be cut: by rep where somebody's figures are open to the reader."""
        return [way for way in WAYS if way != REP or self.people]


def asked_cut(request: MemberRequest, *, at: datetime) -> Asking:
    """Return what the address asks for; 404 for whatever there is not."""
    return asking_of(request.GET, member=request.membership, today=_today(request, at))


def asking_of(given: Mapping[str, str], *, member: Membership, today: date) -> Asking:
    """Return what is asked for by the names that an address has for it; 404 for whatever there is not."""
    month, compared = month_from(given.get("month", ""), today=today), given.get("compare", "")
    tier, segment = given.get("tier", ""), given.get("segment", "")
    rejections_by = given.get("rejections_by", "") or REASON
    if month is None or (tier and tier not in TIERS) or (segment and not is_country(segment)):
        raise Http404
    if rejections_by not in WAYS:
        raise Http404
    people, teams = access.people_open_to(member), team_names()
    cut = Cut(
        month=month,
        tier=tier,
        owner=access.get_owner(people, given.get("owner", "")),
        team=_one_of(teams, given.get("team", "")),
        segment=segment,
        campaign=_campaign(given.get("campaign", "")),
        compared=_compared(compared, month),
    )
    return Asking(cut, people, teams, rejections_by)


def _today(request: MemberRequest, at: datetime) -> date:
    return at.astimezone(ZoneInfo(request.organisation.zone)).date()


def is_country(text: str) -> bool:
    """Tell whether a text is the code of a country."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()


def _one_of(known: Mapping[str, str], text: str) -> UUID | None:
    if text and text not in known:
        raise Http404
    return UUID(text) if text else None


def _campaign(text: str) -> UUID | None:
    if not text:
        return None
    try:
        wanted = UUID(text)
    except ValueError:
        raise Http404 from None
    if not Campaign.objects.filter(pk=wanted).exists():
        raise Http404
    return wanted


def _compared(text: str, month: date) -> date | None:
    """Return the month to compare with; None is the one before."""
    if not text:
        return None
    found = month_from(text, today=month)
    if found is None or found == month:
        raise Http404
    return found if found != months_before(month, 1) else None


def filters(asking: Asking, figures: MonthFigures, campaigns: Mapping[str, str], *, slug: str) -> list[Filter]:
    """Return every filter as a menu of links; one that has nothing to choose from is left out."""
    path, given = reverse("dashboards:joint", kwargs={"slug": slug}), asking.given
    named = sorted(campaigns.items(), key=lambda pair: pair[1].lower())
    segments = sorted({*figures.segments, *filter(None, [asking.cut.segment])})
    choices: list[tuple[str, str, Sequence[tuple[str, str]]]] = [
        ("team", _("Team"), list(asking.teams.items())),
        ("segment", _("Segment"), [(country, country) for country in segments]),
        ("tier", _("Tier"), [(key, str(label)) for key, label in TIERS.items()]),
        ("campaign", _("Campaign"), named),
        ("owner", _("Rep"), [(str(person.pk), person.name) for person in asking.people]),
    ]
    found = [filter_of(path, given, name, label, options) for name, label, options in choices if options]
    return [_comparing(path, given, asking.cut), *found]


def _comparing(path: str, given: Mapping[str, str], cut: Cut) -> Filter:
    before = months_before(cut.month, 1)
    months = [months_before(cut.month, number) for number in range(2, COMPARED + 1)]
    if cut.compared and cut.compared not in months:
        months.append(cut.compared)
    choices = [(f"{month:%Y-%m}", format_date(month, "M Y")) for month in months]
    menu = filter_of(path, given, "compare", _("Compared with"), choices)
    usual = Option(format_date(before, "M Y"), address(path, given, compare=""), not cut.compared)
    value = menu.value_label if cut.compared else usual.label
    return replace(menu, value_label=value, options=[usual, *menu.options[1:]])
