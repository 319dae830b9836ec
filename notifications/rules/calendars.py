"""Who is told about working hours."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.rules.telling import Rule, Told
from tenants.roles import Role


def _calendar_changed(data: Mapping[str, Any]) -> list[Told]:
    moved = int(data.get("open_clocks", 0))

    def words(_zone: ZoneInfo) -> str:
        if not moved:
            return _("Working hours were changed.")
        text = ngettext(
            "Working hours were changed. %(n)d open deadline counts on them.",
            "Working hours were changed. %(n)d open deadlines count on them.",
            moved,
        )
        return text % {"n": moved}

    heads = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("calendar.changed", words, "calendar", roles=heads, by_mail=False)]


def _holidays_due(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The holidays of %(year)d are not in the working hours yet. Look at them and take them over.") % {
            "year": data["year"]
        }

    return [Told("calendar.holidays_due", words, "holidays", roles=(Role.ADMINISTRATOR,))]


RULES: Mapping[str, Rule] = {
    "calendar.changed": _calendar_changed,
    "calendar.holidays_due": _holidays_due,
}
