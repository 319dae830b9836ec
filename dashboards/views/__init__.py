"""The pages of the dashboards."""

from dashboards.views.audit import (
    audit_log,
)
from dashboards.views.joint import (
    joint,
    nav_counts,
    rollups,
)
from dashboards.views.planning import (
    plan,
    plan_adopt,
    replay,
)
from dashboards.views.privacy import (
    person,
    person_export,
    privacy,
)
from dashboards.views.reviews import (
    review,
    review_act,
    review_action_act,
    review_action_new,
    review_calendar,
    review_change,
    review_item,
    review_minutes,
    review_point,
    review_room,
    reviews,
)

__all__ = [
    "audit_log",
    "joint",
    "nav_counts",
    "person",
    "person_export",
    "plan",
    "plan_adopt",
    "privacy",
    "replay",
    "review",
    "review_act",
    "review_action_act",
    "review_action_new",
    "review_calendar",
    "review_change",
    "review_item",
    "review_minutes",
    "review_point",
    "review_room",
    "reviews",
    "rollups",
]
