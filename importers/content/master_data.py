"""Sheets about people: who lives and works there, and what is known of the residents' condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importers.content.assessments import read_assessments
from importers.content.grades import read_grades
from importers.content.instability import read_instability
from importers.content.people import read_residents, read_staff
from importers.content.weekly_hours import HOURS, read_hours
from importers.findings import Finding, Severity
from pebem.contracts import ASSESSMENTS, INSTABILITY, RESIDENTS, STAFF, empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from rules.model import RuleBook

_NO_ROWS: Final = np.zeros(0, dtype=np.int32)

_STATED_BY_COLUMN: Final = {"role": "Rolle", "certificates": "Zertifikate"}

_INSTABILITY_MISSING: Final = Finding(
    Severity.WARNING,
    "instabilitaet-fehlt",
    "Das Blatt „Instabilität“ fehlt; ob jemand instabil war, ist nicht bekannt. Wer keine früheren Angaben dazu hat, "
    "wird als stabil gerechnet: Das QN-Soll kann zu niedrig sein.",
    "Ergänzen Sie das Blatt, auch wenn nur wenige Zeilen darin stehen.",
    sheet="Instabilität",
)


class ReadPeople(NamedTuple):
    """Residents and staff; names apart from the frames of the engine, and the rest, as the result has them."""

    residents: pd.DataFrame
    resident_names: pd.DataFrame
    staff: pd.DataFrame
    staff_names: pd.DataFrame
    hours: pd.DataFrame
    files: dict[str, NDArray[np.int32]]
    unstated: dict[int, frozenset[str]]


class ReadStates(NamedTuple):
    """What is known of the condition of residents, with the files it is from, as the result has them."""

    assessments: pd.DataFrame
    instability: pd.DataFrame
    grades: pd.DataFrame
    files: dict[str, NDArray[np.int32]]


def read_people(tables: Mapping[str, Table], conventions: HomeConventions) -> ReadPeople:
    """Read the sheets ``Bewohner`` and ``Mitarbeitende``, where they are there."""
    residents, resident_names = empty(RESIDENTS), _no_names("resident")
    staff, staff_names, hours = empty(STAFF), _no_names("staff"), empty(HOURS)
    files = {"residents": _NO_ROWS, "staff": _NO_ROWS}
    unstated: dict[int, frozenset[str]] = {}
    if table := tables.get("Bewohner"):
        residents, resident_names = read_residents(table)
        files["residents"] = table.sources_of_good_rows
    if table := tables.get("Mitarbeitende"):
        staff, staff_names = read_staff(table, conventions)
        files["staff"] = table.sources_of_good_rows
        hours = read_hours(table, staff)
        unstated = {
            file: frozenset(name for name, column in _STATED_BY_COLUMN.items() if not table.has_in_file(column, file))
            for file in set(table.source_of.tolist())
        }
    return ReadPeople(residents, resident_names, staff, staff_names, hours, files, unstated)


def read_states(tables: Mapping[str, Table], book: RuleBook, people: ReadPeople, findings: list[Finding]) -> ReadStates:
    """Read the sheets ``Begutachtungen``, ``Instabilität`` and ``Pflegegrade``, where they are there."""
    known, listed = frozenset(people.residents["resident"]), "Bewohner" in tables
    assessments, instability = empty(ASSESSMENTS), empty(INSTABILITY)
    files = {"assessments": _NO_ROWS, "instability": _NO_ROWS}
    if table := tables.get("Begutachtungen"):
        assessments = read_assessments(table, known, listed=listed)
        files["assessments"] = table.sources_of_good_rows
    if table := tables.get("Instabilität"):
        instability = read_instability(table, book, known, listed=listed)
        files["instability"] = table.sources_of_good_rows
    else:
        findings.append(_INSTABILITY_MISSING)
    grades, files["grades"] = read_grades(tables.get("Bewohner"), tables.get("Pflegegrade"), known)
    return ReadStates(assessments, instability, grades, files)


def _no_names(key: str) -> pd.DataFrame:
    return empty({key: "text", "name": "text", "given": "text"})
