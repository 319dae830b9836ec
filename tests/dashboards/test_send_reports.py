"""Reports leave when they are due, each occasion once, to whoever wants them, by their own plan."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from dashboards.models import ReportEdition, ReportKind, ReportPlan, ReportSending
from dashboards.reports import making, sending
from dashboards.reports.actions import (
    ReportJustSent,
    pause_report,
    plan_report,
    resume_report,
    send_report_now,
)
from dashboards.reports.sending import KEEP_FOR, MOST_ATTEMPTS, forget_reports, send_due_reports
from events.models import Event
from notifications.actions import choose, end_mails, forget_mails
from notifications.kinds import MONTHLY, WEEKLY
from notifications.models import Mail, MailPart
from notifications.sending import send_waiting
from smarketing.lib.scope import tenant_scope
from tenants.models import FileContent, StoredFile
from tests.notifications.smtp import mail_server
from tests.support import Cast

pytestmark = pytest.mark.django_db

# Monday 9 March 2026, 8:00 in Vienna.
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEADS = {"marc", "sina", "rita"}


def mailed(kind: str = WEEKLY) -> set[str]:
    return {to.partition("@")[0] for to in Mail.objects.filter(kind=kind).values_list("to", flat=True)}


def plan_of(cast: Cast, name: str, at: datetime, **changes: Any) -> ReportPlan:
    told = {"weekday": 3, "day": 5, "hour": 16, "form": ReportPlan.Form.PDF} | changes
    kind = told.pop("kind", ReportKind.WEEKLY)
    return plan_report(kind, by=cast.people()[name], at=at, **told)


def test_it_comes_once_a_week_to_heads_and_executives(acme: Cast) -> None:
    assert [send_due_reports(MONDAY), send_due_reports(MONDAY + HOUR)] == [3, 0]
    assert mailed() == HEADS
    assert send_due_reports(MONDAY + 7 * DAY) == 3
    assert Event.objects.filter(kind="report.sent").count() == 6


def test_the_month_comes_on_the_first_about_the_month_before(acme: Cast) -> None:
    send_due_reports(datetime(2026, 4, 1, 6, 0, tzinfo=UTC))
    assert mailed(MONTHLY) == HEADS
    assert Mail.objects.filter(kind=MONTHLY)[0].subject == "acme: The month in figures, March 2026"
    edition = ReportEdition.objects.get(kind="monthly")
    assert (str(edition.first_date), str(edition.last_date)) == ("2026-03-01", "2026-03-31")


def test_it_holds_the_figures_of_the_dashboard_in_both_forms(acme: Cast) -> None:
    send_due_reports(MONDAY)
    mail = Mail.objects.get(to="marc@example.com")
    assert mail.subject == "acme: The week in figures, 2 Mar to 8 Mar 2026"
    for text in (mail.body, mail.html):
        assert "MQLs delivered" in text
        assert "no data yet" in text
        assert "The week brought 0 points of" in text
        assert "/o/acme/dashboard/?month=2026-03" in text
        assert "/unsubscribe/" in text


@pytest.mark.parametrize(
    ("at", "comes"),
    [
        (datetime(2026, 3, 8, 22, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 9, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 9, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 10, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 11, 8, 0, tzinfo=UTC), False),
    ],
)
def test_the_usual_one_is_a_matter_of_monday_and_at_latest_of_tuesday(acme: Cast, at: datetime, comes: bool) -> None:
    assert bool(send_due_reports(at)) == comes


def test_everybody_may_have_it_and_nobody_must(acme: Cast) -> None:
    choose(acme.sam, {WEEKLY: "at_once"}, at=MONDAY)
    pause_report("weekly", by=acme.marc, at=MONDAY)
    end_mails(acme.rita, WEEKLY, at=MONDAY)
    send_due_reports(MONDAY)
    assert mailed() == {"sam", "sina"}
    resume_report("weekly", by=acme.marc, at=MONDAY)
    send_due_reports(MONDAY + HOUR)
    assert mailed() == {"sam", "sina", "marc"}


def test_who_names_a_day_and_an_hour_gets_it_then_also_outside_working_hours(acme: Cast) -> None:
    plan_of(acme, "marc", MONDAY - 3 * DAY, weekday=5, hour=22)
    saturday = datetime(2026, 3, 14, 20, 59, tzinfo=UTC)
    send_due_reports(MONDAY)
    send_due_reports(saturday)
    assert "marc" not in mailed()
    send_due_reports(saturday + timedelta(minutes=1))
    mail = Mail.objects.get(to="marc@example.com")
    assert mail.is_punctual
    assert "7 Mar to 13 Mar 2026" in mail.subject
    assert not Mail.objects.get(to="sina@example.com").is_punctual


def test_a_changed_plan_does_not_bring_what_was_due_before_it(acme: Cast) -> None:
    plan_of(acme, "marc", MONDAY + HOUR, weekday=0, hour=7)
    send_due_reports(MONDAY + 2 * HOUR)
    assert "marc" not in mailed()
    send_due_reports(MONDAY + 7 * DAY)
    assert "marc" in mailed()


def test_hours_are_on_the_clock_of_the_person(acme: Cast) -> None:
    acme.marc.user.zone = "America/New_York"
    acme.marc.user.save(update_fields=["zone"])
    send_due_reports(MONDAY)
    assert "marc" not in mailed()
    # 7:00 in New York, which has changed its clocks on the day before.
    send_due_reports(datetime(2026, 3, 9, 11, 0, tzinfo=UTC))
    assert "marc" in mailed()


def test_one_paper_serves_all_readers_of_a_language(acme: Cast) -> None:
    acme.sina.user.language = "de"
    acme.sina.user.save(update_fields=["language"])
    send_due_reports(MONDAY)
    assert sorted(ReportEdition.objects.values_list("language", flat=True)) == ["de", "en"]
    assert ReportSending.objects.filter(state="sent").count() == 3
    paper = ReportEdition.objects.filter(language="en")[0].paper
    assert paper is not None
    assert paper.name == "acme-weekly-2026-03-02.pdf"
    assert bytes(FileContent.objects.get(file=paper).content).startswith(b"%PDF-")


def test_the_paper_goes_along_where_it_is_wanted(acme: Cast) -> None:
    plan_of(acme, "marc", MONDAY - DAY, weekday=0, hour=7)
    send_due_reports(MONDAY)
    parts = {
        mail.to: sorted(MailPart.objects.filter(mail=mail).values_list("file__media_type", flat=True))
        for mail in Mail.objects.filter(to__in=["marc@example.com", "sina@example.com"])
    }
    assert parts == {"marc@example.com": ["application/pdf", "image/png"], "sina@example.com": ["image/png"]}
    assert 'src="cid:pace@report"' in Mail.objects.get(to="sina@example.com").html


def test_send_me_now_sends_at_once_but_not_twice_a_minute(acme: Cast) -> None:
    sent = send_report_now("weekly", by=acme.sam, at=MONDAY + 3 * DAY)
    assert sent.state == "sent"
    mail = Mail.objects.get(to="sam@example.com")
    assert mail.is_punctual
    assert "5 Mar to 11 Mar 2026" in mail.subject
    with pytest.raises(ReportJustSent):
        send_report_now("weekly", by=acme.sam, at=MONDAY + 3 * DAY + timedelta(seconds=20))
    send_report_now("weekly", by=acme.sam, at=MONDAY + 3 * DAY + timedelta(minutes=1))
    assert Mail.objects.filter(to="sam@example.com").count() == 2


def test_without_room_for_files_the_figures_come_all_the_same(acme: Cast, settings: Any) -> None:
    settings.MAX_STORED_BYTES = 10
    plan_of(acme, "marc", MONDAY - DAY, weekday=0, hour=7)
    assert send_due_reports(MONDAY) == 3
    assert "so the PDF is missing" in Mail.objects.get(to="marc@example.com").body
    assert not StoredFile.objects.exists()
    assert ReportEdition.objects.get().paper is None


def test_a_report_that_cannot_be_made_is_told_and_tried_again_a_few_times(
    acme: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(report: object) -> bytes:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(making, "report_pdf", broken)
        for number in range(MOST_ATTEMPTS):
            assert send_due_reports(MONDAY + number * timedelta(minutes=5)) == 0
        assert "was not made" in caplog.text
        rows = set(ReportSending.objects.values_list("state", "attempts", "error"))
        assert rows == {("failed", MOST_ATTEMPTS, "OSError")}
        failed = Event.objects.filter(kind="report.failed").count()
        send_due_reports(MONDAY + HOUR)
        assert Event.objects.filter(kind="report.failed").count() == failed
    assert not Mail.objects.filter(kind=WEEKLY).exists()


def test_a_passing_failure_is_made_good_in_the_next_round(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sending, "letter_of", lambda *_args, **_more: 1 / 0)
        assert send_due_reports(MONDAY) == 0
    assert send_due_reports(MONDAY + timedelta(minutes=5)) == 3
    assert set(ReportSending.objects.values_list("state", "error")) == {("sent", "")}


def test_old_editions_are_forgotten_with_their_files(acme: Cast) -> None:
    send_due_reports(MONDAY)
    assert forget_reports(MONDAY + KEEP_FOR) == 0
    # As long as a mail is kept, so is what went along.
    assert forget_reports(MONDAY + KEEP_FOR + DAY) == 0
    Mail.objects.update(state=Mail.State.SENT)
    forget_mails(MONDAY + KEEP_FOR + DAY)
    assert forget_reports(MONDAY + KEEP_FOR + DAY) == 1
    assert not ReportSending.objects.exists()
    assert not StoredFile.objects.exists()


def race(cast: Cast) -> int:
    """Let two beats send at once, a second apart by their clocks; return how many mails there are."""
    gate = Barrier(2)

    def work(number: int) -> None:
        try:
            with tenant_scope(cast.acme.pk):
                gate.wait(10)
                send_due_reports(MONDAY + number * timedelta(seconds=1))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    with tenant_scope(cast.acme.pk):
        return Mail.objects.filter(kind=WEEKLY).count()


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_send_each_report_once(live_cast: Cast) -> None:
    assert race(live_cast) == len(HEADS)


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_both_would_send(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race is there."""
    claim = sending._claim

    def unclaimed(reader: Any, occasion: str, *, at: datetime) -> Any:
        return claim(reader, f"{occasion} {connections['default'].connection.info.backend_pid}", at=at)

    monkeypatch.setattr(sending, "_claim", unclaimed)
    assert race(live_cast) == 2 * len(HEADS)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_it_arrives_with_its_picture_inside_and_its_paper_attached(live_cast: Cast, settings: Any) -> None:
    with tenant_scope(live_cast.acme.pk):
        plan_of(live_cast, "marc", MONDAY - DAY)
        send_report_now("weekly", by=live_cast.marc, at=MONDAY)
    with mail_server() as box:
        settings.EMAIL_BACKEND, settings.EMAIL_URL = "smarketing.lib.mail.Backend", f"smtp://127.0.0.1:{box.port}"
        send_waiting(at=MONDAY)
    [mail] = box.mails
    kinds = {part.get_content_type(): part for part in mail.walk()}
    assert kinds["image/png"]["Content-ID"] == "<pace@report>"
    assert kinds["image/png"].get_content_disposition() == "inline"
    assert kinds["image/png"].get_content().startswith(b"\x89PNG")
    assert kinds["application/pdf"].get_filename() == "acme-weekly-2026-03-02.pdf"
    assert kinds["application/pdf"].get_content().startswith(b"%PDF-")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
