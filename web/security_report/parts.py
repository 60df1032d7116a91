"""Which packages an installation is said to be made of, and whether it is."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

BILL: Final = "sbom.json"
_BUILT: Final = Path(__file__).parents[2] / "build" / BILL
"""Where ``make sbom`` writes it, beside the source."""

_PACKAGE: Final = "pkg:pypi/"


def listed_parts(home: Path) -> dict[str, str] | None:
    """Return the packages of the list beside an installation or its source, with their versions; None without one."""
    for path in (home / BILL, _BUILT):
        try:
            told = json.loads(path.read_text("utf-8"))["components"]
            return {one["name"]: one["version"] for one in told if one.get("purl", "").startswith(_PACKAGE)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def other_versions(listed: dict[str, str]) -> list[str]:
    """Return the packages that are installed in another version than listed, or not at all."""
    return sorted(name for name, stated in listed.items() if _installed(name) != stated)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
