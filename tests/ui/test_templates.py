"""House rules that a reader of one template cannot see: policy, prefixes, icons, partials."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from smarketing.lib.templatetags.ui import ICONS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static/css").glob("*.css"))
# What our own pages load; site.js runs on customers' sites and is examined with the visits.
SCRIPTS = sorted(set((ROOT / "static/js").glob("*.js")) - {ROOT / "static/js/site.js"})
PYTHON = [
    path
    for app in "smarketing events tenants notifications sla leads intake arbitration dashboards".split()
    for path in (ROOT / app).rglob("*.py")
]
# htmx and Tabler look for these names; they are not ours to prefix.
FOREIGN_CLASSES = {"htmx-request"}
# Icons that rows bring along as data (timelines, navigation), so that no file names them literally.
DATA_ICONS = {
    "bell", "calendar-event", "clock-exclamation", "clock-pause", "device-desktop", "eye", "flag", "link",
    "messages", "player-play", "send", "settings", "sparkles", "tag", "trash", "video",
}  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def own_classes() -> set[str]:
    """Every class that our style sheets select, comments and declarations aside."""
    text = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", text, flags=re.S)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))


def classes_in(text: str) -> set[str]:
    """The literal classes of a template; what a tag prints between them is another template's matter."""
    found = re.findall(r'class="([^"]*)"', re.sub(r"\{%[^%]*%\}|\{\{[^}]*\}\}", " ", text))
    return {word for value in found for word in value.split()}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_holds_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|\bjs:|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'hx-trigger="[^"]*\[', text)
    assert not re.search(r"hx-(vals|headers)='?\"?js", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_compiles_with_each_of_its_partials(path: Path) -> None:
    relative = str(path.relative_to(ROOT / "templates"))
    get_template(relative)
    for partial in re.findall(r"\{% partialdef (\w+)", path.read_text(encoding="utf-8")):
        get_template(f"{relative}#{partial}")


def test_own_classes_are_prefixed_and_none_is_tablers() -> None:
    tabler = (ROOT / "static/vendor/tabler-1.6.1/tabler.min.css").read_text(encoding="utf-8")
    theirs = set(re.findall(r"\.([a-zA-Z][\w-]*)", tabler))
    ours = own_classes() - FOREIGN_CLASSES
    assert len(ours) > 100
    assert {cls for cls in ours if not cls.startswith("sm-")} == set()
    assert ours & theirs == set()


def test_every_class_of_a_template_is_styled_or_scripted() -> None:
    known = own_classes() | set(re.findall(r"sm-[\w-]+", "".join(p.read_text(encoding="utf-8") for p in SCRIPTS)))
    used = {(cls, name(path)) for path in TEMPLATES for cls in classes_in(path.read_text(encoding="utf-8"))}
    assert {(cls, where) for cls, where in used if cls not in known} == set()


def test_every_named_icon_is_there_and_none_is_idle() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    named = set(re.findall(r'\{% icon "([\w-]+)"', text)) | set(re.findall(r'icon_name="([\w-]+)"', text))
    named |= set(re.findall(r'icon_name\|default:"([\w-]+)"|icon\|default:"([\w-]+)"', text)[0])
    there = {path.stem for path in ICONS.glob("*.svg")}
    assert named - {""} - there == set()
    code = "".join(path.read_text(encoding="utf-8") for path in PYTHON)
    idle = {icon for icon in there - named - DATA_ICONS if f'"{icon}"' not in code and f'"{icon}"' not in text}
    assert idle == set()


def test_the_browser_code_is_small_and_evaluates_nothing() -> None:
    from gzip import compress

    texts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
    assert sum(len(compress(text.encode())) for text in texts.values()) < 10_000
    for text in texts.values():
        assert not re.search(r"\beval\(|new Function|\.innerHTML|insertAdjacentHTML|document\.write", text)


def test_only_one_module_knows_the_events_of_htmx() -> None:
    knowing = {path.name for path in SCRIPTS if re.search(r"htmx[:.]", path.read_text(encoding="utf-8"))}
    assert knowing == {"hx.js"}


def test_nothing_but_the_theme_is_kept_in_the_browser() -> None:
    keeping = {path.name for path in SCRIPTS if re.search(r"Storage|indexedDB", path.read_text(encoding="utf-8"))}
    assert keeping == {"theme.js"}
    assert '"historyCacheSize":0' in (ROOT / "templates/_head.html").read_text(encoding="utf-8")
