"""What goes from cases when a person is erased: what was said about them. Seals, votes and outcomes stay.

# Note [The board's words]
Grounds, statements and notes of the hearing speak about one person: they go. Reasons, holdings and minutes speak to
everybody: they stay, without the person's names. The pack of evidence holds digests; without its salt, which goes as
well, nothing can be guessed from them, and its hash still verifies.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from arbitration.actions.files import erase_case_files
from arbitration.models import Case, HearingNote, Precedent, Recusal, Ruling, Sitting, SittingCase, Statement, Vote
from leads.queries import Identity
from sla.actions import forget_words_about
from smarketing.lib.erasing import erasing
from smarketing.lib.redaction import STRUCK, struck
from smarketing.lib.scope import current_organisation_id

WORDS_ANEW = """
delete from arbitration_rulingword where organisation_id = %(org)s and ruling_id = %(ruling)s;
select arbitration_keep_words(u.organisation_id, u.id, 2, r.criterion_label || ' ' || r.reason_label)
  from arbitration_ruling u
  join arbitration_case c on c.organisation_id = u.organisation_id and c.id = u.case_id
  join leads_rejection r on r.organisation_id = c.organisation_id and r.id = c.rejection_id
  where u.organisation_id = %(org)s and u.id = %(ruling)s and u.outcome <> 'remanded';
select arbitration_keep_words(organisation_id, id, 3, reasons) from arbitration_ruling
  where organisation_id = %(org)s and id = %(ruling)s and outcome <> 'remanded';
select arbitration_keep_words(organisation_id, ruling_id, 1, holding) from arbitration_precedent
  where organisation_id = %(org)s and ruling_id = %(ruling)s;
"""


@transaction.atomic
def forget_person(person: Identity, *, at: datetime) -> int:
    """Blank what cases about a person's handovers say of them; return how many cases. See Note [The board's words]."""
    cases = list(Case.objects.filter(handover__lead=person.lead_id))
    if not cases:
        return 0
    ids = [case.pk for case in cases]
    # Rows to which nothing is ever done but this (see the migration erasable_words).
    with erasing():
        Statement.objects.filter(case__in=ids).update(text="")
        HearingNote.objects.filter(case__in=ids).update(text="")
        Vote.objects.filter(case__in=ids).update(reasons=STRUCK)
        _strike(Recusal.objects.filter(case__in=ids), ("reason",), person)
        _strike_rulings(ids, person)
    sittings = SittingCase.objects.filter(case__in=ids).values("sitting")
    _strike(Sitting.objects.filter(pk__in=sittings), ("minutes", "place"), person)
    for case in cases:
        question = struck(case.remand_question, person.values)
        Case.objects.filter(pk=case.pk).update(grounds="", evidence_salt="", remand_question=question)
    erase_case_files(person.lead_id, at=at)
    forget_words_about([case.subject_id for case in cases])
    return len(cases)


def _strike_rulings(case_ids: Sequence[UUID], person: Identity) -> None:
    changed = set(_strike(Ruling.objects.filter(case__in=case_ids), ("reasons", "question"), person))
    precedents = Precedent.objects.filter(ruling__case__in=case_ids)
    taught = {row.pk: row.ruling_id for row in precedents}
    changed |= {taught[pk] for pk in _strike(precedents, ("holding",), person)}
    for ruling_id in changed:
        with connection.cursor() as cursor:
            cursor.execute(WORDS_ANEW, {"org": current_organisation_id(), "ruling": ruling_id})


def _strike(rows: Any, columns: Sequence[str], person: Identity) -> list[UUID]:
    """Strike the person's names out of these columns; return the rows in which they stood."""
    found = []
    for row in rows:
        told = {name: struck(getattr(row, name), person.values) for name in columns}
        if any(getattr(row, name) != text for name, text in told.items()):
            type(row).objects.filter(pk=row.pk).update(**told)
            found.append(row.pk)
    return found
