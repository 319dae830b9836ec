"""Holding a case while it changes, and refusing what comes after its end."""

from django.utils.translation import gettext as _

from arbitration.models import Case, Ruling
from arbitration.queries.board import WITH_PARTIES
from arbitration.rules import RULED, WITHDRAWN
from arbitration.words import moment_word
from smarketing.lib.errors import DomainError


class AlreadyRuled(DomainError):
    """A case is ruled on once."""

    code = "already_ruled"


class CaseWithdrawn(DomainError):
    """Marketing took the appeal back; there is nothing to decide any more."""

    code = "case_withdrawn"


def lock_open(case: Case) -> Case:
    """Return the case as it is now, locked until the end of the transaction.

    Raises AlreadyRuled (naming who and when) or CaseWithdrawn.
    """
    held = Case.objects.select_for_update(of=("self",)).select_related(*WITH_PARTIES).get(pk=case.pk)
    if held.stage == WITHDRAWN:
        raise CaseWithdrawn(_("The appeal was withdrawn."))
    if held.stage == RULED:
        raise _already_ruled(held)
    return held


def _already_ruled(case: Case) -> AlreadyRuled:
    decisions = Ruling.objects.select_related("by").exclude(outcome=Ruling.Outcome.REMANDED).filter(case=case)
    ruling = decisions.order_by("at", "pk")[0]
    sentence = _("%(name)s already ruled on this case, %(time)s.")
    words = {"name": ruling.by.name, "time": moment_word(ruling.at)}
    return AlreadyRuled(sentence % words, outcome=ruling.outcome, by=ruling.by_id, at=ruling.at)
