"""The promises of an agreement: which exist, and whether their terms make sense."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sla.business_time import BUSINESS_DAYS, BUSINESS_HOURS, ELAPSED_HOURS, UNITS, Hours, due_after
from sla.business_time.problem import gettext_noop
from sla.content.faults import Faults, amount_of

SIDES = ("marketing", "sales", "board")
ON_SILENCE = ("deemed_accepted", "breach_only")
_TIMED = ("key", "side", "amount", "unit", "calendar", "warn_shares")
_LONGEST = 2000
_MOST_ATTEMPTS = 100
_A_MONDAY = datetime(2024, 1, 8, tzinfo=UTC)

# (what comes first, what follows, code, sentence); see _check_order.
_ORDER = (
    (
        "first_contact hand_raiser",
        "first_contact standard",
        "hand_raiser_waits_longer",
        gettext_noop("Hand-raisers cannot wait longer than standard leads."),
    ),
    (
        "first_contact standard",
        "attempts",
        "first_contact_after_attempts",
        gettext_noop("The first contact cannot be due after the last attempt."),
    ),
    (
        "decision",
        "attempts",
        "decision_after_attempts",
        gettext_noop("The decision cannot be due after the last attempt."),
    ),
)

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
# What terms may say besides; `sla.content.optional` says what their silence means.
_OPTIONAL = {"pace": ("share",)}
_PERIODS = {"volume": "month", "pace": "week"}


def check_commitments(
    faults: Faults, value: Any, *, tiers: Collection[str], calendars: Collection[str], hours: Mapping[str, Hours]
) -> None:
    """The list of promises, each alone and all together; ``hours`` are the calendars that can be read."""
    read: dict[str, Mapping[str, Any]] = {}
    for pointer, item in faults.items("/commitments", value):
        key = item.get("key") if isinstance(item, Mapping) else None
        if faults.one_of(f"{pointer}/key", key, _OWED_BY) is None:
            continue
        fields = _FIELDS.get(str(key), _TIMED)
        terms = faults.record(pointer, item, required=fields, optional=_OPTIONAL.get(str(key), ()))
        before = len(faults.found)
        _check_commitment(faults, pointer, terms, tiers, calendars)
        if key == "attempts" and len(faults.found) == before:
            _check_attempts_fit(faults, pointer, terms, hours)
        read[pointer] = terms
    faults.unique("/commitments", [_name(terms) for terms in read.values()])
    _check_both_sides(faults, read.values())
    _check_order(faults, read)


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
    if count and count > _MOST_ATTEMPTS:
        faults.add(f"{pointer}/count", "too_many_attempts", gettext_noop("Give at most %(most)s."), most=_MOST_ATTEMPTS)
    _check_duration(faults, pointer, terms, "spacing_amount", "spacing_unit")


def _check_attempts_fit(faults: Faults, pointer: str, terms: Mapping[str, Any], hours: Mapping[str, Hours]) -> None:
    """Refuse what nobody could keep, on whatever weekday the time begins."""
    calendar = hours.get(str(terms.get("calendar")))
    if calendar is None or any(_attempts_fit(terms, calendar, _A_MONDAY + timedelta(days=n)) for n in range(7)):
        return
    faults.add(
        f"{pointer}/count",
        "attempts_do_not_fit",
        gettext_noop("So many attempts, so far apart, do not fit into the time."),
    )


def _attempts_fit(terms: Mapping[str, Any], calendar: Hours, midnight: datetime) -> bool:
    start = calendar.next_opening(midnight)
    end = due_after(start, _amount(terms, "amount"), terms["unit"], calendar)
    moment = start
    for _number in range(terms["count"] - 1):
        moment = due_after(moment, _amount(terms, "spacing_amount"), terms["spacing_unit"], calendar)
        if moment > end:
            return False
    return True


def _amount(terms: Mapping[str, Any], name: str) -> Decimal:
    number = amount_of(terms[name])
    if number is None:
        raise ValueError(f"{terms[name]!r} is not an amount.")
    return number


def _check_both_sides(faults: Faults, commitments: Collection[Mapping[str, Any]]) -> None:
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


def _check_order(faults: Faults, read: Mapping[str, Mapping[str, Any]]) -> None:
    """What comes first in a lead's life cannot be promised for later than what follows."""
    places = {_name(terms): pointer for pointer, terms in read.items()}
    for earlier, later, code, sentence in _ORDER:
        if earlier in places and later in places and _surely_longer(read[places[earlier]], read[places[later]]):
            faults.add(f"{places[earlier]}/amount", code, sentence)


def _surely_longer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether the one time ends later than the other on every calendar there can be."""
    first, second = amount_of(one.get("amount")), amount_of(other.get("amount"))
    units = str(one.get("unit")), str(other.get("unit"))
    if first is None or second is None:
        return False
    if ELAPSED_HOURS not in units and one.get("calendar") != other.get("calendar"):
        # Two business hours of a desk that never closes are over before one of an office.
        return False
    if units[0] == units[1]:
        return first > second
    # So many hours at least does one of the first unit take, counted in the second.
    least = {
        (BUSINESS_HOURS, ELAPSED_HOURS): Decimal(1),
        # A day on which the clocks go forward is the shortest.
        (BUSINESS_DAYS, ELAPSED_HOURS): Decimal(23),
        (BUSINESS_HOURS, BUSINESS_DAYS): Decimal(1) / 25,
    }
    return units in least and first * least[units] > second


def _name(terms: Mapping[str, Any]) -> str:
    return f"{terms['key']} {terms.get('tier', '')}".strip()
