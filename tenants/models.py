"""Organisation, person, membership, keys: who is here and what they may do."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from smarketing.lib.tenancy import ClockTimestamp, TenantKey, TenantModel, UuidV7
from tenants.roles import LABELS, Role, side_of


class Organisation(models.Model):
    """A company. Its row is visible inside its scope, to its members, and to who knows its slug."""

    id = models.BigAutoField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.TextField()
    # IANA zone: months, days and "today" of the organisation are counted in it.
    zone = models.TextField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3, default="EUR")
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    # A demo or an import: nothing leaves for people or machines outside.
    muted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the tile in the navigation."""
        words = self.name.split()
        return "".join(word[0] for word in words[:2]).upper() if len(words) > 1 else self.name[:2].upper()


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with a normalised e-mail; without a password the account cannot be used until one is set."""
        user = self.model(email=self.normalise(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @staticmethod
    def normalise(email: str) -> str:
        """Return the e-mail as it is stored and compared: trimmed, lower case."""
        return email.strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalise(username or ""))


class User(AbstractBaseUser):
    """A person, over all organisations. Global: belongs to nobody's tenant."""

    id = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.TextField(default="", blank=True)
    zone = models.TextField(default="", blank=True)
    language = models.TextField(default="", blank=True)
    theme = models.TextField(default="auto")
    single_key_shortcuts = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=ClockTimestamp())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Nobody has a right outside an organisation; allauth asks these two.
    is_staff = False
    is_superuser = False

    def __str__(self) -> str:
        return self.email


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


class Directory(models.Model):
    """Which organisation a public id (of a key or an invitation) belongs to; visible to who knows the id."""

    public_id = models.TextField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.public_id


class Key(TenantModel):
    """A credential of a client: a secret key that acts for a member, or a public form key."""

    class Kind(models.TextChoices):
        SECRET = "secret"  # noqa: S105 -- a kind, no secret
        FORM = "form"

    kind = models.TextField(choices=Kind.choices)
    name = models.TextField()
    public_id = models.TextField()
    # SHA-256 of the secret part; empty for a form key, which is no secret.
    secret_hash = models.TextField(default="")
    scopes = ArrayField(models.TextField(), default=list)
    allowed_origins = ArrayField(models.TextField(), default=list)
    acts_for = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "public_id"], name="key_public_id_once"),
            models.CheckConstraint(
                name="key_secret_has_hash_and_member",
                condition=models.Q(kind="form") | (~models.Q(secret_hash="") & models.Q(acts_for__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.visible_prefix

    @property
    def visible_prefix(self) -> str:
        """What may be shown of the key after its creation."""
        return f"sk_live_{self.public_id}_…" if self.kind == self.Kind.SECRET else f"fk_{self.public_id}"

    def works_at(self, at: Any) -> bool:
        """Tell whether the key is neither revoked nor expired at that moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


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

    def __str__(self) -> str:
        return self.email


class IdempotencyRecord(TenantModel):
    """One client's promise that two posts are the same; written first, so that twins wait for each other."""

    route = models.TextField()
    # SHA-256 of the Idempotency-Key header and of the body it first came with.
    key_hash = models.TextField()
    body_hash = models.TextField()
    credential = models.TextField()
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    headers = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "credential", "route", "key_hash"], name="idempotency_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key_hash[:8]}"
