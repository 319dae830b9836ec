"""Opening what several handovers are about: subjects, clocks and credit, each as one by one, in few statements.

# Note [Credit as it is opened]
A subject that claims a credit is written with it, and where somebody has it already, without: the unique key of the
database decides, as between two at once. So nothing has to be claimed afterwards, nor undone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sla.actions.beginning import MOST_AT_OPENING, Beginning
from sla.actions.course import record_all_of
from sla.actions.credit import lines_of
from sla.actions.subjects import new_subject
from sla.models import AgreementVersion, Clock, Subject
from smarketing.lib.inserting import as_json, insertion, insertions, note_written
from smarketing.lib.prepared import Call, Prepared, ask
from smarketing.lib.tenancy import new_ids
from tenants.models import Membership


class Opening:
    """So many subjects of one version that are opened at one moment.

    ``open`` writes them, ``calls`` their clocks and credit.

    Clocks come after ``open``; what is told of them is recorded at once.
    """

    def __init__(self, version: AgreementVersion, *, number: int, at: datetime, zone: str) -> None:
        # For the subjects, and for as many clocks as begin with one.
        self._ids = iter(new_ids(number * (1 + MOST_AT_OPENING)))
        self._version, self._at, self._zone = version, at, zone
        self._beginning = Beginning(version)
        self._subjects: list[Subject] = []
        self._clocks: list[Clock] = []

    def add(self, *, credit_key: str | None, **given: Any) -> Subject:
        """Draft a subject (see open_subject); a ``credit_key`` claims the credit of a lead's qualification cycle."""
        subject = new_subject(id=next(self._ids), version=self._version, opened_at=self._at, zone=self._zone, **given)
        if credit_key is not None:
            subject.credit, subject.credit_key = Subject.Credit.COUNTED, credit_key
        self._subjects.append(subject)
        return subject

    def open(self) -> None:
        """Write the subjects. See Note [Credit as it is opened]."""
        as_wished = {pk for (pk,) in ask(OPENED, as_json(self._subjects, frozenset()))}
        for subject in self._subjects:
            if subject.pk not in as_wished:
                subject.credit, subject.credit_key = Subject.Credit.NOT_COUNTED, None
        note_written(self._subjects)

    def start_clocks(self, subject: Subject, *, at: datetime, by: Membership | None) -> None:
        """Start every commitment that applies when the subject is opened."""
        begun = self._beginning.clocks_of(subject, at=at)
        for clock, _told in begun:
            clock.pk = next(self._ids)
        record_all_of(begun, "started", at=at, by=by)
        self._clocks += [clock for clock, _told in begun]

    def calls(self) -> list[Call]:
        """Return what writes the clocks and the lines of the credit."""
        counted = [subject for subject in self._subjects if subject.credit == Subject.Credit.COUNTED]
        note_written(self._clocks)
        return insertions(self._clocks, lines_of(counted, at=self._at))


def _opened(columns: Sequence[str]) -> Prepared:
    without = {"credit": f"'{Subject.Credit.NOT_COUNTED}'", "credit_key": "null"}
    statement = f"""
with as_wished as ({insertion(Subject, frozenset()).statement} on conflict do nothing returning id), without as (
  insert into sla_subject ({", ".join(columns)})
  select {", ".join(without.get(column, column) for column in columns)}
  from json_populate_recordset(null::sla_subject, $1) where id not in (select id from as_wished)
)
select id from as_wished
"""  # noqa: S608 -- names of ours only
    return Prepared("subjects_opened", ["json"], statement)


OPENED = _opened([str(field.column) for field in Subject._meta.concrete_fields])
