"""The week in figures, mailed on Monday morning to whoever wants it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from dashboards.cards import Kpi, cards
from dashboards.links import Links
from dashboards.queries import Cut, MonthFigures, month_figures
from notifications.actions import Figure, Letter, put_letter
from notifications.kinds import WEEKLY, How
from notifications.models import Mail
from notifications.queries.choices import choices_about
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.templatetags.ui import figure
from tenants.models import Membership, Organisation
from tenants.roles import HEADS, Role

MONDAY, TUESDAY = 0, 1
FROM = time(7)

# To whom it comes unless they chose otherwise.
_USUAL = frozenset({*HEADS, Role.EXECUTIVE})


def send_weekly_reports(at: datetime) -> int:
    """Mail the week's figures once to everybody who wants them; later than Tuesday it is no news. Return how many."""
    organisation = Organisation.objects.get(pk=current_organisation_id())
    local = at.astimezone(ZoneInfo(organisation.zone))
    if local.weekday() not in (MONDAY, TUESDAY) or (local.weekday() == MONDAY and local.time() < FROM):
        return 0
    year, week, _day = local.isocalendar()
    keys = {f"weekly:{year}-{week:02}:{member.pk}": member for member in _readers()}
    sent = set(Mail.objects.filter(once_key__in=keys).values_list("once_key", flat=True))
    waiting = {key: member for key, member in keys.items() if key not in sent}
    if not waiting:
        return 0
    cut = Cut((local.date() - timedelta(days=local.weekday() + 1)).replace(day=1))
    figures = month_figures(cut, at=at, zone=organisation.zone)
    for key, member in waiting.items():
        with translation.override(member.user.language or settings.LANGUAGE_CODE):
            put_letter(member, _letter(figures, organisation), organisation, once_key=key, at=at)
    return len(waiting)


def _readers() -> list[Membership]:
    members = list(Membership.objects.filter(is_active=True).select_related("user"))
    chosen = choices_about(WEEKLY, members)
    return [member for member in members if _wants(member, chosen.get(member.pk, How.USUAL))]


def _wants(member: Membership, how: str) -> bool:
    return how == How.AT_ONCE or (how == How.USUAL and member.has(*_USUAL))


def _letter(figures: MonthFigures, organisation: Organisation) -> Letter:
    month = date_format(figures.cut.month, "F Y")
    return Letter(
        kind=WEEKLY,
        subject=_("%(organisation)s: %(month)s so far") % {"organisation": organisation.name, "month": month},
        figures=[_figure(card) for card in cards(figures, Links(organisation.slug, figures.cut))],
        more=_("Open the joint dashboard"),
        more_path=reverse("dashboards:joint", kwargs={"slug": organisation.slug}),
    )


def _figure(card: Kpi) -> Figure:
    moved = f"{card.delta_text} {card.basis}".strip() if card.delta_text else ""
    return Figure(card.name, strip_tags(figure(card.kind, card.value)), "; ".join(filter(None, (card.note, moved))))
