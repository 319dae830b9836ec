"""Whether the content of an agreement can be signed; every fault, at its field."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sla.business_time.problem import Problem, gettext_noop
from sla.content.commitments import SIDES, check_commitments
from sla.content.definitions import (
    BEHAVIOUR_OPERATORS,
    FIELD_OPERATORS,
    check_definitions,
)
from sla.content.faults import Faults
from sla.content.hours import check_calendars_used, check_hours
from sla.content.responsibilities import check_responsibilities

__all__ = ["BEHAVIOUR_OPERATORS", "FIELD_OPERATORS", "SIDES", "validate"]

REJECTION_CLASSES = ("procedural", "clerical", "definitional")
CONTACT_MEANS = ("attempt", "reached")
ESCALATION_ROLES = ("owner", "deputy", "manager", "head", "executive")
FLOORS = ("pipeline_per_euro", "criterion_cases")
ORIGINS = ("marketing", "sales")
TIERS = ("standard", "hand_raiser")
_SECTIONS = (
    "volume",
    "tiers",
    "hours",
    "commitments",
    "contact_means",
    "reassignment_restarts",
    "capacity",
    "floors",
    "escalation",
    "definitions",
    "reasons",
    "arbitration",
    "review_after_months",
)
# Parts that older versions do not have; `sla.content.optional` says what their silence means.
_OPTIONAL_SECTIONS = ("responsibilities", "revenue")
_LONGEST_REVIEW = 24
_LAST_ESCALATION = 1000
_HEAVIEST = 1000
_MOST_STEPS = 20


def validate(
    content: Mapping[str, Any],
    *,
    known_fields: Collection[str] | None = None,
    known_behaviours: Collection[str] | None = None,
    known_calendars: Mapping[str, str] | None = None,
) -> list[Problem]:
    """Every fault of the content; an empty list means that it may be proposed.

    The catalogues of lead fields and behaviours and the names of the calendars belong
    to the caller; without them names are not checked.
    """
    faults = Faults()
    faults.texts("", content)
    given = faults.record("", content, required=_SECTIONS, optional=_OPTIONAL_SECTIONS)
    _check_volume(faults, given.get("volume"))
    _check_tiers(faults, given.get("tiers"))
    hours = check_hours(faults, given.get("hours"), known=known_calendars)
    check_commitments(faults, given.get("commitments"), tiers=TIERS, calendars=_names(given.get("hours")), hours=hours)
    check_calendars_used(faults, given.get("hours"), given.get("commitments"))
    _check_terms(faults, given)
    _check_capacity(faults, given.get("capacity"))
    _check_escalation(faults, given.get("escalation"))
    check_definitions(
        faults,
        given.get("definitions"),
        tiers=TIERS,
        known_fields=known_fields,
        known_behaviours=known_behaviours,
    )
    _check_reasons(faults, given.get("reasons"))
    _check_arbitration(faults, given)
    check_responsibilities(faults, given.get("responsibilities", []))
    _check_revenue(faults, given.get("revenue", {}))
    return faults.first_causes()


def _check_volume(faults: Faults, value: Any) -> None:
    volume = faults.record("/volume", value, required=("points_per_month",))
    # No zero target: a promise of nothing can only ever be kept.
    faults.positive_int("/volume/points_per_month", volume.get("points_per_month"))


def _check_tiers(faults: Faults, value: Any) -> None:
    tiers = faults.record("/tiers", value, required=TIERS)
    weights = {}
    for tier in TIERS:
        terms = faults.record(f"/tiers/{tier}", tiers.get(tier), required=("weight",))
        weights[tier] = faults.positive(f"/tiers/{tier}/weight", terms.get("weight"), places=2)
        if (weights[tier] or 0) > _HEAVIEST:
            pointer = f"/tiers/{tier}/weight"
            faults.add(pointer, "weight_too_large", gettext_noop("Give at most %(most)s."), most=_HEAVIEST)
    standard, hand_raiser = weights["standard"], weights["hand_raiser"]
    if standard and hand_raiser and hand_raiser < standard:
        faults.add(
            "/tiers/hand_raiser/weight",
            "weights_contradict",
            gettext_noop("A hand-raiser cannot count less than a standard lead."),
        )


def _check_terms(faults: Faults, given: Mapping[str, Any]) -> None:
    faults.one_of("/contact_means", given.get("contact_means"), CONTACT_MEANS)
    faults.flag("/reassignment_restarts", given.get("reassignment_restarts"))
    _check_floors(faults, given.get("floors"))
    months = faults.positive_int("/review_after_months", given.get("review_after_months"))
    if months and months > _LONGEST_REVIEW:
        faults.add(
            "/review_after_months",
            "review_too_late",
            gettext_noop("Review the agreement within 24 months."),
        )


def _check_floors(faults: Faults, value: Any) -> None:
    """What must come of money, and from how many leads on a criterion is judged at all."""
    floors = faults.record("/floors", value, optional=FLOORS)
    if "pipeline_per_euro" in floors:
        faults.positive("/floors/pipeline_per_euro", floors["pipeline_per_euro"])
    if "criterion_cases" in floors:
        faults.positive_int("/floors/criterion_cases", floors["criterion_cases"])


def _check_revenue(faults: Faults, value: Any) -> None:
    """Won amounts that each side wants from its own leads every month."""
    for origin, amount in faults.record("/revenue", value, optional=ORIGINS).items():
        faults.positive(f"/revenue/{origin}", amount, places=2)


def _check_capacity(faults: Faults, value: Any) -> None:
    """The most that sales takes in a day, or None: no limit."""
    if value is None:
        return
    capacity = faults.record("/capacity", value, required=("per_day",), optional=("exempt_tiers",))
    faults.positive_int("/capacity/per_day", capacity.get("per_day"))
    exempt = faults.distinct("/capacity/exempt_tiers", capacity.get("exempt_tiers", []), TIERS, empty=True)
    if set(exempt) == set(TIERS):
        faults.add(
            "/capacity/exempt_tiers",
            "capacity_limits_nothing",
            gettext_noop("A limit from which every tier is exempt limits nothing."),
        )


def _check_escalation(faults: Faults, value: Any) -> None:
    shares = []
    for pointer, step in faults.items("/escalation", value):
        terms = faults.record(pointer, step, required=("share", "to", "reassign"))
        shares.append(faults.positive_int(f"{pointer}/share", terms.get("share")))
        faults.flag(f"{pointer}/reassign", terms.get("reassign"))
        faults.distinct(f"{pointer}/to", terms.get("to"), ESCALATION_ROLES)
        if (shares[-1] or 0) > _LAST_ESCALATION:
            faults.add(
                f"{pointer}/share",
                "step_too_late",
                gettext_noop("Give at most %(most)s."),
                most=_LAST_ESCALATION,
            )
    if len(shares) > _MOST_STEPS:
        faults.add("/escalation", "too_many_steps", gettext_noop("Give at most %(most)s."), most=_MOST_STEPS)
    known = [share for share in shares if share]
    if known != sorted(set(known)):
        faults.add(
            "/escalation",
            "steps_not_ascending",
            gettext_noop("Each escalation step must come later than the one before."),
        )


def _check_reasons(faults: Faults, value: Any) -> None:
    lists = ("rejection", "disqualification", "lost")
    reasons = faults.record("/reasons", value, required=lists)
    for name in lists:
        keys = []
        for pointer, reason in faults.items(f"/reasons/{name}", reasons.get(name)):
            fields: tuple[str, ...] = ("key", "label")
            if name == "rejection":
                fields += ("class", "needs_criterion", "needs_evidence")
            terms = faults.record(pointer, reason, required=fields)
            keys.append(faults.key(f"{pointer}/key", terms.get("key")))
            faults.text(f"{pointer}/label", terms.get("label"))
            if name == "rejection":
                _check_rejection_reason(faults, pointer, terms)
        faults.unique(f"/reasons/{name}", keys)
        if not keys:
            faults.empty(f"/reasons/{name}")


def _check_rejection_reason(faults: Faults, pointer: str, terms: Mapping[str, Any]) -> None:
    reason_class = terms.get("class")
    faults.one_of(f"{pointer}/class", reason_class, REJECTION_CLASSES)
    faults.flag(f"{pointer}/needs_evidence", terms.get("needs_evidence"))
    needs = faults.flag(f"{pointer}/needs_criterion", terms.get("needs_criterion"))
    if needs is not None and needs != (reason_class == "definitional"):
        faults.add(
            f"{pointer}/needs_criterion",
            "criterion_contradicts_class",
            gettext_noop("Definitional reasons name a criterion, and only they do."),
        )


def _check_arbitration(faults: Faults, given: Mapping[str, Any]) -> None:
    fields = ("appealable", "statements_close_after_business_days")
    terms = faults.record("/arbitration", given.get("arbitration"), required=fields)
    classes = []
    for pointer, name in faults.items("/arbitration/appealable", terms.get(fields[0])):
        # A procedural rejection is re-routed; there is nothing to appeal.
        faults.one_of(pointer, name, REJECTION_CLASSES[1:])
        classes.append(name)
    faults.unique("/arbitration/appealable", classes)
    if not classes:
        faults.empty("/arbitration/appealable")
    pointer = "/arbitration/statements_close_after_business_days"
    closing = faults.positive_int(pointer, terms.get(fields[1]))
    if closing and any(closing >= days for days in _ruling_days(given)):
        faults.add(
            pointer,
            "statements_close_after_ruling",
            gettext_noop("Statements must close before the ruling is due."),
        )


def _ruling_days(given: Mapping[str, Any]) -> list[int]:
    commitments = given.get("commitments")
    return [
        terms["amount"]
        for terms in (commitments if isinstance(commitments, Sequence) else ())
        if isinstance(terms, Mapping)
        and terms.get("key") == "ruling"
        and terms.get("unit") == "business_days"
        and isinstance(terms.get("amount"), int)
    ]


def _names(value: Any) -> Collection[str]:
    return tuple(value) if isinstance(value, Mapping) else ()
