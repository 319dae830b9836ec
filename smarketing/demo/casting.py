"""Setting the demo's stage: organisations, people who can sign in, campaigns, targets, the key of the form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from intake.actions import create_form
from sla.actions import countersign_target, propose_target, sign_version
from sla.queries import agreement_in_force
from smarketing.demo.furnishing import open_campaigns, send_somebody_on_holiday, write_rules
from smarketing.demo.scenery import PASSWORD, Person, Scenery
from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.actions import add_member, create_organisation
from tenants.models import Membership, Organisation, Round, User
from tenants.roles import Role

# The two forms on the made-up sites.
CONTACT = "Talk to sales"
GUIDE = "Guide and webinar"


@dataclass(frozen=True)
class Company:
    """One demo organisation with its people by index of the scenery's cast."""

    scenery: Scenery
    organisation: Organisation
    people: tuple[Membership, ...]

    def holding(self, role: Role) -> list[Membership]:
        """Return the members with this role."""
        return [member for member in self.people if member.has(role)]

    @property
    def zone(self) -> ZoneInfo:
        """Where the organisation counts its days."""
        return ZoneInfo(self.organisation.zone)


def build(scenery: Scenery, *, since: datetime, until: datetime) -> Company:
    """Make the organisation as of ``since``: people, both signatures, campaigns, a countersigned target per month."""
    administrator = scenery.people[-1]
    made = create_organisation(
        name=scenery.name,
        country=scenery.country,
        zone=scenery.zone,
        admin_email=address(administrator, scenery),
        admin_name=administrator.name,
        at=since,
        # Nothing of the demo leaves for people or machines outside.
        muted=True,
    )
    _give_password(made.administrator)
    members: list[Membership] = []
    for person in scenery.people[:-1]:
        user = _person(address(person, scenery), person.name)
        manager = members[person.manager] if person.manager is not None else None
        with tenant_scope(made.organisation.pk):
            members.append(
                add_member(user, roles=[person.role], title=person.title, manager=manager, by=None, at=since)
            )
    company = Company(scenery, made.organisation, (*members, made.administrator))
    with tenant_scope(made.organisation.pk):
        _sign(company, at=since)
        open_campaigns(company.holding(Role.MARKETER), scenery, since=since, until=until)
        write_rules(company.people, at=since)
        send_somebody_on_holiday(company.people, today=until.astimezone(company.zone).date(), at=until)
        _open_forms(company, at=since)
        for month in months(since.date(), until.date()):
            _agree_on_target(company, month, since=since, until=until)
        # The months before are played in the background; nobody may judge them half told.
        Round.objects.create(name="sla.months", next_at=until + timedelta(hours=2))
    return company


def let_months_be_kept(company: Company, *, at: datetime) -> None:
    """Let the months be judged: all of their history has been told."""
    with tenant_scope(company.organisation.pk):
        Round.objects.filter(name="sla.months", last_at=None).update(next_at=at)


def find(scenery: Scenery, slug: str) -> Company | None:
    """Return a demo organisation that an earlier run has made, or None."""
    with global_scope(lookup=slug):
        organisation = Organisation.objects.filter(slug=slug, muted=True).first()
    if organisation is None:
        return None
    with tenant_scope(organisation.pk):
        by_email = {member.email: member for member in Membership.objects.all()}
    people = tuple(by_email[address(person, scenery)] for person in scenery.people)
    return Company(scenery, organisation, people)


def address(person: Person, scenery: Scenery) -> str:
    """Return the e-mail with which a person of the demo signs in."""
    if person.email:
        return person.email
    plain = person.name.lower().replace("ř", "r").replace("á", "a").replace("ä", "ae").split()
    return f"{plain[0]}@{scenery.domain}"


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first day of every month from ``first`` to ``last``."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _person(email: str, name: str) -> User:
    with global_scope():
        found = User.objects.filter(email=email).first()
        return found or User.objects.create_user(email, PASSWORD, name=name, email_proved_at=now())


def _give_password(member: Membership) -> None:
    with global_scope():
        user = User.objects.get(pk=member.user_id)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])


def _sign(company: Company, *, at: datetime) -> None:
    version = agreement_in_force(at=at)
    if version is not None:
        for role in (Role.MARKETING_MANAGER, Role.SALES_MANAGER):
            sign_version(version, by=company.holding(role)[0], at=at)


def _open_forms(company: Company, *, at: datetime) -> None:
    owners = company.holding(Role.MARKETER)
    for number, name in enumerate((CONTACT, GUIDE)):
        create_form(
            name=name,
            origins=[f"https://www.{company.scenery.domain}"],
            by=company.people[-1],
            at=at,
            country=company.scenery.country,
            owner=owners[number % len(owners)],
        )


def _agree_on_target(company: Company, month: date, *, since: datetime, until: datetime) -> None:
    start = datetime(month.year, month.month, 1, 8, 30, tzinfo=company.zone)
    proposed_at = min(max(start, since), until)
    target = propose_target(
        month=month,
        points=Decimal(company.scenery.monthly_target),
        note="",
        by=company.holding(Role.MARKETING_MANAGER)[0],
        at=proposed_at,
    )
    countersign_target(target, by=company.holding(Role.SALES_MANAGER)[0], at=proposed_at + timedelta(minutes=40))
