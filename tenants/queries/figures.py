"""Reading the rule on figures by person."""

from dataclasses import dataclass

from django.db.models import QuerySet, Subquery

from tenants.figures import USUAL, Person, SightRule, may_see
from tenants.models import FigureRule, Membership

# So many earlier rules are shown; the audit log has all.
SHOWN = 20


@dataclass(frozen=True)
class Sight:
    """Whose figures one viewer may see, under the rule that holds."""

    rule: SightRule
    viewer: Person

    def sees(self, member: Membership) -> bool:
        """Tell whether the viewer may see what this member has done, in figures."""
        return may_see(self.rule, viewer=self.viewer, person=_person(member))


def sight_of(viewer: Membership) -> Sight:
    """Return whose figures a member may see."""
    return Sight(figure_rule(), _person(viewer))


def seen_among(rows: "QuerySet[Membership]", viewer: Membership) -> list[Membership]:
    """Return those whose figures a member may see, in one query with the rule."""
    newest = FigureRule.objects.order_by("-at", "-pk").values("rule")[:1]
    found = list(rows.annotate(figure_rule=Subquery(newest)))
    sight = Sight(SightRule(found[0].figure_rule or USUAL) if found else USUAL, _person(viewer))
    return [member for member in found if sight.sees(member)]


def figure_rule() -> SightRule:
    """Return the rule that holds."""
    newest = FigureRule.objects.order_by("-at", "-pk").values_list("rule", flat=True).first()
    return SightRule(newest) if newest else USUAL


def figure_rules() -> list[FigureRule]:
    """Return the newest rules that were set, the one that holds first."""
    return list(FigureRule.objects.select_related("by").order_by("-at", "-pk")[:SHOWN])


def _person(member: Membership) -> Person:
    return Person(member.pk, member.roles, member.manager_id)
