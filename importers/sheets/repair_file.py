"""What marks a file as our own: faulty rows that were downloaded, repaired and are uploaded again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from importers.files.cell import shown
from importers.files.escaped_text import as_it_stood
from importers.findings import Finding, Severity, UnreadableError
from importers.sheets.layout import coded_down, is_blank
from importers.values.spelling import clean

if TYPE_CHECKING:
    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace

REASON: Final = "Was zu berichtigen ist"
"""Heading of the column with the reason."""

UPLOAD: Final = "Aus Datenlieferung"
"""Heading of the column that names the upload the rows are from."""

OWN_COLUMNS: Final = frozenset({REASON, UPLOAD})
"""A file with one of these columns is one of ours; what stands in them is no data."""

_REFERENCE: Final = re.compile(r"\d+-[0-9a-f]{4}", re.IGNORECASE)
_LONGEST: Final = 60


def said_reference(reference: str) -> str:
    """Return what is written into the column: words before it, or a spreadsheet takes "3-1999" for a month."""
    return f"Datenlieferung {reference}"


def mark_repaired(sheets: dict[str, list[tuple[Grid, HeadingPlace]]]) -> tuple[dict[int, str], list[Finding]]:
    """Mark, in place, the sheets of files that hold repaired rows.

    Returns
    -------
    Position of each of these files -> the reference of the upload it names, "" = none; a warning for each without one.

    Raises
    ------
    UnreadableError
        If one file names several uploads.
    """
    named: dict[int, dict[str, None]] = {}
    files: dict[int, str] = {}
    for parts in sheets.values():
        for grid, place in parts:
            if OWN_COLUMNS.intersection(place.texts):
                files[grid.position] = grid.file
                named.setdefault(grid.position, {}).update(_references(grid, place))
    for position, references in named.items():
        if len(references) > 1:
            raise UnreadableError(_several(files[position], [*references]))
    for parts in sheets.values():
        parts[:] = [(replace(grid, repairs=grid.position in files), place) for grid, place in parts]
    repairs = {position: next(iter(named[position]), "") for position in sorted(files)}
    return repairs, [_unnamed(files[position]) for position, reference in repairs.items() if not reference]


def _references(grid: Grid, place: HeadingPlace) -> dict[str, None]:
    """Return what stands in the column, in order: references, or texts that should be some."""
    if UPLOAD not in place.texts:
        return {}
    cells = coded_down(grid, place.row + 1, place.texts.index(UPLOAD)).values
    texts = [clean(shown(as_it_stood(cell))) for cell in cells if not is_blank(cell)]
    found = ((text, _REFERENCE.search(text)) for text in texts)
    return dict.fromkeys(match[0].lower() if match else text[:_LONGEST] for text, match in found)


def _several(file: str, references: list[str]) -> str:
    return (
        f"In der Datei „{file}“ stehen berichtigte Zeilen aus mehreren Datenlieferungen: {', '.join(references[:3])}. "
        "Bitte laden Sie die Zeilen jeder Datenlieferung in einer eigenen Mappe hoch."
    )


def _unnamed(file: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "datenlieferung-fehlt",
        f"In dieser Mappe berichtigter Zeilen fehlt die Spalte „{UPLOAD}“ oder ihr Inhalt; die Mappe zählt wie eine "
        "gewöhnliche Datei.",
        "Laden Sie die fehlerhaften Zeilen noch einmal herunter, berichtigen Sie sie und lassen Sie die Spalte stehen.",
        file=file,
        column=UPLOAD,
    )
