"""How the engine is doing, for monitoring."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from sla import answers
from sla.access import READS_HEALTH
from sla.queries.health import engine_health
from sla.serializers import health_row
from smarketing.lib.clock import now
from smarketing.lib.openapi import operation
from tenants.access import require
from tenants.rest import KeyView, answer


class EngineHealth(KeyView):
    """Whether deadlines are noticed in time and recorded rightly."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "Read the health of the engine",
        gives=answers.Health,
        answers={200: "The sweep, the backlog, checks."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Return how the sweep stands, what it has left to do here, and what the last check found."""
        require(self.member, *READS_HEALTH)
        return answer(health_row(engine_health(at=now())))
