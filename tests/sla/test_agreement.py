"""The founding agreement, its signatures, and what the database refuses."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from events.models import Event
from sla import actions, queries
from sla.actions import AlreadySigned, NotYourSideToSign
from sla.content import content_hash, validate
from sla.models import AgreementVersion, Calendar, CalendarVersion, Signature
from tests.support import Cast


def test_a_new_organisation_has_an_agreement_in_force_that_nobody_has_signed(acme: Cast, at: datetime) -> None:
    version = queries.agreement_in_force(at=at)
    assert version is not None
    assert (version.number, version.state, version.starts_at) == (1, "signed", at)
    assert version.content_hash == content_hash(version.content)
    assert validate(version.content) == []
    assert not Signature.objects.exists()
    assert queries.agreement_in_force(at=at - timedelta(seconds=1)) is None


def test_a_new_organisation_has_three_calendars_with_its_holidays(acme: Cast) -> None:
    assert set(Calendar.objects.values_list("key", flat=True)) == {"marketing", "sales", "board"}
    content = queries.calendar_in_force("sales").content
    assert content["zone"] == "Europe/Vienna"
    # Last, this and the next two years.
    assert {day[:4] for day in content["holidays"]} == {"2025", "2026", "2027", "2028"}
    assert {"2026-10-26", "2026-12-25", "2026-01-06"} <= set(content["holidays"])


def test_an_unlisted_country_has_no_holidays() -> None:
    from sla.queries.holidays import public_holidays

    assert public_holidays("XX", first_year=2026, last_year=2026) == {}


def test_both_heads_sign_the_same_hash(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    actions.sign_version(version, by=acme.marc, at=at)
    actions.sign_version(version, by=acme.sina, at=at)
    assert dict(Signature.objects.values_list("side", "content_hash")) == {
        "marketing": version.content_hash,
        "sales": version.content_hash,
    }
    assert Event.objects.filter(kind="agreement.signed").count() == 2


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_nobody_but_the_heads_signs(acme: Cast, at: datetime, name: str) -> None:
    with pytest.raises(NotYourSideToSign):
        actions.sign_version(AgreementVersion.objects.get(), by=acme.people()[name], at=at)
    assert not Signature.objects.exists()


def test_nobody_signs_twice(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    actions.sign_version(version, by=acme.marc, at=at)
    with pytest.raises(AlreadySigned):
        actions.sign_version(version, by=acme.marc, at=at)
    assert Signature.objects.count() == 1


def test_the_database_refuses_overlapping_versions(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    with pytest.raises(IntegrityError, match="agreement_versions_never_overlap"), transaction.atomic():
        AgreementVersion.objects.create(
            number=2,
            state="signed",
            content=version.content,
            content_hash=version.content_hash,
            starts_at=at + timedelta(days=30),
            created_at=at,
        )


def test_the_database_refuses_to_change_a_calendar_version(acme: Cast) -> None:
    with pytest.raises(DatabaseError, match="calendar version never changes"), transaction.atomic():
        CalendarVersion.objects.update(content={})
