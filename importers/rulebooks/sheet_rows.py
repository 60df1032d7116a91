"""The sheets of a rulebook workbook as rows of entries, with where each value stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from importers.files.cell import shown
from importers.files.escaped_text import as_it_stood
from importers.findings import Finding, Problem, Severity, UnreadableError
from importers.rulebooks.columns import SOURCES
from importers.rulebooks.entry_cells import value_of
from importers.sheets.template_columns import HEADING_ROWS, clean, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.files.grid import Grid
    from importers.rulebooks.columns import Column, Sheet
    from rules.files.yaml_with_places import Steps


@dataclass
class BookRow:
    """One row as an entry, with where its values stand."""

    number: int
    entry: dict[str, Any]
    cells: dict[Steps, tuple[str, str]] = field(default_factory=dict)
    """Heading and cell as shown, by path in the entry."""
    faulty: bool = False


@dataclass
class BookSheet:
    """The rows of one sheet."""

    sheet: Sheet
    name: str
    rows: list[BookRow] = field(default_factory=list)

    def checkable(self, row: BookRow) -> bool:
        """Return whether a row takes part in the check; a source counts as soon as it has a name."""
        return not row.faulty or (self.sheet is SOURCES and "id" in row.entry)


def read_page(file: str, sheet: Sheet, grids: list[Grid], findings: list[Finding]) -> BookSheet:
    """Read one sheet; findings about its cells are added to ``findings``.

    Raises
    ------
    UnreadableError
        Where the sheet or a column is missing that no rulebook can do without, or is there twice.
    """
    if not grids:
        raise UnreadableError(
            f"Das Blatt „{sheet.name}“ fehlt in der Datei „{file}“ oder ist ausgeblendet. "
            "Bitte beginnen Sie mit einer Arbeitsmappe aus „pebem rules export“."
        )
    if len(grids) > 1:
        raise UnreadableError(
            f"Das Blatt „{sheet.name}“ gibt es in der Datei „{file}“ mehrfach. Bitte löschen Sie das überzählige."
        )
    grid = grids[0]
    top, places, unknown = _locate(grid, sheet)
    page = BookSheet(sheet, grid.name)
    if unknown:
        findings.append(
            Finding(
                Severity.NOTICE,
                "spalten-unbekannt",
                "Diese Spalten werden nicht gelesen: " + ", ".join(f"„{heading}“" for heading in unknown) + ".",
                "Nichts zu tun. Soll eine Spalte gelesen werden, benennen Sie sie wie in der Anleitung.",
                file=file,
                sheet=grid.name,
                count=len(unknown),
            )
        )
    for number in range(top + 1, len(grid.cells)):
        cells = grid.cells[number]
        if any(clean(shown(cells[position])) for position, _ in places.values()):
            page.rows.append(_row(file, page, number + 1, cells, places, findings))
    return page


def _locate(grid: Grid, sheet: Sheet) -> tuple[int, dict[str, tuple[int, Column]], list[str]]:
    """Return the row of the headings, position and column by heading as it stands, and the unknown headings."""
    wanted = {fold(column.heading): column for column in sheet.columns}
    rows = [[fold(cell) if isinstance(cell, str) else "" for cell in row] for row in grid.cells[:HEADING_ROWS]]
    known_headings = [len(set(row) & set(wanted)) for row in rows]
    top = known_headings.index(max(known_headings)) if any(known_headings) else -1
    names = rows[top] if top >= 0 else []
    missing = [f"„{column.heading}“" for name, column in wanted.items() if column.required and name not in names]
    if missing:
        raise UnreadableError(
            f"Im Blatt „{sheet.name}“ der Datei „{grid.file}“ fehlt die Spalte {' und '.join(missing)}. "
            f"Bitte ergänzen Sie die Überschrift{f' in Zeile {top + 1}' if top >= 0 else ''}."
        )
    twice = [wanted[name].heading for name, count in Counter(names).items() if count > 1 and name in wanted]
    if twice:
        raise UnreadableError(
            f"Im Blatt „{sheet.name}“ der Datei „{grid.file}“ steht die Überschrift „{twice[0]}“ mehrfach. "
            "Bitte löschen Sie die überzählige Spalte oder benennen Sie sie um."
        )
    headings = [clean(shown(cell)) for cell in grid.cells[top]]
    places = {headings[i]: (i, wanted[name]) for i, name in enumerate(names) if name in wanted}
    return (
        top,
        places,
        [heading for heading, name in zip(headings, names, strict=True) if heading and name not in wanted],
    )


def _row(
    file: str,
    page: BookSheet,
    number: int,
    cells: Any,
    places: Mapping[str, tuple[int, Column]],
    findings: list[Finding],
) -> BookRow:
    """Read one row into an entry."""
    row = BookRow(number, {})
    for heading, (position, column) in places.items():
        cell = as_it_stood(cells[position])
        row.cells[column.path] = heading, shown(cell)
        try:
            value = value_of(cell, column)
        except Problem as problem:
            row.faulty = row.faulty or problem.severity is Severity.ERROR
            findings.append(
                problem.at(
                    file=file,
                    sheet=page.name,
                    row=number,
                    column=heading,
                    value=shown(cell),
                )
            )
            continue
        if value is not None:
            target = row.entry
            for step in column.path[:-1]:
                target = target.setdefault(step, {})
            target[column.path[-1]] = value
    return row
