"""Merges DAS exports into the sheets of other files: what a sheet leaves blank, the export fills.

So a list of names, or a sheet with modules 3 and 5 alone, completes an export instead of standing beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from importers.content.grades import same_grade
from importers.das.xml import assessed_cells
from importers.files.cell import shown
from importers.files.sheet_cells import SheetCells
from importers.findings import Finding, Severity, UnreadableError
from importers.sheets.heading_rows import locate
from importers.sheets.layout import filled_down
from importers.values import cell_values, days_and_times
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from importers.files.grid import Grid
    from importers.sheets.das_sheets import DasSheets
    from importers.sheets.heading_rows import HeadingPlace

_NUMBER, _DAY = "Bewohner-Nr", "Datum"


def add(
    sheets_of_name: dict[str, list[tuple[Grid, HeadingPlace]]], exports: Sequence[DasSheets], wanted: Iterable[str]
) -> list[Finding]:
    """Add the sheets of DAS files to those found elsewhere; return the findings.

    Of several exports the one with the latest target date decides where a resident lives; all their assessments count.
    """
    findings = [one for export in exports for one in export.findings if one.sheet in {"", *wanted}]
    findings.extend(_several_homes(exports))
    if "Bewohner" in wanted:
        sheets = sheets_of_name.setdefault("Bewohner", [])
        for export in sorted(exports, key=lambda export: export.target, reverse=True):
            joined = _Joined(export.residents)
            sheets[:] = [joined.fill(*sheet, lambda _: True) for sheet in sheets]
            findings.extend(joined.differing())
            sheets.append((joined.rest, locate(joined.rest, "Bewohner")))
    if "Begutachtungen" in wanted:
        sheets = sheets_of_name.setdefault("Begutachtungen", [])
        count = len(sheets)
        for export in sorted(exports, key=lambda export: export.target, reverse=True):
            joined = _Joined(export.assessments)
            sheets[:count] = [joined.fill(*sheet, _is_supplement) for sheet in sheets[:count]]
            sheets.append((joined.rest, locate(joined.rest, "Begutachtungen")))
        assessed = {number for export in exports for number in export.assessments.cells[1:, 0] if number}
        findings.extend(one for sheet in sheets[:count] for one in _left_alone(*sheet, assessed))
    return findings


def _several_homes(exports: Sequence[DasSheets]) -> Iterator[Finding]:
    """Yield a warning where the exports are of several homes: their residents may have the same numbers."""
    homes = dict.fromkeys(export.home for export in exports if export.home)
    if len(homes) > 1:
        yield Finding(
            Severity.WARNING,
            "mehrere-einrichtungen",
            f"Die DAS-Dateien gehören zu {len(homes)} Einrichtungen (Registriernummern {', '.join(homes)}); "
            "gleiche Bewohnernummern gelten als dieselbe Person.",
            "Laden Sie jede Einrichtung für sich hoch.",
            file=exports[-1].file,
            value="; ".join(homes),
            count=len(homes),
        )


class _Joined:
    """One sheet of an export, from which rows move into the sheets of other files."""

    def __init__(self, grid: Grid) -> None:
        self._grid, self._cells = grid, grid.cells[:]
        self._headings: list[str] = list(grid.cells[0])
        self._rows = {number: row for row, number in enumerate(grid.cells[:, 0]) if row and number}
        self._differing = 0

    @property
    def rest(self) -> Grid:
        """What has not moved; rows that have are blank."""
        return replace(self._grid, cells=SheetCells.of(self._cells))

    def fill(
        self, grid: Grid, place: HeadingPlace, fits: Callable[[Mapping[str, Any]], bool]
    ) -> tuple[Grid, HeadingPlace]:
        """Return a sheet of another file with its blanks filled; the rows that filled them are blank from now on.

        Raises
        ------
        UnreadableError
            If the sheet cannot be read.
        """
        if place.trouble:
            raise UnreadableError(place.trouble)
        columns = dict(place.columns)
        added = [heading for heading in self._headings if heading not in columns]
        cells = np.full((grid.cells.shape[0], grid.cells.shape[1] + len(added)), "", dtype=object, order="F")
        cells[:, : grid.cells.shape[1]] = grid.cells[:]
        for position, heading in enumerate(added, start=grid.cells.shape[1]):
            cells[place.row, position], columns[heading] = heading, position
        moved = False
        for row, standing in enumerate(_rows(grid, place), start=place.row + 1):
            there = dict.fromkeys(added, "") | standing
            source = self._rows.get(cell_values.identifier_or_blank(there[_NUMBER]))
            if source is None or not fits(there) or not self._same_day(there, source):
                continue
            for heading, value in zip(self._headings, self._cells[source], strict=True):
                if _blank(there[heading]):
                    cells[row, columns[heading]] = value
                elif heading not in {_NUMBER, _DAY} and not _blank(value):
                    self._differing += _differ(there[heading], value, heading)
            self._cells[source] = ""
            del self._rows[cell_values.identifier_or_blank(there[_NUMBER])]
            moved = True
        if not moved:
            return grid, place
        texts = (*place.texts, *added)
        return replace(grid, cells=SheetCells.of(cells)), replace(place, columns=columns, texts=texts)

    def differing(self) -> list[Finding]:
        """Return a notice if sheet and export differ."""
        if not self._differing:
            return []
        return [
            Finding(
                Severity.NOTICE,
                "das-weicht-ab",
                f"{self._differing} Angaben zu Wohnbereich, Einzug oder Pflegegrad stehen anders in einer anderen "
                "Datei; die gilt.",
                "Prüfen Sie, welche Angabe stimmt.",
                file=self._grid.file,
                sheet=self._grid.name,
                count=self._differing,
            )
        ]

    def _same_day(self, there: Mapping[str, Any], source: int) -> bool:
        if _DAY not in self._headings or _blank(there[_DAY]):
            return True
        moment = _moment(there[_DAY])
        return moment is not None and moment.date() == self._cells[source, self._headings.index(_DAY)]


def _is_supplement(there: Mapping[str, Any]) -> bool:
    """Return whether a row leaves open what an export states, and so does not contradict it."""
    return all(_blank(there.get(column, "")) for column in assessed_cells())


def _left_alone(grid: Grid, place: HeadingPlace, assessed: set[str]) -> list[Finding]:
    """Return a warning for each row that looks like the completion of an export, but of another day."""
    findings = []
    for row, there in enumerate(_rows(grid, place), start=place.row + 2):
        if cell_values.identifier_or_blank(there[_NUMBER]) in assessed and _is_supplement(there):
            findings.append(
                Finding(
                    Severity.WARNING,
                    "das-ergaenzung-allein",
                    "Diese Zeile ergänzt keine Begutachtung der DAS-Datei; sie zählt als eigene, unvollständige.",
                    "Lassen Sie das Datum leer oder tragen Sie das der DAS-Datei ein; je Begutachtung eine Zeile.",
                    file=grid.file,
                    sheet="Begutachtungen",
                    row=row,
                    column=place.headings.get(_DAY, _DAY),
                    value=shown(there.get(_DAY, "")),
                )
            )
    return findings


def _rows(grid: Grid, place: HeadingPlace) -> Iterator[dict[str, Any]]:
    """Yield the cells of each row below the headings, by column; merged cells count for all their rows."""
    columns = {heading: filled_down(grid, place.row + 1, position) for heading, position in place.columns.items()}
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def _moment(cell: Any) -> datetime | None:
    try:
        return days_and_times.moment(cell)
    except ValueError:
        return None


def _blank(cell: Any) -> bool:
    return isinstance(cell, str) and not clean(cell)


def _differ(cell: Any, value: Any, heading: str) -> bool:
    if heading == "Pflegegrad":
        return same_grade(cell, value) is False
    if isinstance(value, str):
        return cell_values.text(cell) != value
    moment = _moment(cell)
    return moment is None or moment.date() != value
