"""Links and form fields."""

from typing import Any

from django.template.context import RequestContext
from django.utils.functional import Promise

from smarketing.lib.templatetags.ui.library import register


@register.simple_tag(takes_context=True)
def query_replace(context: RequestContext, name: str = "", value: Any = None, **changes: Any) -> str:
    """The page's own query string with some parameters set, or dropped when None; one may be named by a variable."""
    request = context.get("request")
    if request is None:
        return ""
    query = request.GET.copy()
    for key, found in (changes | ({name: value} if name else {})).items():
        query.pop(key, None)
        if found is not None:
            query[key] = str(found)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("_field.html")
def field(bound: Any, cls: str = "", hint: str | Promise = "") -> dict[str, Any]:
    """One form field: label, control, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    described = [bound.auto_id + "-help"] if bound.help_text or hint else []
    described += [bound.auto_id + "-error"] if bound.errors else []
    attrs: dict[str, Any] = {"class": f"{_control_class(widget)} {cls}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    may_be_left = getattr(widget, "input_type", "") in {"select", "checkbox"}
    return {"bound": bound, "control": bound.as_widget(attrs=attrs), "hint": hint,
            "kind": _kind(widget), "may_be_left": may_be_left}  # fmt: skip


def _kind(widget: Any) -> str:
    name = getattr(widget, "input_type", "")
    if hasattr(widget, "choices") and name in {"radio", "checkbox"}:
        return "group"
    return "check" if name == "checkbox" else "line"


def _control_class(widget: Any) -> str:
    if _kind(widget) != "line":
        return "sm-check"
    return "sm-input sm-select" if getattr(widget, "input_type", "") == "select" else "sm-input"
