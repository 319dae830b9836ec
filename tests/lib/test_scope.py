"""Scopes: which organisation's rows a piece of work may touch, and that forgetting one is an error."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from events.models import Event
from smarketing.lib.scope import ForeignScope, NoScope, global_scope, tenant_scope
from tenants.models import Membership, Organisation
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> set[str]:
    return set(Membership.objects.values_list("name", flat=True))


def raw_count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def test_a_read_without_a_scope_raises(live_cast: Cast) -> None:
    with pytest.raises(NoScope):
        Membership.objects.count()


def test_raw_sql_without_a_scope_raises(live_cast: Cast) -> None:
    with pytest.raises(NoScope), connection.cursor() as cursor:
        cursor.execute("select 1")


def test_without_the_guard_the_database_itself_refuses(live_cast: Cast) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"unrecognized configuration|invalid input"):
        cursor.cursor.execute("select count(*) from tenants_team")
    connection.close()


def test_sees_only_its_own_rows(live_cast: Cast) -> None:
    with tenant_scope(live_cast.globex.pk):
        assert names() == {"Gus"}
    with tenant_scope(live_cast.acme.pk):
        assert "Gus" not in names()


def test_the_policy_alone_hides_foreign_rows(live_cast: Cast) -> None:
    with tenant_scope(live_cast.globex.pk):
        assert raw_count("tenants_membership") == 1
        assert raw_count("tenants_organisation") == 1


def test_the_manager_alone_hides_foreign_rows(live_cast: Cast) -> None:
    with tenant_scope(live_cast.globex.pk):
        assert str(Membership.objects.all().query).count('"organisation_id" = ') == 1


def test_a_foreign_row_cannot_be_written(live_cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(live_cast.globex.pk):
        Event.objects.create(
            organisation_id=live_cast.acme.pk,
            kind="x.y",
            subject_kind="x",
            subject_id=uuid4(),
            at=live_cast.ada.joined_at,
        )


def test_a_foreign_row_cannot_be_referred_to(live_cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="foreign key"), tenant_scope(live_cast.globex.pk):
        Membership.objects.filter(pk=live_cast.gus.pk).update(manager_id=live_cast.ada.pk)


def test_a_scope_of_another_organisation_inside_raises(live_cast: Cast) -> None:
    with tenant_scope(live_cast.acme.pk), pytest.raises(ForeignScope), tenant_scope(live_cast.globex.pk):
        pass


def test_a_global_scope_inside_raises(live_cast: Cast) -> None:
    with tenant_scope(live_cast.acme.pk), pytest.raises(ForeignScope), global_scope():
        pass


def test_the_same_scope_inside_changes_nothing(live_cast: Cast) -> None:
    with tenant_scope(live_cast.acme.pk), tenant_scope(live_cast.acme.pk):
        assert "Ada" in names()


def test_a_global_scope_sees_no_organisation(live_cast: Cast) -> None:
    with global_scope():
        assert raw_count("tenants_membership") == 0
        assert list(Organisation.objects.all()) == []


def test_a_global_scope_sees_what_it_names(live_cast: Cast) -> None:
    with global_scope(lookup="acme"):
        assert [o.slug for o in Organisation.objects.all()] == ["acme"]
    with global_scope(user_id=live_cast.gus.user_id):
        assert [m.name for m in Membership.directory.all()] == ["Gus"]


def test_a_tenant_scope_inside_a_global_one_hands_it_back(live_cast: Cast) -> None:
    with global_scope():
        with tenant_scope(live_cast.acme.pk):
            assert raw_count("tenants_membership") == 7
        assert raw_count("tenants_membership") == 0


@pytest.mark.parametrize("ending", ["success", "error", "rollback", "abort"])
def test_the_next_user_of_the_connection_inherits_nothing(live_cast: Cast, ending: str) -> None:
    try:
        with tenant_scope(live_cast.acme.pk):
            if ending == "error":
                raise ValueError
            if ending == "rollback":
                transaction.set_rollback(True)
            if ending == "abort":
                with connection.cursor() as cursor:
                    cursor.execute("select 1 / 0")
    except (ValueError, DatabaseError):
        assert ending in {"error", "abort"}
    with connection.cursor() as cursor:
        cursor.cursor.execute("select coalesce(current_setting('app.tenant_id', true), '')")
        assert cursor.cursor.fetchone() == ("",)


def test_an_error_undoes_everything(live_cast: Cast) -> None:
    with pytest.raises(ValueError, match="stop"), tenant_scope(live_cast.acme.pk):
        Membership.objects.filter(pk=live_cast.sam.pk).update(name="changed")
        raise ValueError("stop")
    with tenant_scope(live_cast.acme.pk):
        assert "changed" not in names()
