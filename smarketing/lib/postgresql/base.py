"""The engine that settings name: idle connections are not asked whether they are there; plans are kept."""

import select
from typing import Any

from django.db.backends.postgresql import base

# What is prepared is asked for often, and always of the same kind (smarketing.lib.prepared): its plan is made once,
# though one for this very value would be thought a little cheaper each time.
KEEP_PLANS = "-c plan_cache_mode=force_generic_plan"


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, but a request whose connection is well begins without ``SELECT 1``."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return how to connect."""
        told: dict[str, Any] = super().get_connection_params()
        return told | {"options": f"{told.get('options', '')} {KEEP_PLANS}".strip()}

    def is_usable(self) -> bool:
        """Tell whether the connection is alive. A server that ended it has said so, and nothing else waits there."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return bool(super().is_usable()) if waiting.poll(0) else True
