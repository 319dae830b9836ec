"""Judging leads again: by decay, by a job, by another version; and what a changed model would have meant."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from leads.actions import (
    RescoringRuns,
    add_attribute,
    change_attribute,
    edit_lead,
    follow_agreement,
    hand_over,
    rescore_decayed,
    start_preview,
    start_rescoring,
    take_in,
)
from leads.actions.rescoring import rescore_all
from leads.capture import BehaviourFact
from leads.facts import facts_from, facts_of, latest_behaviours
from leads.models import Handover, Lead
from sla.actions import change_draft, draft_version, propose_version, sign_version, start_versions
from sla.models import AgreementVersion
from sla.queries import agreement_in_force
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.leads.makers import captured, kinds_of, make_lead, ready_at
from tests.support import Cast, run_jobs


def version_of(at: datetime) -> AgreementVersion:
    version = agreement_in_force(at=at)
    assert version is not None
    return version


def stricter(at: datetime, **definitions: Any) -> AgreementVersion:
    """A draft based on what is in force, with other definitions."""
    present = version_of(at)
    content = deepcopy(present.content)
    content["definitions"] |= definitions
    return AgreementVersion.objects.create(
        number=present.number + 1, based_on=present, content=content, created_at=at, changed_at=at
    )


def test_readiness_fades_on_the_day_that_was_foreseen(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    assert (lead.readiness_grade, lead.next_rescore_on) == (2, date(2026, 3, 5))
    rescore_decayed(at + timedelta(days=2))
    assert Lead.objects.get().scored_at == at
    rescore_decayed(at + timedelta(days=3))
    lead = Lead.objects.get()
    assert (lead.readiness_grade, lead.readiness_points, lead.stage) == (3, 39, "mql")
    assert kinds_of(lead).count("lead.scored") == 2


def test_judging_again_without_a_change_is_no_change(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    Lead.objects.update(next_rescore_on=date(2026, 3, 2))
    rescore_decayed(at + timedelta(hours=1))
    again = Lead.objects.get()
    assert (again.updated_at, again.revision) == (lead.updated_at, lead.revision)
    assert again.scored_at == at + timedelta(hours=1)
    assert again.next_rescore_on == date(2026, 3, 5)


def test_facts_of_many_are_the_facts_of_each(acme: Cast, at: datetime) -> None:
    first, second = make_lead(at=at), make_lead(at=at, email="b@example.org", behaviours=ready_at(at)[:1])
    later = at + timedelta(hours=1)
    many = latest_behaviours([first.pk, second.pk], at=later)
    for lead in Lead.objects.select_related("company"):
        assert facts_from(lead, many[lead.pk]) == facts_of(lead, at=later)


def test_many_leads_cost_one_look_at_behaviour(acme: Cast, at: datetime, django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        make_lead(at=at, email=f"p{number}@example.org")
    leads, version = list(Lead.objects.select_related("company")), version_of(at)
    # One for behaviour, one update per lead whose reasons are written.
    with django_assert_max_num_queries(1 + len(leads)):
        rescore_all(leads, version, at=at)


def test_a_job_judges_every_lead_and_hands_new_mqls_over(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        add_attribute(label="Size", kind="number", key="size", by=cast.ada, at=at)
        for number in range(60):
            take_in(captured(f"p{number}@example.org"), at=at)
        Lead.objects.filter(number__lte=3).update(wants_sales_talk=True)
        job = start_rescoring(by=cast.marc, at=at)
        assert job.total == 60
        with pytest.raises(RescoringRuns):
            start_rescoring(by=cast.marc, at=at)
    run_jobs(organisation=cast.acme, at=at + timedelta(minutes=1))
    with tenant_scope(cast.acme.pk):
        job = Job.objects.get()
        assert (job.state, job.done, job.total) == ("done", 60, 60)
        assert job.result == {"changed": 3, "qualified": 3, "sent": 3}
        assert Handover.objects.count() == 3
        assert Lead.objects.filter(stage="mql", tier="hand_raiser").count() == 3


def test_a_job_reads_raw_values_once_a_field_is_mapped(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = take_in(captured(custom={"How many?": "12"}), at=at).lead
        made = add_attribute(label="Seats", kind="number", by=cast.ada, at=at)
        change_attribute(made, sources=["How many?"], by=cast.ada, at=at)
        start_rescoring(by=cast.ada, at=at)
    run_jobs(organisation=cast.acme, at=at)
    with tenant_scope(cast.acme.pk):
        lead.refresh_from_db()
        assert lead.attributes == {"seats": 12}


def test_what_sales_owns_keeps_its_stage(acme: Cast, at: datetime) -> None:
    hand_over(make_lead(at=at), by=acme.mara, at=at)
    later = at + timedelta(days=40)
    rescore_all(list(Lead.objects.select_related("company")), version_of(at), at=later)
    lead = Lead.objects.get()
    assert (lead.tier, lead.stage) == ("", "mql")


def test_a_new_version_is_followed_once(acme: Cast, at: datetime) -> None:
    make_lead(at=at)
    follow_agreement(at)
    assert not Job.objects.exists()
    draft = draft_version(based_on=version_of(at), by=acme.marc, at=at)
    propose_version(draft, starts_on=date(2026, 4, 1), by=acme.marc, at=at)
    for head in (acme.marc, acme.sina):
        sign_version(AgreementVersion.objects.get(pk=draft.pk), by=head, at=at)
    april = datetime.fromisoformat("2026-04-01T00:00:00+02:00")
    follow_agreement(april - timedelta(minutes=1))
    assert not Job.objects.exists()
    follow_agreement(april)
    follow_agreement(april + timedelta(minutes=5))
    job = Job.objects.get()
    assert (job.kind, job.params) == ("leads.rescore", {"version": 2})


def test_a_preview_counts_what_would_change_and_changes_nothing(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        ebook = (BehaviourFact("ebook_downloaded", at),)
        gone = make_lead(at=at, email="small@example.org")
        stays = make_lead(at=at, email="large@example.com", company={"employees": 900})
        new = take_in(captured("warm@example.net", company={"employees": 800}, behaviours=ebook), at=at).lead
        old = make_lead(at=at - timedelta(days=91), email="old@example.edu")
        draft = stricter(
            at,
            fit=[{**version_of(at).content["definitions"]["fit"][0], "value": [500, 2000], "points": 100}],
            readiness_grades={"1": 40, "2": 15, "3": 10, "4": 0},
        )
        before = list(Lead.objects.order_by("pk").values())
        start_preview(draft, by=cast.marc, at=at + timedelta(days=20))
    run_jobs(organisation=cast.acme, at=at + timedelta(days=20))
    with tenant_scope(cast.acme.pk):
        found = Job.objects.get().result
        counts = {name: found[name] for name in ("judged", "before", "after", "new", "gone", "other_tier")}
        assert counts == {"judged": 3, "before": 2, "after": 2, "new": 1, "gone": 1, "other_tier": 0}
        changed = {entry["lead"]: (entry["from"], entry["to"]) for entry in found["changed"]}
        assert changed == {str(gone.pk): ("standard", ""), str(new.pk): ("", "standard")}
        assert str(stays.pk) not in changed
        assert str(old.pk) not in changed
        assert list(Lead.objects.order_by("pk").values()) == before


def test_correcting_a_lead_by_hand_judges_it_at_once(acme: Cast, at: datetime) -> None:
    lead = take_in(captured(company={"employees": 3}), at=at).lead
    before, scored = lead.fit_points, kinds_of(lead).count("lead.scored")
    lead = edit_lead(lead, changes={"employees": 120}, by=acme.mara, at=at + timedelta(hours=1))
    assert lead.fit_points > before
    assert lead.scored_at == at + timedelta(hours=1)
    assert kinds_of(lead).count("lead.scored") == scored + 1


def test_an_own_attribute_counts_as_soon_as_somebody_tells_it(acme: Cast, at: datetime) -> None:
    add_attribute(label="Budget", kind="number", key="budget", by=acme.ada, at=at)
    lead, april = take_in(captured(), at=at).lead, datetime.fromisoformat("2026-04-01T00:00:00+02:00")
    draft = draft_version(based_on=version_of(at), by=acme.marc, at=at)
    content = deepcopy(draft.content)
    asked = {"key": "budget", "label": "Has a budget", "field": "budget", "operator": "at_least", "value": 1000}
    content["definitions"]["fit"].append({**asked, "points": 10, "required": False})
    change_draft(draft, content=content, by=acme.marc, at=at)
    propose_version(AgreementVersion.objects.get(pk=draft.pk), starts_on=date(2026, 4, 1), by=acme.marc, at=at)
    for head in (acme.marc, acme.sina):
        sign_version(AgreementVersion.objects.get(pk=draft.pk), by=head, at=at)
    start_versions(april)
    lead = edit_lead(lead, changes={"job_title": "CTO"}, by=acme.mara, at=april)
    points = lead.fit_points
    lead = edit_lead(lead, changes={}, attributes={"budget": 5000}, by=acme.mara, at=april + timedelta(hours=1))
    assert lead.fit_points == points + 10
    assert [row["state"] for row in lead.score_reasons if row["key"] == "budget"] == ["met"]
