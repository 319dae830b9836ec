"""Stages, decisions and what else has a key, in words."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from leads.models import Attempt, Handover, Lead

STAGES: Mapping[str, Promise] = {
    Lead.Stage.LEAD: gettext_lazy("Lead"),
    Lead.Stage.PROSPECT: gettext_lazy("Prospect"),
    Lead.Stage.MQL: gettext_lazy("MQL"),
    Lead.Stage.SAL: gettext_lazy("SAL"),
    Lead.Stage.SQL: gettext_lazy("SQL"),
    Lead.Stage.OPPORTUNITY: gettext_lazy("Opportunity"),
    Lead.Stage.CUSTOMER: gettext_lazy("Customer"),
    Lead.Stage.NURTURE: gettext_lazy("Nurture"),
    Lead.Stage.DISQUALIFIED: gettext_lazy("Disqualified"),
}
STAGE_TONES = {
    Lead.Stage.MQL: "info", Lead.Stage.SAL: "ok", Lead.Stage.SQL: "ok", Lead.Stage.OPPORTUNITY: "ok",
    Lead.Stage.CUSTOMER: "ok", Lead.Stage.NURTURE: "warn", Lead.Stage.DISQUALIFIED: "crit",
}  # fmt: skip
TIERS: Mapping[str, Promise] = {
    "standard": gettext_lazy("Standard"),
    "hand_raiser": gettext_lazy("Hand-raiser"),
}
# Stretches of the time until first contact; see leads.periods.BAND_ENDS.
BANDS: Sequence[Promise] = (
    gettext_lazy("< 15 m"),
    gettext_lazy("15–60 m"),
    gettext_lazy("1–4 h"),
    gettext_lazy("4–12 h"),
    gettext_lazy("12–24 h"),
    gettext_lazy("> 24 h"),
)
PROMISES: Mapping[str, Promise] = {
    "met": gettext_lazy("Kept"),
    "breached": gettext_lazy("Broken"),
    "running": gettext_lazy("Running"),
    "excused": gettext_lazy("Excused"),
    "cancelled": gettext_lazy("Cancelled"),
}
DECISIONS: Mapping[str, Promise] = {
    Handover.Decision.PENDING: gettext_lazy("To decide"),
    Handover.Decision.ACCEPTED: gettext_lazy("Accepted"),
    Handover.Decision.DEEMED_ACCEPTED: gettext_lazy("Deemed accepted"),
    Handover.Decision.REJECTED: gettext_lazy("Rejected"),
    Handover.Decision.ACCEPTED_BY_RULING: gettext_lazy("Accepted by ruling"),
}
DECISION_TONES = {
    Handover.Decision.PENDING: "info", Handover.Decision.ACCEPTED: "ok", Handover.Decision.DEEMED_ACCEPTED: "warn",
    Handover.Decision.REJECTED: "crit", Handover.Decision.ACCEPTED_BY_RULING: "ok",
}  # fmt: skip
CREDITS: Mapping[str, Promise] = {
    "counted": gettext_lazy("counted"),
    "suspended": gettext_lazy("suspended"),
    "reversed": gettext_lazy("reversed"),
    "adjusted": gettext_lazy("adjusted"),
    "not_counted": gettext_lazy("not counted"),
}
CHANNELS: Mapping[str, Promise] = {
    Attempt.Channel.CALL: gettext_lazy("Call"),
    Attempt.Channel.EMAIL: gettext_lazy("E-mail"),
    Attempt.Channel.MEETING: gettext_lazy("Meeting"),
    Attempt.Channel.MESSAGE: gettext_lazy("Message"),
}
OUTCOMES: Mapping[str, Promise] = {
    Attempt.Outcome.REACHED: gettext_lazy("Reached"),
    Attempt.Outcome.NO_ANSWER: gettext_lazy("No answer"),
    Attempt.Outcome.LEFT_MESSAGE: gettext_lazy("Left a message"),
    Attempt.Outcome.WRONG_CONTACT: gettext_lazy("Wrong contact"),
}
NOT_COUNTED: Mapping[str, Promise] = {
    "automatic": gettext_lazy("sent by a machine"),
    "too_soon": gettext_lazy("too soon after the one before"),
    "before_handover": gettext_lazy("before the handover"),
    "too_late": gettext_lazy("after the agreed time"),
}
ANSWERS: Mapping[str, Promise] = {
    "resent": gettext_lazy("corrected and sent again"),
    "nurtured": gettext_lazy("nurtured"),
    "appealed": gettext_lazy("appealed"),
    "expired": gettext_lazy("not answered in time"),
    "upheld": gettext_lazy("rejection upheld"),
    "overturned": gettext_lazy("rejection overturned"),
    "withdrawn": gettext_lazy("appeal withdrawn"),
}
FIELDS: Mapping[str, Promise] = {
    "email": gettext_lazy("e-mail"),
    "given_name": gettext_lazy("given name"),
    "family_name": gettext_lazy("family name"),
    "phone": gettext_lazy("phone"),
    "job_title": gettext_lazy("job title"),
    "country": gettext_lazy("country"),
    "company_name": gettext_lazy("company"),
    "industry": gettext_lazy("industry"),
    "employees": gettext_lazy("employees"),
    "website": gettext_lazy("website"),
    "message": gettext_lazy("message"),
    "competitor": gettext_lazy("excluded: competitor"),
    "student": gettext_lazy("excluded: student"),
    "existing_customer": gettext_lazy("excluded: existing customer"),
}


MERGE_FIELDS: Mapping[str, Promise] = {
    "marketer": gettext_lazy("marketer"),
    "campaign": gettext_lazy("campaign"),
}
# What sales says of a campaign's leads.
VERDICTS: Mapping[str, Promise] = {
    "buyers": gettext_lazy("real buyers"),
    "mixed": gettext_lazy("some buyers, some not"),
    "no_buyers": gettext_lazy("not buyers"),
}
# By what two leads may be one person.
DUPLICATE_KINDS: Mapping[str, Promise] = {
    "mailbox": gettext_lazy("same mailbox"),
    "phone": gettext_lazy("same phone number"),
    "name": gettext_lazy("similar name at the same company"),
}

FLAGS: Mapping[str, Promise] = {
    "competitor": gettext_lazy("competitor"),
    "student": gettext_lazy("student"),
    "existing_customer": gettext_lazy("existing customer"),
}
BEHAVIOURS: Mapping[str, Promise] = {
    "page_viewed": gettext_lazy("viewed a page"),
    "pricing_viewed": gettext_lazy("viewed the price list"),
    "ebook_downloaded": gettext_lazy("downloaded an e-book"),
    "webinar_attended": gettext_lazy("attended a webinar"),
    "demo_requested": gettext_lazy("asked for a demo"),
    "mail_opened": gettext_lazy("opened a mail"),
    "mail_clicked": gettext_lazy("clicked in a mail"),
}
KINDS: Mapping[str, Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "date": gettext_lazy("Date"),
    "boolean": gettext_lazy("Yes or no"),
    "choice": gettext_lazy("One of a list"),
    "multi_choice": gettext_lazy("Several of a list"),
}


# Why a handover waits for the sales manager, as it was kept when it was routed.
WAITS: Mapping[str, Promise] = {
    "queue_by_rule": gettext_lazy("a rule sends it here"),
    "queue_by_default": gettext_lazy("no rule matches"),
    "nobody_there": gettext_lazy("nobody was there to take it"),
    "at_capacity": gettext_lazy("everybody had as much as they can take"),
}
CONDITION_STATES: Mapping[str, Promise] = {
    "met": gettext_lazy("yes"),
    "not_met": gettext_lazy("no"),
    "unknown": gettext_lazy("not known"),
}


def word(words: Mapping[str, Promise], key: str) -> str:
    """Return a key in words, or the key where there are none."""
    return str(words.get(key, key))
