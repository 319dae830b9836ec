"""What every log line carries."""

import logging
from contextvars import ContextVar

from smarketing.lib.scope import current_scope

request_id: ContextVar[str] = ContextVar("smarketing_request_id", default="-")


class ContextFilter(logging.Filter):
    """Adds the request's id and the organisation's number to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        scope = current_scope()
        record.request_id = request_id.get()
        record.organisation = scope.organisation_id if scope and scope.organisation_id else "-"
        return True
