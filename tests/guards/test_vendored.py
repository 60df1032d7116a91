"""What we vendor is what it says it is: name, version, licence and hash of every file from elsewhere."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "web/static/vendor", ROOT / "web/security/vendor", ROOT / "tests/browser/vendor"]
ENTRIES = [(folder, entry) for folder in FOLDERS for entry in json.loads((folder / "VENDOR.json").read_text("utf-8"))]


@pytest.mark.parametrize(("folder", "entry"), ENTRIES, ids=lambda value: getattr(value, "name", None) or value["file"])
def test_a_vendored_file_has_the_recorded_hash_and_its_licence_beside_it(folder: Path, entry: dict[str, str]) -> None:
    assert sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert all(entry[key] for key in ("name", "version", "licence", "source", "why"))
    licence = folder / entry["licence_file"]
    assert licence.read_text("utf-8").strip()


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_no_vendored_file_goes_unrecorded(folder: Path) -> None:
    recorded = {name for place, entry in ENTRIES if place == folder for name in (entry["file"], entry["licence_file"])}
    there = {path.name for path in folder.iterdir()} - {"VENDOR.json"}
    assert recorded <= there
    assert [name for name in there - recorded if "LICENSE" not in name] == []


def test_bundle_still_leaves_its_styles_to_a_sheet() -> None:
    """The policy forbids style elements; ``base.html`` marks our sheet as the one that holds Plotly's rules."""
    assert 'n.matches(".no-inline-styles")' in (FOLDERS[0] / "plotly-cartesian.min.js").read_text("utf-8")
    base = (ROOT / "web/templates/base.html").read_text("utf-8")
    assert 'id="plotly.js-style-global" class="no-inline-styles"' in base
