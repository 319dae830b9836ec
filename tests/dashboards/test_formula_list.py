"""Each formula that docs/numbers.md promises has a test that computes it by hand, and every figure is listed."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (ROOT / "docs/numbers.md").read_text(encoding="utf-8"))
# What both sides measure each other by.
FIGURES = (
    "gross acceptance", "net acceptance", "deemed share", "compliance", "speed to lead", "conversion", "lead velocity",
    "pace index", "weighted attainment", "time to customer", "revenue", "pipeline per euro", "cost per MQL",
    "rejections", "overturn rate", "attempt compliance", "return answer time", "recycle yield", "completeness",
)  # fmt: skip


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), LISTED)
def test_a_formula_has_the_test_that_is_named(path: str, name: str) -> None:
    assert name in names_in(path)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_listed_with_its_example(figure: str) -> None:
    rows = [line for line in (ROOT / "docs/numbers.md").read_text(encoding="utf-8").splitlines() if "::test_" in line]
    assert any(figure in row.split("|")[1] for row in rows)
