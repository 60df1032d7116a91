"""The result of reading files: frames for the engine, names for the vault, findings, unknown words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importers.content.assessments import read_assessments
from importers.content.faulty_rows import FaultySheet, faulty_rows
from importers.content.instability import read_instability
from importers.content.interventions import ReadInterventions, read_interventions
from importers.content.name_index import NameIndex
from importers.content.people import read_residents, read_staff
from importers.content.person_index import KnownPeople, PersonIndex
from importers.content.person_names import names_in
from importers.content.weekly_hours import HOURS, read_hours
from importers.findings import Finding, Severity
from importers.home_words.unknown_words import unknown_words
from importers.rosters.duties import ReadDuties, read_rosters
from importers.rosters.reading_context import Wards
from importers.rosters.shift_codes import ShiftCodes, read_shift_codes, shift
from importers.sheets.template_columns import SHEETS
from pebem.contracts import DUTIES, INSTABILITY, INTERVENTIONS, RESIDENTS, STAFF, Tables, empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from importers.files.grid import Grid
    from importers.home_words.unknown_words import Words
    from importers.sheets.heading_rows import HeadingPlace
    from rules.model import RuleBook


@dataclass(frozen=True)
class ReadFiles:
    """The result of reading files.

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
        Kind, one of :data:`importers.home_words.kinds.KINDS` -> word that is unknown, or only read with a
        warning -> the rows where it occurs, and the seconds of the interventions that depend on it; may hold names.
    faulty_rows
        Rows with errors as they stood, sheet by sheet. They may hold names.
    names
        What the files call people, also in rows with errors: never stored, only to recognise names among words.
    """

    tables: Tables
    findings: list[Finding]
    people_residents: pd.DataFrame
    people_staff: pd.DataFrame
    hours: pd.DataFrame
    ignored: int
    unknown: Mapping[str, Words]
    faulty_rows: tuple[FaultySheet, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        """Rows of ``Interventionen`` that are not blank, those left out as faulty or ignored included."""
        return len(self.tables.interventions) + self.tables.faulty + self.ignored


@dataclass(frozen=True)
class ReadAssessments:
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


def assemble(
    tables: Mapping[str, Table],
    rosters: Sequence[tuple[Grid, HeadingPlace]],
    book: RuleBook,
    findings: list[Finding],
    conventions: HomeConventions,
) -> ReadFiles:
    """Read all sheets, checked against each other.

    Parameters
    ----------
    tables
        Sheet -> its rows; all but the rosters.
    findings
        Findings so far; more are added.
    """
    people = _read_people(tables, conventions)
    parts = _read_states(tables, book, people, findings)
    duties = _read_duties(tables, rosters, people, conventions)
    work = _read_work(tables, book, people, conventions)
    for sheet in SHEETS:
        if sheet in tables:
            findings.extend(tables[sheet].findings)
    findings.extend(duties.findings)
    return ReadFiles(
        Tables(
            residents=people.residents,
            staff=people.staff,
            interventions=work.table,
            faulty=work.faulty,
            duties=duties.table,
            **parts,
        ),
        findings,
        people.resident_names,
        people.staff_names,
        people.hours,
        work.ignored,
        unknown_words(tables, work, duties.unknown, book, conventions),
        faulty_rows([*(tables[sheet] for sheet in SHEETS if sheet in tables), *duties.tables]),
        names_in(tables.values()) | duties.people,
    )


class _ReadPeople(NamedTuple):
    """Residents and staff; names apart from the frames of the engine, as :class:`ReadFiles` has them."""

    residents: pd.DataFrame
    resident_names: pd.DataFrame
    staff: pd.DataFrame
    staff_names: pd.DataFrame
    hours: pd.DataFrame


def _read_people(tables: Mapping[str, Table], conventions: HomeConventions) -> _ReadPeople:
    residents, resident_names = empty(RESIDENTS), _no_names("resident")
    staff, staff_names, hours = empty(STAFF), _no_names("staff"), empty(HOURS)
    if table := tables.get("Bewohner"):
        residents, resident_names = read_residents(table)
    if table := tables.get("Mitarbeitende"):
        staff, staff_names = read_staff(table, conventions)
        hours = read_hours(table, staff)
    return _ReadPeople(residents, resident_names, staff, staff_names, hours)


def _read_states(
    tables: Mapping[str, Table], book: RuleBook, people: _ReadPeople, findings: list[Finding]
) -> dict[str, pd.DataFrame]:
    """Return ``instability`` and, where their sheet is there, ``assessments``."""
    known, listed = frozenset(people.residents["resident"]), "Bewohner" in tables
    parts: dict[str, pd.DataFrame] = {"instability": empty(INSTABILITY)}
    if table := tables.get("Begutachtungen"):
        parts["assessments"] = read_assessments(table, known, listed=listed)
    if table := tables.get("Instabilität"):
        parts["instability"] = read_instability(table, book, known, listed=listed)
    else:
        findings.append(_INSTABILITY_MISSING)
    return parts


def _read_duties(
    tables: Mapping[str, Table],
    rosters: Sequence[tuple[Grid, HeadingPlace]],
    people: _ReadPeople,
    conventions: HomeConventions,
) -> ReadDuties:
    """Return the duties; of a shift code that the files and the home explain, the files' meaning holds."""
    of_files = read_shift_codes(table) if (table := tables.get("Dienstzeiten")) else {}
    if not rosters:
        return ReadDuties(empty(DUTIES), [], {}, frozenset())
    names = NameIndex(frozenset(people.staff["staff"]), people.staff_names)
    codes = ShiftCodes({code: shift(text) for code, text in conventions.shift_codes.items()} | of_files)
    return read_rosters(rosters, names, codes, Wards(people.residents["ward"].dropna().unique().tolist()))


def _read_work(
    tables: Mapping[str, Table], book: RuleBook, people: _ReadPeople, conventions: HomeConventions
) -> ReadInterventions:
    table = tables.get("Interventionen")
    if not table:
        return ReadInterventions(empty(INTERVENTIONS), 0, 0, np.zeros(0, dtype=np.int32))
    known = KnownPeople(
        PersonIndex(frozenset(people.residents["resident"]), people.resident_names),
        PersonIndex(frozenset(people.staff["staff"]), people.staff_names, tables.get("Mitarbeitende")),
    )
    return read_interventions(table, book, people.residents, people.staff, conventions, known)


_INSTABILITY_MISSING: Final = Finding(
    Severity.WARNING,
    "instabilitaet-fehlt",
    "Das Blatt „Instabilität“ fehlt; alle Bewohner:innen gelten als stabil.",
    "Ergänzen Sie das Blatt, auch wenn nur wenige Zeilen darin stehen.",
    sheet="Instabilität",
)


def _no_names(key: str) -> pd.DataFrame:
    return empty({key: "text", "name": "text", "given": "text"})
