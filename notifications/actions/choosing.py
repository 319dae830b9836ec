"""What a member wants to hear, how, and when."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from notifications import kinds
from notifications.kinds import KINDS, How
from notifications.models import Choice, Habit
from smarketing.lib.errors import FieldError, InvalidInput
from tenants.models import Membership


@transaction.atomic
def choose(member: Membership, wanted: Mapping[str, str], *, at: datetime) -> None:
    """Let a member hear of each of these kinds in this way; "" is the usual one, others stay as they are.

    Raises InvalidInput for a kind or a way that does not exist.
    """
    faults = [fault for kind, how in wanted.items() if (fault := _fault(kind, how))]
    if faults:
        raise InvalidInput(faults)
    for kind, how in wanted.items():
        if how == How.USUAL:
            Choice.objects.filter(member=member, kind=kind).delete()
        else:
            _store(member, kind, how)
    record("member.chose_notices", member, by=member, at=at, data={"kinds": sorted(wanted)})


def _fault(kind: str, how: str) -> FieldError | None:
    if kind not in KINDS:
        return FieldError(f"/choices/{kind}", "unknown_value", "There is no such kind of notice.")
    if how not in kinds.choices_of(kind):
        return FieldError(f"/choices/{kind}", "unknown_value", str(_("Choose one of the ways offered.")))
    return None


def _store(member: Membership, kind: str, how: str) -> None:
    if not Choice.objects.filter(member=member, kind=kind).update(how=how):
        Choice.objects.bulk_create([Choice(member=member, kind=kind, how=how)], ignore_conflicts=True)


@transaction.atomic
def keep_quiet(
    member: Membership, *, quiet: str, quiet_from: time, quiet_until: time, daily_at: time, at: datetime
) -> None:
    """Say when mail may come to a member, and when the mail of the day does."""
    told = {"quiet": quiet, "quiet_from": quiet_from, "quiet_until": quiet_until, "daily_at": daily_at}
    if not Habit.objects.filter(member=member).update(**told):
        Habit.objects.bulk_create([Habit(member=member, **told)], ignore_conflicts=True)
    record("member.keeps_quiet", member, by=member, at=at, data={"quiet": quiet})


@transaction.atomic
def end_mails(member: Membership, kind: str, *, at: datetime) -> None:
    """End the mails of a kind, of every kind where it is empty; the bell goes on. Ending them twice changes nothing."""
    ended = [kind] if kind in KINDS else list(KINDS)
    for one in ended:
        silent = How.NEVER if one in kinds.REPORTS else How.BELL
        kept = Choice.objects.filter(member=member, kind=one).values_list("how", flat=True).first()
        if kept not in (How.BELL, How.NEVER):
            _store(member, one, silent)
    record("member.ended_mails", member, by=member, at=at, data={"kinds": ended})
