"""Drafting, changing, proposing, taking back and discarding a version."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from events.models import Event
from sla import actions, queries
from sla.actions import (
    DraftChanged,
    OnlyHeadsAgree,
    VersionNotDraft,
    VersionNotOpen,
    VersionNotProposed,
    VersionOpen,
)
from sla.content import content_hash
from sla.models import AgreementVersion, Signature
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import APRIL, edited, make_draft, make_proposal, make_signed
from tests.support import Cast


def kinds() -> list[str]:
    events = Event.objects.filter(kind__startswith="agreement.").order_by("recorded_at", "pk")
    return [event.kind.removeprefix("agreement.") for event in events]


# Drafting


def test_a_draft_says_what_it_is_based_on(acme: Cast, at: datetime) -> None:
    founding = queries.last_signed()
    assert founding is not None
    version = make_draft(acme, at=at)
    assert (version.number, version.state, version.based_on_id) == (2, "draft", founding.pk)
    assert version.content == founding.content
    assert queries.draft_of() == version
    assert kinds() == ["in_force", "drafted"]


def test_there_is_one_open_version_at_a_time(acme: Cast, at: datetime) -> None:
    make_draft(acme, at=at)
    with pytest.raises(VersionOpen):
        make_draft(acme, at=at)
    assert AgreementVersion.objects.count() == 2


def test_the_database_refuses_a_second_open_version(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    with pytest.raises(DatabaseError, match="agreement_one_open"), transaction.atomic():
        AgreementVersion.objects.create(number=3, state="proposed", content=version.content, created_at=at)


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_nobody_but_the_heads_writes_the_agreement(acme: Cast, at: datetime, name: str) -> None:
    founding, draft = queries.last_signed(), make_draft(acme, at=at)
    assert founding is not None
    by = acme.people()[name]
    for act in (
        lambda: actions.draft_version(based_on=founding, by=by, at=at),
        lambda: actions.change_draft(draft, content={**draft.content, "review_after_months": 6}, by=by, at=at),
        lambda: actions.propose_version(draft, starts_on=APRIL, by=by, at=at),
        lambda: actions.reopen_version(draft, by=by, at=at),
        lambda: actions.discard_version(draft, by=by, at=at),
    ):
        with pytest.raises(OnlyHeadsAgree):
            act()
    assert kinds() == ["in_force", "drafted"]


# Changing


def test_a_change_counts_and_says_which_sections(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    content = edited(version.content, lambda c: c["volume"].update(points_per_month=600))
    actions.change_draft(version, content=content, by=acme.sina, at=at)
    assert (version.content["volume"], version.revision, version.changed_by) == (
        {"points_per_month": 600},
        2,
        acme.sina,
    )
    event = Event.objects.get(kind="agreement.changed")
    assert event.data == {"number": 2, "sections": ["volume"], "revision": 2}


def test_saying_the_same_again_changes_nothing(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    actions.change_draft(version, content=dict(version.content), by=acme.marc, at=at)
    assert version.revision == 1
    assert kinds() == ["in_force", "drafted"]


def test_names_every_fault_at_its_pointer_and_changes_nothing(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    content = edited(
        version.content, lambda c: (c["volume"].update(points_per_month=0), c.update(contact_means="luck"))
    )
    with pytest.raises(InvalidInput) as refusal:
        actions.change_draft(version, content=content, by=acme.marc, at=at)
    assert [(e.pointer, e.code) for e in refusal.value.errors] == [
        ("/volume/points_per_month", "not_positive_whole"),
        ("/contact_means", "not_a_choice"),
    ]
    version.refresh_from_db()
    assert (version.content["volume"], version.revision) == ({"points_per_month": 500}, 1)


def test_of_two_people_the_slower_is_told_and_nothing_is_lost(acme: Cast, at: datetime) -> None:
    mine = make_draft(acme, at=at)
    hers = AgreementVersion.objects.get(pk=mine.pk)
    actions.change_draft(hers, content={**hers.content, "review_after_months": 6}, by=acme.sina, at=at)
    with pytest.raises(DraftChanged):
        actions.change_draft(mine, content={**mine.content, "review_after_months": 2}, by=acme.marc, at=at)
    mine.refresh_from_db()
    assert mine.content["review_after_months"] == 6


def test_what_is_signed_or_proposed_is_no_draft(acme: Cast, at: datetime) -> None:
    for version in (queries.last_signed(), make_proposal(acme, at=at)):
        assert version is not None
        with pytest.raises(VersionNotDraft):
            actions.change_draft(version, content={**version.content, "review_after_months": 9}, by=acme.marc, at=at)


# Proposing


def test_a_proposal_fixes_hash_start_and_review(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    assert version.state == "proposed"
    assert version.content_hash == content_hash(version.content)
    # Midnight in Vienna, where summer time has begun.
    assert version.starts_at == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert version.review_on == date(2026, 7, 1)
    assert Event.objects.get(kind="agreement.proposed").data["starts_on"] == "2026-04-01"
    # Nothing is in force by being proposed.
    in_force = queries.agreement_in_force(at=datetime(2026, 5, 1, tzinfo=UTC))
    assert in_force is not None
    assert in_force.number == 1


@pytest.mark.parametrize(
    ("starts_on", "code"),
    [
        (None, "start_missing"),
        (date(2026, 4, 2), "start_not_a_first"),
        (date(2026, 3, 1), "start_passed"),
        (date(2020, 1, 1), "start_passed"),
        (date(1, 1, 1), "start_passed"),
        (date(2028, 4, 1), "start_too_late"),
        (date(9999, 12, 1), "start_too_late"),
    ],
)
def test_a_version_starts_on_a_first_to_come(acme: Cast, at: datetime, starts_on: date | None, code: str) -> None:
    version = make_draft(acme, at=at)
    with pytest.raises(InvalidInput) as refusal:
        actions.propose_version(version, starts_on=starts_on, by=acme.marc, at=at)
    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("/starts_on", code)]
    version.refresh_from_db()
    assert version.state == "draft"


def test_a_version_starts_after_the_one_that_is_signed_already(acme: Cast, at: datetime) -> None:
    make_signed(acme, at=at, review_after_months=6)
    version = make_draft(acme, at=at)
    with pytest.raises(InvalidInput) as refusal:
        actions.propose_version(version, starts_on=APRIL, by=acme.marc, at=at)
    assert refusal.value.errors[0].code == "start_taken"
    actions.propose_version(version, starts_on=date(2026, 5, 1), by=acme.marc, at=at)
    assert version.state == "proposed"


def test_the_first_of_the_month_is_that_of_the_organisations_zone(acme: Cast) -> None:
    # In Vienna it is the first of April already.
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    version = make_draft(acme, at=late)
    with pytest.raises(InvalidInput):
        actions.propose_version(version, starts_on=APRIL, by=acme.marc, at=late)


def test_a_proposal_cannot_be_proposed_again(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    with pytest.raises(VersionNotDraft):
        actions.propose_version(version, starts_on=APRIL, by=acme.sina, at=at)


# Taking back and giving up


def test_reopening_takes_the_signatures_away_and_keeps_them_on_record(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    actions.sign_version(version, by=acme.marc, at=at)
    actions.reopen_version(version, by=acme.sina, at=at)
    assert (version.state, version.content_hash, version.starts_at) == ("draft", "", None)
    assert queries.signatures_of(version) == []
    assert Signature.objects.count() == 1
    assert Event.objects.get(kind="agreement.reopened").data["signatures_void"] == 1
    actions.propose_version(version, starts_on=APRIL, by=acme.marc, at=at)
    assert queries.signatures_of(version) == []
    # Who signed the earlier proposal signs this one anew.
    actions.sign_version(version, by=acme.marc, at=at)
    actions.sign_version(version, by=acme.sina, at=at)
    version.refresh_from_db()
    assert version.state == "signed"


def test_only_a_proposal_is_reopened(acme: Cast, at: datetime) -> None:
    with pytest.raises(VersionNotProposed):
        actions.reopen_version(make_draft(acme, at=at), by=acme.marc, at=at)


def test_what_is_discarded_frees_the_place_but_not_its_number(acme: Cast, at: datetime) -> None:
    version = make_proposal(acme, at=at)
    actions.discard_version(version, by=acme.sina, at=at)
    assert (version.state, queries.draft_of()) == ("discarded", None)
    assert make_draft(acme, at=at).number == 3
    with pytest.raises(VersionNotOpen):
        actions.discard_version(version, by=acme.marc, at=at)
    assert kinds()[-2:] == ["discarded", "drafted"]


def test_what_is_signed_cannot_be_discarded(acme: Cast, at: datetime) -> None:
    with pytest.raises(VersionNotOpen):
        actions.discard_version(make_signed(acme, at=at), by=acme.marc, at=at)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"content": {}}, "a proposed agreement version does not change"),
        ({"content_hash": "0" * 64}, "a proposed agreement version does not change"),
        ({"starts_at": datetime(2026, 9, 1, tzinfo=UTC)}, "a proposed agreement version does not change"),
        ({"proposal": 9}, "a proposed agreement version does not change"),
        ({"state": "signed"}, "an agreement version needs both signatures"),
    ],
)
def test_the_database_holds_what_is_proposed(acme: Cast, at: datetime, changes: dict[str, Any], sentence: str) -> None:
    version = make_proposal(acme, at=at)
    actions.sign_version(version, by=acme.marc, at=at)
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic():
        AgreementVersion.objects.filter(pk=version.pk).update(**changes)


def test_the_database_signs_no_draft(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    with pytest.raises(DatabaseError, match="needs both signatures"), transaction.atomic():
        AgreementVersion.objects.filter(pk=version.pk).update(state="signed", starts_at=at, content_hash="x")


def _race(cast: Cast, act: Any) -> list[str]:
    """Let both heads act at the same moment; return what each got."""
    barrier, got = threading.Barrier(2), []

    def run(by: Any) -> None:
        try:
            with tenant_scope(cast.acme.pk):
                barrier.wait()
                act(by)
            got.append("done")
        except Exception as refusal:  # noqa: BLE001 - which refusal it was is what the test asks
            got.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(by,)) for by in (cast.marc, cast.sina)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(got)


@pytest.mark.django_db(transaction=True)
def test_two_heads_who_draft_at_once_make_one_draft(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        founding = AgreementVersion.objects.get()

    def draft(by: Any) -> None:
        actions.draft_version(based_on=founding, by=by, at=at)

    assert _race(live_cast, draft) == ["VersionOpen", "done"]


@pytest.mark.django_db(transaction=True)
def test_two_heads_who_sign_at_once_conclude_once(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        version = make_proposal(live_cast, at=at)

    def sign(by: Any) -> None:
        actions.sign_version(version, by=by, at=at + timedelta(minutes=1))

    assert _race(live_cast, sign) == ["done", "done"]
    with tenant_scope(live_cast.acme.pk):
        version.refresh_from_db()
        assert version.state == "signed"
        assert Event.objects.filter(kind="agreement.concluded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_signatures_at_once_conclude_nothing(
    live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard removed: each sees only its own signature, and the version stays proposed."""
    from django.db.models import QuerySet

    from sla.actions import signing

    with tenant_scope(live_cast.acme.pk):
        version = make_proposal(live_cast, at=at)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    both_have_signed = threading.Barrier(2)
    insert = signing._insert

    def insert_together(*args: Any, **options: Any) -> Signature:
        signature = insert(*args, **options)
        both_have_signed.wait()
        return signature

    monkeypatch.setattr(signing, "_insert", insert_together)

    def sign(by: Any) -> None:
        actions.sign_version(version, by=by, at=at + timedelta(minutes=1))

    assert _race(live_cast, sign) == ["done", "done"]
    with tenant_scope(live_cast.acme.pk):
        version.refresh_from_db()
        assert version.state == "proposed"


def test_a_definition_names_only_fields_that_leads_have(acme: Cast, at: datetime) -> None:
    version = make_draft(acme, at=at)
    content = edited(version.content, lambda c: c["definitions"]["fit"][0].update(field="shoe_size"))
    with pytest.raises(InvalidInput) as refusal:
        actions.change_draft(version, content=content, by=acme.marc, at=at)
    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("/definitions/fit/0/field", "field_unknown")]
