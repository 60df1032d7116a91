"""A rulebook of a home's own, made from the built-in one, as documents and as the workbook a home would upload."""

from __future__ import annotations

import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rules.load import SHELF, documents
from web.reports import rulebook_xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping


def changed(
    edition: str = "1", *, levels: Mapping[str, int] | None = None, without: tuple[str, ...] = (), title: str = ""
) -> dict[str, Any]:
    """Return the built-in documents as "Hausregel", with other base levels, or without some interventions."""
    made = copy.deepcopy(documents(SHELF / "rekonstruktion-2026.1"))
    made["rulebook.yaml"] |= {"id": "haus", "ausgabe": edition, "status": "hausregel", "titel": title or "Hausregel"}
    entries = made["interventions.yaml"]["interventionen"]
    for entry in entries:
        entry["qn"] = (levels or {}).get(entry["id"], entry["qn"])
    made["interventions.yaml"]["interventionen"] = [entry for entry in entries if entry["id"] not in without]
    return made


def workbook(contents: Mapping[str, Any]) -> bytes:
    """Return documents as an xlsx file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "regelwerk.xlsx"
        rulebook_xlsx.write(path, contents)
        return path.read_bytes()
