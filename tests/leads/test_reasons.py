"""The catalogue of reasons: words, order and retirement over the agreement; its terms stay."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.urls import reverse

from events.models import Event
from leads.actions import (
    LastReason,
    cataloguing,
    hand_over,
    order_reasons,
    reject_handover,
    restore_reason,
    retire_reason,
)
from leads.forms import RejectForm
from leads.models import Handover, ReasonSetting, Rejection
from leads.queries.reasons import reason_catalogue
from leads.reasons import Catalogue, lost_reasons, rejection_reasons
from notifications.models import Notification
from sla.actions import change_labels
from sla.models import AgreementVersion
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover, make_lead
from tests.leads.test_api import Caller
from tests.support import Cast, run_outbox, signed_in

SOON = timedelta(minutes=10)


def version() -> AgreementVersion:
    return AgreementVersion.objects.get(number=1)


def offered() -> list[str]:
    return [reason.key for reason in rejection_reasons(version().content, reason_catalogue())]


def test_order_and_retirement_lie_over_the_content() -> None:
    entry = {"class": "clerical", "needs_criterion": False, "needs_evidence": False}
    content = {
        "reasons": {
            "rejection": [{"key": key, "label": key.upper(), **entry} for key in "abcd"],
            "lost": [{"key": "a", "label": "A"}],
        }
    }
    catalogue = Catalogue({("rejection", "d"): 0, ("rejection", "b"): 1}, frozenset({("rejection", "a")}))
    assert [reason.key for reason in rejection_reasons(content, catalogue)] == ["d", "b", "c"]
    assert [reason.key for reason in rejection_reasons(content, Catalogue())] == ["a", "b", "c", "d"]
    # A key names a reason of its own list only.
    assert lost_reasons(content, catalogue) == {"a": "A"}


def test_a_retired_reason_is_not_offered_and_refused(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    retire_reason(version(), kind="rejection", key="duplicate", by=acme.ada, at=at)
    assert "duplicate" not in offered()
    assert "duplicate" not in dict(RejectForm(handover).fields["reason"].choices)  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput) as refused:
        reject_handover(handover, reason="duplicate", evidence_url="https://x.example", by=acme.sam, at=at + SOON)
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/reason", "retired")]
    restore_reason(version(), kind="rejection", key="duplicate", by=acme.ada, at=at)
    reject_handover(handover, reason="duplicate", evidence_url="https://x.example", by=acme.sam, at=at + SOON)
    kinds = Event.objects.filter(kind__startswith="reason.").values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["reason.retired", "reason.restored"]


def test_both_heads_are_told_that_a_reason_is_retired(acme: Cast, at: datetime) -> None:
    retire_reason(version(), kind="rejection", key="duplicate", by=acme.ada, at=at)
    run_outbox(organisation=acme.acme, at=now() + SOON)
    told = Notification.objects.filter(kind="reason.retired")
    assert set(told.values_list("member_id", flat=True)) == {acme.marc.pk, acme.sina.pk}
    assert "duplicate" in told[0].text


def test_old_rejections_keep_their_reason(acme: Cast, at: datetime) -> None:
    rejection = reject_handover(make_handover(by=acme.mara, at=at), reason="data_missing", by=acme.sam, at=at + SOON)
    retire_reason(version(), kind="rejection", key="data_missing", by=acme.ada, at=at + 2 * SOON)
    change_labels(version(), labels={"/reasons/rejection/data_missing": "Gaps"}, by=acme.ada, at=at + 2 * SOON)
    found = Rejection.objects.get(pk=rejection.pk)
    assert (found.reason, found.reason_label) == ("data_missing", "Agreed information is missing")


def test_what_is_rejected_now_is_told_in_the_words_of_now(acme: Cast, at: datetime) -> None:
    worded = {
        "/reasons/rejection/not_fitting": "Too far from our customers",
        "/definitions/fit/company_size": "Large enough",
    }
    change_labels(version(), labels=worded, by=acme.ada, at=at)
    handover = make_handover(by=acme.mara, at=at)
    form = RejectForm(handover)
    assert dict(form.fields["reason"].choices)["not_fitting"] == "Too far from our customers"  # type: ignore[attr-defined]
    assert dict(form.fields["criterion"].choices)["company_size"] == "Large enough"  # type: ignore[attr-defined]
    rejection = reject_handover(handover, reason="not_fitting", criterion="company_size", by=acme.sam, at=at + SOON)
    assert (rejection.reason_label, rejection.criterion_label) == ("Too far from our customers", "Large enough")


def test_the_last_of_a_class_stays(acme: Cast, at: datetime) -> None:
    procedural = [r.key for r in rejection_reasons(version().content, Catalogue()) if r.reason_class == "procedural"]
    for key in procedural[:-1]:
        retire_reason(version(), kind="rejection", key=key, by=acme.ada, at=at)
    with pytest.raises(LastReason):
        retire_reason(version(), kind="rejection", key=procedural[-1], by=acme.ada, at=at)
    assert procedural[-1] in offered()
    # Again is no other fact.
    retire_reason(version(), kind="rejection", key=procedural[0], by=acme.ada, at=at + SOON)
    assert Event.objects.filter(kind="reason.retired").count() == len(procedural) - 1


def test_orders_a_list_and_keeps_the_rest_behind(acme: Cast, at: datetime) -> None:
    before = offered()
    ordered = order_reasons(version(), kind="rejection", keys=[before[3], before[1]], by=acme.ada, at=at)
    rest = [key for key in before if key not in (before[3], before[1])]
    assert offered() == ordered == [before[3], before[1], *rest]
    order_reasons(version(), kind="rejection", keys=ordered, by=acme.ada, at=at)
    assert Event.objects.filter(kind="reasons.ordered").count() == 1


@pytest.mark.parametrize("keys", [["nonsense"], ["duplicate", "duplicate"]])
def test_refuses_an_order_of_unknown_or_doubled_keys(acme: Cast, at: datetime, keys: list[str]) -> None:
    with pytest.raises(InvalidInput):
        order_reasons(version(), kind="rejection", keys=keys, by=acme.ada, at=at)
    with pytest.raises(InvalidInput):
        order_reasons(version(), kind="nonsense", keys=[], by=acme.ada, at=at)
    assert not ReasonSetting.objects.exists()


def _two_retire_the_last_two(live_cast: Cast, at: datetime) -> int:
    with tenant_scope(live_cast.acme.pk):
        keys = [r.key for r in rejection_reasons(version().content, Catalogue()) if r.reason_class == "procedural"]
        for key in keys[2:]:
            retire_reason(version(), kind="rejection", key=key, by=live_cast.ada, at=at)
    barrier = Barrier(2)

    def retire(key: str) -> bool:
        try:
            with tenant_scope(live_cast.acme.pk):
                barrier.wait(timeout=20)
                retire_reason(version(), kind="rejection", key=key, by=live_cast.ada, at=at)
                return True
        except LastReason:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(retire, keys[:2]))


def test_two_at_once_do_not_retire_the_last_two(live_cast: Cast, at: datetime) -> None:
    assert _two_retire_the_last_two(live_cast, at) == 1


def test_without_the_lock_both_would_go(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the race is there where the guard is not."""
    require, looked = cataloguing._require_another, Barrier(2)

    def both_look(of: AgreementVersion, kind: str, key: str) -> None:
        require(of, kind, key)
        looked.wait(timeout=20)

    monkeypatch.setattr(cataloguing, "_lock", lambda of: None)
    monkeypatch.setattr(cataloguing, "_require_another", both_look)
    assert _two_retire_the_last_two(live_cast, at) == 2


@pytest.fixture
def ten_minutes_later(at: datetime) -> Any:
    with time_machine.travel(at + SOON, tick=False):
        yield


@pytest.mark.usefixtures("ten_minutes_later")
def test_an_administrator_arranges_them_on_the_page(cast: Cast) -> None:
    ada, url = signed_in(cast.ada), reverse("leads:reason_act", args=["acme"])
    page = ada.get(reverse("leads:reasons", args=["acme"])).content.decode()
    assert page.index("wrong_addressee") < page.index("wrong_territory")
    told = {"kind": "rejection", "key": "wrong_territory"}
    assert ada.post(url, {**told, "act": "up"}).status_code == 302
    assert ada.post(url, {**told, "act": "retire"}).status_code == 302
    page = ada.get(reverse("leads:reasons", args=["acme"])).content.decode()
    assert page.index("wrong_addressee") > page.index("wrong_territory")
    assert page.count("Use again") == 1
    assert ada.post(url, {**told, "act": "restore"}).status_code == 302
    assert ada.post(url, {**told, "act": "explode"}).status_code == 422
    assert ada.post(url, {**told, "key": "nonsense", "act": "retire"}).status_code == 404
    assert ada.post(url, {**told, "key": "nonsense", "act": "up"}).status_code == 404
    # The heads read, and change terms in a draft; nobody else arranges.
    assert b'value="retire"' not in signed_in(cast.marc).get(reverse("leads:reasons", args=["acme"])).content
    assert signed_in(cast.marc).post(url, {**told, "act": "retire"}).status_code == 403


@pytest.mark.usefixtures("ten_minutes_later")
def test_a_client_reads_and_arranges_them(cast: Cast, at: datetime) -> None:
    sam, ada = Caller(cast.sam, at=at), Caller(cast.ada, at=at)
    told = sam.get("reasons").json()
    assert told["agreement_version"] == 1
    first = told["rejection"][0]
    assert first == {
        "key": "wrong_addressee", "label": "Belongs to another team or person", "class": "procedural",
        "needs_criterion": False, "needs_evidence": False, "retired_at": None,
    }  # fmt: skip
    assert ada.post("reasons/lost/price/retirement").status_code == 200
    lost = {row["key"]: row["retired_at"] for row in sam.get("reasons").json()["lost"]}
    assert lost["price"] == "2026-03-02T09:10:00Z"
    assert ada.send("delete", "reasons/lost/price/retirement", None).status_code == 200
    keys = [row["key"] for row in told["lost"]][::-1]
    moved = ada.send("put", "reasons/lost/order", {"keys": keys})
    assert [row["key"] for row in moved.json()["lost"]] == keys
    assert sam.post("reasons/lost/price/retirement").status_code == 403
    assert ada.post("reasons/lost/nonsense/retirement").status_code == 404
    assert ada.send("put", "reasons/nonsense/order", {"keys": ["a"]}).status_code == 404


@pytest.mark.usefixtures("ten_minutes_later")
def test_a_head_adds_changes_and_leaves_out_reasons_in_a_draft(cast: Cast) -> None:
    marc = signed_in(cast.marc)
    marc.post(reverse("sla:agreement_draft", args=["acme"]))
    with tenant_scope(cast.acme.pk):
        draft = AgreementVersion.objects.get(state="draft")
        given = deepcopy(draft.content["reasons"])
    url = reverse("sla:agreement_edit", args=["acme", draft.number]) + "?section=reasons"
    page = marc.get(url)
    form = {
        name: bound.value()
        for name, bound in ((bound.name, bound) for bound in page.context["form"])
        if bound.value() not in (None, False)
    }
    last = len(given["rejection"])
    form |= {
        "section": "reasons",
        # Left out; changed; added.
        "rejection0_label": "",
        "rejection2_evidence": "",
        f"rejection{last}_label": "Größe unbekannt",
        f"rejection{last}_class": "definitional",
        f"lost{len(given['lost'])}_label": "Price",
    }
    assert marc.post(url, form).status_code == 302
    with tenant_scope(cast.acme.pk):
        now = AgreementVersion.objects.get(state="draft").content["reasons"]
    assert given["rejection"][0]["key"] not in [reason["key"] for reason in now["rejection"]]
    assert now["rejection"][-1] == {
        "key": "groe_unbekannt", "label": "Größe unbekannt", "class": "definitional",
        "needs_criterion": True, "needs_evidence": False,
    }  # fmt: skip
    needs = {reason["key"]: reason["needs_evidence"] for reason in now["rejection"]}
    assert needs["contact_data_wrong"] is False
    # Two reasons of one name have two keys.
    assert now["lost"][-1]["key"] == "price_2"
    assert now["disqualification"] == given["disqualification"]


def test_a_decision_by_a_reason_that_went_meanwhile_changes_nothing(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    form = RejectForm(handover, {"reason": "data_missing"})
    retire_reason(version(), kind="rejection", key="data_missing", by=acme.ada, at=at)
    assert form.is_valid()
    with pytest.raises(InvalidInput):
        reject_handover(handover, by=acme.sam, at=at + SOON, **form.claim())
    assert Handover.objects.get().decision == "pending"


def test_the_criterion_that_was_not_met_is_chosen_already(acme: Cast, at: datetime) -> None:
    met = make_handover(by=acme.mara, at=at)
    assert not RejectForm(met)["criterion"].value()
    small = make_lead(at=at, email="small@tiny.example", company={"name": "Tiny GmbH", "employees": 3})
    handover = hand_over(small, by=acme.mara, at=at, override_reason="They grow")
    assert RejectForm(handover)["criterion"].value() == "company_size"
    reject_handover(handover, reason="not_fitting", criterion="company_size", by=acme.sam, at=at + SOON)
