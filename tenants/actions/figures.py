"""Saying to whom figures by person are shown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError, Forbidden
from tenants.figures import SightRule
from tenants.models import FigureRule, Membership
from tenants.queries.figures import figure_rule
from tenants.roles import Role


class NotYourFigureRule(Forbidden):
    """Administrators set the rule, after the organisation has agreed on it."""

    code = "not_your_figure_rule"


class FigureRuleAlready(DomainError):
    """This is the rule already."""

    code = "figure_rule_already"


@transaction.atomic
def set_figure_rule(rule: str, *, note: str = "", by: Membership, at: datetime) -> FigureRule:
    """Say to whom the figures of a person are shown from now on. Raises NotYourFigureRule, FigureRuleAlready."""
    if not by.has(Role.ADMINISTRATOR):
        raise NotYourFigureRule(_("Only administrators change who sees figures by person."))
    wanted, before = SightRule(rule), figure_rule()
    if wanted is before:
        raise FigureRuleAlready(_("This is the rule already."))
    made = FigureRule.objects.create(rule=wanted, note=note.strip(), by=by, at=at)
    record("figures.rule_set", made, by=by, at=at, data={"from": str(before), "to": str(wanted)})
    return made
