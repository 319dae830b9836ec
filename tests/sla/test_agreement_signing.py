"""Signing, deputies, coming into force, review; what the database refuses afterwards."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from events.models import Event
from notifications.models import Notification
from sla import actions, queries
from sla.actions import (
    AlreadySigned,
    DeputyNotEligible,
    LabelsOfADraft,
    NotAHead,
    NotYourSideToSign,
    OnlyAdministratorsLabel,
    StartPassed,
    VersionNotSignable,
)
from sla.content import content_hash
from sla.models import AgreementVersion, Signature
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import make_draft, make_proposal, make_signed
from tests.sla.support import make_subject
from tests.support import Cast, run_outbox

START = datetime(2026, 3, 31, 22, tzinfo=UTC)


def in_force(at: datetime) -> int:
    version = queries.agreement_in_force(at=at)
    assert version is not None
    return version.number


# Concluding


def test_the_second_signature_puts_it_in_force_from_its_start(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    actions.sign_version(version, by=acme.marc, at=at)
    version.refresh_from_db()
    assert version.state == "proposed"
    actions.sign_version(version, by=acme.sina, at=at + timedelta(minutes=1))
    version.refresh_from_db()
    assert (version.state, version.signed_at) == ("signed", at + timedelta(minutes=1))
    assert (in_force(START - timedelta(microseconds=1)), in_force(START)) == (1, 2)
    founding = AgreementVersion.objects.get(number=1)
    assert founding.ends_at == version.starts_at == START


def test_every_version_ends_when_the_next_begins(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at, review_after_months=6)
    make_signed(acme, at=at, starts_on=date(2026, 6, 1), review_after_months=9)
    edges = AgreementVersion.objects.order_by("number").values_list("starts_at", "ends_at")
    assert [begin for begin, _end in edges][1:] == [end for _begin, end in edges][:-1]


def test_a_handover_keeps_the_version_in_force_when_it_was_sent(acme: Cast, at: datetime) -> None:
    before = make_subject(at=at)
    make_signed(acme, at=at, review_after_months=6)
    after = make_subject(at=START)
    before.refresh_from_db()
    assert (before.version.number, after.version.number) == (1, 2)


def test_a_last_signature_after_the_start_is_refused(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    actions.sign_version(version, by=acme.marc, at=at)
    with pytest.raises(StartPassed):
        actions.sign_version(version, by=acme.sina, at=START)
    assert Signature.objects.count() == 1
    version.refresh_from_db()
    assert version.state == "proposed"


def test_drafts_and_discarded_versions_are_not_signed(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    with pytest.raises(VersionNotSignable):
        actions.sign_version(version, by=acme.marc, at=at)
    actions.discard_version(version, by=acme.marc, at=at)
    with pytest.raises(VersionNotSignable):
        actions.sign_version(version, by=acme.marc, at=at)


def test_a_content_that_does_not_match_its_hash_is_not_signed(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    AgreementVersion.objects.filter(pk=version.pk).update(state="proposed", content_hash="0" * 64, starts_at=START)
    with pytest.raises(VersionNotSignable):
        actions.sign_version(version, by=acme.marc, at=at)


def test_both_heads_hear_of_a_proposal_and_of_its_conclusion(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at)
    run_outbox(organisation=acme.acme, at=now())
    told = {(row.member_id, row.kind) for row in Notification.objects.all()}
    # Nobody is told what they did themselves.
    assert (acme.sina.pk, "agreement.proposed") in told
    assert (acme.marc.pk, "agreement.proposed") not in told
    assert (acme.marc.pk, "agreement.concluded") in told
    about = Notification.objects.filter(kind__startswith="agreement.")
    assert {row.path for row in about} == {"/o/acme/agreement/2/"}


# Deputies


def test_a_deputy_signs_in_the_heads_place(acme: Cast, at: datetime) -> None:
    actions.name_deputy(acme.mara, by=acme.marc, at=at)
    version = make_proposal(acme, at=at)
    actions.sign_version(version, by=acme.mara, at=at)
    (signature,) = queries.signatures_of(version)
    assert (signature.side, signature.member, signature.for_member) == ("marketing", acme.mara, acme.marc)
    with pytest.raises(AlreadySigned):
        actions.sign_version(version, by=acme.marc, at=at)
    actions.sign_version(version, by=acme.sina, at=at)
    version.refresh_from_db()
    assert version.state == "signed"


def test_a_deputy_whose_time_has_ended_signs_nothing(acme: Cast, at: datetime) -> None:
    actions.name_deputy(acme.mara, by=acme.marc, at=at)
    actions.end_deputy(by=acme.marc, at=at)
    with pytest.raises(NotYourSideToSign):
        actions.sign_version(make_proposal(acme, at=at), by=acme.mara, at=at)


def test_the_deputy_of_a_head_who_left_signs_nothing(acme: Cast, at: datetime) -> None:
    actions.name_deputy(acme.mara, by=acme.marc, at=at)
    version = make_proposal(acme, at=at)
    type(acme.marc).objects.filter(pk=acme.marc.pk).update(is_active=False)
    with pytest.raises(NotYourSideToSign):
        actions.sign_version(version, by=acme.mara, at=at)


@pytest.mark.parametrize("name", ["sam", "rita", "ada", "ned", "marc", "sina"])
def test_a_deputy_is_another_member_of_the_own_side(acme: Cast, at: datetime, name: str) -> None:
    with pytest.raises(DeputyNotEligible):
        actions.name_deputy(acme.people()[name], by=acme.marc, at=at)


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_only_heads_name_a_deputy(acme: Cast, at: datetime, name: str) -> None:
    with pytest.raises(NotAHead):
        actions.name_deputy(acme.mara, by=acme.people()[name], at=at)


# Coming into force, and review


def test_the_start_is_announced_once_and_dated_at_the_start(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at)
    actions.start_versions(START - timedelta(minutes=1))
    assert Event.objects.filter(kind="agreement.in_force").count() == 1
    # The worker was down over the start.
    for late in (timedelta(hours=5), timedelta(hours=6)):
        actions.start_versions(START + late)
    event = Event.objects.get(kind="agreement.in_force", data__number=2)
    assert (event.at, event.data["founding"]) == (START, False)


@pytest.mark.parametrize(
    ("day", "days"),
    [("2026-06-16", []), ("2026-06-17", [14]), ("2026-06-30", [14]), ("2026-07-01", [14, 0]), ("2026-08-01", [14, 0])],
)
def test_both_heads_are_reminded_of_the_review(acme: Cast, at: datetime, day: str, days: list[int]) -> None:
    make_signed(acme, at=at)
    wanted = datetime.fromisoformat(f"{day}T08:00:00+00:00")
    for moment in (datetime(2026, 6, 17, 9, tzinfo=UTC), wanted, wanted):
        if moment <= wanted:
            actions.remind_of_reviews(moment)
    found = Event.objects.filter(kind="agreement.review_due").order_by("recorded_at")
    assert [event.data["days"] for event in found] == days


def test_after_an_outage_only_the_day_itself_is_reminded_of(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at)
    actions.remind_of_reviews(datetime(2026, 7, 9, 9, tzinfo=UTC))
    assert [e.data["days"] for e in Event.objects.filter(kind="agreement.review_due")] == [0]
    run_outbox(organisation=acme.acme, at=now())
    told = Notification.objects.filter(kind="agreement.review_due").values_list("member_id", flat=True)
    assert set(told) == {acme.marc.pk, acme.sina.pk}


# Labels


PRICE = "/reasons/lost/price"


def test_an_administrator_rewords_a_label_and_the_terms_stay(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    before = version.content_hash
    actions.change_labels(version, labels={PRICE: "Too dear"}, by=acme.ada, at=at)
    version.refresh_from_db()
    assert version.labelled_content["reasons"]["lost"][0]["label"] == "Too dear"
    assert version.content["reasons"]["lost"][0]["label"] == "Price"
    assert content_hash(version.content) == before == version.content_hash
    assert Event.objects.get(kind="agreement.labels_changed").data == {"number": 1, "places": [PRICE]}
    run_outbox(organisation=acme.acme, at=now())
    told = Notification.objects.filter(kind="agreement.labels_changed").values_list("member_id", flat=True)
    assert set(told) == {acme.marc.pk, acme.sina.pk}


def test_the_label_as_signed_takes_the_new_one_away(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    for text in ("Too dear", "Price", "Price"):
        version = actions.change_labels(version, labels={PRICE: text}, by=acme.ada, at=at)
    assert version.labels == {}
    assert Event.objects.filter(kind="agreement.labels_changed").count() == 2


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ({"/reasons/lost/luck": "Luck"}, "label_unknown"),
        ({PRICE: "  "}, "text_missing"),
        ({PRICE: "x" * 201}, "text_missing"),
        ({PRICE: "a\x00b"}, "text_unusable"),
    ],
)
def test_refuses_a_label_that_cannot_be(acme: Cast, at: datetime, labels: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        actions.change_labels(AgreementVersion.objects.get(), labels=labels, by=acme.ada, at=at)
    assert [(e.pointer, e.code) for e in refusal.value.errors] == [(next(iter(labels)), code)]


def test_only_administrators_label_and_only_what_is_signed(acme: Cast, at: datetime) -> None:
    with pytest.raises(OnlyAdministratorsLabel):
        actions.change_labels(AgreementVersion.objects.get(), labels={PRICE: "Dear"}, by=acme.marc, at=at)
    with pytest.raises(LabelsOfADraft):
        actions.change_labels(make_draft(acme, at=at), labels={PRICE: "Dear"}, by=acme.ada, at=at)


# What the database refuses

UNCHANGEABLE = {
    "content": {},
    "content_hash": "x",
    "number": 9,
    "state": "draft",
    "starts_at": START - timedelta(days=1),
    "signed_at": START,
    "proposed_at": START,
    "created_at": START,
    "created_by": None,
    "review_on": date(2030, 1, 1),
    "proposal": 7,
    "revision": 7,
    "based_on": None,
    "changed_at": START,
    "changed_by": None,
}


@pytest.mark.parametrize("column", UNCHANGEABLE)
def test_the_database_refuses_to_change_a_signed_version(acme: Cast, at: datetime, column: str) -> None:
    version = make_signed(acme, at=at)
    with pytest.raises(DatabaseError, match="signed agreement version never changes"), transaction.atomic():
        AgreementVersion.objects.filter(pk=version.pk).update(**{column: UNCHANGEABLE[column]})


def test_every_column_of_a_version_is_guarded(acme: Cast) -> None:
    columns = {field.name for field in AgreementVersion._meta.local_fields}
    assert columns - set(UNCHANGEABLE) == {"id", "organisation_id", "ends_at", "labels"}


def test_an_end_that_is_set_stays(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at)
    with pytest.raises(DatabaseError, match="signed agreement version never changes"), transaction.atomic():
        AgreementVersion.objects.filter(number=1).update(ends_at=START + timedelta(days=30))


def test_the_database_refuses_to_delete_a_signed_version(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from sla_agreementversion")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "update sla_agreementversion set content = '{}' where number = 2",
        "update sla_agreementversion set review_on = '2030-01-01' where number = 2",
        "update sla_agreementversion set organisation_id = organisation_id + 1 where number = 2",
        "delete from sla_agreementversion where number = 2",
        "update sla_signature set signed_at = now()",
        "delete from sla_signature",
    ],
)
def test_not_even_the_owner_changes_what_is_signed(
    live_cast: Cast, at: datetime, services: Any, statement: str
) -> None:
    with tenant_scope(live_cast.acme.pk):
        make_signed(live_cast, at=at)
    # The superuser owns everything and passes every policy; the trigger stands all the same.
    admin = psycopg2.connect(services.url("admin"))
    try:
        with admin.cursor() as cursor, pytest.raises(psycopg2.Error, match=r"never changes|append|insert"):
            cursor.execute(statement)
    finally:
        admin.close()
