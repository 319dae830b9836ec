"""The only road from an outside id to a lead, a handover or a rejection; who sees which."""

from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import Http404

from leads.models import (
    Attribute,
    Campaign,
    CampaignCost,
    Company,
    Consent,
    Duplicate,
    Evidence,
    FollowUp,
    Handover,
    Insight,
    Lead,
    Rejection,
    SavedView,
    StageSetting,
    UtmName,
)
from smarketing.lib.clock import now
from tenants.access import get_or_404
from tenants.models import Membership
from tenants.queries import covered_by, today_in
from tenants.roles import MARKETING, Role

# Everybody but a rep, who sees their own handovers and those that nobody has yet.
# Who may read what waits for marketing.
SEES_RETURNS = (*MARKETING, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR)
SEE_ALL = (*MARKETING, Role.SALES_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR)
SALES = (Role.SALES_REP, Role.SALES_MANAGER)
# Who decides that two leads are one person, and who may look on.
MAY_MERGE = (*MARKETING, Role.SALES_MANAGER, Role.ADMINISTRATOR)
# Who keeps campaigns and books their costs, and who says what unknown names of visits mean.
KEEPS_CAMPAIGNS = (*MARKETING, Role.ADMINISTRATOR)
MAPS_NAMES = (Role.MARKETING_MANAGER, Role.ADMINISTRATOR)
SEES_DUPLICATES = (*MAY_MERGE, Role.EXECUTIVE, Role.AUDITOR)


def visible_handovers(membership: Membership) -> "QuerySet[Handover]":
    """Return the handovers that this member may see."""
    # One that ended in another is not worked on any more; its lead's page tells of it.
    rows = Handover.objects.filter(merged_into=None)
    if membership.has(*SEE_ALL):
        return rows
    return rows.filter(Q(assigned_to=membership) | Q(assigned_to=None))


def visible_leads(membership: Membership) -> "QuerySet[Lead]":
    """Return the leads that this member may see: a rep's are those with a visible handover."""
    rows = Lead.objects.all()
    if membership.has(*SEE_ALL):
        return rows
    return rows.filter(Exists(visible_handovers(membership).filter(lead=OuterRef("pk"))))


def get_lead(membership: Membership, lead_id: UUID | str, *, for_update: bool = False) -> Lead:
    """Return a lead that the member may see, or stands in for; 404 otherwise."""
    rows = visible_leads(membership)
    if not membership.has(*SEE_ALL) and (absent := covered_by(membership, today_in(at=now()))):
        # What nothing is owed on stays with who is away; whoever stands in still has to look at it.
        theirs = Handover.objects.filter(merged_into=None, assigned_to__in=absent, lead=OuterRef("pk"))
        rows = Lead.objects.filter(Exists(visible_handovers(membership).filter(lead=OuterRef("pk"))) | Exists(theirs))
    return get_or_404(rows.select_related("company", "campaign"), lead_id, for_update=for_update)


def get_campaign(membership: Membership, campaign_id: UUID | str) -> Campaign:
    """Return a campaign; every member may read it."""
    return get_or_404(Campaign.objects.select_related("owner"), campaign_id)


def get_cost(membership: Membership, cost_id: UUID | str) -> CampaignCost:
    """Return a cost line of a campaign."""
    return get_or_404(CampaignCost.objects.all(), cost_id)


def get_utm_name(membership: Membership, name_id: UUID | str) -> UtmName:
    """Return a name that visits bring; 404 otherwise."""
    return get_or_404(UtmName.objects.all(), name_id)


def get_duplicate(membership: Membership, duplicate_id: UUID | str) -> Duplicate:
    """Return a suggestion that two leads are one person; 404 otherwise."""
    return get_or_404(Duplicate.objects.select_related("lead", "other"), duplicate_id)


def get_handover(membership: Membership, handover_id: UUID | str, *, for_update: bool = False) -> Handover:
    """Return a handover that the member may see, with its lead, subject and version; 404 otherwise."""
    rows = visible_handovers(membership).select_related(
        "lead__company", "lead__campaign", "subject", "version", "assigned_to"
    )
    return get_or_404(with_stage(rows), handover_id, for_update=for_update)


def with_stage(rows: "QuerySet[Handover]") -> "QuerySet[Handover]":
    """Let each handover know what the organisation calls its lead's stage ("" where it has no word of its own).

    And what the lead has allowed or refused, oldest first, and the rejection in force: a page of one handover has few
    queries to spare.
    """
    own = StageSetting.objects.filter(stage=OuterRef("lead__stage")).values("label")
    told = JSONObject(purpose="purpose", granted="granted", at="captured_at", basis="basis")
    consents = Consent.objects.filter(lead=OuterRef("lead")).order_by("captured_at").values_list(told)
    claim = JSONObject(state="state", reason_class="reason_class", reason_label="reason_label")
    claims = Rejection.objects.filter(handover=OuterRef("pk")).exclude(state=Rejection.State.WITHDRAWN)
    return rows.annotate(
        stage_label=Coalesce(Subquery(own), Value(""), output_field=TextField()),
        consents=ArraySubquery(consents),
        claims=ArraySubquery(claims.order_by("-at").values_list(claim)[:1]),
    )


def get_rejection(membership: Membership, rejection_id: UUID | str, *, for_update: bool = False) -> Rejection:
    """Return a rejection of a handover that the member may see; 404 otherwise."""
    rows = Rejection.objects.filter(handover__in=visible_handovers(membership)).select_related("handover")
    return get_or_404(rows, rejection_id, for_update=for_update)


def get_return(membership: Membership, handover_id: UUID | str) -> Rejection:
    """Return the rejection in force of a handover, the one that marketing answers; 404 when there is none."""
    handover = get_handover(membership, handover_id)
    rows = Rejection.objects.filter(handover=handover).exclude(state=Rejection.State.WITHDRAWN)
    found = rows.exclude(reason_class=Rejection.Class.PROCEDURAL).select_related("handover").first()
    if found is None:
        raise Http404
    return found


def get_evidence(membership: Membership, handover_id: UUID | str, evidence_id: UUID | str) -> Evidence:
    """Return a file of evidence on a handover that the member may see; 404 otherwise."""
    rows = Evidence.objects.filter(handover__in=visible_handovers(membership), handover=handover_id)
    return get_or_404(rows.select_related("handover", "rejection", "file", "by"), evidence_id)


def visible_views(membership: Membership) -> "QuerySet[SavedView]":
    """Return the lists that the member can open: their own and those that are shared, by name."""
    mine = Q(owner=membership) | Q(is_shared=True)
    return SavedView.objects.filter(mine).select_related("owner").order_by("name", "pk")


def get_view(membership: Membership, view_id: UUID | str) -> SavedView:
    """Return a saved view that the member can open; 404 otherwise."""
    return get_or_404(visible_views(membership), view_id)


def get_attribute(membership: Membership, attribute_id: UUID | str) -> Attribute:
    """Return an attribute of the organisation; every member may read the catalogue."""
    return get_or_404(Attribute.objects.all(), attribute_id)


def visible_follow_ups(membership: Membership, *, today: date) -> "QuerySet[FollowUp]":
    """Return the next steps that the member may see: of visible leads, and those that are theirs to do meanwhile."""
    rows = FollowUp.objects.all()
    if membership.has(*SEE_ALL):
        return rows
    theirs = Q(assigned_to__in=[membership.pk, *covered_by(membership, today)])
    return rows.filter(theirs | Exists(visible_leads(membership).filter(pk=OuterRef("lead"))))


def get_follow_up(membership: Membership, step_id: UUID | str, *, today: date) -> FollowUp:
    """Return a next step that the member may see, with its lead and whose it is; 404 otherwise."""
    rows = visible_follow_ups(membership, today=today).select_related("lead__merged_into", "assigned_to")
    return get_or_404(rows, step_id)


def visible_insights(membership: Membership) -> "QuerySet[Insight]":
    """Return the insights that the member may see: a rep's are their own, those on no lead, and on visible leads."""
    rows = Insight.objects.all()
    if membership.has(*SEE_ALL):
        return rows
    seen = Exists(visible_leads(membership).filter(pk=OuterRef("lead")))
    return rows.filter(Q(lead=None) | Q(by=membership) | seen)


def get_insight(membership: Membership, insight_id: UUID | str) -> Insight:
    """Return an insight that the member may see, withdrawn ones to who withdraws them; 404 otherwise."""
    return get_or_404(visible_insights(membership), insight_id)


def get_company(membership: Membership, company_id: UUID | str) -> Company:
    """Return a company of a lead that the member may see; 404 otherwise."""
    mine = visible_leads(membership).filter(company=OuterRef("pk"))
    return get_or_404(Company.objects.filter(Exists(mine)), company_id)
