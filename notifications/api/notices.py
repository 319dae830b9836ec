"""A member's own notices and choices, and the log of mails, for REST clients."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import access, actions, answers, kinds, queries
from notifications.api.shapes import Moment
from notifications.models import Habit, Mail, Notification
from notifications.naming import filled, names_for, threads_in
from notifications.queries.choices import choices_of, habit_of
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page_together
from tenants.access import require
from tenants.models import Membership
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import Role

Kind = Annotated[str, Meta(max_length=60)]
How = Literal["", "at_once", "hourly", "daily", "bell", "never"]


class NoticeFilter(Struct, forbid_unknown_fields=True):
    """Those not read yet, or all."""

    unread: Literal["", "yes"] = ""


class ReadBody(Struct, forbid_unknown_fields=True):
    """Up to when notices were seen."""

    until: Moment


class ChoicesBody(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays. Times are on the clock of the member's own zone."""

    quiet: Literal["work", "own", "never"] | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    daily_at: time | None = None
    choices: Annotated[dict[Kind, How], Meta(max_length=100)] = {}


class MailFilter(Struct, forbid_unknown_fields=True):
    """Of which state."""

    state: Literal["", "waiting", "sent", "dead", "kept", "muted"] = ""


class Notices(KeyView):
    """What the key's member was told."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List one's notices",
        gives=Page[answers.Notice],
        query=NoticeFilter,
        answers={200: "Notices, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        rows = Notification.objects.filter(member=self.member)
        if self.query(NoticeFilter).unread:
            rows = rows.filter(read_at=None)
        return answer(page_together(request, rows, self._told))

    def _told(self, notices: list[Notification]) -> list[Mapping[str, Any]]:
        names = queries.names_of(notices, reader=self.member)
        return [notice_row(notice, names.get(notice.pk)) for notice in notices]


class NoticesRead(KeyView):
    """Having seen them."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Mark notices as read",
        gives=answers.NoticesSeen,
        body=ReadBody,
        answers={200: "How many were new."},
        problems=(400, 401, 403, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        until = min(self.body(ReadBody).until, self.at)
        return answer({"read": actions.mark_read(self.member, until=until, at=self.at)})


class Choices(KeyView):
    """What reaches the key's member, and when."""

    scopes: ClassVar = {"GET": "leads:read", "PATCH": "leads:write"}

    @operation(
        "Read what reaches one",
        gives=answers.Choices,
        answers={200: "Times, and the way of each kind."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        return answer(choices_row(self.member))

    @operation(
        "Change what reaches one",
        gives=answers.Choices,
        body=ChoicesBody,
        answers={200: "Times, and the way of each kind."},
        problems=(400, 401, 403, 422),
    )
    def patch(self, request: Request) -> Response:
        told, habit = self.body(ChoicesBody), habit_of(self.member)
        actions.choose(self.member, told.choices, at=self.at)
        actions.keep_quiet(
            self.member,
            quiet=told.quiet or habit.quiet,
            quiet_from=_or(told.quiet_from, habit.quiet_from),
            quiet_until=_or(told.quiet_until, habit.quiet_until),
            daily_at=_or(told.daily_at, habit.daily_at),
            at=self.at,
        )
        return answer(choices_row(self.member))


def _or(told: time | None, kept: time) -> time:
    return kept if told is None else told.replace(tzinfo=None, microsecond=0)


class Mails(KeyView):
    """What left by mail."""

    scopes: ClassVar = {"GET": "webhooks:manage"}

    @operation(
        "List mails",
        gives=Page[answers.Mail],
        query=MailFilter,
        answers={200: "Mails without their text, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page_together(request, queries.mails(state=self.query(MailFilter).state), self._told))

    def _told(self, mails: list[Mail]) -> list[Mapping[str, Any]]:
        return mails_told(mails, reader=self.member)


class MailRetry(KeyView):
    """A mail once more."""

    scopes: ClassVar = {"POST": "webhooks:manage"}

    @operation(
        "Send a failed mail once more",
        gives=answers.Mail,
        body=NoBody,
        answers={202: "The mail, on its way again."},
        problems=(400, 401, 403, 404, 409, 422),
        posts=True,
    )
    def post(self, request: Request, mail_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        self.no_body()
        mail = access.get_mail(self.member, mail_id)
        actions.retry_mail(mail, by=self.member, at=self.at)
        mail.refresh_from_db()
        return answer(mails_told([mail], reader=self.member)[0], status=202)


def notice_row(notice: Notification, about: str | None) -> dict[str, Any]:
    """Return a notice as clients read it; ``about`` names whom it is about."""
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "text": notice.text,
        "about": about,
        "path": notice.path,
        "lead": notice.thread_id,
        "at": notice.at,
        "read_at": notice.read_at,
    }


def choices_row(member: Membership) -> dict[str, Any]:
    """Return what reaches a member, and when."""
    habit: Habit = habit_of(member)
    chosen = choices_of(member)
    offered = [kind.key for group in kinds.groups_for(set(member.roles)) for kind in group.kinds]
    return {
        "quiet": habit.quiet,
        "quiet_from": f"{habit.quiet_from:%H:%M}",
        "quiet_until": f"{habit.quiet_until:%H:%M}",
        "daily_at": f"{habit.daily_at:%H:%M}",
        "choices": {kind: chosen.get(kind, "") for kind in offered},
    }


def mails_told(mails: list[Mail], *, reader: Membership) -> list[Mapping[str, Any]]:
    """Return mails as clients read them, with the names that the key's member may see."""
    names = names_for(reader, threads_in(*(mail.subject for mail in mails)))
    return [_mail_row(mail, filled(mail.subject, names)) for mail in mails]


def _mail_row(mail: Mail, subject: str) -> dict[str, Any]:
    return {
        "id": mail.pk,
        "to": mail.to,
        "subject": subject,
        "kind": mail.kind or None,
        "state": mail.state,
        "attempts": mail.attempts,
        "created_at": mail.created_at,
        "sent_at": mail.sent_at,
        "error": mail.error or None,
    }
