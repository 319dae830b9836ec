"""Who works in an organisation, and how they get in."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smarketing.lib.tenancy import ClockTimestamp, TenantKey, TenantModel
from tenants.models.people import User
from tenants.roles import LABELS, Role, side_of


class Team(TenantModel):
    """Members of one side who share work and figures."""

    name = models.TextField()
    side = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "name"], name="team_name_once"),
            models.CheckConstraint(condition=models.Q(side__in=["marketing", "sales"]), name="team_side_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """One person in one organisation: the actor of every action and the author of every event."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Copied from the person when joining, so that lists need no second table.
    name = models.TextField()
    email = models.TextField()
    title = models.TextField(default="", blank=True)
    roles = ArrayField(models.TextField())
    team = TenantKey(Team, null=True)
    # The direct manager counts as involved in their people's cases.
    manager = TenantKey("self", null=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=ClockTimestamp())

    # Every organisation of one person, for the home page; the policy limits it to app.user_id.
    directory = models.Manager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "user"], name="membership_once"),
            models.CheckConstraint(
                name="membership_has_known_roles",
                condition=models.Q(roles__len__gt=0) & models.Q(roles__contained_by=[str(role) for role in Role]),
            ),
            models.CheckConstraint(
                name="membership_executive_is_neutral",
                condition=~models.Q(roles__contains=["executive"])
                | ~models.Q(roles__overlap=["marketer", "marketing_manager", "sales_rep", "sales_manager"]),
            ),
        ]
        indexes = [models.Index(fields=["user"], name="membership_of_person")]

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.roles)})"

    def has(self, *roles: str) -> bool:
        """Tell whether the member holds one of these roles."""
        return not set(roles).isdisjoint(self.roles)

    @property
    def role(self) -> str:
        """The first role, the one that the home page and the shell go by."""
        return str(self.roles[0])

    @property
    def display_name(self) -> str:
        """How the shell calls the member."""
        return self.name

    @property
    def role_label(self) -> str:
        """The member's roles in words."""
        return ", ".join(str(LABELS[role]) for role in self.roles)

    @property
    def side(self) -> str:
        """ "marketing", "sales" or "" for a neutral member."""
        return side_of(set(self.roles))

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class Invitation(TenantModel):
    """A seat kept for somebody: whoever holds the link joins with these roles, once."""

    email = models.TextField()
    roles = ArrayField(models.TextField())
    title = models.TextField(default="", blank=True)
    public_id = models.TextField()
    secret_hash = models.TextField()
    invited_by = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    membership = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "public_id"], name="invitation_public_id_once"),
        ]
        # How many were sent within a day.
        indexes = [models.Index(fields=["organisation_id", "created_at"], name="invitation_newest")]

    def __str__(self) -> str:
        return self.email
