"""Reading insights: by word, tag, author, month and campaign; which tags there are, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.dateformat import format as format_date

from leads.access import SEE_ALL, visible_insights, visible_leads
from leads.models import EDIT_FOR, Campaign, Insight, InsightWord, Lead
from leads.normal import words_of
from leads.queries.search import OF_INSIGHTS, found_among, terms_of
from tenants.models import Membership
from tenants.roles import Role

MOST_TAGS_SHOWN = 24
MONTHS_SHOWN = 12
CAMPAIGNS_SHOWN = 100
ON_A_LEAD = 5
# Everything that begins with # lies between it and the sign after it.
_TAG, _AFTER = "#", "$"


@dataclass(frozen=True)
class InsightsAsked:
    """Which insights; "" and None for all. A month is its first day."""

    text: str = ""
    tag: str = ""
    author: UUID | None = None
    campaign: UUID | None = None
    month: date | None = None
    lead: UUID | None = None
    company: UUID | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class InsightRow:
    """One insight as a page prints it."""

    id: UUID
    text: str
    tags: list[str]
    by_name: str
    initials: str
    side: str
    at: datetime
    is_edited: bool
    # None where there is no lead, or none that the member may open.
    lead_id: UUID | None
    lead_name: str
    number: str
    company: str
    may_edit: bool
    may_withdraw: bool


@dataclass(frozen=True)
class TagCount:
    """A tag, and how many insights have it."""

    tag: str
    count: int


@dataclass(frozen=True)
class FoundInsights:
    """Insights, newest first; ``is_cut`` when a search looked at a part only."""

    rows: "QuerySet[Insight]"
    is_cut: bool = False


def tag_word(tag: str) -> str:
    """Return a tag as search knows it."""
    return _TAG + "_".join(words_of(tag))


def found_insights(membership: Membership, asked: InsightsAsked) -> FoundInsights:
    """Return the insights that the member may see and asks for."""
    rows, is_cut = visible_insights(membership).filter(withdrawn_at=None), False
    if asked.text.strip():
        search = found_among(OF_INSIGHTS, terms_of(asked.text))
        rows, is_cut = rows.filter(search.found), search.is_cut
    if asked.tag:
        tagged = InsightWord.objects.filter(word=tag_word(asked.tag))
        rows = rows.filter(pk__in=tagged.values("insight"))
    if asked.month:
        rows = rows.filter(_in_month(asked.month, asked.zone))
    wanted = {
        "by": asked.author, "lead__campaign": asked.campaign, "lead": asked.lead, "company": asked.company,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return FoundInsights(rows.order_by("-at", "-pk"), is_cut)


def _in_month(month: date, zone: str) -> Q:
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    first, after = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (month.replace(day=1), following))
    return Q(at__gte=first, at__lt=after)


def insight_rows(
    insights: "QuerySet[Insight] | Sequence[Insight]", membership: Membership, *, at: datetime
) -> list[InsightRow]:
    """Return a page of insights, with the leads that the member may open, in two queries."""
    ids = [insight.pk for insight in insights]
    rows = Insight.objects.filter(pk__in=ids).select_related("by", "lead", "company").order_by("-at", "-pk")
    found = list(rows.defer("lead__score_reasons"))
    seen = None
    if not membership.has(*SEE_ALL):
        leads = [insight.lead_id for insight in found if insight.lead_id]
        seen = set(visible_leads(membership).filter(pk__in=leads).values_list("pk", flat=True))
    return [_row(insight, membership, seen, at=at) for insight in found]


def _row(insight: Insight, membership: Membership, seen: set[Any] | None, *, at: datetime) -> InsightRow:
    lead = insight.lead if seen is None or insight.lead_id in seen else None
    mine = insight.by_id == membership.pk
    return InsightRow(
        id=insight.pk,
        text=insight.text,
        tags=list(insight.tags),
        by_name=insight.by.name,
        initials=insight.by.initials,
        side=insight.by.side,
        at=insight.at,
        is_edited=insight.edited_at is not None,
        lead_id=lead.pk if lead else None,
        lead_name=lead.name if lead else "",
        number=str(lead) if lead else "",
        company=insight.company.name if insight.company else lead.company_name if lead else "",
        may_edit=mine and at <= insight.at + EDIT_FOR,
        may_withdraw=mine or membership.has(Role.ADMINISTRATOR),
    )


def insights_on(lead: Lead, membership: Membership, *, at: datetime) -> tuple[list[InsightRow], int]:
    """Return the newest insights on a lead and its company, and how many there are."""
    about = Q(lead=lead) | Q(company=lead.company_id) if lead.company_id else Q(lead=lead)
    rows = visible_insights(membership).filter(about, withdrawn_at=None).order_by("-at", "-pk")
    ids = list(rows.values_list("pk", flat=True)[:50])
    return insight_rows(list(Insight.objects.filter(pk__in=ids[:ON_A_LEAD])), membership, at=at), len(ids)


def tag_counts(*, limit: int = MOST_TAGS_SHOWN) -> list[TagCount]:
    """Return the tags by how many insights have them, as the newest of these spells them; withdrawn ones count not."""
    words = InsightWord.objects.filter(word__gt=_TAG, word__lt=_AFTER).values("word")
    counted = list(
        words.annotate(n=Count("pk"), newest=Max(Cast("insight", TextField()))).order_by("-n", "word")[:limit]
    )
    newest = Insight.objects.filter(pk__in=[row["newest"] for row in counted]).values_list("pk", "tags")
    spelled = {str(pk): tags for pk, tags in newest}
    return [TagCount(_spelling(row["word"], spelled.get(row["newest"], [])), row["n"]) for row in counted]


def _spelling(word: str, tags: Sequence[str]) -> str:
    return next((tag for tag in tags if tag_word(tag) == word), word.removeprefix(_TAG).replace("_", " "))


def insight_choices(people: Sequence[Membership], *, today: date) -> dict[str, list[tuple[str, str]]]:
    """Return what insights can be filtered by: authors, the last months, campaigns, tags."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    campaigns = Campaign.objects.order_by("name").values_list("pk", "name")[:CAMPAIGNS_SHOWN]
    return {
        "tag": [(tag.tag, f"{tag.tag} ({tag.count})") for tag in tag_counts()],
        "author": [(str(person.pk), person.name) for person in people],
        "month": [(f"{month:%Y-%m}", format_date(month, "F Y")) for month in months],
        "campaign": [(str(pk), name) for pk, name in campaigns],
    }
