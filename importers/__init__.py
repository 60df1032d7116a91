"""Untrusted files in, the engine's frames and findings out."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from importers import door
from importers.assessments import read_assessments as _assessments
from importers.das import join as das_join
from importers.das import xml as das_xml
from importers.faulty import FaultySheet, faulty_rows
from importers.findings import Finding, PasswordNeededError, Severity, UnreadableError
from importers.headings import INSTRUCTIONS, SHEETS, count_known, guess_sheet, sheet_of, sheet_of_file
from importers.hours import HOURS, read_hours
from importers.instability import read_instability
from importers.interventions import Work, read_interventions
from importers.names import Known
from importers.people import read_residents, read_staff
from importers.rosters.duties import is_roster, is_roster_name, read_rosters
from importers.rosters.shift_codes import read_shift_codes
from importers.sniff import Kind
from importers.synonyms import Vocabulary, usual
from importers.table import Table
from pebem.contracts import INSTABILITY, INTERVENTIONS, RESIDENTS, STAFF, Tables, check, empty

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd

    from importers.grid import Grid
    from rules.model import RuleBook

File: TypeAlias = Path | str | tuple[str, bytes]
Told: TypeAlias = "Callable[[str, float, int], object]"

_HALF, _MOST = 0.5, 0.7

NEEDED: Final = ("Bewohner", "Begutachtungen", "Mitarbeitende", "Interventionen")
"""Sheets without which the fit cannot be determined."""


@dataclass(frozen=True)
class Import:
    """What became of the files.

    Attributes
    ----------
    tables
        Frames for the engine, without names.
    findings
        What to know or to repair, sheet by sheet.
    people_residents, people_staff
        Names: resident or staff, name, given. Only for the vault.
    hours
        Weekly hours of all employees of a level together: qn (1-4, 0 = § 43b SGB XI), start, end, hours (exact).
    ignored
        Rows of ``Interventionen`` left out because the home maps their name to nothing.
    unknown
        Names in ``Interventionen`` that nobody knows -> rows and seconds.
    faulty_rows
        Rows with errors as they stood, sheet by sheet. They may hold names.
    """

    tables: Tables
    findings: list[Finding]
    people_residents: pd.DataFrame
    people_staff: pd.DataFrame
    hours: pd.DataFrame
    ignored: int
    unknown: dict[str, tuple[int, int]]
    faulty_rows: tuple[FaultySheet, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of ``Interventionen`` that are not blank, those left out as faulty or ignored included."""
        return len(self.tables.interventions) + self.tables.faulty + self.ignored


@dataclass(frozen=True)
class Assessments:
    """The sheet ``Begutachtungen`` alone.

    Attributes
    ----------
    table
        Frame as in :mod:`pebem.contracts`, in the order of the file.
    rows
        Row of each assessment in its sheet.
    findings
        What to know or to repair.
    """

    table: pd.DataFrame
    rows: np.ndarray
    findings: list[Finding]


def read(  # noqa: PLR0913 - each argument is one thing a home may say of its files
    files: Sequence[File],
    book: RuleBook,
    *,
    sheets_needed: Collection[str] = NEEDED,
    terms: Mapping[str, str] | None = None,
    passwords: Mapping[str, str] | None = None,
    hidden: bool = False,
    shift_codes: Mapping[str, str] | None = None,
    told: Told | None = None,
    headings: Path | None = None,
) -> Import:
    """Read a workbook, or the same sheets as text files, or exports for the DAS, or a mixture of them.

    Parameters
    ----------
    files
        Paths, or names with their bytes.
    book
        Names of interventions and criteria are looked up here.
    sheets_needed
        Sheets that must be there.
    terms
        The home's own names of interventions -> catalogue id, or "ignorieren" to leave the row out.
    passwords
        Name of a file, without folder -> the password it opens with.
    hidden
        Whether to read hidden sheets too; they are only named otherwise.
    shift_codes
        The home's shift codes -> times such as "06:00-14:00" or "07:00-11:00/16:00-20:00, Pause 30", or frei, krank,
        Urlaub. What the sheet ``Dienstzeiten`` says of a code goes first.
    headings
        A file of the home with names of columns, as ``words/headings/general.yaml`` has them, on top of those.
    told
        Told of each step: in German, the share done before it (0-1), rows found so far. What it raises ends the
        reading.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole; one German sentence or two say why and what to do.
    """
    with _without_collecting():
        told = told or _nobody_is_told
        vocabulary = usual(headings)
        found, findings = _sheets(files, tuple(SHEETS), passwords, hidden=hidden, told=told, vocabulary=vocabulary)
        missing = [f"„{sheet}“" for sheet in SHEETS if sheet in sheets_needed and sheet not in found]
        if missing:
            raise UnreadableError(_missing(missing, findings))
        rosters = found.pop("Dienste", [])
        told("Prüft Überschriften und Spalten", _HALF, rows := sum(map(_height, chain(*found.values()))))
        tables = {sheet: Table(sheet, grids, vocabulary) for sheet, grids in found.items()}
        del found
        told("Prüft die Zeilen", _MOST, rows)
        result = _import(tables, (rosters, shift_codes or {}), book, findings, terms or {})
    check(result.tables)
    return result


def read_assessments(files: Sequence[File], *, passwords: Mapping[str, str] | None = None) -> Assessments:
    """Read the sheet ``Begutachtungen`` alone; resident numbers are not checked.

    Raises
    ------
    UnreadableError
        If a file is refused as a whole or the sheet is missing.
    """
    found, findings = _sheets(files, ("Begutachtungen",), passwords)
    if "Begutachtungen" not in found:
        raise UnreadableError(_missing(["„Begutachtungen“"], findings))
    table = Table("Begutachtungen", found["Begutachtungen"])
    frame = _assessments(table, None)
    return Assessments(frame, table.rows[~table.faulty], findings + table.findings)


def _import(
    tables: dict[str, Table],
    rosters: tuple[list[Grid], Mapping[str, str]],
    book: RuleBook,
    findings: list[Finding],
    terms: Mapping[str, str],
) -> Import:
    residents, people_residents = empty(RESIDENTS), _nobody("resident")
    staff, people_staff, hours = empty(STAFF), _nobody("staff"), empty(HOURS)
    if table := tables.get("Bewohner"):
        residents, people_residents = read_residents(table)
    if table := tables.get("Mitarbeitende"):
        staff, people_staff = read_staff(table)
        hours = read_hours(table, staff)
    known = frozenset(residents["resident"])
    parts: dict[str, pd.DataFrame] = {}
    if table := tables.get("Begutachtungen"):
        parts["assessments"] = _assessments(table, known)
    instability = empty(INSTABILITY)
    if table := tables.get("Instabilität"):
        instability = read_instability(table, book, known)
    else:
        findings.append(
            Finding(
                Severity.WARNING,
                "instabilitaet-fehlt",
                "Das Blatt „Instabilität“ fehlt; alle Bewohner:innen gelten als stabil.",
                "Ergänzen Sie das Blatt, auch wenn nur wenige Zeilen darin stehen.",
                sheet="Instabilität",
            )
        )
    codes = read_shift_codes(table) if (table := tables.get("Dienstzeiten")) else {}
    of_rosters: list[Finding] = []
    if rosters[0]:
        wards = residents["ward"].dropna().unique().tolist()
        parts["duties"], of_rosters = read_rosters(rosters[0], (staff, people_staff), wards, (codes, rosters[1]))
    work = Work(empty(INTERVENTIONS), 0, 0, {})
    if table := tables.get("Interventionen"):
        named = (
            Known(known, people_residents),
            Known(frozenset(staff["staff"]), people_staff, tables.get("Mitarbeitende")),
        )
        work = read_interventions(table, book, residents, staff, terms, named)
    for sheet in SHEETS:
        if sheet in tables:
            findings.extend(tables[sheet].findings)
    findings.extend(of_rosters)
    return Import(
        Tables(
            residents=residents,
            staff=staff,
            instability=instability,
            interventions=work.table,
            faulty=work.faulty,
            **parts,
        ),
        findings,
        people_residents,
        people_staff,
        hours,
        work.ignored,
        work.unknown,
        faulty_rows(tables[sheet] for sheet in SHEETS if sheet in tables),
    )


def _nobody_is_told(step: str, share: float, rows: int) -> None:
    pass


def _height(grid: Grid) -> int:
    return len(grid.cells)


def _sheets(
    files: Sequence[File],
    wanted: tuple[str, ...],
    passwords: Mapping[str, str] | None,
    *,
    hidden: bool = False,
    told: Told = _nobody_is_told,
    vocabulary: Vocabulary | None = None,
) -> tuple[dict[str, list[Grid]], list[Finding]]:
    """Return the grids of each wanted sheet, in the order of the files, and what else the files hold."""
    found: dict[str, list[Grid]] = {}
    findings: list[Finding] = []
    exports: list[das_xml.Sheets] = []
    for number, opened in enumerate(door.contents(files, passwords), start=1):
        name = opened.name
        share = _HALF * min(1, (number - 1) / len(files))  # an archive counts as one file
        told(f"Liest Datei {number}", share, sum(map(_height, chain(*found.values()))))
        if opened.kind is Kind.XML:
            exports.append(das_xml.read(name, opened.data))
            continue
        sheets = door.sheets(opened, lambda sheet: _is_wanted(sheet, wanted), count_known, hidden=hidden)
        strange = [grid for grid in sheets.grids if not (grid.from_text or sheet_of(grid.name) or is_roster(grid))]
        others = [other for other in sheets.others if other != INSTRUCTIONS] + [grid.name for grid in strange]
        if others and len(wanted) == len(SHEETS):
            findings.append(_unread(name, others))
        findings += sheets.findings
        for grid in (grid for grid in sheets.grids if not any(grid is other for other in strange)):
            sheet = sheet_of(grid.name) or (
                sheet_of_file(grid.name) or guess_sheet(grid, vocabulary) if grid.from_text else None
            )
            sheet = sheet or ("Dienste" if is_roster(grid) else None)
            if sheet is None:
                raise UnreadableError(
                    f"Die Datei „{name}“ passt zu keinem Blatt der Vorlage. Bitte benennen Sie sie nach ihrem Blatt, "
                    "zum Beispiel „Interventionen.csv“, und prüfen Sie die Überschriften."
                )
            if sheet in wanted:
                found.setdefault(sheet, []).append(grid)
    if exports:
        findings.extend(das_join.add(found, exports, wanted))
    return found, findings


def _is_wanted(name: str, wanted: tuple[str, ...]) -> bool:
    """Return whether a sheet is one of those wanted, or may hold a roster and these are."""
    sheet = sheet_of(name) or ("Dienste" if is_roster_name(name) else None)
    return sheet in wanted


def _unread(name: str, others: list[str]) -> Finding:
    return Finding(
        Severity.NOTICE,
        "blaetter-unbekannt",
        "Diese Blätter werden nicht gelesen: " + ", ".join(f"„{other}“" for other in others) + ".",
        "Nichts zu tun. Soll ein Blatt gelesen werden, blenden Sie es ein und benennen Sie es wie in der Vorlage.",
        file=name,
        value="; ".join(others),
        count=len(others),
    )


def _missing(sheets: list[str], findings: list[Finding]) -> str:
    what = f"Es fehlt das Blatt {sheets[0]}" if len(sheets) == 1 else f"Es fehlen die Blätter {' und '.join(sheets)}"
    others = "; ".join(finding.value for finding in findings if finding.code == "blaetter-unbekannt")
    seen = f" Nicht gelesen: {others}." if others else ""
    return f"{what}.{seen} Bitte ergänzen Sie die Arbeitsmappe oder laden Sie die fehlende Datei dazu."


def _nobody(key: str) -> pd.DataFrame:
    return empty({key: "text", "name": "text", "given": "text"})


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Pause the cycle collector: it would walk through millions of cells that hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


__all__ = [
    "NEEDED",
    "Assessments",
    "Finding",
    "Import",
    "PasswordNeededError",
    "Severity",
    "UnreadableError",
    "read",
    "read_assessments",
]
