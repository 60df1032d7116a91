"""A rulebook of a home's own, made from the built-in one, as documents and as the workbook a home would upload."""

from __future__ import annotations

import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rules.edition import documents
from rules.statute import SHELF
from tests.support.web import stored_results
from web.reports import rulebook_xlsx
from web.services.rulebooks import holdings, library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tests.support.web.pages import Person


def changed(
    edition: str = "1", *, levels: Mapping[str, int] | None = None, without: tuple[str, ...] = (), title: str = ""
) -> dict[str, Any]:
    """Return the built-in documents as "Hausregel", with other base levels, or without some interventions."""
    changed_documents = copy.deepcopy(documents(SHELF / "rekonstruktion-2026.2"))
    changed_documents["rulebook.yaml"] |= {
        "id": "haus",
        "ausgabe": edition,
        "status": "hausregel",
        "titel": title or "Hausregel",
        "gueltig_ab": "2020-01-01",
    }
    entries = changed_documents["interventions.yaml"]["interventionen"]
    for entry in entries:
        entry["qn"] = (levels or {}).get(entry["id"], entry["qn"])
    changed_documents["interventions.yaml"]["interventionen"] = [
        entry for entry in entries if entry["id"] not in without
    ]
    return changed_documents


def workbook(contents: Mapping[str, Any]) -> bytes:
    """Return documents as an xlsx file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "regelwerk.xlsx"
        rulebook_xlsx.write(path, contents)
        return path.read_bytes()


BUILT_IN = "rekonstruktion"


def import_(who: Person, contents: dict[str, Any]) -> library.ImportedRulebook:
    """Upload documents as a workbook."""
    return library.import_(
        who.access,
        name="haus.xlsx",
        content=workbook(contents),
    )


def activate(who: Person, key: str, from_day: date) -> None:
    """Let the person's home work with a rulebook."""
    holdings.activate(
        who.access,
        home_id=who.home_id,
        key=key,
        from_day=from_day,
    )


def levels(who: Person) -> dict[date, set[int]]:
    """Return the levels called for by day, as pages see them."""
    sums = stored_results.aggregate(who.services.databases.whole.reading, who.home_id)
    return {day: set(part["qn_soll"]) for day, part in sums.by("day").groupby("day")}
