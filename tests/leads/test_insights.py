"""Insights: found by word and tag, counted, corrected for a while, withdrawn; and who sees which."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.actions import (
    InsightEditOver,
    InsightNotYours,
    InsightWithdrawn,
    add_insight,
    create_campaign,
    edit_insight,
    merge_leads,
    undo_merge,
    withdraw_insight,
)
from leads.models import Insight, InsightWord, Lead, LeadWord, Merge
from leads.normal import words_of
from leads.queries import InsightsAsked, TagCount, found_insights, insight_rows, insights_on, tag_counts
from leads.queries.insights import tag_word
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import kinds_of, make_handover, make_lead, make_rep
from tests.support import Cast, api_key, make_cast

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HTMX = {"HX-Request": "true"}


def learn(cast: Cast, at: datetime, text: str = "They fear the migration.", *tags: str, **changes: Any) -> Insight:
    changes.setdefault("by", cast.sam)
    return add_insight(text=text, tags=tags, at=at, **changes)


def found(cast: Cast, **asked: Any) -> list[str]:
    return [row.text for row in found_insights(cast.mara, InsightsAsked(**asked)).rows]


def words_in(insight: Insight) -> set[str]:
    return set(InsightWord.objects.filter(insight=insight).values_list("word", flat=True))


# Words


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40), tag=st.text(max_size=20))
def test_the_database_and_the_pages_split_alike(acme: Cast, at: datetime, text: str, tag: str) -> None:
    text, tag = (f"{part} ok".replace("\x00", "") for part in (text, tag))
    if any("\ud800" <= letter <= "\udfff" for letter in text + tag):
        return
    insight = learn(acme, at, text, tag)
    told = set(words_of(insight.text)) | {tag_word(one) for one in insight.tags}
    assert words_in(insight) == told


def test_words_follow_every_change_and_go_with_the_insight(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    insight = learn(acme, at, "Too expensive", "Price", lead=lead)
    assert words_in(insight) == {"too", "expensive", "#price", "example", "gmbh"}
    edit_insight(insight, text="Too slow", tags=["Speed"], by=acme.sam, at=at)
    assert words_in(insight) == {"too", "slow", "#speed", "example", "gmbh"}
    withdraw_insight(insight, by=acme.sam, at=at)
    assert words_in(insight) == set()


def test_words_of_leads_are_kept_by_the_same_trigger(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    Lead.objects.filter(pk=lead.pk).update(family_name="Müller-Straß")
    words = set(LeadWord.objects.filter(lead=lead).values_list("word", flat=True))
    assert {"jane", "muller", "strass", "jane.doe@example.com"} <= words
    assert "doe" not in words
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text from pg_trigger join pg_proc p on p.oid = tgfoid "
                       "where p.proname = 'sm_keep_words' order by 1")  # fmt: skip
        assert [name for (name,) in cursor.fetchall()] == ["leads_insight"] * 2 + ["leads_lead"] * 2


def test_finds_by_the_beginning_of_words_and_by_tag(acme: Cast, at: datetime) -> None:
    learn(acme, at, "They fear the migration.", "Migration", "price")
    learn(acme, at + MINUTE, "The price is fine, the contract is not.", "contract")
    learn(acme, at + 2 * MINUTE, "Größe zählt.", "zu teuer")
    assert found(acme, text="migr") == ["They fear the migration."]
    assert found(acme, text="the price") == ["The price is fine, the contract is not."]
    assert found(acme, text="grosse") == found(acme, text="Größe") == ["Größe zählt."]
    assert found(acme, text="price") == ["The price is fine, the contract is not."]
    assert found(acme, tag="PRICE") == ["They fear the migration."]
    assert found(acme, tag="zu teuer") == ["Größe zählt."]
    assert found(acme, tag="zu") == found(acme, text="%") == []


# Twenty words each of a thousand insights, past the foreign keys: with fewer any index is as good as another.
MANY_WORDS = """
insert into leads_insightword (organisation_id, insight_id, word)
select %(organisation)s, md5((n / 20)::text)::uuid, 'w' || (n * 7919 %% 20000) from generate_series(1, 20000) n
"""


@pytest.mark.django_db(transaction=True)
def test_search_looks_words_up_in_the_index_under_the_policies(
    transactional_db: None, services: Any, at: datetime
) -> None:
    cast = make_cast(at=at)
    with psycopg2.connect(services.url("admin")) as owner, owner.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(MANY_WORDS, {"organisation": cast.acme.pk})
        cursor.execute("analyze leads_insightword")
    owner.close()
    with tenant_scope(cast.acme.pk):
        for rows in (
            InsightWord.objects.filter(word__gte="w12", word__lt="w12\U0010ffff").values("insight"),
            InsightWord.objects.filter(word=tag_word("price")).values("insight"),
        ):
            plan = rows.explain()
            condition = plan[plan.index("Index Cond") :].splitlines()[0]
            assert "insight_word_once" in plan
            assert "word" in condition


def test_filters_by_author_month_and_campaign(acme: Cast, at: datetime) -> None:
    campaign = create_campaign(name="Spring fair", utm="", by=acme.mara, at=at)
    lead = make_lead(at=at)
    Lead.objects.filter(pk=lead.pk).update(campaign=campaign)
    learn(acme, at, "of sam", lead=lead)
    learn(acme, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "of mara", by=acme.mara)
    assert found(acme, author=acme.sam.pk) == ["of sam"]
    assert found(acme, campaign=campaign.pk) == ["of sam"]
    # April has begun in Vienna.
    assert found(acme, month=date(2026, 4, 1), zone="Europe/Vienna") == ["of mara"]
    assert found(acme, month=date(2026, 3, 1), zone="Europe/Vienna") == ["of sam"]
    assert found(acme, month=date(2026, 3, 1), author=acme.mara.pk, zone="Europe/Vienna") == []


def test_counts_tags_as_the_newest_insight_spells_them(acme: Cast, at: datetime) -> None:
    learn(acme, at, "1", "Zu gross", "price")
    learn(acme, at, "2", "zu groß")
    withdraw_insight(learn(acme, at, "3", "price", "gone"), by=acme.sam, at=at)
    assert tag_counts() == [TagCount("zu groß", 2), TagCount("price", 1)]
    assert tag_counts(limit=1) == [TagCount("zu groß", 2)]


def test_tags_are_few_short_and_each_once(acme: Cast, at: datetime) -> None:
    assert learn(acme, at, "x", " #Price ", "price", "PRICE!", "", "--").tags == ["price"]
    for tags in (["x" * 41], [f"tag{n}" for n in range(9)]):
        with pytest.raises(InvalidInput) as refused:
            learn(acme, at, "x", *tags)
        assert refused.value.errors[0].pointer == "/tags"
    for text in (" ", "x" * 2001):
        with pytest.raises(InvalidInput):
            learn(acme, at, text)
    assert Insight.objects.count() == 1


# Who sees and changes what


def test_a_rep_sees_what_is_on_no_lead_their_own_and_on_their_leads(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    learn(acme, at, "on sam's lead", lead=handover.lead, by=acme.mara)
    learn(acme, at, "on none")
    other = make_rep("other", at=at)
    learn(acme, at, "own", lead=handover.lead, by=other)

    def seen(member: Any) -> set[str]:
        return {row.text for row in found_insights(member, InsightsAsked()).rows}

    assert seen(acme.sam) == seen(acme.mara) == {"on sam's lead", "on none", "own"}
    assert seen(other) == {"on none", "own"}
    rows = insight_rows(list(found_insights(other, InsightsAsked()).rows), other, at=at)
    assert {row.lead_id for row in rows} == {None}


def test_ones_own_is_corrected_for_a_quarter_of_an_hour(acme: Cast, at: datetime) -> None:
    insight = learn(acme, at)
    with pytest.raises(InsightNotYours):
        edit_insight(insight, text="x", tags=[], by=acme.sina, at=at)
    edit_insight(insight, text="They fear downtime.", tags=[], by=acme.sam, at=at + 15 * MINUTE)
    with pytest.raises(InsightEditOver):
        edit_insight(insight, text="x", tags=[], by=acme.sam, at=at + 15 * MINUTE + timedelta(seconds=1))
    assert (Insight.objects.get().text, Insight.objects.get().edited_at) == ("They fear downtime.", at + 15 * MINUTE)


def test_who_wrote_it_or_an_administrator_withdraws_it_once(acme: Cast, at: datetime) -> None:
    insight = learn(acme, at)
    with pytest.raises(InsightNotYours):
        withdraw_insight(insight, by=acme.mara, at=at)
    withdraw_insight(insight, by=acme.ada, at=at + HOUR)
    with pytest.raises(InsightWithdrawn):
        withdraw_insight(insight, by=acme.sam, at=at + HOUR)
    with pytest.raises(InsightWithdrawn):
        edit_insight(insight, text="x", tags=[], by=acme.sam, at=at)
    assert found(acme) == []
    assert kinds_of(insight) == ["insight.added", "insight.withdrawn"]


def test_shows_what_lead_and_company_taught_and_goes_along_with_a_merge(acme: Cast, at: datetime) -> None:
    older, younger = make_lead(at=at), make_lead(at=at, email="jane@example.org")
    mate = make_lead(at=at, email="mate@example.com")
    learn(acme, at, "of the younger", lead=younger)
    learn(acme, at, "of a colleague", lead=mate)
    assert older.company_id == mate.company_id
    assert [row.text for row in insights_on(older, acme.mara, at=at)[0]] == ["of a colleague"]
    merge_leads(older, younger, by=acme.mara, at=at)
    assert insights_on(older, acme.mara, at=at)[1] == 2
    undo_merge(Merge.objects.get(), by=acme.mara, at=at)
    assert insights_on(older, acme.mara, at=at)[1] == 1


def test_a_page_costs_the_same_number_of_queries_however_long(
    acme: Cast, at: datetime, django_assert_num_queries: Any
) -> None:
    for number in range(8):
        learn(acme, at, f"n{number}", f"tag{number}", lead=make_lead(at=at, email=f"p{number}@example.net"))
    rows = list(found_insights(acme.sam, InsightsAsked()).rows)
    # The insights with author, lead and company; which leads the rep may open.
    with django_assert_num_queries(2):
        insight_rows(rows, acme.sam, at=at)
    # The counts, and how the newest of each is spelled.
    with django_assert_num_queries(2):
        assert len(tag_counts()) == 8


# Pages and clients


def test_people_write_find_correct_and_withdraw_in_the_browser(cast: Cast, at: datetime, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_handover(by=cast.mara, at=at).lead
    sam, mara = client_of(cast.sam), client_of(cast.mara)
    new, listed = reverse("leads:insight_new", args=["acme"]), reverse("leads:insights", args=["acme"])
    with time_machine.travel(at, tick=False):
        assert sam.post(new, {"text": ""}).status_code == 422
        assert sam.post(new, {"text": "x", "more": "y" * 41}).status_code == 422
        form = {"text": "They <b>fear</b> the migration.", "more": "migration, price"}
        panel = sam.post(f"{new}?lead={lead.pk}", form, headers={**HTMX, "HX-Target": "insights"})
        assert b'id="insights"' in panel.content
        with tenant_scope(cast.acme.pk):
            insight = Insight.objects.get()
            assert (insight.lead_id, insight.tags) == (lead.pk, ["migration", "price"])
        page = mara.get(listed, {"q": "migr", "tag": "price"}).content.decode()
        assert "They &lt;b&gt;fear&lt;/b&gt; the migration." in page
        assert lead.name in page
        assert "No insight fits" in mara.get(listed, {"q": "nothing"}).content.decode()
        assert "No insight fits" in mara.get(listed, {"month": "2026-02"}).content.decode()
        edit = reverse("leads:insight_edit", args=["acme", insight.pk])
        assert sam.post(edit, {"text": "They fear downtime.", "known": ["price"], "more": ""}).status_code == 302
        assert mara.post(edit, form).status_code == 409
        assert mara.get(listed, {"tag": "migration"}).context["total"] == 0
        assert client_of(cast.rita).get(new).status_code == 403
        assert client_of(cast.gus).get(edit).status_code == 404
        assert sam.post(reverse("leads:insight_withdraw", args=["acme", insight.pk])).status_code == 302
        assert "No insight yet" in mara.get(listed).content.decode()
    with time_machine.travel(at + HOUR, tick=False):
        assert sam.post(edit, form).status_code == 409


def test_a_client_writes_finds_and_withdraws(cast: Cast, at: datetime, client: Any) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_handover(by=cast.mara, at=at).lead
    headers = api_key(cast.sam, "leads:read", "leads:write", at=at)

    def post(path: str, body: Any = None) -> Any:
        return client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)

    def texts(query: str) -> list[str]:
        answer = client.get(f"/api/v1/insights?{query}", headers=headers)
        return [row["text"] for row in answer.json()["results"]]

    with time_machine.travel(at, tick=False):
        assert post("/insights", {"text": " "}).status_code == 422
        assert post("/insights", {"text": "x", "lead": str(cast.sam.pk)}).json()["errors"][0]["pointer"] == "/lead"
        made = post("/insights", {"text": "Too expensive", "tags": ["Price"], "lead": str(lead.pk)})
        assert (made.status_code, made.json()["tags"]) == (201, ["price"])
        assert made.json()["company"] == str(lead.company_id)
        assert texts("q=exp&tag=price&month=2026-03") == ["Too expensive"]
        assert texts("q=cheap") == texts("month=2026-02") == []
        assert client.get("/api/v1/insights?month=9999-12", headers=headers).status_code == 422
        assert client.get("/api/v1/insight-tags", headers=headers).json()["results"] == [{"tag": "price", "count": 1}]
        one = made.headers["Location"].removeprefix("/api/v1")
        match = {**headers, "If-Match": made.headers["ETag"]}
        told = {"content_type": "application/json", "headers": match}
        assert client.patch(f"/api/v1{one}", {"tags": []}, **told).json()["tags"] == []
        assert client.patch(f"/api/v1{one}", {"tags": []}, **told).status_code == 412
        assert post(f"{one}/withdrawal").json()["withdrawn_at"] is not None
        assert post(f"{one}/withdrawal").json()["code"] == "insight_withdrawn"
        assert texts("") == []
