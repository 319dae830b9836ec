"""Pages of no organisation: home, health, errors."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sla.queries.health import RUNS, sweep_standing
from smarketing.lib.clock import now
from smarketing.lib.problem import problem_response
from smarketing.lib.scope import global_scope
from tenants.access import memberships_of

# Seconds between the application's clock and the database's that deadlines tolerate.
MAX_SKEW_SECONDS = 2.0


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to their home in their first organisation."""
    found = memberships_of(request.user)  # type: ignore[arg-type]  # signed in
    if not found:
        return render(request, "tenants/home_none.html", {"user": request.user})
    organisation, _membership = found[0]
    return redirect("organisation_home", slug=organisation.slug)


def healthz(request: HttpRequest) -> HttpResponse:
    """Tell whether the application can serve: database reachable, its clock near ours.

    It also says how the sweep of deadlines stands, without the help of any worker; with ``?watch=sweep`` a sweep
    that is held or late is an alarm (503). Without it a web server is not taken away for a worker's trouble.
    """
    with global_scope(), connections["default"].cursor() as cursor:
        cursor.execute("select clock_timestamp(), current_user")
        database_now, role = cursor.fetchone()
        sweep = sweep_standing(at=database_now)
    skew = abs((datetime.now(UTC) - database_now).total_seconds())
    healthy = skew <= MAX_SKEW_SECONDS and (request.GET.get("watch") != "sweep" or sweep.state == RUNS)
    body = {
        "ok": healthy,
        "role": role,
        "clock_skew_seconds": round(skew, 3),
        "sweep": sweep.state,
        "swept_seconds_ago": sweep.silent_seconds,
        "at": now().isoformat(),
    }
    return JsonResponse(body, status=200 if healthy else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words that the form is too old to be trusted."""
    return render(request, "csrf.html", {"request_id": getattr(request, "request_id", "")}, status=403)


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    """400 as page or problem."""
    return problem_response(request, 400, "unreadable", _("The request cannot be read."))


def permission_denied(request: HttpRequest, exception: Any) -> HttpResponse:
    """403 as page or problem."""
    return problem_response(request, 403, "forbidden", _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """404 as page or problem."""
    return problem_response(request, 404, "not_found", _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 as page or problem; nothing was changed, the transaction is rolled back."""
    return problem_response(request, 500, "broken", _("Something broke on our side. Nothing was changed."))
