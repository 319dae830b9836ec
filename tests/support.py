"""Plain makers and the fixed cast: acme's seven people, and gus of globex, the stranger."""

from dataclasses import dataclass
from datetime import datetime

from django.test import Client

from events.models import Outbox
from events.relay import Claimed, deliver_all
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.actions import add_member, create_key, create_organisation
from tenants.models import Job, Membership, Organisation, User
from tenants.roles import Role
from tenants.work import Leased, run_step

PASSWORD = "correct horse battery staple"

# In every text of globex, so that a leak shows.
CANARY = "canary-globex-7f3a"


@dataclass(frozen=True)
class Cast:
    """Who is who. Memberships carry the organisation; users sign in with PASSWORD."""

    acme: Organisation
    mara: Membership
    marc: Membership
    sam: Membership
    sina: Membership
    rita: Membership
    ned: Membership
    ada: Membership
    globex: Organisation
    gus: Membership

    def people(self) -> dict[str, Membership]:
        """Return acme's members by name."""
        names = ("mara", "marc", "sam", "sina", "rita", "ned", "ada")
        return {name: getattr(self, name) for name in names}


def make_user(name: str, *, at: datetime) -> User:
    """Make a person who can sign in; the password's hash is cheap, made by the test settings' hasher."""
    with global_scope():
        return User.objects.create_user(
            f"{name}@example.com", PASSWORD, name=name.title(), created_at=at, email_proved_at=at
        )


def make_member(
    organisation: Organisation, name: str, *roles: Role, at: datetime, manager: Membership | None = None
) -> Membership:
    """Make a person with a seat in the organisation."""
    user = make_user(name, at=at)
    with tenant_scope(organisation.pk):
        return add_member(user, roles=roles, by=None, at=at, manager=manager)


def make_organisation(name: str, *, admin: str, at: datetime) -> tuple[Organisation, Membership]:
    """Make an organisation in Vienna whose administrator can sign in."""
    make_user(admin, at=at)
    made = create_organisation(name=name, country="AT", zone="Europe/Vienna", admin_email=f"{admin}@example.com", at=at)
    return made.organisation, made.administrator


def make_cast(*, at: datetime) -> Cast:
    """Make both organisations with the real actions."""
    acme, ada = make_organisation("acme", admin="ada", at=at)
    globex, gus = make_organisation(f"globex {CANARY}", admin="gus", at=at)
    marc = make_member(acme, "marc", Role.MARKETING_MANAGER, at=at)
    sina = make_member(acme, "sina", Role.SALES_MANAGER, at=at)
    return Cast(
        acme=acme,
        ada=ada,
        marc=marc,
        sina=sina,
        mara=make_member(acme, "mara", Role.MARKETER, at=at, manager=marc),
        sam=make_member(acme, "sam", Role.SALES_REP, at=at, manager=sina),
        rita=make_member(acme, "rita", Role.EXECUTIVE, at=at),
        ned=make_member(acme, "ned", Role.AUDITOR, at=at),
        globex=globex,
        gus=gus,
    )


def signed_in(member: Membership) -> Client:
    """Return a client with this member's session."""
    client = Client()
    with global_scope():
        client.force_login(User.objects.get(pk=member.user_id))
    return client


def api_key(member: Membership, *scopes: str, at: datetime) -> dict[str, str]:
    """Make a secret key that acts for the member; return the headers a client sends (client.get(..., headers=…))."""
    with tenant_scope(member.organisation_id):
        made = create_key(name="test", scopes=scopes, acts_for=member, by=member, at=at)
    return {"Authorization": f"Bearer {made.text}"}


def run_outbox(*, organisation: Organisation, at: datetime) -> int:
    """Deliver everything that waits in this organisation's outbox, in order; return how many rows."""
    delivered = 0
    while True:
        with tenant_scope(organisation.pk):
            waiting = Outbox.objects.filter(
                done_at=None, withdrawn_at=None, dead_at=None, available_at__lte=at
            ).order_by("available_at", "event_id")
            rows = [Claimed(organisation.pk, *row) for row in waiting.values_list("id", "handler")]
        deliver_all(rows, at=at)
        delivered += len(rows)
        if not rows:
            return delivered


def run_jobs(*, organisation: Organisation, at: datetime) -> int:
    """Do every step of this organisation's open jobs, as the worker would; return how many jobs there were."""
    with tenant_scope(organisation.pk):
        ids = list(
            Job.objects.filter(state__in=["waiting", "running"]).order_by("created_at").values_list("pk", flat=True)
        )
    for job_id in ids:
        while run_step(Leased(organisation.pk, job_id), at=at):
            pass
    return len(ids)
