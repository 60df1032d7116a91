"""The dated data files of the law: editions, of which exactly one is effective on a day, and their citations."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rules.files.yaml_with_places import read_yaml
from rules.problem import RuleBookError
from rules.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHELF = Path(__file__).parent / "book"
"""Folder of the statute files and of the built-in rulebooks, one folder an edition."""

STATUTE_FILES: Final = ("assessment.yaml", "staffing.yaml", "levels.yaml")


@cache
def _read(path: Path) -> Any:
    return read_yaml(path)


def document(name: str) -> Any:
    """Return a statute file, read once in the life of the process."""
    return _read(SHELF / name)


def edition_on(editions: Iterable[Mapping[str, Any]], on: date, what: str) -> Mapping[str, Any]:
    """Return the dated entry effective on a day, or raise RuleBookError."""
    for raw in editions:
        if date.fromisoformat(raw["gueltig_ab"]) <= on <= date.fromisoformat(raw.get("gueltig_bis", "9999-12-31")):
            return raw
    raise RuleBookError(f"Für den {on:%d.%m.%Y} ist {what} nicht hinterlegt. Bitte prüfen Sie das Datum.")


def entries_on(entries: Iterable[Mapping[str, Any]], on: date, what: str) -> dict[str, Mapping[str, Any]]:
    """Return the entry effective on a day for each id ("" where entries have none), or raise RuleBookError."""
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for raw in entries:
        by_id.setdefault(raw.get("id", ""), []).append(raw)
    return {name: edition_on(editions, on, what) for name, editions in by_id.items()}


def provenance(raw: Mapping[str, Any], sources: Mapping[str, str] | None = None) -> Provenance:
    """Return the citation of an entry; ``sources`` maps its short names to the works cited."""
    named = (sources or {}).get(raw.get("quelle", ""), raw.get("quelle", ""))
    return Provenance(
        source=f"{named}, {raw['stelle']}" if named else "",
        reason=raw["grund"],
        certainty=raw["sicherheit"],
        checked=date.fromisoformat(raw["geprueft_am"]),
    )
