"""What the two sides say in a case until its statements close, and in answer to a question."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from arbitration.actions.locking import lock_open
from arbitration.actions.remands import resume
from arbitration.models import Case, Ruling, Statement
from arbitration.queries import case_parties
from arbitration.rules import REMANDED, side_in_case, stage_after_statement
from arbitration.words import moment_word
from events.actions import record
from smarketing.lib.errors import DomainError, Forbidden
from tenants.models import Membership


class NotYourCase(Forbidden):
    """The parties and the heads of both sides speak in a case; the board listens."""

    code = "not_your_case"


class StatementsClosed(DomainError):
    """What comes after the sealing date is not heard."""

    code = "statements_closed"


class StatementMissing(DomainError):
    """A statement says something."""

    code = "statement_missing"
    status = 422


@transaction.atomic
def add_statement(case: Case, *, text: str, by: Membership, at: datetime) -> Statement:
    """Say something for one's side; the case is ready to rule once both sides have spoken.

    In a remanded case it answers the question; once both have answered, the board's clock runs again.
    Raises NotYourCase, AlreadyRuled, CaseWithdrawn, StatementsClosed, StatementMissing.
    """
    held = lock_open(case)
    side = _side_of(by, held)
    require_open_statements(held, at=at)
    if not text.strip():
        raise StatementMissing(_("Write what the board should know."))
    statement = Statement.objects.create(case=held, side=side, by=by, at=at, text=text.strip())
    _move(held, by=by, at=at)
    record("case.stated", held, by=by, at=at, thread=held.handover.lead_id, data={"side": side, "number": held.number})
    return statement


def _side_of(member: Membership, case: Case) -> str:
    parties = case_parties(case)
    side = side_in_case(member_id=member.pk, roles=member.roles, marketing=parties.marketing, sales=parties.sales)
    if not side:
        raise NotYourCase(_("Only the people of this case and the heads of both sides can make a statement."))
    return side


def require_open_statements(case: Case, *, at: datetime) -> None:
    """Raise StatementsClosed after the sealing date, or after the time to answer a question."""
    remanded = case.stage == REMANDED
    closes_at = case.remand_until if remanded and case.remand_until else case.statements_close_at
    if at > closes_at:
        raise StatementsClosed(_("Statements closed %(time)s.") % {"time": moment_word(closes_at)}, closed_at=closes_at)


def _move(case: Case, *, by: Membership, at: datetime) -> None:
    statements = Statement.objects.filter(case=case)
    if case.stage == REMANDED:
        asked_at = Ruling.objects.filter(case=case).order_by("-at").values_list("at", flat=True)[0]
        statements = statements.filter(at__gte=asked_at)
    stage = stage_after_statement(case.stage, spoken=set(statements.values_list("side", flat=True)))
    if case.stage == REMANDED and stage != REMANDED:
        resume(case, by=by, at=at)
    else:
        Case.objects.filter(pk=case.pk).update(stage=stage, updated_at=at)
