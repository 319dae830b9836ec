"""What the criteria report says: each criterion with what became of leads that met it and of those that did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dashboards.lift import AGAINST, PREDICTS, SAYS_NOTHING, TOO_FEW, Effect, is_useless
from dashboards.queries.criteria import CriteriaAsked, Outcomes, criteria_outcomes
from sla.content import CRITERION_CASES
from sla.models import AgreementVersion
from sla.words import criterion_sentence

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
_NOTHING: Mapping[str, Outcomes] = {}


@dataclass(frozen=True)
class Finding:
    """One criterion of a version and what it told."""

    key: str
    kind: str
    label: str
    sentence: str
    required: bool
    met: Outcomes
    not_met: Outcomes
    unknown: Outcomes
    acceptance: Effect
    purchase: Effect

    @property
    def is_useless(self) -> bool:
        """Tell whether enough leads show that it tells neither acceptance nor purchase."""
        return is_useless(self.acceptance, self.purchase)


def findings(version: AgreementVersion, first: date, last: date, *, at: datetime, zone: str) -> list[Finding]:
    """Return every criterion of a version over the handovers that some months sent under it."""
    content = version.labelled_content
    criteria = [(kind, c) for kind in ("fit", "readiness") for c in content["definitions"][kind]]
    asked = CriteriaAsked(version.number, frozenset(c["key"] for _kind, c in criteria), first, last)
    found = criteria_outcomes(asked, at=at, zone=zone)
    least = least_cases(version)
    return [_finding(kind, criterion, found.get(criterion["key"], _NOTHING), least) for kind, criterion in criteria]


def least_cases(version: AgreementVersion) -> int:
    """Return from how many leads on a version lets a criterion be judged."""
    return int(version.content["floors"].get("criterion_cases", CRITERION_CASES))


def _finding(kind: str, criterion: Mapping[str, Any], found: Mapping[str, Outcomes], least: int) -> Finding:
    met, not_met = found.get(MET, Outcomes()), found.get(NOT_MET, Outcomes())
    return Finding(
        key=criterion["key"],
        kind=kind,
        label=criterion["label"],
        sentence=criterion_sentence(criterion),
        required=criterion["required"],
        met=met,
        not_met=not_met,
        unknown=found.get(UNKNOWN, Outcomes()),
        acceptance=Effect(met.accepted, not_met.accepted, least),
        purchase=Effect(met.bought, not_met.bought, least),
    )


@dataclass(frozen=True)
class Side:
    """Leads that were judged alike, and the lists behind their figures."""

    outcomes: Outcomes
    url: str
    accepted_url: str
    bought_url: str


@dataclass(frozen=True)
class EffectLine:
    """What may be said of a criterion, in words, with its tone."""

    effect: Effect
    word: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One criterion as the page prints it."""

    finding: Finding
    met: Side
    not_met: Side
    unknown: Side
    acceptance: EffectLine
    purchase: EffectLine


def rows(found: list[Finding], version: int, first: date, last: date, *, slug: str) -> list[Row]:
    """Return the criteria with the lists behind their figures."""
    query = {"month": f"{first:%Y-%m}", "version": str(version)}
    query |= {"until": f"{last:%Y-%m}"} if last != first else {}
    return [_row(finding, query, reverse("leads:list", kwargs={"slug": slug})) for finding in found]


def _row(finding: Finding, query: Mapping[str, str], path: str) -> Row:
    def side(outcomes: Outcomes, judged: str) -> Side:
        given = {**query, "criterion": finding.key, "judged": judged}
        urls = [f"{path}?{urlencode(given | more)}" for more in ({}, {"decision": "accepted"}, {"reached": "won"})]
        return Side(outcomes, *urls)

    return Row(
        finding,
        side(finding.met, MET),
        side(finding.not_met, NOT_MET),
        side(finding.unknown, UNKNOWN),
        _line(finding.acceptance),
        _line(finding.purchase),
    )


def verdict_word(effect: Effect) -> str:
    """Return what may be said of a criterion."""
    words = {
        PREDICTS: _("more often with it"),
        SAYS_NOTHING: _("no difference seen"),
        AGAINST: _("less often with it"),
        TOO_FEW: _("too few to say"),
    }
    return words[effect.verdict]


def _line(effect: Effect) -> EffectLine:
    tones = {PREDICTS: "ok", AGAINST: "warn"}
    return EffectLine(effect, verdict_word(effect), tones.get(effect.verdict, ""))
