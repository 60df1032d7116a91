"""The granted Pflegegrad: columns of sheet `Bewohner`, and sheet `Pflegegrade` where one value is not enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.checks.cross_checks import check_numbers
from importers.content.shared_columns import days, frame, numbers, text_series
from importers.findings import Problem, error, notice, warning
from importers.values import cell_values, word_meanings
from pebem.contracts import GRADES, Tables, empty
from pebem.history.files import fold_files
from pebem.resident_mix import differences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from importers.content.table import Table

NOT_GIVEN: Final = -1

_GRADE: Final = re.compile(r"(?:(?:pflegegrad|pg|grad)[ .:-]*)?([0-5])(?:[.,]0+)?", re.IGNORECASE)
_NONE: Final = empty(GRADES | {"file": "int", "row": "int"})
_WHETHER: Final = 3


def read_grades(
    residents: Table | None, history: Table | None, known: frozenset[str]
) -> tuple[pd.DataFrame, NDArray[np.int32]]:
    """Return the granted grades as ``pebem.contracts.GRADES``, and the file of each row.

    Beside a history the value of ``Bewohner`` without a day is the one of today, which the history has.

    Parameters
    ----------
    residents, history
        Sheets ``Bewohner``, read already, and ``Pflegegrade``.
    known
        Numbers of the residents listed.
    """
    dated = _of_history(history, known, listed=residents is not None) if history else _NONE
    listed = _of_residents(residents) if residents and residents.has("Pflegegrad") else _NONE
    if residents and len(dated) and len(listed):
        ordered = dated.sort_values("start", kind="stable", na_position="first")
        newest = {(row.resident, row.file): row.grade for row in ordered.itertuples()}
        of_today = [newest.get(key) for key in zip(listed["resident"], listed["file"], strict=True)]
        repeats = listed["start"].isna() & pd.Series([grade is not None for grade in of_today], dtype=bool)
        other = repeats & (listed["grade"] != pd.Series(of_today, dtype=object))
        residents.report(
            warning(
                "pflegegrad-widerspricht",
                "Im Blatt „Pflegegrade“ steht zuletzt ein anderer Pflegegrad; der dort gilt.",
                "Berichtigen Sie eine der beiden Angaben oder ergänzen Sie „Pflegegrad seit“.",
            ),
            listed["row"][other].tolist(),
            "Pflegegrad",
        )
        listed = listed[~repeats]
    rows = pd.concat([part for part in (listed, dated) if len(part)] or [_NONE], ignore_index=True)
    return rows[list(GRADES)].astype({"grade": np.int32}), rows["file"].to_numpy(np.int32)


def same_grade(cell: Any, other: Any) -> bool | None:
    """Return whether two cells state the same granted grade, None where one of them states none."""
    try:
        grades = _parse(cell), _parse(other)
    except Problem:
        return None
    return None if NOT_GIVEN in grades else grades[0] == grades[1]


def note_differences(
    stated: Tables, parts: Mapping[str, NDArray[np.int32]], first_days: Mapping[int, date], sheets: Mapping[str, Table]
) -> None:
    """Tell whose granted grade is another than the one computed from the assessment, as all files together state them.

    Parameters
    ----------
    stated
        Of these residents, assessments and grades.
    parts, first_days
        As :func:`pebem.history.files.fold_files` takes them.
    sheets
        Sheets that were read, by name.
    """
    if stated.grades.empty or stated.assessments.empty:
        return
    about = Tables(residents=stated.residents, assessments=stated.assessments, grades=stated.grades)
    named = {name: parts[name] for name in ("residents", "assessments", "grades")}
    tables = [table for name in ("Bewohner", "Pflegegrade") if (table := sheets.get(name)) and table.has("Pflegegrad")]
    rows = [{number: row for row, number in enumerate(_numbers_of(table)) if not table.faulty[row]} for table in tables]
    for one in differences(fold_files(about, named, first_days)):
        since = f"ab {one.day:%d.%m.%Y} " if one.day else ""
        difference = notice(
            "pflegegrad-weicht-ab",
            f"Zuerkannt: {_named(one.granted)}; aus der Begutachtung {since}errechnet: {_named(one.computed)}. "
            "Für § 113c zählt der zuerkannte.",
            "Prüfen Sie Bescheid und Begutachtung. Häufige Gründe sind Überleitung, Widerspruch und eine neuere "
            "eigene Einschätzung.",
        )
        places = ((table, own[one.resident]) for table, own in zip(tables, rows, strict=True) if one.resident in own)
        if place := next(places, None):
            place[0].report(difference, [place[1]], "Pflegegrad")


def _of_residents(table: Table) -> pd.DataFrame:
    grade, start = _grades(table, required=False), days(table, "Pflegegrad seit", costs_row=False)
    lonely = np.flatnonzero((grade == NOT_GIVEN) & ~np.isnat(start) & ~table.faulty)
    table.report(
        warning(
            "pflegegrad-fehlt",
            "Zu diesem Tag fehlt der Pflegegrad; er gilt als nicht angegeben.",
            "Tragen Sie den zuerkannten Pflegegrad ein, 0 bis 5.",
        ),
        lonely.tolist(),
        "Pflegegrad seit",
    )
    return _frame(table, np.array(_numbers_of(table), dtype=object), grade, start)


def _of_history(table: Table, known: frozenset[str], *, listed: bool) -> pd.DataFrame:
    resident = numbers(table, "Bewohner-Nr")
    check_numbers(table, resident, known, listed=listed)
    grade, start = _grades(table, required=True), days(table, "Seit")
    rows = _frame(table, resident, grade, start)
    again = rows[["resident", "start", "file"]].duplicated()
    table.report(
        warning(
            "pflegegrad-doppelt",
            "Zu dieser Person steht weiter oben schon ein Pflegegrad seit diesem Tag; es gilt die spätere Zeile.",
            "Löschen Sie die überzählige Zeile.",
        ),
        rows["row"][again].tolist(),
        "Seit",
    )
    return rows


def _frame(
    table: Table, resident: NDArray[np.object_], grade: NDArray[np.int64], start: NDArray[np.datetime64]
) -> pd.DataFrame:
    """Return the grades that are given, each with its file and its record in the table."""
    rows = frame(table, {"resident": text_series(resident), "grade": grade, "start": start})
    rows = rows.assign(file=table.sources_of_good_rows, row=np.flatnonzero(~table.faulty))
    return rows[rows["grade"] != NOT_GIVEN].reset_index(drop=True)


def _grades(table: Table, *, required: bool) -> NDArray[np.int64]:
    """Return the grade of each row, -1 = not given."""

    def parse(value: Any) -> int:
        if not required or cell_values.text(value):
            return _parse(value)
        raise error("pflegegrad-fehlt", "Der Pflegegrad fehlt.", "Tragen Sie den zuerkannten Pflegegrad ein, 0 bis 5.")

    codes, values = table.read("Pflegegrad", parse, NOT_GIVEN, costs_row=required)
    grades: NDArray[np.int64] = np.array(values, dtype=np.int64)[codes]
    _, cells = table.raw("Pflegegrad")
    ones = np.array([cell_values.text(cell) == "1" for cell in cells], dtype=bool)[codes]
    if np.count_nonzero(ones) >= _enough(table) and not np.any(grades > 0, where=~ones):
        table.report_sheet(
            warning(
                "pflegegrad-nur-ob",
                "In der Spalte steht nur 0 oder 1, wie in Exporten, die bloß sagen, ob es einen Pflegegrad gibt; "
                "1 gilt als nicht angegeben.",
                "Tragen Sie die Pflegegrade ein. Ist es wirklich Pflegegrad 1, schreiben Sie „PG 1“.",
            ),
            column="Pflegegrad",
            count=int(np.count_nonzero(ones)),
        )
        grades[ones] = NOT_GIVEN
    return grades


def _enough(table: Table) -> int:
    """Return how many residents of Pflegegrad 1, and none above, show that a column only says whether there is one."""
    return 1 if table.heading("Bewohner-Nr").strip().upper() == "IDBEWOHNER" else _WHETHER


def _parse(value: Any) -> int:
    """Return the granted grade of a cell, -1 = not given."""
    written = cell_values.text(value)
    if not written:
        return NOT_GIVEN
    if match := _GRADE.fullmatch(written):
        return int(match[1])
    meaning = word_meanings.grade(written)
    if meaning is None:
        raise error(
            "pflegegrad-ungueltig",
            "Das ist kein Pflegegrad von 0 bis 5; er gilt als nicht angegeben.",
            "Tragen Sie 0 bis 5 oder „kein“ ein. Pflegestufen gibt es seit 2017 nicht mehr.",
        )
    if meaning.doubt:
        raise warning(
            "pflegegrad-offen", meaning.doubt, "Tragen Sie ihn ein, sobald der Bescheid da ist.", taken=NOT_GIVEN
        )
    return int(meaning.value)


def _numbers_of(table: Table) -> list[str]:
    """Return the resident of each row, "" where it cannot be read; its findings are reported elsewhere."""
    codes, cells = table.raw("Bewohner-Nr")
    texts = [cell_values.identifier_or_blank(cell) for cell in cells]
    return [texts[code] for code in codes]


def _named(grade: int) -> str:
    return f"Pflegegrad {grade}" if grade else "kein Pflegegrad"
