"""Notices gathered for one mail an hour or a day."""

from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from notifications.actions.mailing import put_letter
from notifications.kinds import How
from notifications.letters import Letter, Line
from notifications.models import DigestLine, Mail, MailPart
from notifications.queries.choices import habit_of, may_mail_from
from notifications.quiet import next_daily, next_hour
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership, Organisation

MOST_LINES = 200
KEEP_FOR = timedelta(days=90)
FORGOTTEN_AT_ONCE = 20_000


def put_aside(member: Membership, line: Line, how: How, *, zone: ZoneInfo, once_key: str) -> None:
    """Keep a notice for the member's next mail of the hour or of the day."""
    due = next_hour(line.at) if how == How.HOURLY else next_daily(line.at, on=habit_of(member).daily_at, zone=zone)
    row = DigestLine(
        member=member,
        kind=line.kind,
        text=line.text,
        path=line.path,
        thread_id=line.thread,
        at=line.at,
        due_at=due,
        once_key=once_key,
    )
    DigestLine.objects.bulk_create([row], ignore_conflicts=True)


def send_digests(at: datetime) -> int:
    """Put what is due into one mail per member, outside nobody's quiet hours; return how many mails."""
    due = DigestLine.objects.filter(mail=None, due_at__lte=at).select_related("member__user")
    rows = list(due.select_for_update(of=("self",), skip_locked=True).order_by("member_id", "at", "id")[:5000])
    organisation = Organisation.objects.get(pk=current_organisation_id())
    made = 0
    for _member_id, lines in groupby(rows, key=lambda row: row.member_id):
        made += _send(list(lines)[:MOST_LINES], organisation, at=at)
    return made


@transaction.atomic
def _send(rows: list[DigestLine], organisation: Organisation, *, at: datetime) -> bool:
    member = rows[0].member
    if not member.is_active:
        DigestLine.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return False
    if may_mail_from(member, organisation, at=at) > at:
        return False
    lines = [Line(row.kind, row.text, row.path, row.at, row.thread_id) for row in rows]
    kinds = {row.kind for row in rows}
    with translation.override(member.user.language or settings.LANGUAGE_CODE):
        subject = ngettext("%(n)d notice of %(organisation)s", "%(n)d notices of %(organisation)s", len(rows))
        told = {"n": len(rows), "organisation": organisation.name}
        letter = Letter(kinds.pop() if len(kinds) == 1 else "", subject % told, lines)
        mail_id = put_letter(member, letter, organisation, once_key=f"digest:{rows[0].pk}", at=at)
    DigestLine.objects.filter(pk__in=[row.pk for row in rows]).update(mail=mail_id)
    return True


def forget_mails(at: datetime) -> int:
    """Forget mails that have ended and are older than they are kept; return how many."""
    old = Mail.objects.filter(created_at__lt=at - KEEP_FOR).exclude(state=Mail.State.WAITING)
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    DigestLine.objects.filter(mail__in=ids).delete()
    MailPart.objects.filter(mail__in=ids).delete()
    Mail.objects.filter(pk__in=ids).delete()
    return len(ids)
