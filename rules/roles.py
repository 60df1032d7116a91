"""Staff roles whose level the law sets, regardless of what is entered for the person; the same for all rulebooks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rules.statute import document
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def titles() -> Mapping[str, str]:
    """Return the title of each role effective on any day, by id."""
    return {name: raw["titel"] for name, raw in _entries().items()}


def level_for_staffing(role: str | None, level: int) -> int:
    """Return as which level (1-4) the weekly hours of a person count in § 113c SGB XI; 0 = they do not count."""
    entry = _entries().get(role or "")
    counted: int = entry["qn_113c"] if entry else min(level, HIGHEST_LEVEL)
    return counted


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    return {raw["id"]: raw for raw in document("levels.yaml")["rollen"]}
