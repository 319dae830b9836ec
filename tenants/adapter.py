"""How allauth fits in: nobody signs up by themselves, people are invited."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_reset
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from smarketing.lib import rate_limit
from smarketing.lib.addresses import client_address
from smarketing.lib.clock import now
from tenants.actions import prove_address
from tenants.models import User

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail and password, limited per address and per account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Mail the link, up to ten times an hour to one account and for one address; the page says the same."""
        for name in (f"reset:ip:{client_address(context['request'])}", f"reset:email:{email.strip().lower()}"):
            if not rate_limit.allow(name, limit=10, per_seconds=3600).allowed:
                log.warning("Too many mails to set a new password: %s", name.rpartition(":")[0])
                return
        super().send_password_reset_mail(user, email, context)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse the eleventh attempt within five minutes from one address or for one account."""
        email = str(credentials.get("email", "")).strip().lower()
        for name in (f"login:ip:{client_address(request)}", f"login:email:{email}"):
            if not rate_limit.allow(name, limit=10, per_seconds=300, strict=True).allowed:
                raise ValidationError(_("Too many attempts. Wait five minutes, then try again."))


@receiver(password_reset)
def _prove_address(user: User, **_told: Any) -> None:
    """Whoever set a new password by the link in a mail reads what goes to the address."""
    prove_address(user, at=now())
