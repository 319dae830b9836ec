"""From whatever a form sends to the shape of a submission; nothing that was sent is dropped (pure)."""

import re
from collections.abc import Mapping
from typing import Any

from intake.body import SubmissionBody
from smarketing.lib.bodies import read
from smarketing.lib.errors import InvalidInput

# Names that forms commonly use → the field of a submission. A form's own mapping comes first.
USUAL_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("email", "e_mail", "mail", "email_address", "your_email", "work_email"), "person.email"),
    **dict.fromkeys(("given_name", "first_name", "firstname", "fname", "vorname"), "person.given_name"),
    **dict.fromkeys(("family_name", "last_name", "lastname", "lname", "surname", "nachname"), "person.family_name"),
    **dict.fromkeys(("name", "full_name", "fullname", "your_name"), "name"),
    **dict.fromkeys(("phone", "tel", "telephone", "phone_number", "mobile", "telefon"), "person.phone"),
    **dict.fromkeys(("job_title", "jobtitle", "title", "position", "role"), "person.job_title"),
    **dict.fromkeys(("company", "company_name", "organisation", "organization", "firma"), "company.name"),
    **dict.fromkeys(("website", "url", "company_website"), "company.website"),
    **dict.fromkeys(("employees", "company_size", "number_of_employees", "mitarbeiter"), "company.employees"),
    **dict.fromkeys(("industry", "branche"), "company.industry"),
    **dict.fromkeys(("country", "land", "company_country"), "company.country"),
    **dict.fromkeys(("message", "comments", "comment", "nachricht", "question"), "message"),
    "intent": "intent",
    "external_id": "external_id",
    "hp": "hp",
    "visitor": "visitor",
    "test": "test",
    "utm_source": "attribution.last.source",
    "utm_medium": "attribution.last.medium",
    "utm_campaign": "attribution.last.campaign",
    "utm_term": "attribution.last.term",
    "utm_content": "attribution.last.content",
    "landing_page": "attribution.landing_page",
    "referrer": "attribution.referrer",
    **{name: f"attribution.click_ids.{name}" for name in ("gclid", "fbclid", "msclkid", "li_fat_id", "ttclid")},
    **dict.fromkeys(("consent", "sales_contact", "privacy"), "consent"),
}

# The parts of a submission that a script may send ready-made.
PARTS = frozenset({"person", "company", "attribution", "behaviours", "consents", "custom"})

# Faults may show one behind the other; a few rounds find all of them.
MAX_ROUNDS = 5

YES = frozenset({"1", "on", "yes", "true", "ja", "y"})


def read_leniently(sent: Any, mapping: Mapping[str, str]) -> SubmissionBody:
    """Return a submission made of what a form sent: mapped names in place, all others as custom values.

    A value that does not fit its field becomes a custom value too. Raises InvalidInput when ``sent`` is no object.
    """
    if not isinstance(sent, Mapping):
        return read(sent, SubmissionBody)
    shaped = shape(sent, mapping)
    for _round in range(MAX_ROUNDS):
        try:
            return read(shaped, SubmissionBody)
        except InvalidInput as error:
            for fault in error.errors:
                _set_aside(shaped, fault.pointer)
            _drop_emptied_entries(shaped)
    return SubmissionBody(custom=dict(sent))


def shape(sent: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return what was sent with every value at its place, those without one under ``custom``."""
    shaped: dict[str, Any] = {name: part for name, part in copied(sent).items() if _is_ready(name, part)}
    custom = shaped.setdefault("custom", {})
    for name, value in sent.items():
        if name in shaped and _is_ready(name, value):
            continue
        target = mapping.get(name) or USUAL_NAMES.get(folded(name), "")
        if value in ("", None):
            continue
        if not target or isinstance(value, list) or not _place(shaped, target, value):
            custom[name] = value
        if target and isinstance(value, list) and value:
            _place(shaped, target, value[0])
    return shaped


def copied(value: Any) -> Any:
    """Return the value with objects and lists of its own, so that shaping leaves the raw one alone."""
    # Plain objects first: to ask for any mapping takes ten times as long.
    if isinstance(value, (dict, Mapping)):
        return {name: copied(part) for name, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


def _is_ready(name: str, part: Any) -> bool:
    return name in PARTS and isinstance(part, list if name in ("behaviours", "consents") else dict)


def folded(name: str) -> str:
    """Return the name of a field as it is compared: lower case, single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _place(shaped: dict[str, Any], target: str, value: Any) -> bool:
    """Put the value at the dotted target; False when it has no place there (then it becomes custom)."""
    if target == "name":
        return _place_name(shaped, value)
    if target == "consent":
        consents = shaped.setdefault("consents", [])
        consents.append({"purpose": "sales_contact", "granted": str(value).strip().lower() in YES})
        return True
    *parents, last = target.split(".")
    place = shaped
    for parent in parents:
        place = place.setdefault(parent, {})
        if not isinstance(place, dict):
            return False
    if last in place:
        return False
    place[last] = _converted(last, value)
    return True


def _place_name(shaped: dict[str, Any], value: Any) -> bool:
    person = shaped.setdefault("person", {})
    if not isinstance(value, str) or {"given_name", "family_name"} & person.keys():
        return False
    given, _space, family = value.strip().rpartition(" ")
    person.update({"given_name": given, "family_name": family} if given else {"given_name": family})
    return True


def _converted(field: str, value: Any) -> Any:
    if field == "employees" and isinstance(value, str):
        digits = re.sub(r"[\s.,'’]", "", value)
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else value
    if field == "test" and isinstance(value, str):
        return value.strip().lower() in YES
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and field != "employees" else value


def _set_aside(shaped: dict[str, Any], pointer: str) -> None:
    """Move what is wrong at the pointer out of its place, into the custom values."""
    names = [part.replace("~1", "/").replace("~0", "~") for part in pointer.strip("/").split("/")]
    place: Any = shaped
    for depth, name in enumerate(names):
        path = ".".join(names[: depth + 1])
        if isinstance(place, list):
            # A list's entry goes as a whole: half a behaviour is none.
            _keep_as_custom(shaped, path, place[int(name)])
            place[int(name)] = None
            return
        if depth == len(names) - 1 or not isinstance(place.get(name), dict | list):
            _keep_as_custom(shaped, path, place.pop(name, None))
            return
        place = place[name]


def _keep_as_custom(shaped: dict[str, Any], path: str, value: Any) -> None:
    if value is not None:
        shaped["custom"][path] = value


def _drop_emptied_entries(shaped: dict[str, Any]) -> None:
    for name in ("behaviours", "consents"):
        if isinstance(shaped.get(name), list):
            shaped[name] = [entry for entry in shaped[name] if entry is not None]
