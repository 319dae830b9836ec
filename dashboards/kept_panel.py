"""The joint dashboard's panel of promises: what was due in the month and kept, by team and by kind.

# Note [Neither]
Kept and broken are not all: some promises still run, some breaches the other side has excused, and some were cancelled
before their deadline could decide them, because the rejection of the lead became final, the lead was withdrawn, or
there was nothing to judge. None of these moves the share, so the panel says how many there are, and which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.cards import MARKETING, SALES
from dashboards.links import Links
from dashboards.queries import MonthFigures
from sla.models import Side
from sla.queries import Compliance
from sla.words import commitment_label
from smarketing.lib.templatetags.ui import number

# A commitment is a promise for each lead: the agreement knows no tolerance.
PROMISED = 100


@dataclass(frozen=True)
class Kept:
    """Promises of one team, kind or side in the period; the addresses open the leads behind them."""

    name: str
    met: int
    breached: int
    running: int
    share: float | None
    below: bool
    # In neither; see Note [Neither].
    excused: int = 0
    cancelled: int = 0
    met_url: str = ""
    breached_url: str = ""


@dataclass(frozen=True)
class Neither:
    """How many promises count neither as kept nor as broken, and what became of them; see Note [Neither]."""

    n: int
    text: str
    url: str


@dataclass(frozen=True)
class CompliancePanel:
    """Promises due in the month: sales by team and by commitment, marketing as a whole."""

    title: str
    share: float | None
    target: int
    teams: list[Kept]
    commitments: list[Kept]
    sales: Kept
    neither: list[Neither]
    marketing: Kept | None
    note: str
    url: str

    @property
    def said(self) -> str:
        """What stands under the table, where nothing can be clicked."""
        told = ", ".join(one.text for one in self.neither)
        return f"{self.note} {_('In neither: %(told)s.') % {'told': told}}" if told else self.note

    @property
    def rows_label(self) -> str:
        """What the rows are."""
        return _("Team") if self.teams else _("Promise")

    @property
    def rows(self) -> list[Kept]:
        """The teams, or the promises where there are no teams to tell apart."""
        return self.teams or self.commitments


def compliance_panel(figures: MonthFigures, links: Links, teams: Mapping[str, str]) -> CompliancePanel:
    """Return how both sides kept what was due in the month; ``teams`` are the names of those of sales."""
    sales = figures.promises.of(figures.cut.month, Side.SALES)
    marketing = figures.promises.of(figures.cut.month, Side.MARKETING)
    return CompliancePanel(
        title=_("Promises kept by sales"),
        share=sales.share,
        target=PROMISED,
        teams=_by_team(figures, links, teams),
        commitments=[
            _kept(commitment_label(key), kept, links, side=SALES, commitment=key)
            for key, kept in sorted(figures.promises.by_commitment.items())
            if any(vars(kept).values())
        ],
        sales=_kept(_("Sales, all"), sales, links, side=SALES),
        neither=_neither(sales, links),
        marketing=_of_marketing(marketing, links),
        note=_("Obligations whose deadline lies in this month."),
        url=links.breaches(),
    )


def _neither(kept: Compliance, links: Links) -> list[Neither]:
    """Return what of sales' promises counts in neither. See Note [Neither]."""
    told = {
        "running": (kept.running, ngettext("%(n)s still running", "%(n)s still running", kept.running)),
        "excused": (kept.excused, ngettext("%(n)s excused", "%(n)s excused", kept.excused)),
        "cancelled": (kept.cancelled, ngettext("%(n)s cancelled", "%(n)s cancelled", kept.cancelled)),
    }
    return [
        Neither(n, words % {"n": number(n)}, links.leads(promise=how, side=SALES))
        for how, (n, words) in told.items()
        if n
    ]


def _by_team(figures: MonthFigures, links: Links, teams: Mapping[str, str]) -> list[Kept]:
    """Return one row for each team, by name; nothing where there are no teams to tell apart."""
    found = {key: kept for key, kept in figures.promises.by_team.items() if any(vars(kept).values())}
    rows = [
        _kept(teams.get(key, _("Another team")), kept, links, side=SALES, team=key)
        for key, kept in found.items()
        if key
    ]
    rows.sort(key=lambda row: row.name)
    if rows and "" in found:
        rows.append(_kept(_("No team"), found[""]))
    return rows


def _of_marketing(kept: Compliance, links: Links) -> Kept | None:
    if not any(vars(kept).values()):
        return None
    # Some of its promises (the month's volume) are about no lead: they stand on the page of breaches.
    return replace(_kept(_("Marketing, all"), kept), breached_url=links.breaches(MARKETING))


def _kept(name: str, kept: Compliance, links: Links | None = None, **chosen: str) -> Kept:
    """Return one row; with links its numbers open their leads."""
    share = kept.share
    below = share is not None and share < PROMISED
    row = Kept(name, kept.met, kept.breached, kept.running, share, below, kept.excused, kept.cancelled)
    if links is None:
        return row
    return replace(
        row,
        met_url=links.leads(promise="met", **chosen),
        breached_url=links.leads(promise="breached", **chosen),
    )
