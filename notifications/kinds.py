"""The kinds of notices that a person can choose about (pure): their labels, by subject, and whom they concern."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.roles import EVERYONE, HEADS, MARKETING, SALES, Role


class How(StrEnum):
    """How one person hears of one kind; the usual way is "": the rule's own choice."""

    USUAL = ""
    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"
    BELL = "bell"
    NEVER = "never"


HOW_LABELS: Mapping[How, Promise] = {
    How.USUAL: _("As usual"),
    How.AT_ONCE: _("Mail at once"),
    How.HOURLY: _("One mail an hour"),
    How.DAILY: _("One mail a day"),
    How.BELL: _("No mail, bell only"),
    How.NEVER: _("Not at all"),
}

WEEKLY, MONTHLY = "report.weekly", "report.monthly"
# What comes as a mail of its own, or not at all.
REPORTS = frozenset({WEEKLY, MONTHLY})

_MAIL = _("As usual: mail at once")
_BELL = _("As usual: bell only")
_NEAR = _("As usual: mail from 90 %")
_HEADS_ONLY = _("As usual: heads and executives")

_EXECUTIVE = frozenset({Role.EXECUTIVE})
_ADMIN = frozenset({Role.ADMINISTRATOR})
_OWNERS = MARKETING | SALES
_MEETING = HEADS | _EXECUTIVE


@dataclass(frozen=True)
class Kind:
    """One kind of notice."""

    key: str
    label: Promise
    roles: frozenset[Role]
    # What the rule does for who has not chosen.
    usual: Promise = _MAIL
    # A broken promise can be mailed or not, but it always stands under the bell.
    always: bool = False


@dataclass(frozen=True)
class Group:
    """Kinds of one subject."""

    label: Promise
    kinds: tuple[Kind, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _("Leads"),
        (
            Kind("handover.sent", _("A new lead is in your inbox"), SALES),
            Kind("handover.assigned", _("A lead was given to you"), SALES),
            Kind("handover.rejected", _("Sales has rejected a lead of yours"), MARKETING),
            Kind("followup.due", _("A next step of yours is due"), _OWNERS),
            Kind("lead.woke", _("A lead that was kept warm has woken up"), MARKETING),
            Kind("lead.dwelling", _("A lead of yours stands still"), _OWNERS, _BELL),
            Kind("lead.merged", _("A lead of yours was merged"), SALES),
            Kind("campaign.feedback_given", _("Sales said what a campaign's leads are like"), MARKETING),
        ),
    ),
    Group(
        _("Deadlines"),
        (
            Kind("clock.warning", _("A deadline of yours comes near"), EVERYONE, _NEAR),
            Kind("clock.escalated", _("A deadline was missed, or nearly"), EVERYONE, always=True),
            Kind("clock.breached", _("A month's promise was not reached"), HEADS | _EXECUTIVE, always=True),
            Kind("clock.plea", _("The other side asks about a broken promise"), HEADS),
            Kind("clock.plea_answered", _("What you asked about a broken promise was answered"), _OWNERS | _EXECUTIVE),
        ),
    ),
    Group(
        _("Disputes"),
        (
            Kind("case.opened", _("A rejection is disputed"), SALES | _EXECUTIVE),
            Kind("case.statements_closing", _("Statements about a case close soon"), _OWNERS),
            Kind("case.remanded", _("The board asks a question"), _OWNERS),
            Kind("case.ruled", _("A case was ruled on"), _OWNERS),
            Kind("case.corrected", _("A ruling was corrected"), _OWNERS),
            Kind("case.chair_missing", _("Nobody may rule on a case"), _EXECUTIVE),
            Kind("case.resumed", _("A case goes on after a question"), _EXECUTIVE),
            Kind("case.withdrawn", _("An appeal was withdrawn"), SALES | _EXECUTIVE, _BELL),
            Kind("seat.taken", _("You were given a seat on the board"), EVERYONE),
            Kind("sitting.planned", _("The board meets"), EVERYONE),
            Kind("sitting.cancelled", _("A sitting of the board is cancelled"), EVERYONE),
        ),
    ),
    Group(
        _("Agreement and targets"),
        (
            Kind("agreement.proposed", _("A version waits for your signature"), HEADS),
            Kind("agreement.concluded", _("Both sides have signed"), HEADS),
            Kind("agreement.reopened", _("A version is being changed again"), HEADS),
            Kind("agreement.review_due", _("The agreement is to be reviewed"), HEADS),
            Kind("agreement.labels_changed", _("Labels were reworded"), HEADS),
            Kind("reason.retired", _("A reason is not offered any more"), HEADS, _BELL),
            Kind("target.proposed", _("A target was proposed"), frozenset({Role.SALES_MANAGER})),
            Kind("pace.at_risk", _("The month is at risk"), HEADS),
            Kind("pace.on_track", _("The month is on track again"), HEADS, _BELL),
            Kind(WEEKLY, _("The week in figures"), EVERYONE, _HEADS_ONLY),
            Kind(MONTHLY, _("The month in figures"), EVERYONE, _HEADS_ONLY),
        ),
    ),
    Group(
        _("Reviews"),
        (
            Kind("review.planned", _("A review meeting is planned"), _MEETING),
            Kind("review.moved", _("A review meeting was changed"), _MEETING),
            Kind("review.cancelled", _("A review meeting was cancelled"), _MEETING),
            Kind("review.closed", _("Minutes of a review meeting are closed"), _MEETING, _BELL),
            Kind("review.action_given", _("You took something on in a review meeting"), EVERYONE),
            Kind("review.action_due", _("What you took on is due"), EVERYONE),
        ),
    ),
    Group(
        _("People and settings"),
        (
            Kind("absence.planned", _("You stand in for a colleague"), _OWNERS),
            Kind("absence.covered", _("Leads of a colleague are yours meanwhile"), _OWNERS),
            Kind("absence.uncovered", _("Leads that your deputy had are yours again"), _OWNERS, _BELL),
            Kind("key.created", _("A key wants to act for you"), HEADS | _EXECUTIVE, always=True),
            Kind("calendar.changed", _("Working hours were changed"), HEADS, _BELL),
            Kind("calendar.holidays_due", _("Next year's holidays are missing"), _ADMIN),
            Kind("endpoint.disabled", _("A webhook or chat channel was switched off"), _ADMIN),
            Kind("mail.failed", _("A mail could not be delivered"), _ADMIN, _BELL),
        ),
    ),
)

KINDS: Mapping[str, Kind] = {kind.key: kind for group in GROUPS for kind in group.kinds}


def groups_for(roles: frozenset[str] | set[str]) -> list[Group]:
    """Return the kinds that concern somebody with these roles; subjects without any are left out."""
    found = [Group(group.label, tuple(kind for kind in group.kinds if kind.roles & roles)) for group in GROUPS]
    return [group for group in found if group.kinds]


def choices_of(kind: str) -> list[How]:
    """Return the ways that there are to hear of a kind."""
    always = kind in KINDS and KINDS[kind].always
    if kind in REPORTS:
        return [How.USUAL, How.AT_ONCE, How.NEVER]
    return [how for how in How if not (always and how == How.NEVER)]
