"""Making an organisation."""

from datetime import datetime

from events.models import Event
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_organisation
from tests.support import Cast


def test_makes_an_administrator_and_records_it(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"organisation.created", "member.joined"} <= kinds
    assert cast.ada.roles == ["administrator"]


def test_gives_a_taken_slug_a_suffix_instead_of_an_answer(cast: Cast, at: datetime) -> None:
    made = create_organisation(name="acme", country="AT", zone="Europe/Vienna", admin_email="x@example.com", at=at)
    assert made.organisation.slug == "acme-2"


def test_one_person_can_belong_to_two_organisations(cast: Cast, at: datetime) -> None:
    made = create_organisation(name="other", country="AT", zone="Europe/Vienna", admin_email=cast.ada.email, at=at)
    assert made.administrator.user_id == cast.ada.user_id
