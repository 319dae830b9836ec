"""The pages of the dashboards."""

from dashboards.views.audit import (
    audit_log,
)
from dashboards.views.home import home
from dashboards.views.joint import (
    joint,
    nav_counts,
    rollups,
)
from dashboards.views.money import criteria, criterion_drop, quality, returns, revenue
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
from dashboards.views.reports import (
    report,
    report_paper,
    report_pause,
    report_pdf_page,
    report_plan,
    report_resume,
    report_send,
    reports,
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
from dashboards.views.tables import period_table, review_table, table

__all__ = [
    "audit_log",
    "criteria",
    "criterion_drop",
    "home",
    "joint",
    "nav_counts",
    "period_table",
    "person",
    "person_export",
    "plan",
    "plan_adopt",
    "privacy",
    "quality",
    "replay",
    "report",
    "report_paper",
    "report_pause",
    "report_pdf_page",
    "report_plan",
    "report_resume",
    "report_send",
    "reports",
    "returns",
    "revenue",
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
    "review_table",
    "reviews",
    "rollups",
    "table",
]
