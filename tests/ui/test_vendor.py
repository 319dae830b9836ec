"""What was copied from elsewhere is what it was, and no page asks another host for anything."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static/vendor"
PACKAGES = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["package"]
OWN = [
    path
    for folder, kinds in (("static/css", "css"), ("static/js", "js"), ("templates", "html"))
    for path in sorted((ROOT / folder).rglob(f"*.{kinds}"))
]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["folder"])
def test_vendored_files_are_unchanged_and_complete(package: dict[str, object]) -> None:
    folder = VENDOR / str(package["folder"])
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert found == package["files"]


def test_every_vendored_folder_is_listed_with_version_and_licence() -> None:
    assert {path.name for path in VENDOR.iterdir() if path.is_dir()} == {p["folder"] for p in PACKAGES}
    for package in PACKAGES:
        assert package["folder"].endswith(package["version"])
        assert (VENDOR / package["folder"] / "LICENSE").stat().st_size > 200
        assert package["licence"]


def test_vendored_style_loads_nothing_from_outside() -> None:
    style = (VENDOR / "tabler-1.6.1/tabler.min.css").read_text(encoding="utf-8")
    addresses = re.findall(r"url\(\s*[\"']?([^\"')]{0,20})", style)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    assert "@import" not in style


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_own_files_name_no_outside_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|[\"'(]//\w", text)
