"""Template tags of the look: icons, clocks, numbers, times and charts.

Numbers and dates follow the active language. A number never parts from its unit at a
line end, and a negative one carries a real minus sign.
"""

from smarketing.lib.templatetags.ui.clocks import clock_level, clock_word, countdown, deadline_bar, due, ring, score
from smarketing.lib.templatetags.ui.drawings import bar, columns_chart, figure, gauge, pace_chart, share_of, spark
from smarketing.lib.templatetags.ui.forms import field, query_replace
from smarketing.lib.templatetags.ui.icons import ICONS, icon
from smarketing.lib.templatetags.ui.library import register
from smarketing.lib.templatetags.ui.numbers import (
    HARD,
    MINUS,
    MISSING,
    THIN,
    compact,
    duration,
    initials,
    money,
    number,
    percent,
    plus,
    points,
    pp,
    signed,
)
from smarketing.lib.templatetags.ui.times import day, local, moment, when

__all__ = [
    "HARD", "ICONS", "MINUS", "MISSING", "THIN",
    "bar", "clock_level", "clock_word", "columns_chart", "compact", "countdown", "day", "deadline_bar", "due",
    "duration", "field", "figure", "gauge", "icon", "initials", "local", "moment", "money", "number", "pace_chart",
    "percent", "plus", "points", "pp", "query_replace", "register", "ring", "score", "share_of", "signed", "spark",
    "when",
]  # fmt: skip
