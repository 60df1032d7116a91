"""The result of reading files: frames for the engine, names for the vault, findings, unknown words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from importers.content.checks.unassessed import note_unassessed
from importers.content.checks.ward_spellings import note_alike_wards
from importers.content.faulty_rows import FaultySheet, faulty_rows
from importers.content.grades import note_differences
from importers.content.interventions import ReadInterventions, read_interventions
from importers.content.master_data import ReadPeople, read_people, read_states
from importers.content.persons.name_index import NameIndex
from importers.content.persons.person_index import KnownPeople, PersonIndex, numbers_left_out
from importers.content.persons.person_names import names_in
from importers.content.shared_columns import earliest, first_days
from importers.home_words.finding_suggestions import add_suggestions
from importers.home_words.unknown_words import unknown_days, unknown_words
from importers.rosters.duties import ReadDuties, read_rosters
from importers.rosters.reading_context import Wards
from importers.rosters.shift_codes import ShiftCodes, read_shift_codes, shift
from importers.sheets.template_columns import SHEETS
from importers.values.shift_starts import settled_starts
from pebem.contracts import DUTIES, INTERVENTIONS, Tables, empty
from pebem.history.files import fold_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from importers.files.grid import Grid
    from importers.findings import Finding
    from importers.home_words.unknown_words import WordDay, Words
    from importers.rosters.shift_codes import Shift
    from importers.sheets.heading_rows import HeadingPlace
    from rules.model import RuleBook


@dataclass(frozen=True)
class ReadFiles:
    """The result of reading files.

    Attributes
    ----------
    tables
        Frames as in :mod:`pebem.contracts`, without names; but what several files state stands there as often, file
        after file: :meth:`for_engine` joins it.
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
    parts
        Name of a frame of ``tables`` -> for each of its rows the position of the file it is from, shape (rows,). Files
        are counted from 0 in the order given, those of an archive one by one; two sheets of a workbook are one file. A
        row of an export for the DAS that completes one of another file is part of that one.
    first_days
        Position of a file -> first day of the interventions and duties that stand in it, those that an earlier file
        has already included; files without any are left out.
    left_out_days, left_out_undated
        Days of rows of ``Interventionen`` with errors, sorted; how many of them have no day that can be read. Rows
        ignored are not among them.
    left_out_duty_days, left_out_duty_undated
        The same of entries of rosters.
    unstated
        Position of each file with a list of staff -> columns of the frame of staff, of ``role`` and ``certificates``,
        that it does not have: there a blank says nothing, while a blank cell of a column says that there is none.
    repairs
        Position of each file of repaired rows -> the reference of the upload it names, "" = none. Such rows are
        further ones: they stay, whatever stands in other files.
    das_homes
        Numbers under which the homes of exports for the DAS are registered there.
    repeated
        Interventions that an earlier file has already, with ``parts["repeated"]``: they count once, but say which rows
        of the files are the same.
    repeated_faulty
        Rows of ``Interventionen`` with errors that an earlier file has already.
    unknown_days
        Of ``unknown`` interventions, on which days and wards they were performed; may hold names.
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
    parts: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    first_days: Mapping[int, date] = field(default_factory=dict)
    left_out_days: tuple[date, ...] = ()
    left_out_undated: int = 0
    left_out_duty_days: tuple[date, ...] = ()
    left_out_duty_undated: int = 0
    unstated: Mapping[int, frozenset[str]] = field(default_factory=dict)
    repairs: Mapping[int, str] = field(default_factory=dict)
    das_homes: frozenset[str] = frozenset()
    repeated: pd.DataFrame = field(default_factory=lambda: empty(INTERVENTIONS))
    repeated_faulty: int = 0
    unknown_days: tuple[WordDay, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of ``Interventionen`` that are not blank, those left out as faulty or ignored included."""
        return len(self.tables.interventions) + self.tables.faulty + self.ignored

    def for_engine(self) -> Tables:
        """Return the tables as the engine takes them: what several files say is folded like several uploads."""
        tables, parts = self.by_file()
        return fold_files(tables, parts, self.first_days, self.unstated, frozenset(self.repairs))

    def by_file(self) -> tuple[Tables, Mapping[str, NDArray[np.int32]]]:
        """Return the tables with all interventions of all files, and the file of each row."""
        if self.repeated.empty:
            return self.tables, self.parts
        both = (self.tables.interventions, self.repeated)
        columns = {
            name: union_categoricals([frame[name] for frame in both])
            if isinstance(column.dtype, pd.CategoricalDtype)
            else np.concatenate([frame[name].to_numpy() for frame in both])
            for name, column in self.repeated.items()
        }
        files = np.concatenate([self.parts["interventions"], self.parts["repeated"]])
        order = np.argsort(files, kind="stable")
        acts = pd.DataFrame(columns).iloc[order].reset_index(drop=True)
        return replace(self.tables, interventions=acts), {**self.parts, "interventions": files[order]}


@dataclass(frozen=True)
class ReadAssessments:
    """The sheet ``Begutachtungen`` alone.

    Attributes
    ----------
    table
        Frame as in :mod:`pebem.contracts`, in the order of the file.
    errors
        Of each assessment: those in its cells.
    findings
        What to know or to repair.
    """

    table: pd.DataFrame
    errors: list[list[Finding]]
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
    codes = read_shift_codes(table) if (table := tables.get("Dienstzeiten")) else {}
    spans = {code: meant.spans for code, meant in codes.items()}
    conventions = replace(conventions, shift_starts=settled_starts(conventions.shift_starts, spans))
    people = read_people(tables, conventions)
    states = read_states(tables, book, people, findings)
    duties = _read_duties(rosters, people, conventions, codes)
    work = _read_work(tables, book, people, conventions)
    add_suggestions(tables, book, conventions)
    started = earliest(work.first_days, first_days(duties.table["start"], duties.files))
    frames = Tables(
        residents=people.residents,
        staff=people.staff,
        interventions=work.table,
        faulty=work.faulty,
        duties=duties.table,
        assessments=states.assessments,
        instability=states.instability,
        grades=states.grades,
    )
    note_differences(frames, people.files | states.files, started, tables)
    for sheet in SHEETS:
        if sheet in tables:
            findings.extend(tables[sheet].findings)
    findings.extend(duties.findings)
    findings.extend(note_alike_wards(tables))
    if {"Bewohner", "Begutachtungen"} <= tables.keys():
        findings.extend(note_unassessed(frames, book))
    return ReadFiles(
        frames,
        findings,
        people.resident_names,
        people.staff_names,
        people.hours,
        work.ignored,
        unknown_words(tables, work, duties.unknown, book, conventions),
        faulty_rows([*(tables[sheet] for sheet in SHEETS if sheet in tables), *duties.tables]),
        names_in(tables.values()) | duties.people,
        people.files
        | states.files
        | {"interventions": work.files, "duties": duties.files, "repeated": work.repeated_files},
        started,
        *_left_out(work.left_out),
        *_left_out(duties.left_out),
        people.unstated,
        repeated=work.repeated,
        repeated_faulty=work.repeated_faulty,
        unknown_days=unknown_days(tables.get("Interventionen"), work, book, conventions),
    )


def _left_out(days: NDArray[np.datetime64]) -> tuple[tuple[date, ...], int]:
    """Return the days that are known, sorted, and how many are not."""
    known = np.unique(days[~np.isnat(days)]).astype("datetime64[D]")
    return tuple(known.astype(date).tolist()), int(np.isnat(days).sum())


def _read_duties(
    rosters: Sequence[tuple[Grid, HeadingPlace]],
    people: ReadPeople,
    conventions: HomeConventions,
    own: dict[str, Shift],
) -> ReadDuties:
    """Return the duties; of a shift code that the files and the home explain, the files' meaning holds."""
    if not rosters:
        return ReadDuties(
            empty(DUTIES), [], {}, frozenset(), np.zeros(0, dtype=np.int32), np.zeros(0, dtype="datetime64[s]")
        )
    names = NameIndex(frozenset(people.staff["staff"]), people.staff_names)
    codes = ShiftCodes({code: shift(text) for code, text in conventions.shift_codes.items()} | own)
    return read_rosters(rosters, names, codes, Wards(people.residents["ward"].dropna().unique().tolist()))


def _read_work(
    tables: Mapping[str, Table], book: RuleBook, people: ReadPeople, conventions: HomeConventions
) -> ReadInterventions:
    table = tables.get("Interventionen")
    if not table:
        return ReadInterventions.nothing()
    known = KnownPeople(
        PersonIndex(frozenset(people.residents["resident"]), people.resident_names),
        PersonIndex(frozenset(people.staff["staff"]), people.staff_names, tables.get("Mitarbeitende")),
        numbers_left_out(tables.get("Bewohner"), "Bewohner-Nr"),
        numbers_left_out(tables.get("Mitarbeitende"), "Personal-Nr"),
    )
    return read_interventions(table, book, people.residents, people.staff, conventions, known)
