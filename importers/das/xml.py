"""The export for the DAS (quality assurance, § 114b SGB XI) as sheets ``Bewohner`` and ``Begutachtungen``.

Modules 3 and 5 and what makes a situation unstable are not in it. Of what is, only number, ward, moving in, granted
Pflegegrad, day of the assessment and the items are taken; nothing else leaves the reader.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from importers.das import assessment_items, person, records
from importers.das.fields import ASSESSED, MOVED_IN, specification
from importers.das.findings import DasFindings
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Severity
from importers.sheets.das_sheets import DasSheets
from importers.sheets.template_columns import STOOL, URINE
from rules import RuleBookError
from rules.assessment import score
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importers.das.fields import Value
    from importers.das.records import DasExport

_RESIDENT_COLUMNS: Final = ("Bewohner-Nr", "Wohnbereich", "Einzug", "Pflegegrad")


def read(name: str, data: bytes, today: date | None = None) -> DasSheets:
    """Read a DAS file.

    Parameters
    ----------
    today
        What counts as the future from; the day of the clock in Berlin if not given.

    Raises
    ------
    UnreadableError
        If it is no safe XML, none of the DAS, or has no residents.
    """
    export = records.read(name, data)
    report = DasFindings(name)
    _note_file(export, report)
    target = person.day(export.target)
    fixed = {"heute": today or datetime.now(ZoneInfo("Europe/Berlin")).date(), "stichtag": target}
    unusable = assessment_items.fields_of_steps(export, report)
    columns, seen = assessed_cells(), set[str]()
    residents: list[list[object]] = []
    assessments: list[list[object]] = []
    known: dict[int, dict[str, Value]] = {}
    for position, resident in enumerate(export.residents):
        residents.append([""] * len(_RESIDENT_COLUMNS))
        assessments.append([""] * (len(columns) + 2))
        if not (number := person.number(resident, seen, report)):
            continue
        ward = person.ward(resident, export.version, report)
        days = person.days(resident, fixed, report)
        residents[-1] = [number, ward, days.get(MOVED_IN, ""), assessment_items.granted(resident, export.version)]
        assessment_items.tell_gates(resident, report)
        if resident.excluded:
            continue
        cells = known[position] = assessment_items.cells(resident, unusable, report)
        if ASSESSED in days:
            assessments[-1] = [number, days[ASSESSED], *(cells.get(column, "") for column in columns)]
    for position, least in zip(known, _least_grades([*known.values()], target), strict=True):
        assessment_items.tell_grade(export.residents[position], export.version, least, report)
    return DasSheets(
        name,
        target or date.min,
        _grid(name, "Bewohner", _RESIDENT_COLUMNS, residents),
        _grid(name, "Begutachtungen", ("Bewohner-Nr", "Datum", *columns), assessments),
        report.findings,
        export.home,
    )


def assessed_cells() -> tuple[str, ...]:
    """Return the columns of ``Begutachtungen`` a DAS file fills, in the order of the sheet."""
    spec = specification()
    filled = {field.cell for field in spec.fields.values()} | {points.cell for points in spec.points}
    return tuple(cell for cell in (*ASSESSMENT_CELLS, URINE, STOOL) if cell in filled)


def _note_file(export: DasExport, report: DasFindings) -> None:
    versions = specification().versions
    if export.version not in versions:
        subject = (
            f"Die Fassung „{export.version}“ der Spezifikation"
            if export.version
            else "Die Fassung ist nicht angegeben; sie"
        )
        report.note(
            Severity.WARNING,
            "das-fassung-unbekannt",
            f"{subject} ist nicht geprüft (geprüft: {', '.join(versions.values())}); gelesen wird, was bekannt ist.",
            "Prüfen Sie einige Personen von Hand. Vielleicht gibt es eine neuere Version dieses Programms.",
            value=export.version,
        )
    if export.unknown:
        report.note(
            Severity.WARNING,
            "das-felder-unbekannt",
            "Diese Elemente kennt die Spezifikation nicht; sie werden nicht gelesen: "
            + ", ".join(export.unknown)
            + ".",
            "Nichts zu tun, wenn die Pflegesoftware eigene Angaben dazuschreibt.",
            value="; ".join(export.unknown),
            count=sum(export.unknown.values()),
        )
    if count := sum(resident.excluded for resident in export.residents):
        report.note(
            Severity.NOTICE,
            "das-ausgeschlossen",
            f"Von der Ergebniserfassung ausgeschlossene Personen: {count}. Sie kommen ohne Begutachtung.",
            "Ergänzen Sie ihre Begutachtungen mit einer zweiten Datei (Blatt „Begutachtungen“).",
            sheet="Begutachtungen",
            count=count,
        )


def _grid(file: str, sheet: str, headings: Sequence[str], rows: list[list[object]]) -> Grid:
    cells = np.empty((len(rows) + 1, len(headings)), dtype=object, order="F")
    cells[0] = headings
    cells[1:] = rows
    return Grid(file, sheet, SheetCells.of(cells))


def _least_grades(cells: list[Mapping[str, Value]], on: date | None) -> list[int]:
    """Return the lowest possible Pflegegrad of each assessment: what is unknown counts as nothing."""
    items = {cell: np.array([int(known.get(cell, 0)) for known in cells], dtype=np.int16) for cell in ASSESSMENT_CELLS}
    urine, stool = (
        np.array([_finding(known.get(column)) for known in cells], dtype=np.int16) for column in (URINE, STOOL)
    )
    try:
        grades = score(items, continence_urine=urine, continence_stool=stool, on=on or date.max).grade
    except RuleBookError:  # a target date from before the instrument
        return [0] * len(cells)
    return [int(grade) for grade in grades]


def _finding(value: Value | None) -> int:
    return CONTINENCE.index(str(value)) if value is not None else NO_FINDING
