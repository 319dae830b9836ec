"""The engine that settings name: a connection that lies idle is asked by the socket whether it is still there."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, but a request whose connection is well begins without ``SELECT 1``."""

    def is_usable(self) -> bool:
        """Tell whether the connection is alive. A server that ended it has said so, and nothing else waits there."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return bool(super().is_usable()) if waiting.poll(0) else True
