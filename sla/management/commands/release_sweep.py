"""`manage.py release_sweep`: say that the database's clock is right, so that deadlines are swept again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from sla.actions.holding import release_sweep
from sla.queries.health import sweep_standing
from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope


class Command(BaseCommand):
    """Ends a hold of the sweep. Look at the clock of the database's machine first: breaches cannot be taken back."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        with global_scope():
            standing = sweep_standing(at=now())
        if standing.held_since is None:
            self.stdout.write(_("The sweep is not held."))
            return
        release_sweep()
        facts = {"reason": standing.hold_reason, "seconds": f"{standing.hold_seconds:.1f}"}
        self.stdout.write(_("Released: the clock had gone %(reason)s by %(seconds)s seconds.") % facts)
