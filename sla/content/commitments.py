"""The promises of an agreement: which exist, and whether their terms make sense."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sla.business_time.problem import gettext_noop
from sla.business_time.units import BUSINESS_DAYS, UNITS
from sla.content.faults import Faults, amount_of

SIDES = ("marketing", "sales", "board")
ON_SILENCE = ("deemed_accepted", "breach_only")
_TIMED = ("key", "side", "amount", "unit", "calendar", "warn_shares")
_LONGEST = 2000

# Each promise belongs to one side; what else its terms consist of.
_OWED_BY = {
    "decision": "sales",
    "first_contact": "sales",
    "attempts": "sales",
    "status_current": "sales",
    "return_answer": "marketing",
    "ruling": "board",
    "volume": "marketing",
    "pace": "marketing",
    "acceptance_rate": "marketing",
    "completeness": "marketing",
}
_FIELDS = {
    "decision": (*_TIMED, "on_silence"),
    "first_contact": (*_TIMED, "tier"),
    "attempts": (*_TIMED, "count", "spacing_amount", "spacing_unit"),
    "volume": ("key", "side", "period"),
    "pace": ("key", "side", "period"),
    "acceptance_rate": ("key", "side", "share"),
    "completeness": ("key", "side", "share"),
}
_PERIODS = {"volume": "month", "pace": "week"}


def check_commitments(faults: Faults, value: Any, *, tiers: Collection[str], calendars: Collection[str]) -> None:
    """The list of promises, each alone and all together."""
    read: list[Mapping[str, Any]] = []
    for pointer, item in faults.items("/commitments", value):
        key = item.get("key") if isinstance(item, Mapping) else None
        if faults.one_of(f"{pointer}/key", key, _OWED_BY) is None:
            continue
        fields = _FIELDS.get(str(key), _TIMED)
        terms = faults.record(pointer, item, required=fields)
        _check_commitment(faults, pointer, terms, tiers, calendars)
        read.append(terms)
    faults.unique("/commitments", [_name(terms) for terms in read])
    _check_both_sides(faults, read)
    _check_tier_order(faults, read)


def _check_commitment(
    faults: Faults,
    pointer: str,
    terms: Mapping[str, Any],
    tiers: Collection[str],
    calendars: Collection[str],
) -> None:
    key = terms["key"]
    faults.one_of(f"{pointer}/side", terms.get("side"), (_OWED_BY[key],))
    if "amount" in _FIELDS.get(key, _TIMED):
        _check_duration(faults, pointer, terms, "amount", "unit")
        faults.one_of(f"{pointer}/calendar", terms.get("calendar"), calendars)
        _check_warn_shares(faults, f"{pointer}/warn_shares", terms.get("warn_shares"))
    if key == "decision":
        faults.one_of(f"{pointer}/on_silence", terms.get("on_silence"), ON_SILENCE)
    if key == "first_contact":
        faults.one_of(f"{pointer}/tier", terms.get("tier"), tiers)
    if key == "attempts":
        _check_attempts(faults, pointer, terms)
    if key in _PERIODS:
        faults.one_of(f"{pointer}/period", terms.get("period"), (_PERIODS[key],))
    if "share" in terms:
        faults.share(f"{pointer}/share", terms["share"])


def _check_duration(faults: Faults, pointer: str, terms: Mapping[str, Any], amount: str, unit: str) -> None:
    known = faults.one_of(f"{pointer}/{unit}", terms.get(unit), UNITS)
    if known == BUSINESS_DAYS:
        number: Decimal | int | None = faults.positive_int(f"{pointer}/{amount}", terms.get(amount))
    else:
        number = faults.positive(f"{pointer}/{amount}", terms.get(amount))
    if number is not None and number > _LONGEST:
        faults.add(
            f"{pointer}/{amount}",
            "duration_too_long",
            gettext_noop("Give at most %(most)s."),
            most=_LONGEST,
        )


def _check_warn_shares(faults: Faults, pointer: str, value: Any) -> None:
    shares = [faults.positive_int(place, share) for place, share in faults.items(pointer, value)]
    known = [share for share in shares if share]
    if known != sorted(set(known)) or any(share >= 100 for share in known):
        faults.add(
            pointer,
            "warn_shares_invalid",
            gettext_noop("Give ascending percentages below 100."),
        )


def _check_attempts(faults: Faults, pointer: str, terms: Mapping[str, Any]) -> None:
    count = faults.positive_int(f"{pointer}/count", terms.get("count"))
    before = len(faults.found)
    _check_duration(faults, pointer, terms, "spacing_amount", "spacing_unit")
    if count is None or len(faults.found) > before:
        return
    window = _most_hours(terms.get("amount"), terms.get("unit"))
    spacing = _least_hours(terms["spacing_amount"], terms["spacing_unit"])
    if window is not None and (count - 1) * spacing > window:
        faults.add(
            f"{pointer}/count",
            "attempts_do_not_fit",
            gettext_noop("So many attempts, so far apart, do not fit into the time."),
        )


def _most_hours(amount: Any, unit: Any) -> Decimal | None:
    if isinstance(amount, bool) or not isinstance(amount, int) or unit not in UNITS:
        return None
    # A working day is at most 24 hours, whatever the calendar says.
    return Decimal(amount * 24 if unit == BUSINESS_DAYS else amount)


def _least_hours(amount: Any, unit: str) -> Decimal:
    # How short a working day may be is the calendar's matter.
    return Decimal(0) if unit == BUSINESS_DAYS else Decimal(amount)


def _check_both_sides(faults: Faults, commitments: list[Mapping[str, Any]]) -> None:
    keys = {terms["key"] for terms in commitments}
    owing = {_OWED_BY[key] for key in keys}
    for side in ("marketing", "sales"):
        if side not in owing:
            faults.add(
                "/commitments",
                "side_owes_nothing",
                gettext_noop("An agreement has two sides; %(side)s owes nothing here."),
                side=side,
            )
    for key in ("decision", "volume"):
        if key not in keys and _OWED_BY[key] in owing:
            faults.add(
                "/commitments",
                "commitment_missing",
                gettext_noop("The commitment “%(key)s” is missing."),
                key=key,
            )


def _check_tier_order(faults: Faults, commitments: list[Mapping[str, Any]]) -> None:
    times = {
        str(terms.get("tier")): (terms.get("unit"), terms.get("amount"))
        for terms in commitments
        if terms["key"] == "first_contact"
    }
    standard, hand_raiser = times.get("standard"), times.get("hand_raiser")
    if not standard or not hand_raiser or standard[0] != hand_raiser[0]:
        return
    slow, fast = (amount_of(amount) for amount in (standard[1], hand_raiser[1]))
    if slow is not None and fast is not None and fast > slow:
        faults.add(
            "/commitments",
            "hand_raiser_waits_longer",
            gettext_noop("Hand-raisers cannot wait longer than standard leads."),
        )


def _name(terms: Mapping[str, Any]) -> str:
    return f"{terms['key']} {terms.get('tier', '')}".strip()
