"""Lead velocity: how much more qualified leads a month brought than the one before, as pages say it.

# Note [A month that runs]
A month that has not ended has always brought less than a whole one, so it is not measured against it: the home of
marketing tells the newest month that has ended, the joint dashboard the month that is shown, once it has ended. Where a
qualified lead was defined otherwise than in the month before, the two cannot be compared and the series breaks.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import formulas
from dashboards.cards import MARKETING, Kpi, moved
from dashboards.links import Links
from dashboards.queries import MonthFigures, months_before
from smarketing.lib.templatetags.ui import THIN, number, signed

# Changes smaller than these say nothing, in percent.
FLAT = 0.5


@dataclass(frozen=True)
class Velocity:
    """What was handed over in a month and in the one before; ``percent`` is None where they cannot be compared."""

    month: date
    before: date
    sent: int
    sent_before: int
    percent: float | None
    is_redefined: bool
    # See Note [A month that runs].
    is_running: bool
    before_url: str
    url: str

    @property
    def tone(self) -> str:
        """Tell whether it is good, bad or neither; nothing of a month that runs."""
        if self.is_running:
            return "flat"
        change = formulas.change(self.percent, 0, more_is_good=True, flat_under=FLAT)
        return change.tone if change else "flat"


def velocity_of(figures: MonthFigures, links: Links, month: date | None = None) -> Velocity:
    """Return the lead velocity of a month, that of the figures if none is named."""
    month = month or figures.cut.month
    before = months_before(month, 1)
    sent, sent_before = (figures.cohort_of(each).decisions.sent for each in (month, before))
    is_redefined = month in figures.redefined
    return Velocity(
        month=month,
        before=before,
        sent=sent,
        sent_before=sent_before,
        percent=formulas.lead_velocity(sent, sent_before, is_redefined=is_redefined),
        is_redefined=is_redefined,
        is_running=month >= figures.cut.month and figures.state in ("open", "future"),
        before_url=links.leads(month=f"{before:%Y-%m}"),
        url=links.leads(month=f"{month:%Y-%m}"),
    )


def velocity_card(figures: MonthFigures, links: Links) -> Kpi:
    """Return the card of the newest month that has ended; see Note [A month that runs]."""
    month = figures.cut.month
    if figures.state in ("open", "future"):
        month = months_before(month, 1)
    found = velocity_of(figures, links, month)
    series = [velocity_of(figures, links, each) for each in figures.cut.shown[1:] if each <= month]
    card = Kpi(
        key="velocity",
        name=_("Lead velocity"),
        owner=MARKETING,
        kind="growth",
        value=found.percent,
        note=_made_of(found),
        url=found.url,
        spark=[each.percent for each in series if each.percent is not None],
        basis=_basis(found),
    )
    change = formulas.change(found.percent, 0, more_is_good=True, flat_under=FLAT)
    words = {"up": _("growing"), "down": _("shrinking"), "flat": _("steady")}
    return moved(card, change, words[change.direction] if change else "")


def velocity_words(found: Velocity) -> list[str]:
    """Return the sentence of a report about it; none where it is not known, or not yet."""
    if found.percent is None or found.is_running:
        return []
    told = {"percent": f"{signed(found.percent, 1)}{THIN}%", "made_of": _made_of(found)}
    return [_("Lead velocity was %(percent)s: %(made_of)s.") % told]


def _made_of(found: Velocity) -> str:
    told = {
        "n": number(found.sent),
        "month": formats.date_format(found.month, "F"),
        "earlier": number(found.sent_before),
        "before": formats.date_format(found.before, "F"),
    }
    return (
        ngettext(
            "%(n)s lead in %(month)s after %(earlier)s in %(before)s",
            "%(n)s leads in %(month)s after %(earlier)s in %(before)s",
            found.sent,
        )
        % told
    )


def _basis(found: Velocity) -> str:
    if found.is_redefined:
        return _("a qualified lead was defined anew")
    return _("than the month before") if found.percent is not None else _("nothing to compare with")
