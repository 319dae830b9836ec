"""What bench_intake compares with: the plainest DRF view that keeps a post, its lead and the event, key and policies
included, and nothing else: no judging, no consent, no score, nobody told."""

import os
from itertools import count

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
settings.ROOT_URLCONF = "plain_view"
application = get_wsgi_application()

from django.db import transaction  # noqa: E402 -- the models are there now
from django.urls import path  # noqa: E402 -- the settings are there now
from rest_framework import permissions, serializers  # noqa: E402 -- the settings are there now
from rest_framework.request import Request  # noqa: E402 -- the settings are there now
from rest_framework.response import Response  # noqa: E402 -- the settings are there now
from rest_framework.views import APIView  # noqa: E402 -- the settings are there now

from events.models import Event  # noqa: E402 -- the settings are there now
from intake.models import Submission  # noqa: E402 -- the settings are there now
from leads.models import Lead  # noqa: E402 -- the settings are there now
from smarketing.lib.clock import now  # noqa: E402 -- the settings are there now

# Each of the processes counts in a million of its own.
_NUMBERS = count(os.getpid() % 2_000 * 1_000_000)


class _Submission(serializers.ModelSerializer):
    class Meta:
        model = Submission
        fields = ("source", "external_id", "raw", "content_type", "received_at")


class _Lead(serializers.ModelSerializer):
    class Meta:
        model = Lead
        fields = (
            "number", "email", "email_norm", "given_name", "family_name", "phone", "job_title", "country",
            "company_name", "message", "stage_since", "created_at", "updated_at",
        )  # fmt: skip


class _Event(serializers.ModelSerializer):
    class Meta:
        model = Event
        fields = ("kind", "subject_kind", "subject_id", "thread_id", "at")


class Plain(APIView):
    """Validate with ModelSerializer, save, answer."""

    permission_classes = (permissions.AllowAny,)

    def post(self, request: Request) -> Response:
        at, person = now(), request.data["person"]
        told = {"source": "api", "raw": request.data, "content_type": "application/json", "received_at": at}
        with transaction.atomic():
            _save(_Submission, told)
            dated = {"stage_since": at, "created_at": at, "updated_at": at}
            lead = _save(_Lead, {**person, **dated, "email_norm": person["email"], "number": next(_NUMBERS)})
            named = {"subject_kind": "lead", "subject_id": lead.pk, "thread_id": lead.pk}
            _save(_Event, {"kind": "lead.received", **named, "at": at})
        return Response({"id": str(lead.pk)}, status=201)


def _save(kind: type[serializers.ModelSerializer], told: dict[str, object]) -> Lead:
    serializer = kind(data=told)
    serializer.is_valid(raise_exception=True)
    return serializer.save()


urlpatterns = [path("api/v1/plain", Plain.as_view())]
