"""The documents: every link leads somewhere, every page is found from the README."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def links_of(document: str) -> list[str]:
    """Return the links of a document that stay in the house."""
    return [link for link in LINK.findall((ROOT / document).read_text()) if ":" not in link]


def anchors_of(path: Path) -> set[str]:
    """Return the names of a document's headings as links write them."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in HEADING.findall(path.read_text())}


def faults_of(document: str) -> list[str]:
    """Return the links that lead nowhere."""
    found = []
    for link in links_of(document):
        name, _hash, anchor = link.partition("#")
        target = (ROOT / document).parent / unquote(name) if name else ROOT / document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    assert faults_of(document) == []


def test_every_page_is_found_from_the_readme() -> None:
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - set(links_of("README.md")) == set()


def test_a_dead_link_would_be_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# A title\n[here](#a-title) [gone](gone.md) [no such part](page.md#part)")
    monkeypatch.setattr("tests.lib.test_links.ROOT", tmp_path)
    assert faults_of("page.md") == ["gone.md", "page.md#part"]
