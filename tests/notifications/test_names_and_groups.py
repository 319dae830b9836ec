"""Notices name whom they are about, to who may see it, and stand together when several say the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from leads.actions import erase_person, reject_handover
from leads.models import Handover, Lead
from notifications.actions.digests import send_digests
from notifications.gathering import HEADINGS, gathered
from notifications.kinds import KINDS, How
from notifications.letters import Line
from notifications.models import Choice, DigestLine, Habit, Mail, Notification
from notifications.naming import filled, mark_of, threads_in
from notifications.sending import named
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast, api_key, run_outbox, signed_in

ONE, OTHER = UUID("0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d01"), UUID("0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d02")


def line(kind: str, text: str = "x", thread: UUID | None = ONE) -> Line:
    return Line(kind, text, "/", datetime(2026, 3, 2, tzinfo=UTC), thread)


def test_a_mark_is_filled_where_there_is_a_name_and_goes_where_there_is_none() -> None:
    text = f"{mark_of(ONE)} · rejected, {mark_of(OTHER)} · too"
    assert threads_in(text) == {ONE, OTHER}
    assert filled(text, {ONE: "Jane & Co"}) == "Jane & Co · rejected, too"
    assert filled(text, {ONE: "<b>"}, as_html=True) == "&lt;b&gt; · rejected, too"


def test_several_of_one_kind_stand_together_where_the_first_of_them_stood() -> None:
    lines = [line("handover.rejected"), line("target.proposed"), line("handover.rejected"), line("target.proposed")]
    told = [(group.heading, len(group.notices)) for group in gathered(lines)]
    assert told == [("Sales has rejected 2 leads", 2), ("", 1), ("", 1)]


def test_what_differs_is_said_of_each() -> None:
    (group,) = gathered([line("clock.warning", "due Mon"), line("clock.warning", "due Tue")])
    assert (group.heading, group.text) == ("2 deadlines come near", "")


def test_only_kinds_that_there_are_have_a_heading() -> None:
    assert set(HEADINGS) <= set(KINDS)
    assert all("2" in heading(2) and "1" in heading(1) for heading in HEADINGS.values())


def rejected(cast: Cast, *, at: datetime, email: str = "jane.doe@example.com") -> Handover:
    handover = make_handover(by=cast.mara, at=at, email=email)
    reject_handover(handover, reason="not_fitting", criterion="company_size", note="x", by=cast.sam, at=at)
    return handover


@pytest.fixture
def lead(cast: Cast, at: datetime) -> Lead:
    """Sales has rejected a lead of mara's, and she was told."""
    with tenant_scope(cast.acme.pk):
        found = rejected(cast, at=at).lead
    run_outbox(organisation=cast.acme, at=now() + timedelta(minutes=1))
    return found


def test_the_bell_names_the_person_and_the_company(cast: Cast, lead: Lead) -> None:
    page = signed_in(cast.mara).get("/o/acme/notifications/").content.decode()
    assert f"<b>{lead.name}, {lead.company_name}</b>" in page
    assert "Sales has rejected a lead." in page


def test_nothing_that_is_stored_holds_the_name(cast: Cast, lead: Lead) -> None:
    with tenant_scope(cast.acme.pk):
        told = [notice.text for notice in Notification.objects.all()]
        mails = list(Mail.objects.all())
        assert mails
        told += [text for mail in mails for text in (mail.subject, mail.body, mail.html)]
    assert not [text for text in told if lead.given_name in text or lead.company_name in text]


def test_the_mail_names_them_when_it_leaves(cast: Cast, lead: Lead) -> None:
    with tenant_scope(cast.acme.pk):
        mail = named(Mail.objects.select_related("member").get(member=cast.mara))
    who = f"{lead.name}, {lead.company_name}"
    assert mail.subject.startswith(f"{who} · Sales has rejected a lead.")
    assert who in mail.body
    assert f"<b>{who}</b>" in mail.html
    assert "⟦" not in mail.subject + mail.body + mail.html


def test_the_log_of_mails_and_a_client_read_the_name(cast: Cast, lead: Lead, at: datetime) -> None:
    who = f"{lead.name}, {lead.company_name}"
    assert who in signed_in(cast.ada).get("/o/acme/settings/mails/").content.decode()
    logs = Client().get("/api/v1/mails", headers=api_key(cast.ada, "webhooks:manage", at=at)).json()["results"]
    assert [one["subject"].partition(" · ")[0] for one in logs if one["subject"].startswith("Jane")] == [who] * 2
    assert not [one for one in logs if "⟦" in one["subject"]]
    headers = api_key(cast.mara, "leads:read", at=at)
    (notice,) = Client().get("/api/v1/notifications", headers=headers).json()["results"]
    assert (notice["about"], notice["lead"]) == (who, str(lead.pk))


def test_who_may_not_see_the_lead_reads_no_name(cast: Cast, lead: Lead, at: datetime) -> None:
    """A rep to whom it does not belong, whatever they were told of it."""
    with tenant_scope(cast.acme.pk):
        Handover.objects.update(assigned_to=cast.sina)
        Notification.objects.create(
            member=cast.sam, kind="case.ruled", text="Ruled.", path="/", thread_id=lead.pk, at=at, once_key="x"
        )
    page = signed_in(cast.sam).get("/o/acme/notifications/").content.decode()
    assert "Ruled." in page
    assert lead.name not in page


def test_after_an_erasure_the_number_stands_there(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_handover(by=cast.mara, at=at).lead
    run_outbox(organisation=cast.acme, at=now() + timedelta(minutes=1))
    assert lead.name in signed_in(cast.sam).get("/o/acme/notifications/").content.decode()
    with tenant_scope(cast.acme.pk):
        erase_person(lead, by=cast.ada, at=at + timedelta(hours=1))
    page = signed_in(cast.sam).get("/o/acme/notifications/").content.decode()
    assert (lead.name in page, "L-1" in page) == (False, True)


def test_many_on_one_day_are_one_sentence_and_the_others_a_click_away(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        leads = [make_lead(at=at, email=f"p{number}@example.com") for number in range(7)]
        for lead in leads:
            Notification.objects.create(
                member=cast.mara, kind="handover.rejected", text="Sales has rejected a lead.", path="/",
                thread_id=lead.pk, at=at, once_key=str(lead.pk),
            )  # fmt: skip
    page = signed_in(cast.mara).get("/o/acme/notifications/").content.decode()
    assert "Sales has rejected 7 leads" in page
    assert page.count("Sales has rejected a lead.") == 1
    assert "2 more" in page


def test_a_gathered_mail_says_how_many_and_names_each(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        Choice.objects.create(member=cast.mara, kind="handover.rejected", how=How.HOURLY)
        Habit.objects.create(member=cast.mara, quiet=Habit.Quiet.NEVER)
        leads = [rejected(cast, at=at).lead, rejected(cast, at=at, email="max@muster.example").lead]
    run_outbox(organisation=cast.acme, at=now() + timedelta(minutes=1))
    with tenant_scope(cast.acme.pk):
        assert {row.thread_id for row in DigestLine.objects.all()} == {lead.pk for lead in leads}
        assert send_digests(at + timedelta(hours=2)) == 1
        mail = named(Mail.objects.select_related("member").get(member=cast.mara))
    assert "Sales has rejected 2 leads" in mail.body
    assert "<b>Sales has rejected 2 leads</b>" in mail.html
    assert mail.body.count("Correct it, nurture it") == 1
    for lead in leads:
        assert f"- {lead.name}" in mail.body
