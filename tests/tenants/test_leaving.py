"""Somebody leaves: the door is shut at once, also for their keys, and what they held goes to others."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from events.models import Event
from leads.handlers import follow_leaving
from leads.models import Handover
from smarketing.lib.scope import tenant_scope
from tenants.actions import LastAdministrator, end_membership, restore_membership
from tenants.models import Membership
from tests.leads.makers import clock_of, kinds_of, make_handover, make_rep
from tests.support import Cast, api_key


def is_active(member: Membership) -> bool:
    return Membership.objects.get(pk=member.pk).is_active


def test_the_door_is_shut_at_once_and_opened_again(cast: Cast, client_of: Any) -> None:
    ada, sam, inbox = client_of(cast.ada), client_of(cast.sam), reverse("leads:inbox", args=["acme"])
    url = reverse("tenants:member_access", args=["acme", cast.sam.pk])
    assert url in ada.get(reverse("tenants:members", args=["acme"])).content.decode()
    assert sam.get(inbox).status_code == 200
    assert ada.post(url, {"access": "x"}).status_code == 422
    assert ada.post(url, {"access": "off"}).status_code == 302
    assert sam.get(inbox).status_code == 404
    assert ada.post(url, {"access": "on"}).status_code == 302
    assert sam.get(inbox).status_code == 200
    assert client_of(cast.sina).get(url).status_code == 403
    assert client_of(cast.gus).get(url).status_code == 404


def test_a_key_of_somebody_who_left_opens_nothing(cast: Cast, at: datetime, client: Any) -> None:
    theirs = api_key(cast.sam, "leads:read", at=at)
    ours = api_key(cast.ada, "leads:read", "handovers:write", at=at)
    url = f"/api/v1/members/{cast.sam.pk}/access"

    def put(value: Any) -> Any:
        return client.put(url, {"is_active": value}, content_type="application/json", headers=ours)

    # Used before: what a process remembers of a key must not outlive the change.
    assert client.get("/api/v1/members", headers=theirs).status_code == 200
    assert put(False).json()["is_active"] is False
    assert client.get("/api/v1/members", headers=theirs).status_code == 401
    assert put("no").status_code == 422
    assert put(True).json()["is_active"] is True
    assert client.get("/api/v1/members", headers=theirs).status_code == 200
    assert client.put(url, {"is_active": False}, content_type="application/json", headers=theirs).status_code == 403


def test_it_is_recorded_once(acme: Cast, at: datetime) -> None:
    for _again in range(2):
        end_membership(acme.sam, by=acme.ada, at=at)
    for _again in range(2):
        restore_membership(acme.sam, by=acme.ada, at=at)
    kinds = ("member.left", "member.returned")
    assert list(Event.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True)) == list(kinds)


def test_the_last_administrator_stays(acme: Cast, at: datetime) -> None:
    with pytest.raises(LastAdministrator):
        end_membership(acme.ada, by=acme.ada, at=at)
    assert is_active(acme.ada)
    Membership.objects.filter(pk=acme.marc.pk).update(roles=["administrator"])
    end_membership(acme.ada, by=acme.ada, at=at)
    assert not is_active(acme.ada)


def test_open_leads_go_to_the_next_rep_with_their_deadlines(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    rep = make_rep("rosa", at=at)
    due = clock_of(handover, "first_contact").due_at
    later = at + timedelta(minutes=5)
    assert Handover.objects.get().assigned_to_id == acme.sam.pk
    end_membership(acme.sam, by=acme.ada, at=later)
    left = Event.objects.get(kind="member.left")
    follow_leaving(left)
    follow_leaving(left)
    clock = clock_of(handover, "first_contact")
    assert (Handover.objects.get().assigned_to_id, clock.owner_id, clock.due_at) == (rep.pk, rep.pk, due)
    assert kinds_of(handover).count("handover.assigned") == 1


def test_two_administrators_who_end_each_other_leave_one(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        Membership.objects.filter(pk=live_cast.marc.pk).update(roles=["administrator"])
    meet, refused = Barrier(2), []

    def end(member: Membership, by: Membership) -> None:
        try:
            with tenant_scope(live_cast.acme.pk):
                meet.wait(10)
                end_membership(member, by=by, at=at)
        except LastAdministrator:
            refused.append(member)
        finally:
            connection.close()

    pairs = ((live_cast.ada, live_cast.marc), (live_cast.marc, live_cast.ada))
    threads = [Thread(target=end, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with tenant_scope(live_cast.acme.pk):
        active = Membership.objects.filter(is_active=True, roles__contains=["administrator"]).count()
    assert (active, len(refused)) == (1, 1)
