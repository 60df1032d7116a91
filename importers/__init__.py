"""Untrusted files in, the engine's frames and findings out."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from importers import delimited, guard, workbook
from importers.assessments import read_assessments as _assessments
from importers.duties import read_duties
from importers.findings import Finding, Severity, UnreadableError
from importers.headings import INSTRUCTIONS, SHEETS, count_known, guess_sheet, sheet_of, sheet_of_file
from importers.hours import HOURS, read_hours
from importers.instability import read_instability
from importers.interventions import Work, read_interventions
from importers.people import read_residents, read_staff
from importers.sniff import Kind, kind
from importers.table import Table
from pebem.contracts import INSTABILITY, INTERVENTIONS, RESIDENTS, STAFF, Tables, check, empty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd

    from importers.grid import Grid
    from rules.model import RuleBook

File: TypeAlias = Path | str | tuple[str, bytes]

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
    """

    tables: Tables
    findings: list[Finding]
    people_residents: pd.DataFrame
    people_staff: pd.DataFrame
    hours: pd.DataFrame
    ignored: int
    unknown: dict[str, tuple[int, int]]

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


def read(
    files: Sequence[File],
    book: RuleBook,
    *,
    sheets_needed: Collection[str] = NEEDED,
    terms: Mapping[str, str] | None = None,
) -> Import:
    """Read a workbook, or the same sheets as text files, or a mixture of both.

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

    Raises
    ------
    UnreadableError
        If a file is refused as a whole; one German sentence or two say why and what to do.
    """
    with _without_collecting():
        found, findings = _sheets(files, tuple(SHEETS))
        missing = [f"„{sheet}“" for sheet in SHEETS if sheet in sheets_needed and sheet not in found]
        if missing:
            raise UnreadableError(_missing(missing, findings))
        tables = {sheet: Table(sheet, grids) for sheet, grids in found.items()}
        del found
        result = _import(tables, book, findings, terms or {})
    check(result.tables)
    return result


def read_assessments(files: Sequence[File]) -> Assessments:
    """Read the sheet ``Begutachtungen`` alone; resident numbers are not checked.

    Raises
    ------
    UnreadableError
        If a file is refused as a whole or the sheet is missing.
    """
    found, findings = _sheets(files, ("Begutachtungen",))
    if "Begutachtungen" not in found:
        raise UnreadableError(_missing(["„Begutachtungen“"], findings))
    table = Table("Begutachtungen", found["Begutachtungen"])
    frame = _assessments(table, None)
    return Assessments(frame, table.rows[~table.faulty], findings + table.findings)


def _import(tables: dict[str, Table], book: RuleBook, findings: list[Finding], terms: Mapping[str, str]) -> Import:
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
    if table := tables.get("Dienste"):
        parts["duties"] = read_duties(table, frozenset(staff["staff"]))
    work = Work(empty(INTERVENTIONS), 0, 0, {})
    if table := tables.get("Interventionen"):
        work = read_interventions(table, book, residents, staff, terms)
    for sheet in SHEETS:
        if sheet in tables:
            findings.extend(tables[sheet].findings)
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
    )


def _sheets(files: Sequence[File], wanted: tuple[str, ...]) -> tuple[dict[str, list[Grid]], list[Finding]]:
    """Return the grids of each wanted sheet, in the order of the files, and what else the files hold."""
    found: dict[str, list[Grid]] = {}
    findings: list[Finding] = []
    for name, data in guard.contents(files):
        if kind(name, data) is Kind.WORKBOOK:
            grids, others = workbook.read(name, data, lambda sheet: sheet_of(sheet) in wanted)
            others = [other for other in others if other != INSTRUCTIONS]
            if others and len(wanted) == len(SHEETS):
                findings.append(_unread(name, others))
        else:
            grids = [delimited.read(name, data, count_known)]
        for grid in grids:
            sheet = sheet_of(grid.name) or (sheet_of_file(grid.name) or guess_sheet(grid) if grid.from_text else None)
            if sheet is None:
                raise UnreadableError(
                    f"Die Datei „{name}“ passt zu keinem Blatt der Vorlage. Bitte benennen Sie sie nach ihrem Blatt, "
                    "zum Beispiel „Interventionen.csv“, und prüfen Sie die Überschriften."
                )
            if sheet in wanted:
                found.setdefault(sheet, []).append(grid)
    return found, findings


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
    "Severity",
    "UnreadableError",
    "read",
    "read_assessments",
]
