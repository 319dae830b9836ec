"""Which handler hears of which event: the one place where a lower app makes a higher one act.

WITHIN runs in the transaction of the change; AFTER runs from the outbox, once per event and handler,
and computes from the event's ``at``, so that lateness never moves a deadline.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from events.registry import After, Handler, register_after, register_within
from smarketing.lib.scope import current_organisation_id
from tenants.jobs import JobKind, register_job
from tenants.rounds import Round, register_round

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from events.models import Event
    from leads.models import Lead
    from sla.describing import Description


def register_all() -> None:
    """Fill the registries; called once when Django has loaded every app."""
    for kinds, run in _within():
        register_within(kinds, run)
    for handler in _after():
        register_after(handler)
    for entry in _rounds():
        register_round(entry)
    for kind in _jobs():
        register_job(kind)
    _register_describers()


def _within() -> list[tuple[tuple[str, ...], Handler]]:
    return [
        (("organisation.created",), _set_up_agreement),
        (("member.joined",), _seat_executive),
    ]


def _set_up_agreement(event: "Event") -> None:
    from sla.actions import set_up_organisation

    set_up_organisation(country=event.data["country"], zone=event.data["zone"], by=None, at=event.at)


def _seat_executive(event: "Event") -> None:
    from arbitration.handlers import seat_executive

    seat_executive(event)


def _after() -> list[After]:
    from notifications.actions import send_invitation, tell_about
    from notifications.rules import RULES

    return [
        # Its rows are put into the outbox when a case is remanded, to be heard when the answer is due.
        After("arbitration.end_remand", (), _go_on_after_remand),
        After("leads.follow_breach", ("clock.breached",), _follow_breach),
        After("leads.look_for_duplicates", ("lead.received", "lead.edited"), _look_for_duplicates),
        After("notifications.tell", tuple(RULES), tell_about, outward=True),
        After("notifications.send_invitation", ("invitation.sent",), send_invitation, outward=True),
    ]


def _follow_breach(event: "Event") -> None:
    from leads.handlers import follow_breach

    follow_breach(event)


def _look_for_duplicates(event: "Event") -> None:
    from leads.handlers import look_for_duplicates

    look_for_duplicates(event)


def _go_on_after_remand(event: "Event") -> None:
    from arbitration.handlers import go_on_after_remand

    go_on_after_remand(event)


def _rounds() -> list[Round]:
    """Regular work, made for every organisation."""
    return [
        Round("sla.start_versions", timedelta(minutes=1), _start_versions),
        Round("sla.review_reminders", timedelta(hours=1), _remind_of_reviews),
    ]


def _start_versions(at: "datetime") -> None:
    from sla.actions import start_versions

    start_versions(at)


def _remind_of_reviews(at: "datetime") -> None:
    from sla.actions import remind_of_reviews

    remind_of_reviews(at)


def _jobs() -> list[JobKind]:
    """Long work with progress."""
    return []


def _register_describers() -> None:
    """Let pages of deadlines name what each is about; sla itself knows neither leads nor cases."""
    from sla.describing import register_describer

    register_describer("handover", _describe_handovers)
    register_describer("case", _describe_cases)


def _describe_handovers(subject_ids: "Sequence[UUID]") -> "dict[UUID, Description]":
    from leads.models import Handover

    slug = _slug()
    rows = Handover.objects.filter(subject_id__in=subject_ids).select_related("lead")
    return {row.subject_id: _describe_lead(row.lead, slug) for row in rows}


def _describe_cases(subject_ids: "Sequence[UUID]") -> "dict[UUID, Description]":
    from arbitration.models import Case
    from sla.describing import Description

    slug = _slug()
    rows = Case.objects.filter(subject_id__in=subject_ids).select_related("handover__lead")
    return {
        row.subject_id: Description(
            title=row.number,
            sub=row.handover.lead.name,
            url=reverse("arbitration:case", kwargs={"slug": slug, "case_id": row.pk}),
            lead_id=row.handover.lead_id,
        )
        for row in rows
    }


def _describe_lead(lead: "Lead", slug: str) -> "Description":
    from sla.describing import Description

    url = reverse("leads:detail", kwargs={"slug": slug, "lead_id": lead.pk})
    return Description(title=lead.name, sub=lead.company_name, url=url, lead_id=lead.pk)


def _slug() -> str:
    from tenants.models import Organisation

    return Organisation.objects.values_list("slug", flat=True).get(pk=current_organisation_id())
