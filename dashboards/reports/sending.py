"""Sending reports when they are due, each occasion once, and forgetting old ones."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from dashboards.models import ReportEdition, ReportSending
from dashboards.reports.letters import letter_of
from dashboards.reports.making import Press
from dashboards.reports.occasions import KINDS, is_news, last_due, period_of
from dashboards.reports.readers import Reader, readers_of
from events.actions import record
from notifications.actions import put_letter
from notifications.models import MailPart
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import new_ids
from tenants.actions import remove_file
from tenants.models import Membership, Organisation

log = logging.getLogger(__name__)

# A report that cannot be made is tried in the next rounds, so often in all.
MOST_ATTEMPTS = 5
# A round is short; who comes later is the next round's.
MOST_AT_ONCE = 200
KEEP_FOR = timedelta(days=730)
FORGOTTEN_AT_ONCE = 200


def send_due_reports(at: datetime) -> int:
    """Send what is due to whoever wants it and has not got it; return how many left."""
    organisation = Organisation.objects.get(pk=current_organisation_id())
    members = list(Membership.objects.filter(is_active=True).select_related("user").order_by("pk"))
    press = Press(organisation, at=at)
    due = (pair for kind in KINDS for pair in _due(readers_of(kind, members, organisation), kind, at=at))
    return sum(
        send_once(reader, str(day), on=day, press=press, organisation=organisation, at=at)
        for reader, day in islice(due, MOST_AT_ONCE)
    )


def _due(readers: list[Reader], kind: str, *, at: datetime) -> Iterator[tuple[Reader, date]]:
    wanted = [reader for reader in readers if reader.is_on and reader.is_due_by_this_plan(at=at)]
    dated = [(reader, last_due(reader.schedule, at=at)) for reader in wanted]
    news = [(reader, day) for reader, day in dated if is_news(reader.schedule, day, at=at)]
    rows = ReportSending.objects.filter(kind=kind, occasion__in={str(day) for _reader, day in news})
    over = rows.filter(Q(state=ReportSending.State.SENT) | Q(attempts__gte=MOST_ATTEMPTS))
    done = set(over.values_list("member_id", "occasion")) if news else set()
    return ((reader, day) for reader, day in news if (reader.member.pk, str(day)) not in done)


@transaction.atomic
def send_once(
    reader: Reader, occasion: str, *, on: date, press: Press, organisation: Organisation, at: datetime
) -> bool:
    """Send a report on this occasion unless that has happened; tell whether it left. A failure stands in its row."""
    sending = _claim(reader, occasion, at=at)
    if sending is None:
        return False
    try:
        with transaction.atomic():
            edition = _mail(reader, sending, on=on, press=press, organisation=organisation, at=at)
    except Exception as error:
        # Whatever it was, the others' reports go on; the row says so and the next round tries again.
        log.exception("The %s report of %s was not made", reader.kind, reader.member.pk)
        ReportSending.objects.filter(pk=sending.pk).update(error=type(error).__name__)
        record("report.failed", sending, by=None, at=at, data={"kind": reader.kind, "occasion": occasion})
        return False
    _note_sent(sending, edition, at=at)
    return True


def _claim(reader: Reader, occasion: str, *, at: datetime) -> ReportSending | None:
    """Take the occasion for this transaction; another one that wants it waits here, then finds it taken."""
    [sending_id] = new_ids(1)
    told = {"member": reader.member, "kind": reader.kind, "occasion": occasion}
    row = ReportSending(id=sending_id, at=at, state=ReportSending.State.FAILED, **told)
    ReportSending.objects.bulk_create([row], ignore_conflicts=True)
    mine = ReportSending.objects.filter(**told)
    if mine.filter(pk=sending_id).exists():
        return row
    again = mine.filter(state=ReportSending.State.FAILED, attempts__lt=MOST_ATTEMPTS)
    return mine.get() if again.update(attempts=F("attempts") + 1, at=at) else None


def _mail(
    reader: Reader, sending: ReportSending, *, on: date, press: Press, organisation: Organisation, at: datetime
) -> ReportEdition:
    report, edition = press.print(reader.kind, period_of(reader.kind, on), reader.language)
    # Who named an hour, or asks for it now, gets it then; the usual one waits for working hours like other mails.
    is_punctual = reader.planned_at is not None or sending.occasion != str(on)
    with translation.override(reader.language):
        letter = letter_of(report, edition, form=reader.form, is_punctual=is_punctual)
        put_letter(reader.member, letter, organisation, once_key=f"report:{sending.pk}", at=at)
    return edition


def _note_sent(sending: ReportSending, edition: ReportEdition, *, at: datetime) -> None:
    sending.state, sending.edition, sending.error = ReportSending.State.SENT, edition, ""
    sending.save(update_fields=["state", "edition", "error"])
    data = {"kind": sending.kind, "occasion": sending.occasion, "pdf": edition.paper_id is not None}
    record("report.sent", sending, by=None, at=at, data=data)


@transaction.atomic
def forget_reports(at: datetime) -> int:
    """Forget editions that are older than they are kept, with their files, once no mail needs them; return how many."""
    ReportSending.objects.filter(edition=None, at__lt=at - KEEP_FOR).delete()
    rows = ReportEdition.objects.filter(made_at__lt=at - KEEP_FOR).select_related("paper", "picture")
    old = list(rows.order_by("made_at")[:FORGOTTEN_AT_ONCE])
    files = [file for edition in old for file in (edition.paper, edition.picture) if file]
    needed = set(MailPart.objects.filter(file__in=files).values_list("file_id", flat=True))
    gone = [edition for edition in old if not needed & {edition.paper_id, edition.picture_id}]
    ReportSending.objects.filter(edition__in=gone).delete()
    ReportEdition.objects.filter(pk__in=[edition.pk for edition in gone]).delete()
    for edition in gone:
        for file in (edition.paper, edition.picture):
            if file is not None:
                remove_file(file, by=None, at=at)
    return len(gone)
