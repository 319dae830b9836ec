"""People and companies, what they did and what they allowed."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, Lower

from leads.models.campaigns import Campaign
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Company(TenantModel):
    """A company, known by its registrable domain."""

    name = models.TextField()
    # Lower case, registrable part only; empty where nobody knows it.
    domain_norm = models.TextField(default="")
    country = models.TextField(default="")
    employees = models.PositiveIntegerField(null=True)
    industry = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "domain_norm"], name="company_domain_once", condition=~Q(domain_norm="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _listed(*fields: str, name: str, condition: Q | None = None) -> models.Index:
    """Return an index over the leads that lists show; read backwards it gives the newest first."""
    shown = Q(merged_into=None)
    return models.Index(
        fields=["organisation_id", *fields, "id"], name=name, condition=shown & condition if condition else shown
    )


class Lead(TenantModel):
    """A person who might buy, with what we know of them and how we judge it."""

    class Stage(models.TextChoices):
        LEAD = "lead"
        PROSPECT = "prospect"
        MQL = "mql"
        SAL = "sal"
        SQL = "sql"
        OPPORTUNITY = "opportunity"
        CUSTOMER = "customer"
        NURTURE = "nurture"
        DISQUALIFIED = "disqualified"

    class Origin(models.TextChoices):
        MARKETING = "marketing"
        SALES = "sales"

    number = models.PositiveIntegerField()
    email = models.TextField(default="")
    # Trimmed, NFC, IDNA domain, lower case; the one line by which a person is known again.
    email_norm = models.TextField(default="")
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    phone = models.TextField(default="")
    phone_e164 = models.TextField(default="")
    job_title = models.TextField(default="")
    country = models.TextField(default="")
    company = TenantKey(Company, null=True)
    company_name = models.TextField(default="")
    message = models.TextField(default="")
    # What forms asked beyond the usual, as it came; and the organisation's own attributes by key, typed.
    custom = models.JSONField(default=dict)
    attributes = models.JSONField(default=dict)
    stage = models.TextField(choices=Stage.choices, default=Stage.LEAD)
    stage_since = models.DateTimeField()
    # Equal to stage_since once somebody was told that it stands still in this stage.
    dwelling_since = models.DateTimeField(null=True)
    origin = models.TextField(choices=Origin.choices, default=Origin.MARKETING)
    # The qualification cycle; recycling closes one, a new MQL opens the next.
    cycle = models.PositiveSmallIntegerField(default=1)
    # When the present cycle was opened and when the last one ended; the later of the two says which it is in.
    qualified_at = models.DateTimeField(null=True)
    recycled_at = models.DateTimeField(null=True)
    fit_grade = models.TextField(default="")
    fit_points = models.IntegerField(default=0)
    readiness_grade = models.PositiveSmallIntegerField(null=True)
    readiness_points = models.IntegerField(default=0)
    tier = models.TextField(default="")
    wants_sales_talk = models.BooleanField(default=False)
    # [{key, label, kind, state: met|not_met|unknown, proof, required, points}], as last scored.
    score_reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField(null=True)
    # The day on which decay alone changes the readiness grade.
    next_rescore_on = models.DateField(null=True)
    first_touch = models.JSONField(default=dict)
    last_touch = models.JSONField(default=dict)
    campaign = TenantKey(Campaign, null=True)
    # The folded name that no campaign has yet; "" where there is none.
    utm_unknown = models.TextField(default="")
    # The folded name of the last visit that named a campaign: what the last touch is attributed to.
    last_utm = models.TextField(default="", db_default="")
    # The marketer who answers for it, and the rep while sales owns it.
    marketer = TenantKey(Membership, null=True)
    sales_owner = TenantKey(Membership, null=True)
    wake_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Counts changes: the ETag of the API.
    revision = models.PositiveIntegerField(default=1)
    merged_into = TenantKey("self", null=True)
    # Nothing of the person is left since then: what was counted stays.
    erased_at = models.DateTimeField(null=True)
    # Kept by the database: what lists are filtered and ordered by.
    source = models.GeneratedField(
        expression=Coalesce(Lower(KT("first_touch__source")), Value(""), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    sort_name = models.GeneratedField(
        expression=Lower(Concat("family_name", Value(" "), "given_name", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="lead_number_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "email_norm"],
                name="lead_email_once",
                condition=~Q(email_norm="") & Q(merged_into=None),
            ),
        ]
        indexes = [
            # The leads of a name that somebody maps.
            models.Index(
                fields=["organisation_id", "utm_unknown"], name="lead_utm_unknown", condition=~Q(utm_unknown="")
            ),
            # Who went on as a lead, and by which address they are still known.
            models.Index(
                fields=["organisation_id", "merged_into"], name="lead_went_on_as", condition=~Q(merged_into=None)
            ),
            models.Index(
                fields=["organisation_id", "email_norm"], name="lead_email_of_merged", condition=~Q(merged_into=None)
            ),
            # The rounds that wake leads, judge them again and find those that stand still.
            models.Index(fields=["organisation_id", "wake_on"], name="lead_wakes", condition=Q(wake_on__isnull=False)),
            models.Index(
                fields=["organisation_id", "next_rescore_on"],
                name="lead_decays",
                condition=Q(next_rescore_on__isnull=False),
            ),
            models.Index(
                fields=["organisation_id", "stage", "stage_since"], name="lead_dwells", condition=Q(dwelling_since=None)
            ),
            # The leads list, newest change first: whole, and by each of its filters. What was merged is not listed.
            _listed("updated_at", name="lead_newest"),
            _listed("stage", "updated_at", name="lead_of_stage"),
            _listed("sales_owner", "updated_at", name="lead_of_owner", condition=Q(sales_owner__isnull=False)),
            _listed("updated_at", name="lead_with_sales", condition=Q(sales_owner__isnull=False)),
            _listed("marketer", "updated_at", name="lead_of_marketer"),
            _listed("campaign", "updated_at", name="lead_of_campaign", condition=Q(campaign__isnull=False)),
            _listed("source", "updated_at", name="lead_of_source"),
            _listed("country", "updated_at", name="lead_of_country"),
            _listed("tier", "updated_at", name="lead_of_tier"),
            _listed("fit_grade", "updated_at", name="lead_of_fit"),
            # Several filters at once: the server skips from value to value of those that were not chosen.
            # Without an id, so that leads with the same facts share an entry.
            models.Index(
                fields=["organisation_id", "stage", "tier", "fit_grade", "readiness_grade", "country", "source"],
                name="lead_of_facts",
                condition=Q(merged_into=None),
            ),
            # By day of creation, and by name.
            _listed("created_at", name="lead_newest_made"),
            _listed("sort_name", name="lead_by_name"),
        ]

    def __str__(self) -> str:
        return f"L-{self.number}"

    @property
    def name(self) -> str:
        """The person's name, else what stands in for it."""
        return f"{self.given_name} {self.family_name}".strip() or self.email or str(self)


class LeadNumber(TenantModel):
    """One of the counters of lead numbers of this organisation (leads.actions.numbering)."""

    lane = models.PositiveSmallIntegerField()
    next = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "lane"], name="lead_number_lane_once")]

    def __str__(self) -> str:
        return f"{self.lane}: {self.next}"


class Behaviour(TenantModel):
    """Something the person did: a page viewed, an e-book, a webinar."""

    lead = TenantKey(Lead)
    kind = models.TextField()
    at = models.DateTimeField()
    properties = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "lead", "at"], name="behaviour_of_lead")]

    def __str__(self) -> str:
        return self.kind


class Consent(TenantModel):
    """What a person allowed (or withdrew), for which purpose, in which words."""

    lead = TenantKey(Lead)
    purpose = models.TextField()
    basis = models.TextField()
    granted = models.BooleanField()
    text = models.TextField(default="")
    text_version = models.TextField(default="")
    captured_at = models.DateTimeField()
    ip = models.TextField(default="")
    method = models.TextField(default="")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "lead", "captured_at"], name="consent_of_lead")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.granted}"
