"""A folder of homes as partitioned Parquet files: which there are, and the master data of each.

DIR/home=<id>/residents.parquet, assessments.parquet, instability.parquet, staff.parquet, duties.parquet and
interventions.parquet, or a folder interventions/ of Parquet files, such as one a month. Columns and types are those
of :mod:`pebem.contracts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.content.assessments import read_assessments
from importers.content.instability import read_instability
from importers.content.people import read_residents, read_staff
from importers.content.table import Table
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Finding, Severity, UnreadableError
from importers.parquet.columns import days, opened, times
from importers.rosters.duties import read_duties
from importers.sheets.template_columns import SPECIAL, STOOL, URINE
from pebem.contracts import ASSESSMENTS, DUTIES, INSTABILITY, RESIDENTS, STAFF, Tables, empty
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from rules.model import RuleBook

HOME: Final = re.compile(r"[0-9A-Za-zÄÖÜäöüß][0-9A-Za-zÄÖÜäöüß._-]{0,63}")
"""What a home may be called: nothing that could lead out of a folder or mean something to a shell."""

MAX_PEOPLE: Final = 1_000_000
"""Rows of a file of master data."""

MAX_PARTS: Final = 10_000
"""Files with interventions of one home."""

_HEADINGS: Final[dict[str, tuple[str, dict[str, str], tuple[str, ...]]]] = {
    "residents": (
        "Bewohner",
        {"resident": "Bewohner-Nr", "ward": "Wohnbereich", "moved_in": "Einzug", "moved_out": "Auszug"},
        ("resident",),
    ),
    "assessments": (
        "Begutachtungen",
        {
            "resident": "Bewohner-Nr",
            "date": "Datum",
            "continence_urine": URINE,
            "continence_stool": STOOL,
            "special": SPECIAL,
            **{cell: cell for cell in ASSESSMENT_CELLS},
        },
        ("resident", "date"),
    ),
    "instability": (
        "Instabilität",
        {"resident": "Bewohner-Nr", "criterion": "Kriterium", "start": "Von", "end": "Bis"},
        ("resident", "criterion", "start"),
    ),
    "staff": (
        "Mitarbeitende",
        {
            "staff": "Personal-Nr",
            "qn": "QN",
            "role": "Rolle",
            "certificates": "Zertifikate",
            "start": "Gültig ab",
            "end": "Gültig bis",
        },
        ("staff", "qn"),
    ),
    "duties": (
        "Dienste",
        {"staff": "Personal-Nr", "ward": "Wohnbereich", "start": "Beginn", "end": "Ende"},
        ("staff", "start", "end"),
    ),
}
"""File -> its sheet of the workbook, its columns with their headings there, and those that must be there."""

_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "residents": RESIDENTS,
    "assessments": ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int"),
    "instability": INSTABILITY,
    "staff": STAFF,
    "duties": DUTIES,
}


@dataclass(frozen=True)
class HomeFiles:
    """The files of one home: those of master data by table, and those of interventions in order."""

    master: Mapping[str, Path]
    interventions: tuple[Path, ...]

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return (*self.master.values(), *self.interventions)


def homes(root: Path) -> tuple[list[str], list[str]]:
    """Return the ids of the homes below a folder, sorted, and the folder names that hold no valid id."""
    names = sorted(path.name.removeprefix("home=") for path in root.glob("home=*"))
    return [n for n in names if HOME.fullmatch(n)], [n for n in names if not HOME.fullmatch(n)]


def files(root: Path, home: str) -> HomeFiles:
    """Find the files of a home.

    Raises
    ------
    UnreadableError
        Where one is missing, there are interventions twice, or one lies (by a link) outside of ``root``.
    """
    folder = root / f"home={home}"
    master = {name: folder / f"{name}.parquet" for name in _HEADINGS}
    whole, parts = folder / "interventions.parquet", folder / "interventions"
    if whole.exists() and parts.exists():
        raise UnreadableError(
            "Es gibt „interventions.parquet“ und den Ordner „interventions“. Bitte lassen Sie nur eines davon stehen."
        )
    months = sorted(parts.glob("*.parquet")) if parts.is_dir() else [whole]
    if not months:
        raise UnreadableError("Der Ordner „interventions“ enthält keine Parquet-Datei. Bitte ergänzen Sie sie.")
    if len(months) > MAX_PARTS:
        raise UnreadableError(
            f"Der Ordner „interventions“ hat mehr als {MAX_PARTS} Dateien. Bitte fassen Sie sie zusammen."
        )
    needed = [master["residents"], master["assessments"], master["staff"]]
    there = {name: path for name, path in master.items() if path in needed or path.exists() or path.is_symlink()}
    inside = root.resolve()
    for path in (*there.values(), *months):
        if not path.resolve().is_relative_to(inside):
            raise UnreadableError(
                f"Die Datei „{path.name}“ ist eine Verknüpfung aus dem Ordner hinaus. "
                "Bitte legen Sie die Datei selbst hinein."
            )
        if not path.is_file():
            raise UnreadableError(f"Die Datei „{path.name}“ fehlt. Bitte ergänzen Sie sie.")
    return HomeFiles(there, tuple(months))


def people(home: HomeFiles, book: RuleBook) -> tuple[Tables, list[Finding]]:
    """Read the master data of a home: all but its interventions.

    Returns
    -------
    Tables, list of Finding
        The same checks as for a workbook; ``sheet`` is the file, ``column`` its column, ``row`` counted from 1.

    Raises
    ------
    UnreadableError
        Where a file is refused as a whole.
    """
    sheets = {name: _sheet(name, path) for name, path in home.master.items()}
    residents, _ = read_residents(sheets["residents"])
    staff, _ = read_staff(sheets["staff"])
    known = frozenset(residents["resident"])
    tables = Tables(
        residents=residents,
        assessments=read_assessments(sheets["assessments"], known),
        instability=read_instability(sheets["instability"], book, known)
        if "instability" in sheets
        else empty(INSTABILITY),
        staff=staff,
        duties=read_duties(sheets["duties"], frozenset(staff["staff"])) if "duties" in sheets else empty(DUTIES),
    )
    findings = [
        replace(finding, column=_own_name(name, finding.column), row=max(0, finding.row - 1), letter="")
        for name, sheet in sheets.items()
        for finding in sheet.findings
    ]
    if "instability" not in sheets:
        findings.append(
            Finding(
                Severity.WARNING,
                "instabilitaet-fehlt",
                "Die Datei „instability.parquet“ fehlt; ob jemand instabil war, ist nicht bekannt. Gerechnet wird, als "
                "wäre es niemand: Das QN-Soll kann zu niedrig sein.",
                "Ergänzen Sie die Datei, auch wenn nur wenige Zeilen darin stehen.",
                file="instability.parquet",
            )
        )
    return tables, findings


def _own_name(table: str, heading: str) -> str:
    columns = _HEADINGS[table][1]
    return next((column for column, known in columns.items() if known == heading), heading)


def _sheet(name: str, path: Path) -> Table:
    """Read a file as the sheet it corresponds to, so that every check of a workbook's cells holds for it too."""
    sheet, headings, required = _HEADINGS[name]
    with opened(path, _KINDS[name], required, MAX_PEOPLE) as file:
        there = [column for column in headings if column in file.schema_arrow.names]
        read = file.read(columns=there, use_threads=False)
    cells = np.full((read.num_rows + 1, len(there)), "", dtype=object)
    for place, column in enumerate(there):
        cells[0, place] = headings[column]
        if read.num_rows:
            cells[1:, place] = _cells(read.column(column), column, _KINDS[name][column])
    return Table(sheet, [Grid(path.name, sheet, SheetCells.of(cells))])


def _cells(column: pa.ChunkedArray, name: str, kind: str) -> np.ndarray:
    """Return a column as cells of a workbook; "" = blank."""
    if kind in {"day", "time"}:
        moments = days(column) if kind == "day" else times(column)
        cells = moments.astype(object)
        cells[np.isnat(moments)] = ""
        return cells
    values = column.to_pylist()
    cells = np.empty(len(values), dtype=object)
    if kind == "truth":
        cells[:] = ["" if value is None else ("ja" if value else "nein") for value in values]
    elif name.startswith("continence"):
        cells[:] = [CONTINENCE[v] if v in range(len(CONTINENCE)) else _blank(v) for v in values]
    else:
        cells[:] = [_blank(value) for value in values] if kind == "int" else [value or "" for value in values]
    return cells


def _blank(value: int | None) -> int | str:
    return "" if value is None or value == -1 else value
