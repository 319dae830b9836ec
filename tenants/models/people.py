"""Organisations and the people who sign in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from smarketing.lib.tenancy import ClockTimestamp, UuidV7


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
    # When somebody followed a link that went to the address by mail; until then it is only said to be theirs.
    email_proved_at = models.DateTimeField(null=True)
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
