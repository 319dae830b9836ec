"""Icons, drawn into the page."""

from functools import cache, lru_cache
from pathlib import Path
from re import findall

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from smarketing.lib.templatetags.ui.library import register

ICONS = Path(__file__).resolve().parents[4] / "static/vendor/tabler-icons-3.51.0"


@cache
def _icon_body(name: str) -> str:
    raw = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    shapes = findall(r"<(?:path|circle|rect|line|polyline)\b[^>]*?/>", raw)
    return "".join(shape for shape in shapes if 'stroke="none"' not in shape)


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """The named icon, inline; decoration unless it has a label."""
    return _drawn(name, cls, str(label))


@lru_cache(maxsize=2048)
def _drawn(name: str, cls: str, label: str) -> SafeString:
    """Draw each icon once: a page of cards has hundreds of the same few."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        f"sm-i {cls}".strip(),
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(_icon_body(name)),  # noqa: S308 - our own files, read from our own folder
    )
