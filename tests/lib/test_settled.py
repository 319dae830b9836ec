"""What an organisation has set up is remembered by a process, and known anew with the next change."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leads.models import StageSetting
from smarketing.lib.scope import tenant_scope
from smarketing.lib.settled import Settled
from tests.support import Cast


def label_of() -> str:
    """Return the word for an MQL, as a piece of work asks for it."""
    return Settled([StageSetting]).fact("test:label", StageSetting, _asked)


def _asked() -> str:
    return ",".join(StageSetting.objects.order_by("stage").values_list("label", flat=True))


@pytest.fixture
def setting(cast: Cast, at: datetime) -> StageSetting:
    with tenant_scope(cast.acme.pk):
        return StageSetting.objects.create(stage="mql", label="Ripe", updated_at=at)


def test_is_read_once_and_then_only_its_mark(cast: Cast, setting: StageSetting) -> None:
    with tenant_scope(cast.acme.pk):
        assert label_of() == "Ripe"
        with CaptureQueriesContext(connection) as queries:
            assert label_of() == "Ripe"
    assert len([query for query in queries if "marks_" in query["sql"]]) == 1


def test_every_change_is_seen_at_once(cast: Cast, setting: StageSetting, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        assert label_of() == "Ripe"
        StageSetting.objects.filter(pk=setting.pk).update(label="Sweet")
        assert label_of() == "Sweet"
        StageSetting.objects.create(stage="sql", label="Sold", updated_at=at)
        assert label_of() == "Sweet,Sold"


def test_what_was_taken_back_was_never_so(cast: Cast, setting: StageSetting) -> None:
    class TakenBack(Exception):
        pass

    with tenant_scope(cast.acme.pk):
        with pytest.raises(TakenBack), transaction.atomic():
            StageSetting.objects.filter(pk=setting.pk).update(label="Sweet")
            assert label_of() == "Sweet"
            raise TakenBack
        assert label_of() == "Ripe"


def test_organisations_do_not_know_of_each_other(cast: Cast, setting: StageSetting) -> None:
    with tenant_scope(cast.acme.pk):
        assert label_of() == "Ripe"
    with tenant_scope(cast.globex.pk):
        assert label_of() == ""
