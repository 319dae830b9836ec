"""What the operations about meetings share: the meeting as it is answered, with its agenda and actions."""

from typing import Any
from uuid import UUID

from rest_framework.response import Response

from dashboards.access import get_review
from dashboards.models import Review, ReviewAction
from dashboards.review_page import AgendaItem, Line, Reader, agenda_of
from tenants.rest import KeyView, answer

READS, WRITES = "reports:read", "sla:write"


class ReviewView(KeyView):
    """What the views of one meeting share."""

    @property
    def reader(self) -> Reader:
        """For whom the agenda is put into words."""
        return Reader(self.member, self.at, self.zone.key, self.organisation.slug)

    def whole(self, review_id: UUID, *, status: int = 200) -> Response:
        """Answer a meeting with its agenda, minutes and actions."""
        found = get_review(self.member, review_id)
        rows = ReviewAction.objects.filter(review=found).order_by("due_on", "pk")
        body = review_row(found) | {
            "agenda": [item_row(item) for item in agenda_of(found, self.reader)],
            "actions": [action_row(action) for action in rows],
        }
        return answer(body, status=status, revision=found.revision)


def review_row(review: Review) -> dict[str, Any]:
    """Return a meeting as lists show it."""
    return {
        "id": review.pk,
        "starts_at": review.starts_at,
        "minutes_for": review.minutes_for,
        "place": review.place,
        "rhythm": review.rhythm,
        "state": review.state,
        "month": f"{review.month:%Y-%m}" if review.month else None,
        "since": review.since,
        "opened_at": review.opened_at,
        "closed_at": review.closed_at,
        "follows": review.follows_id,
    }


def item_row(item: AgendaItem) -> dict[str, Any]:
    """Return an item of an agenda; without an id while the agenda is not frozen."""
    return {
        "id": item.id,
        "topic": item.topic,
        "title": item.title,
        "summary": item.summary,
        "lines": [_line(line) for line in item.lines],
        "open_actions": [row.id for row in item.carried],
        "minutes": item.minutes,
        "decision": item.decision,
        "written_at": item.written_at,
        "revision": item.revision or None,
    }


def _line(line: Line) -> dict[str, str | None]:
    return {"text": line.text, "value": line.value or None, "note": line.sub or None}


def action_row(action: ReviewAction) -> dict[str, Any]:
    """Return an action."""
    return {
        "id": action.pk,
        "review": action.review_id,
        "item": action.item_id,
        "text": action.text,
        "owner": action.owner_id,
        "due_on": action.due_on,
        "state": action.state,
        "carried": action.carried,
        "closed_at": action.closed_at,
        "revision": action.revision,
    }
