"""The minutes of a meeting on paper, and the meeting as a calendar file."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils import formats
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arbitration.papers import download
from dashboards.models import Review
from dashboards.queries.reviews import ActionRow, items_of_review
from dashboards.review_page import AgendaItem, Reader, agenda_of, rhythm_word, state_word
from smarketing.lib.calendar_files import calendar_file
from smarketing.lib.papers import set_paper
from tenants.models import Membership, Organisation


def minutes_file(review: Review, reader: Reader, *, organisation: Organisation) -> HttpResponse:
    """Return the answer that carries the minutes of a meeting as PDF/UA, as far as the reader may see its names."""
    content = set_paper("dashboards/minutes.typ", _paper(review, reader, organisation))
    return download(content, "application/pdf", f"review-{_day_of(review, reader)}.pdf")


def _day_of(review: Review, reader: Reader) -> str:
    return f"{review.starts_at.astimezone(ZoneInfo(reader.zone)):%Y-%m-%d}"


def _paper(review: Review, reader: Reader, organisation: Organisation) -> dict[str, Any]:
    begins = review.starts_at.astimezone(ZoneInfo(reader.zone))
    return {
        "language": (get_language() or "en")[:2],
        "title": _("Review meeting of %(day)s") % {"day": format_date(begins, "j F Y")},
        "organisation": organisation.name,
        "when": ", ".join(part for part in (format_date(begins, "l j F Y, H:i T"), review.place) if part),
        "state": state_word(review.state),
        "signed": _signed(review, reader),
        "items": [_item(item) for item in agenda_of(review, reader)],
        "said": _("What was said"),
        "decided": _("What was decided"),
        "agreed": _("What is to be done"),
        "nothing": _("Nothing was written down."),
        "until": _("until"),
        "page": _("Page"),
        "of": _("of"),
    }


def _signed(review: Review, reader: Reader) -> str:
    if review.closed_at is None or review.closed_by_id is None:
        return _("These minutes are not closed yet.")
    author = Membership.objects.get(pk=review.closed_by_id)
    when = format_date(review.closed_at.astimezone(ZoneInfo(reader.zone)), "j F Y, H:i T")
    return _("Closed by %(name)s, %(when)s") % {"name": author.name, "when": when}


def _item(item: AgendaItem) -> dict[str, Any]:
    lines = [{"text": line.text, "value": line.value, "sub": line.sub} for line in item.lines]
    return {
        "title": item.title,
        "summary": item.summary,
        "lines": lines,
        "minutes": item.minutes,
        "decision": item.decision,
        "actions": [_action(action) for action in (*item.carried, *item.actions)],
    }


def _action(action: ActionRow) -> dict[str, str]:
    return {"text": action.text, "who": action.owner_name, "until": formats.date_format(action.due_on, "j M Y")}


def review_file(review: Review, *, url: str) -> HttpResponse:
    """Return the answer that carries a meeting into a calendar."""
    points = [f"– {item.title}" for item in items_of_review(review) if item.title]
    content = calendar_file(
        uid=f"review-{review.pk}",
        title=_("Review of marketing and sales"),
        starts_at=review.starts_at,
        minutes_for=review.minutes_for,
        place=review.place,
        lines=[*points, _said_rhythm(review)],
        url=f"{settings.BASE_URL}{url}",
        revision=review.sequence,
        changed_at=review.updated_at,
        cancelled=review.state == Review.State.CANCELLED,
    )
    return download(content, "text/calendar; charset=utf-8", f"review-{review.starts_at:%Y-%m-%d}.ics")


def _said_rhythm(review: Review) -> str:
    # One event for each meeting: a rule of repetition could not follow a meeting that is moved or cancelled.
    return _("Takes place %(rhythm)s.") % {"rhythm": rhythm_word(review.rhythm)}
