"""Everything that can happen in the meetings of both sides."""

from dashboards.actions.forgetting import forget_person
from dashboards.actions.promised import (
    ActionClosed,
    ActionNotYours,
    DayUnusable,
    carry_action,
    drop_action,
    finish_action,
    give_action,
    remind_of_actions,
)
from dashboards.actions.reviews import (
    AgendaFull,
    NotYourReview,
    ReviewChanged,
    ReviewNotOpen,
    ReviewNotPlanned,
    add_point,
    cancel_review,
    change_review,
    close_review,
    open_review,
    plan_review,
    plan_reviews,
    write_item,
)

__all__ = [
    "ActionClosed",
    "ActionNotYours",
    "AgendaFull",
    "DayUnusable",
    "NotYourReview",
    "ReviewChanged",
    "ReviewNotOpen",
    "ReviewNotPlanned",
    "add_point",
    "cancel_review",
    "carry_action",
    "change_review",
    "close_review",
    "drop_action",
    "finish_action",
    "forget_person",
    "give_action",
    "open_review",
    "plan_review",
    "plan_reviews",
    "remind_of_actions",
    "write_item",
]
