"""The joint dashboard's panel of rejections: why, or whose leads, sales sent back, the most frequent first.

# Note [Four ways to cut]
By reason and by class it says what was wrong, by campaign where such leads come from, by rep who finds them wrong. A
rep's figures are open to few: what belongs to people whose figures the reader may not see is one row without a link, so
that the rows always add up to all rejections.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import access, formulas
from dashboards.links import Links
from dashboards.queries import Cut, MonthFigures, campaign_names
from dashboards.queries.rejections import CAMPAIGN, REP, rejected_by
from leads.pages import Option
from sla.words import reason_class_label
from tenants.models import Membership

REASON, CLASS = "reason", "class"
# See Note [Four ways to cut].
WAYS: Mapping[str, str | Promise] = {
    REASON: gettext_lazy("Reason"),
    CLASS: gettext_lazy("Kind"),
    CAMPAIGN: gettext_lazy("Campaign"),
    REP: gettext_lazy("Rep"),
}
# The most that the panel shows at once; the rest unfolds.
SHOWN = 8


@dataclass(frozen=True)
class Split:
    """How rejections are cut; what is not of the reasons is counted apart, with the names that the reader may see."""

    by: str = REASON
    counts: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def split_of(cut: Cut, by: str, *, member: Membership, at: datetime, zone: str) -> Split:
    """Return the rejections of a cut as they are asked for."""
    if by not in (CAMPAIGN, REP):
        return Split(by)
    counts = rejected_by(cut, by, at=at, zone=zone)
    ids = {key for key in counts if key}
    return Split(by, counts, campaign_names(ids) if by == CAMPAIGN else access.names_open_to(member, ids))


@dataclass(frozen=True)
class RejectionRow:
    """One reason, class, campaign or rep, and how often; ``key`` is None for people who are not shown."""

    label: str
    reason_class: str
    count: int
    url: str
    key: str | None = None


@dataclass(frozen=True)
class RejectionPanel:
    """What sales sent back, the most frequent first; ``more`` are the rows behind the first few."""

    by: str
    heading: str
    ways: list[Option]
    total: int
    total_url: str
    decided: int
    share: float | None
    rows: list[RejectionRow]
    disputed: int
    disputed_url: str
    docket_url: str

    @property
    def shown(self) -> list[RejectionRow]:
        """The rows that are seen at once."""
        return self.rows[:SHOWN]

    @property
    def more(self) -> list[RejectionRow]:
        """The rows that unfold."""
        return self.rows[SHOWN:]


def rejection_panel(
    figures: MonthFigures, links: Links, split: Split | None = None, *, ways: Collection[str] = ()
) -> RejectionPanel:
    """Return the cohort's rejections, by reason unless they are cut otherwise; ``ways`` are those to choose from."""
    split = split or Split()
    share = formulas.rejected_share(figures.cohort.decisions)
    return RejectionPanel(
        by=split.by,
        heading=str(WAYS[split.by]),
        ways=[Option(str(WAYS[way]), links.rejections("" if way == REASON else way), way == split.by) for way in ways],
        total=share.numerator,
        total_url=links.leads(decision="sent_back"),
        decided=share.denominator,
        share=share.percent,
        rows=rejection_rows(figures, links, split),
        disputed=figures.rejections.disputed,
        disputed_url=links.leads(disputed="yes"),
        docket_url=links.docket(),
    )


def rejection_rows(figures: MonthFigures, links: Links, split: Split) -> list[RejectionRow]:
    """Return what a cut is made of, the most frequent first."""
    reasons = figures.rejections.reasons
    if split.by == REASON:
        return [
            RejectionRow(r.label, r.reason_class, r.count, links.leads(reason=r.key, label=r.label), r.key)
            for r in reasons
        ]
    if split.by == CLASS:
        classes: Counter[str] = Counter()
        for reason in reasons:
            classes[reason.reason_class] += reason.count
        rows = [_of_class(name, n, links) for name, n in classes.items()]
    else:
        rows = _named(split, links)
    return sorted(rows, key=lambda row: (row.key is None, -row.count, row.label))


def _of_class(name: str, n: int, links: Links) -> RejectionRow:
    return RejectionRow(reason_class_label(name), name, n, links.leads(reason_class=name), name)


def _named(split: Split, links: Links) -> list[RejectionRow]:
    """Return the rows of campaigns or reps. See Note [Four ways to cut]."""
    column, nobody = ("campaign", _("No campaign")) if split.by == CAMPAIGN else ("owner", _("Nobody"))
    rows = [
        RejectionRow(
            split.names[key] if key else nobody,
            "",
            n,
            links.leads(**{column: key or "none"}, decision="sent_back"),
            key,
        )
        for key, n in split.counts.items()
        if not key or key in split.names
    ]
    others = sum(n for key, n in split.counts.items() if key and key not in split.names)
    return [*rows, RejectionRow(_("Others"), "", others, "")] if others else rows
