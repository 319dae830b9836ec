"""The agreement in words, as its page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.queries import history_of
from sla import words
from sla.content import PARTIES, with_defaults
from sla.models import AgreementVersion, CalendarVersion, Side, Signature
from sla.queries.agreements import signatures_of
from sla.queries.clauses import Clause, clauses_of, commitment_text, escalation_text, section_label
from tenants.models import Membership
from tenants.queries import active_members
from tenants.roles import LABELS, Role


@dataclass(frozen=True)
class CommitmentLine:
    """One promise in a sentence."""

    side: str
    label: str
    sentence: str
    unit_note: str


@dataclass(frozen=True)
class DefinitionLine:
    """One criterion of a qualified lead."""

    kind: str
    label: str
    sentence: str
    required: bool
    points: int


@dataclass(frozen=True)
class TierLine:
    """One tier and its weight."""

    label: str
    sentence: str
    weight: Decimal


@dataclass(frozen=True)
class ReasonLine:
    """One reason for a rejection."""

    label: str
    reason_class: str
    needs: str


@dataclass(frozen=True)
class SignatureLine:
    """One head's signature, or who has yet to sign."""

    side: str
    name: str
    title: str
    at: datetime | None
    role_text: str
    in_place_of: str = ""


@dataclass(frozen=True)
class CalendarLine:
    """One calendar in a line."""

    label: str
    hours_text: str
    holidays_text: str


@dataclass(frozen=True)
class ResponsibilityLine:
    """One task of the responsibility chart."""

    stage: str
    task: str
    parts: list[str]


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to a version."""

    at: datetime
    text: str
    actor: str


@dataclass(frozen=True)
class VersionLine:
    """One version in the list of all."""

    id: UUID
    number: int
    state: str
    from_date: date | None


@dataclass(frozen=True)
class AgreementView:
    """Everything that the page prints of one version."""

    id: UUID
    number: int
    state: str
    in_force_from: date | None
    in_force_until: date | None
    sha256: str
    review_on: date | None
    signatures: list[SignatureLine]
    commitments: list[CommitmentLine]
    definitions: list[DefinitionLine]
    tiers: list[TierLine]
    required_fields: list[str]
    exclusions: list[str]
    reasons: list[ReasonLine]
    arbitration: list[str]
    escalation: list[str]
    calendars: list[CalendarLine]
    terms: list[Clause]
    responsibilities: list[ResponsibilityLine]
    waiting_for: list[SignatureLine]


def agreement_view(version: AgreementVersion, *, at: datetime, zone: str) -> AgreementView:
    """Return one version in words, its state as of ``at``."""
    content = with_defaults(version.labelled_content)
    signatures = _signatures(version)
    return AgreementView(
        id=version.pk,
        number=version.number,
        state=state_of(version, at=at),
        in_force_from=_local_date(version.starts_at, zone),
        in_force_until=_local_date(version.ends_at, zone),
        sha256=version.content_hash,
        review_on=version.review_on,
        signatures=signatures,
        commitments=[_commitment(terms, content) for terms in content["commitments"]],
        definitions=[*_definitions("fit", content), *_definitions("readiness", content)],
        tiers=_tiers(content),
        required_fields=[words.field_label(key) for key in content["definitions"]["required_fields"]],
        exclusions=[words.field_label(key) for key in content["definitions"]["exclusions"]],
        reasons=[_reason(reason) for reason in content["reasons"]["rejection"]],
        arbitration=_arbitration(content["arbitration"]),
        escalation=[_escalation(step) for step in content["escalation"]],
        calendars=calendar_lines(content["hours"], year=at.astimezone(ZoneInfo(zone)).year),
        terms=[clause for clause in clauses_of(content) if clause.section == "terms"],
        responsibilities=[_responsibility(row) for row in content["responsibilities"]],
        waiting_for=[line for line in signatures if line.at is None and _waits(version)],
    )


def _waits(version: AgreementVersion) -> bool:
    return version.state in (AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED)


def _responsibility(row: Mapping[str, Any]) -> ResponsibilityLine:
    parts = {"does": _("does it"), "helps": _("helps"), "told": _("is told"), "none": ""}
    stage = words.stage_of_work_label(row["stage"])
    return ResponsibilityLine(stage, row["task"], [parts[row[party]] for party in PARTIES])


def history_lines(version: AgreementVersion, *, zone: str) -> list[HistoryLine]:
    """Return what happened to a version, the newest first."""
    events = [event for event in history_of(version.pk) if event.kind in _HAPPENINGS]
    names = dict(Membership.objects.filter(pk__in={event.by_id for event in events}).values_list("pk", "name"))
    return [
        HistoryLine(event.at, _happening(event, zone), names.get(event.by_id, "") if event.by_id else "")
        for event in reversed(events)
    ]


def _happening(event: Event, zone: str) -> str:
    sections = [section_label(_SECTION_OF.get(name, name)) for name in event.data.get("sections", [])]
    values = {
        **event.data,
        "sections": ", ".join(dict.fromkeys(sections)),
        "side": words.side_label(event.data.get("side", "")),
        "hash": str(event.data.get("hash", ""))[:12],
    }
    return _HAPPENINGS[event.kind]() % values


# Parts of a content that stand in the section of another.
_SECTION_OF = {"volume": "commitments"} | dict.fromkeys(
    ("contact_means", "reassignment_restarts", "capacity", "floors", "revenue", "review_after_months"), "terms"
)
_HAPPENINGS = {
    "agreement.drafted": lambda: _("drafted from version %(based_on)s"),
    "agreement.changed": lambda: _("changed: %(sections)s"),
    "agreement.proposed": lambda: _("proposed to both heads"),
    "agreement.reopened": lambda: _("taken back to a draft; %(signatures_void)s signatures do not count any more"),
    "agreement.signed": lambda: _("signed for %(side)s (%(hash)s…)"),
    "agreement.concluded": lambda: _("signed by both sides"),
    "agreement.in_force": lambda: _("came into force"),
    "agreement.discarded": lambda: _("discarded"),
    "agreement.labels_changed": lambda: _("labels reworded"),
    "agreement.review_due": lambda: _("review due"),
}


def version_lines(*, at: datetime, zone: str) -> list[VersionLine]:
    """Return all versions, the newest first."""
    rows = AgreementVersion.objects.defer("content").order_by("-number")
    return [VersionLine(v.pk, v.number, state_of(v, at=at), _local_date(v.starts_at, zone)) for v in rows]


def state_of(version: AgreementVersion, *, at: datetime) -> str:
    """Return draft, proposed, discarded, or for a signed one: signed, in_force, superseded."""
    if version.state != AgreementVersion.State.SIGNED or version.starts_at is None:
        return version.state
    if at < version.starts_at:
        return "signed"
    return "superseded" if version.ends_at and version.ends_at <= at else "in_force"


def calendar_lines(agreed: Mapping[str, Any], *, year: int) -> list[CalendarLine]:
    """Return the weekly hours as agreed (the board's are its own), with the closed days that are known now."""
    keys = [*agreed, "board"]
    rows = CalendarVersion.objects.filter(calendar__key__in=keys).select_related("calendar")
    newest = rows.order_by("calendar__key", "-number").distinct("calendar__key")
    return [_calendar(version, agreed.get(version.calendar.key, version.content), year) for version in newest]


def _calendar(version: CalendarVersion, week: Mapping[str, Any], year: int) -> CalendarLine:
    count = sum(day.startswith(f"{year}-") for day in version.content["holidays"])
    holidays = ngettext("%(n)s public holiday in %(year)s", "%(n)s public holidays in %(year)s", count)
    return CalendarLine(
        label=version.calendar.name,
        hours_text=words.week_text(week["weekly"]) + f" ({week['zone']})",
        holidays_text=holidays % {"n": count, "year": year} if count else "",
    )


def _signatures(version: AgreementVersion) -> list[SignatureLine]:
    signed = {row.side: row for row in signatures_of(version)}
    heads = ((Side.MARKETING, Role.MARKETING_MANAGER), (Side.SALES, Role.SALES_MANAGER))
    return [_signature(side, role, signed.get(side)) for side, role in heads]


def _signature(side: Side, role: Role, signed: Signature | None) -> SignatureLine:
    members: list[Membership] = [signed.member] if signed else active_members(roles=[role])
    return SignatureLine(
        side=side,
        name=members[0].name if members else "",
        title=members[0].title if members else "",
        at=signed.signed_at if signed else None,
        role_text=str(LABELS[role]),
        in_place_of=signed.for_member.name if signed and signed.for_member else "",
    )


def _commitment(terms: Mapping[str, Any], content: Mapping[str, Any]) -> CommitmentLine:
    key = terms["key"]
    sentence = words.commitment_sentence(terms)
    if key == "volume":
        sentence = commitment_text(terms, content)
    return CommitmentLine(
        terms["side"], words.commitment_label(key), sentence, words.unit_note(terms, content["hours"])
    )


def _definitions(kind: str, content: Mapping[str, Any]) -> Iterable[DefinitionLine]:
    for criterion in content["definitions"][kind]:
        yield DefinitionLine(
            kind, criterion["label"], words.criterion_sentence(criterion), criterion["required"], criterion["points"]
        )


def _tiers(content: Mapping[str, Any]) -> list[TierLine]:
    sentences = {
        "standard": _("Fit and ready by the grades of both scores."),
        "hand_raiser": _("Asked for a sales talk; readiness is not asked for, fit is."),
    }
    return [
        TierLine(words.tier_label(key), sentences.get(key, ""), Decimal(terms["weight"]))
        for key, terms in content["tiers"].items()
    ]


def _reason(reason: Mapping[str, Any]) -> ReasonLine:
    needs = [_("a criterion")] if reason["needs_criterion"] else []
    needs += [_("evidence")] if reason["needs_evidence"] else []
    return ReasonLine(reason["label"], words.reason_class_label(reason["class"]), ", ".join(needs))


def _arbitration(terms: Mapping[str, Any]) -> list[str]:
    classes = ", ".join(words.reason_class_label(name).lower() for name in terms["appealable"])
    days = words.amount_text(terms["statements_close_after_business_days"], "business_days")
    return [
        _("These rejections can be appealed: %(classes)s.") % {"classes": classes},
        _("Statements close %(days)s after the appeal.") % {"days": days},
        _("Only an executive who is not involved rules."),
    ]


def _escalation(step: Mapping[str, Any]) -> str:
    return _("At %(share)s %% of the time: %(what)s") % {"share": step["share"], "what": escalation_text(step)}


def _local_date(at: datetime | None, zone: str) -> date | None:
    return at.astimezone(ZoneInfo(zone)).date() if at else None
