"""Reading members, invitations and jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.access import may_set_manager_of
from tenants.jobs import job_kind
from tenants.models import Invitation, Job, Membership, User
from tenants.roles import LABELS, Role


def active_members(*, roles: Sequence[str]) -> list[Membership]:
    """Return the active members who hold one of the roles, in the order in which they joined."""
    rows = Membership.objects.filter(is_active=True, roles__overlap=[str(role) for role in roles])
    return list(rows.order_by("joined_at", "id"))


def everybody() -> list[Membership]:
    """Return all active members by name."""
    return list(Membership.objects.filter(is_active=True).order_by("name", "id"))


@dataclass(frozen=True)
class MemberRow:
    """One member as the members page prints it."""

    id: UUID
    name: str
    initials: str
    email: str
    role: str
    role_label: str
    title: str
    team: str
    manager: str
    last_seen: datetime | None
    active: bool
    mfa: bool
    you: bool
    # Whether somebody followed a link that went to the address by mail.
    proved: bool
    may_set_manager: bool = False


def member_rows(*, you: Membership) -> list[MemberRow]:
    """Return every member, active ones first, by name."""
    members = Membership.objects.select_related("team", "manager").order_by("-is_active", "name", "id")
    people = [member.user_id for member in members]
    users = {user.pk: user for user in User.objects.filter(pk__in=people).only("last_login", "email_proved_at")}
    return [
        MemberRow(
            id=member.pk,
            name=member.name,
            initials=member.initials,
            email=member.email,
            role=member.role,
            role_label=member.role_label,
            title=member.title,
            team=member.team.name if member.team else "",
            manager=member.manager.name if member.manager else "",
            last_seen=users[member.user_id].last_login,
            proved=users[member.user_id].email_proved_at is not None,
            active=member.is_active,
            mfa=False,
            you=member.pk == you.pk,
            may_set_manager=may_set_manager_of(you, member),
        )
        for member in members
    ]


@dataclass(frozen=True)
class InvitationRow:
    """One open invitation."""

    id: UUID
    email: str
    role_label: str
    sent_at: datetime
    expires_at: datetime
    by_name: str
    revoke_url: str


def open_invitations(*, slug: str, at: datetime) -> list[InvitationRow]:
    """Return the invitations that somebody may still use, newest first; links of existing members are none."""
    rows = Invitation.objects.filter(accepted_at=None, expires_at__gt=at, membership=None)
    return [
        InvitationRow(
            id=row.pk,
            email=row.email,
            role_label=", ".join(str(LABELS[role]) for role in row.roles),
            sent_at=row.created_at,
            expires_at=row.expires_at,
            by_name=row.invited_by.name if row.invited_by else "",
            revoke_url=reverse("tenants:invitation_withdraw", kwargs={"slug": slug, "invitation_id": row.pk}),
        )
        for row in rows.select_related("invited_by").order_by("-created_at")
    ]


@dataclass(frozen=True)
class JobRow:
    """One long work as pages print it."""

    id: UUID
    kind: str
    label: str
    state: str
    state_label: str
    tone: str
    done: int
    total: int
    error: str
    is_open: bool
    may_cancel: bool
    next_url: str


STOPS_JOBS = (Role.ADMINISTRATOR, Role.MARKETING_MANAGER, Role.SALES_MANAGER)
_TONES = {Job.State.DONE: "ok", Job.State.FAILED: "crit", Job.State.CANCELLED: "warn"}


def job_row(job: Job, *, reader: Membership) -> JobRow:
    """Return how far a job is; the page that it was started for is in its ``params`` under ``next_url``."""
    kind = job_kind(job.kind)
    return JobRow(
        id=job.pk,
        kind=job.kind,
        label=_(kind.label) if kind else job.kind,
        state=job.state,
        state_label=_job_states()[Job.State(job.state)],
        tone=_TONES.get(Job.State(job.state), "info"),
        done=job.done,
        total=job.total,
        error=job.error,
        is_open=job.is_open,
        may_cancel=job.is_open and reader.has(*STOPS_JOBS),
        next_url=str(job.params.get("next_url", "")),
    )


def newest_job(kind: str) -> Job | None:
    """Return the last job of a kind, or None when there never was one."""
    return Job.objects.filter(kind=kind).select_related("by").order_by("-created_at").first()


def _job_states() -> dict[Job.State, str]:
    return {
        Job.State.WAITING: _("waiting"),
        Job.State.RUNNING: _("running"),
        Job.State.DONE: _("done"),
        Job.State.FAILED: _("failed"),
        Job.State.CANCELLED: _("stopped"),
    }
