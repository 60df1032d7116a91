"""Rosters with one row for each duty, and the table of shift codes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import importers
from importers.content.persons.name_index import NameIndex
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Severity, UnreadableError
from importers.rosters import shift_codes
from importers.rosters.clock_change import missing_on_the_clock, twice_on_the_clock
from importers.rosters.duties import read_rosters
from importers.rosters.reading_context import Wards
from importers.rosters.shift_codes import ShiftCodes
from importers.sheets.heading_rows import HeadingPlace
from importers.sheets.roster_headings import find_roster
from importers.values.roster_times import clock, point, span
from pebem.contracts import RESIDENTS, empty
from tests.support.importers.files import csv_files, home, moment_of, text_of
from tests.support.importers.rosters import BOOK, CODES, duties, read, reported, with_roster
from web.reports import faulty_rows_xlsx

DAY = date(2026, 3, 2)
FOREIGN = ["NAME", "DIENST", "BEGINN", "ENDE"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("begin", "end", "span"),
    [
        (moment_of(2, 6), moment_of(2, 14), ("02.03. 06:00", "02.03. 14:00")),
        (time(6), time(14), ("02.03. 06:00", "02.03. 14:00")),
        ("06:00", "14:00 Uhr", ("02.03. 06:00", "02.03. 14:00")),
        ("0600", "1400", ("02.03. 06:00", "02.03. 14:00")),
        (600.0, 1400.0, ("02.03. 06:00", "02.03. 14:00")),
        (0.25, 0.5833333333333334, ("02.03. 06:00", "02.03. 14:00")),
        ("6.30", "7.05", ("02.03. 06:30", "02.03. 07:05")),
        ("21:00", "06:30", ("02.03. 21:00", "03.03. 06:30")),
        (time(21), time(21), ("02.03. 21:00", "03.03. 21:00")),
        ("14:00", "24:00", ("02.03. 14:00", "03.03. 00:00")),
        ("14:00", "00:00", ("02.03. 14:00", "03.03. 00:00")),
        ("14:00", timedelta(days=1), ("02.03. 14:00", "03.03. 00:00")),
        ("02.03.2026 22:00", "06:00", ("02.03. 22:00", "03.03. 06:00")),
        ("Mo 02.03.2026 22:00", "03.03.26 06:00 Uhr", ("02.03. 22:00", "03.03. 06:00")),
        ("2026-03-02T22:00:00", "2026-03-03 06:00", ("02.03. 22:00", "03.03. 06:00")),
    ],
)
def test_times_as_programs_write_them(begin: Any, end: Any, span: tuple[str, str]) -> None:
    result = read(with_roster(Dienste=[["Personal-Nr", "Datum", "Beginn", "Ende"], ["P1", DAY, begin, end]]))
    assert duties(result) == [("P1", None, *span)]
    assert reported(result) == []


@pytest.mark.parametrize(
    ("begin", "end", "code", "column"),
    [
        ("25:00", "14:00", "uhrzeit-unlesbar", "Beginn"),
        ("morgens", "14:00", "uhrzeit-unlesbar", "Beginn"),
        (7.7, "14:00", "datum-unlesbar", "Beginn"),
        (46083.25, "14:00", "datum-unlesbar", "Beginn"),
        ("06:00", "31.02.2026 14:00", "datum-unlesbar", "Ende"),
        ("06:00", "", "zeitpunkt-fehlt", "Ende"),
        ("", "", "zeitpunkt-fehlt", "Beginn"),
        (moment_of(2, 6), moment_of(2, 6), "ende-vor-beginn", "Ende"),
        (moment_of(2, 6), moment_of(3, 6, 1), "dienst-zu-lang", "Beginn"),
        (True, "14:00", "uhrzeit-unlesbar", "Beginn"),
    ],
)
def test_unreadable_times_reject_the_row(begin: Any, end: Any, code: str, column: str) -> None:
    rows = [["Personal-Nr", "Datum", "Beginn", "Ende"], ["P1", DAY, begin, end], ["12", DAY, "06:00", "07:00"]]
    result = read(with_roster(Dienste=rows))
    assert [duty[0] for duty in duties(result)] == ["12"]
    errors = [one for one in result.findings if one.code == code]
    assert (errors[0].severity, errors[0].row, errors[0].column) == (Severity.ERROR, 2, column)


def test_a_foreign_list_with_titles_lines_sick_people_and_several_days() -> None:
    rows = [
        ["Dienstplan vom 01.03.2026", "", "", ""],
        [],
        FOREIGN,
        ["Wohnbereich 1", "", "", ""],
        ["Müller, Änne", "F", "0600", "14:00"],
        ["Jo Müller-Lüdenscheidt", "K", "06:00", "14:00"],
        ["Yilmaz Ayse", "KRANK", "", ""],
        ["WB 2", "", "", ""],
        ["Müller, Änne", "N", time(21), 0.25],
        ["Montag, 02.03.2026", "", "", ""],
        ["Müller, Änne", "G", "", ""],
        ["Jo Müller-Lüdenscheidt", "Q", "", ""],
        ["Muster, Max", "F", "06:00", "14:00"],
    ]
    result = read(with_roster(Dienstplan=rows))
    assert duties(result) == [
        ("12", "WB 1", "01.03. 06:00", "01.03. 14:00"),
        ("12", "WB 2", "01.03. 21:00", "02.03. 06:00"),
        ("12", "WB 2", "02.03. 07:00", "02.03. 11:00"),
        ("12", "WB 2", "02.03. 16:00", "02.03. 20:00"),
        (None, "WB 2", "02.03. 06:00", "02.03. 14:00"),
    ]
    assert reported(result) == [("name-unbekannt", 13, "Muster, Max", 1), ("dienstkuerzel-unbekannt", 12, "Q", 1)]
    (absent,) = [one for one in result.findings if one.code == "dienst-abwesend"]
    assert (absent.count, absent.value) == (2, "1 × K, 1 × KRANK")


def test_divided_shifts_in_two_rows_and_in_two_pairs_of_columns() -> None:
    head = ["Pers.-Nr.", "Tag", "von", "bis", "von", "bis", "Pause (min)"]
    rows = [head, ["P1", "02.03.2026", "07:00", "11:00", "16:00", "20:00", 30.0], ["12", "02.03.2026", "7:00", "9:00"]]
    result = read(with_roster(Schichtplan=rows))
    assert [found[2:] for found in duties(result)] == [
        ("02.03. 07:00", "02.03. 11:00"),
        ("02.03. 16:00", "02.03. 20:00"),
        ("02.03. 07:00", "02.03. 09:00"),
    ]
    assert [one.message[:42] for one in result.findings if one.code == "pausen-nicht-abgezogen"] == [
        "1 Dienste enthalten zusammen 0:30 Stunden "
    ]
    with pytest.raises(UnreadableError, match="nicht zu jedem Beginn ein Ende"):
        read(with_roster(Schichtplan=[head[:5], ["P1", "02.03.2026", "07:00", "11:00", "16:00"]]))
    with pytest.raises(UnreadableError, match="mehrfach"):
        read(with_roster(Schichtplan=[["PNr", "PNr", "von", "bis"], ["P1", "P1", "07:00", "11:00"]]))


def test_duplicates_are_merged_and_overlaps_reported() -> None:
    rows = [
        ["Personal-Nr", "Wohnbereich", "Beginn", "Ende"],
        ["P1", "WB 1", moment_of(1, 6), moment_of(1, 14)],
        ["12", "WB 1", moment_of(1, 6), moment_of(1, 14)],
        ["P1", "WB 1", moment_of(1, 6), moment_of(1, 14)],
        ["P1", "WB 1", moment_of(1, 14), moment_of(1, 20)],
        ["P1", "WB 2", moment_of(1, 19), moment_of(1, 22)],
        ["P1", "WB 1", moment_of(1, 6), moment_of(1, 14)],
    ]
    result = read(with_roster(Dienste=rows))
    assert len(duties(result)) == 4
    mine = [(one.code, one.row, one.count) for one in result.findings if one.sheet == "Dienste"]
    assert mine == [("dienst-doppelt", 4, 2), ("dienste-ueberschneiden", 6, 1)]


def test_two_files_with_the_same_list_add_nothing() -> None:
    sheets = with_roster(Dienste=[["Personal-Nr", "Beginn", "Ende"], ["P1", moment_of(1, 6), moment_of(1, 14)]])
    files = csv_files(sheets)
    again = [("Dienste-Kopie.csv", data) for name, data in files if name == "Dienste.csv"]
    result = importers.read([*files, *again], BOOK, sheets_needed=())
    assert len(result.for_engine().duties) == 1
    assert result.parts["duties"].tolist() == [[name for name, _ in files].index("Dienste.csv"), len(files)]
    assert ("dienst-doppelt", 1) in {(one.code, one.count) for one in result.findings}
    assert "dienste-ueberschneiden" not in {one.code for one in result.findings}


@pytest.mark.parametrize("delimiter", [";", ","])
def test_a_foreign_text_file_is_known_by_its_headings(delimiter: str) -> None:
    files = csv_files(
        with_roster(export=[["Haus Abend"], FOREIGN, ["Müller, Änne", "F", "02.03.2026 06:00", "14:00"]]),
        delimiter=delimiter,
    )
    assert duties(importers.read(files, BOOK, sheets_needed=())) == [("12", None, "02.03. 06:00", "02.03. 14:00")]


@pytest.mark.parametrize(
    ("begin", "end", "codes"),
    [
        ("28.03.2026 22:00", "29.03.2026 06:00", []),
        ("29.03.2026 02:30", "29.03.2026 06:00", ["zeitumstellung-stunde-fehlt"]),
        ("29.03.2026 02:00", "29.03.2026 06:00", ["zeitumstellung-stunde-fehlt"]),
        ("29.03.2026 03:00", "29.03.2026 06:00", []),
        ("28.03.2026 22:00", "29.03.2026 02:00", []),
        ("28.03.2026 22:00", "29.03.2026 02:15", ["zeitumstellung-stunde-fehlt"]),
        ("28.03.2026 22:00", "29.03.2026 03:00", []),
        ("24.10.2026 22:00", "25.10.2026 06:00", []),
        ("25.10.2026 02:30", "25.10.2026 06:00", ["zeitumstellung-stunde-doppelt"]),
        ("24.10.2026 08:00", "25.10.2026 08:00", []),
    ],
)
def test_nights_in_which_the_clock_changes(begin: str, end: str, codes: list[str]) -> None:
    result = read(with_roster(Dienste=[["Personal-Nr", "Beginn", "Ende"], ["P1", begin, end]]))
    (duty,) = duties(result)
    assert duty[2:] == (f"{begin[:6]} {begin[11:]}", f"{end[:6]} {end[11:]}")
    assert [one.code for one in result.findings if one.code.startswith("zeitumstellung")] == codes


def test_the_table_of_codes_and_its_faults() -> None:
    rows = [
        *CODES,
        ["F1", time(6), time(14), "", ""],
        ["N", "", "", "", "frei"],
        ["Z1", "06:00", "", "", ""],
        ["Z2", "06:00", "25:00", "", ""],
        ["Z3", "06:00", "14:00", "viel", ""],
        ["Z4", "06:00", "14:00", "0:30", "Party"],
        ["", "06:00", "14:00", "", ""],
        [8.0, "08:00", "16:00", "45 min", ""],
    ]
    sheet = with_roster(
        Dienste=[["Nr", "Name", "Datum", "Dienst"], *(["", "Müller, Änne", DAY, c] for c in (8.0, "Z3", "N"))]
    )
    result = read(sheet | {"Dienstzeiten": rows})
    assert [found[2:] for found in duties(result)] == [
        ("02.03. 08:00", "02.03. 16:00"),
        ("02.03. 06:00", "02.03. 14:00"),
        ("02.03. 21:00", "03.03. 06:30"),
    ]
    assert sorted((found[0], found[1]) for found in reported(result) if found[0] != "dienste-ueberschneiden") == [
        ("bedeutung-unbekannt", 13),
        ("dienstkuerzel-doppelt", 8),
        ("dienstkuerzel-doppelt", 9),
        ("dienstkuerzel-fehlt", 14),
        ("dienstzeit-fehlt", 10),
        ("pause-unlesbar", 12),
        ("uhrzeit-unlesbar", 11),
    ]


def test_every_suggestion_names_times_or_an_absence() -> None:
    for code, text in shift_codes.usual_codes().items():
        name, _, meaning = text.rpartition(", ")
        assert str(shift_codes.shift(meaning)), code
        assert name or meaning in shift_codes.ABSENCES.values()
    assert set(shift_codes._usual_absences().values()) == set(shift_codes.ABSENCES.values())


def placed(grid: Grid) -> tuple[Grid, HeadingPlace]:
    place = find_roster(grid)
    assert place
    return grid, place


def test_missing_staff_and_residents_are_no_obstacle() -> None:
    cells = np.array([["Name", "Beginn", "Ende"], ["Wer", "02.03.2026 06:00", "14:00"]], dtype=object)
    names = NameIndex(frozenset(), empty(dict.fromkeys(("staff", "name", "given"), "text")))
    result = read_rosters(
        [placed(Grid("a.csv", "a", SheetCells.of(cells), from_text=True))], names, ShiftCodes({}), Wards(())
    )
    assert result.table["staff"].tolist() == [None]
    assert [one.code for one in result.findings] == ["name-unbekannt"]
    assert empty(RESIDENTS).empty


MINUTES = st.integers(0, 1439)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(MINUTES, MINUTES)
def test_clocks_and_spans_round_trip(start: int, end: int) -> None:
    left, right = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end))
    for written in (left, left.replace(":", "."), left.replace(":", ""), f"{left} Uhr", left.removeprefix("0")):
        assert clock(written) == start
        assert span(f"{written}–{right}") == (start, end if end > start else end + 1440)
    assert point(start / 1440) == start
    assert point(time(start // 60, start % 60)) == start


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(DAYS, MINUTES, MINUTES), min_size=1, max_size=20))
def test_duties_over_midnight_begin_on_their_day_and_last_a_day_at_most(drawn: list[tuple[date, int, int]]) -> None:
    rows = [
        [f"X{i}", f"{day:%d.%m.%Y}", f"{a // 60}:{a % 60:02d}", f"{b // 60}:{b % 60:02d}"]
        for i, (day, a, b) in enumerate(drawn)
    ]
    cells = np.array([["Personal-Nr", "Datum", "Beginn", "Ende"], *rows], dtype=object)
    names = NameIndex(frozenset(row[0] for row in rows), empty(dict.fromkeys(("staff", "name", "given"), "text")))
    grid = Grid("a.csv", "Dienste", SheetCells.of(cells), from_text=True)
    frame = read_rosters([placed(grid)], names, ShiftCodes({}), Wards(())).table
    assert frame["start"].dt.date.tolist() == [day for day, *_ in drawn]
    minutes = ((frame["end"] - frame["start"]) // pd.Timedelta(minutes=1)).tolist()
    assert minutes == [(b - a) % 1440 or 1440 for _, a, b in drawn]


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - local times
def test_missing_and_double_hours_are_those_of_the_zone(moment: datetime) -> None:
    """Against the standard library: going to UTC and back changes a missing time; the two folds of a double differ."""
    moment = moment.replace(microsecond=0)
    zone = ZoneInfo("Europe/Berlin")
    back = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    offsets = {moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    moments = np.array([moment], dtype="datetime64[s]")
    assert missing_on_the_clock(moments).tolist() == [back != moment]
    assert twice_on_the_clock(moments).tolist() == [back == moment and len(offsets) == 2]


def test_the_small_home_has_no_duties() -> None:
    assert read(home()).tables.duties.empty


def test_faulty_duties_leave_as_they_stood_and_are_read_again(tmp_path: Path) -> None:
    plan = [
        ["Personal-Nr", "Datum", "Beginn", "Ende", "Bemerkung"],
        ["P1", DAY, "06:00", "14:00", "privat"],
        ["P1", "3.3.2026", "25:00", "14:00", ""],
    ]
    other = [["NAME", "BEGINN", "ENDE"], ["Nobody, Nora", "gestern", "14:00"]]
    files = csv_files({**home(), "Dienste": plan})
    result = importers.read([*files, ("Plan.csv", text_of(other).encode())], BOOK)
    assert [(one.sheet, len(one.rows)) for one in result.faulty_rows] == [("Dienste", 1), ("Dienste", 1)]
    assert (result.left_out_duty_days, result.left_out_duty_undated) == ((date(2026, 3, 3),), 1)
    (row,) = result.faulty_rows[0].rows
    assert (row.number, row.cells, row.wrong) == (3, ("P1", "3.3.2026", "25:00", "14:00"), (2,))
    faulty_rows_xlsx.write(tmp_path / "zeilen.xlsx", result.faulty_rows, "1-0000")
    again = openpyxl.load_workbook(tmp_path / "zeilen.xlsx")
    again["Dienste"]["C2"] = "06:00"
    again["Dienste 2"]["B2"] = "06:00"
    again.save(tmp_path / "zeilen.xlsx")
    staff = [one for one in files if one[0].startswith("Mitarbeitende")]
    outcome = importers.read([tmp_path / "zeilen.xlsx", *staff], BOOK, sheets_needed=())
    assert [(str(one.start), str(one.end)) for one in outcome.tables.duties.itertuples() if one.staff == "P1"] == [
        ("2026-03-03 06:00:00", "2026-03-03 14:00:00")
    ]


def test_faulty_row_with_its_day_above_is_not_exported_alone() -> None:
    plan = [["Personal-Nr", "Beginn", "Ende"], ["Montag, 02.03.2026", "", ""], ["P1", "25:00", "14:00"]]
    result = read(with_roster(Dienste=plan))
    assert [f.code for f in result.findings if f.severity is Severity.ERROR] == ["uhrzeit-unlesbar"]
    assert result.faulty_rows == ()
