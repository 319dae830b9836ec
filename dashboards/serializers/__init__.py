"""The figures for REST clients: numerator, denominator and pending beside every share; points and money as text."""

from dashboards.serializers.figures import (
    breached_now,
    buckets,
    campaigns,
    cut,
    delivered,
    funnel,
    kpis,
    money,
    pace,
    promises,
    rejections,
    share,
    speed,
)
from dashboards.serializers.planning import plan, replay

__all__ = [
    "breached_now",
    "buckets",
    "campaigns",
    "cut",
    "delivered",
    "funnel",
    "kpis",
    "money",
    "pace",
    "plan",
    "promises",
    "rejections",
    "replay",
    "share",
    "speed",
]
