"""Which file said what: several files can be told apart, and each states its own."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import importers
from importers.conventions import HomeConventions
from importers.findings import Severity
from importers.sheets.sheet_decision import SheetAnswer
from tests.support.importers.das_files import export, resident
from tests.support.importers.files import (
    DAY,
    csv_files,
    home,
    intervention,
    moment_of,
    text_of,
    with_interventions,
    xlsx,
)
from tests.support.importers.rosters import STAFF, month, with_roster

if TYPE_CHECKING:
    from rules.model import RuleBook

FRAMES = ("residents", "assessments", "instability", "staff", "interventions", "duties")
HEADS = {sheet: rows[0] for sheet, rows in home().items()}


def read(book: RuleBook, *files: tuple[str, bytes], **options: Any) -> importers.ReadFiles:
    """Read files; each row has its file."""
    result = importers.read(files, book, sheets_needed=(), **options)
    for name in FRAMES:
        assert result.parts[name].dtype == np.int32
        assert result.parts[name].shape == (len(getattr(result.tables, name)),), name
    return result


def codes(result: importers.ReadFiles) -> set[str]:
    return {one.code for one in result.findings}


def file_of(result: importers.ReadFiles, frame: str, column: str) -> list[tuple[Any, int]]:
    """Return the values of a column, each with the file it is from."""
    return list(zip(getattr(result.tables, frame)[column].tolist(), result.parts[frame].tolist(), strict=True))


def sheet(name: str, *rows: list[Any]) -> dict[str, list[list[Any]]]:
    return {name: [HEADS[name], *rows]}


ANNE = ["0042", "", "", "WB 1", date(2025, 1, 15), ""]
MOVED = ["0042", "", "", "WB 2", date(2025, 1, 15), ""]


def test_two_workbooks_of_one_name_are_two_files(book: RuleBook) -> None:
    later = with_interventions(intervention(Datum=DAY + timedelta(days=1)))
    later["Bewohner"] = [HEADS["Bewohner"], MOVED]
    result = read(book, ("heim.xlsx", xlsx(home())), ("heim.xlsx", xlsx(later)))
    assert file_of(result, "residents", "ward") == [("WB 1", 0), ("WB 2", 0), ("WB 2", 1)]
    assert result.parts["interventions"].tolist() == [0, 0, 0, 1]
    assert result.parts["staff"].tolist() == [0, 0, 1, 1]
    assert result.first_days == {0: DAY, 1: DAY + timedelta(days=1)}
    assert "bewohner-doppelt" not in codes(result)


def test_two_sheets_of_a_workbook_are_one_file(book: RuleBook) -> None:
    """What stands alike in both is one row, what differs is twice in one file."""
    answers = [SheetAnswer("heim.xlsx", name, "Bewohner") for name in ("WB 1", "WB 2")]
    of_wards = {"WB 1": [HEADS["Bewohner"], ANNE], "WB 2": [HEADS["Bewohner"], ANNE, ["B2", "", "", "WB 2", "", ""]]}
    result = read(book, ("heim.xlsx", xlsx(of_wards)), answers=answers)
    assert file_of(result, "residents", "resident") == [("0042", 0), ("B2", 0)]
    assert {"bewohner-doppelt", "zeilen-schon-in-anderer-datei"} & codes(result) == {"zeilen-schon-in-anderer-datei"}
    of_wards["WB 2"][1] = MOVED
    result = read(book, ("heim.xlsx", xlsx(of_wards)), answers=answers)
    assert file_of(result, "residents", "ward") == [("WB 1", 0), ("WB 2", 0)]
    assert "bewohner-doppelt" in codes(result)


def test_sheets_and_texts_are_counted_in_the_order_given(book: RuleBook) -> None:
    """A workbook between two texts: every sheet of it is the second file."""
    rest = {name: rows for name, rows in home().items() if name not in {"Bewohner", "Interventionen"}}
    files = dict(csv_files(home()))
    result = read(
        book,
        ("Interventionen.csv", files["Interventionen.csv"]),
        ("rest.xlsx", xlsx(rest)),
        ("Bewohner.csv", files["Bewohner.csv"]),
    )
    assert {name: sorted(set(result.parts[name].tolist())) for name in FRAMES} == {
        "residents": [2], "assessments": [1], "instability": [1], "staff": [1], "interventions": [0], "duties": [],
    }  # fmt: skip


def test_files_of_an_archive_count_one_by_one(book: RuleBook) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Brief.pdf", b"%PDF-1.7")
        archive.writestr("a/Bewohner.csv", text_of([HEADS["Bewohner"], ANNE]))
        archive.writestr("b/Bewohner.csv", text_of([HEADS["Bewohner"], MOVED]))
    first = ("erste.xlsx", xlsx(sheet("Bewohner", ANNE)))
    result = read(book, first, ("alles.zip", packed.getvalue()), ("letzte.xlsx", xlsx(sheet("Bewohner", ANNE))))
    assert file_of(result, "residents", "ward") == [("WB 1", 0), ("WB 1", 2), ("WB 2", 3), ("WB 1", 4)]


def test_export_beside_a_workbook_is_a_file_and_completes_the_workbook(book: RuleBook) -> None:
    """What moves into a row of the workbook is the workbook's; what stays is the export's."""
    names = {"Bewohner": [["Bewohner-Nr", "Name", "Wohnbereich"], ["000042", "Groß", ""], ["B9", "Klein", "WB 9"]]}
    das = export(resident(), resident(IDBEWOHNER="000007"))
    for files, workbook in (([das, ("namen.xlsx", xlsx(names))], 1), ([("namen.xlsx", xlsx(names)), das], 0)):
        result = read(book, *files)
        assert dict(file_of(result, "residents", "resident")) == {
            "000042": workbook,
            "B9": workbook,
            "000007": 1 - workbook,
        }
        assert sorted(result.parts["residents"]) == result.parts["residents"].tolist()
        assert dict(file_of(result, "assessments", "resident")) == {"000042": 1 - workbook, "000007": 1 - workbook}
        assert result.tables.residents.set_index("resident").loc["000042", "ward"] == "WB_1"


def test_each_file_may_state_what_another_states(book: RuleBook) -> None:
    """A number or a first day that must stand once stands once per file."""
    staff = ["P1", "Yılmaz", "Ayşe", 3, "", "", date(2020, 1, 1), ""]
    assessed = ["0042", date(2025, 1, 20), 1, 4, 0, 3, "kontinent", "kontinent"]
    others = sheet("Bewohner", MOVED) | sheet("Mitarbeitende", staff) | sheet("Begutachtungen", assessed)
    result = read(book, ("a.xlsx", xlsx(home())), ("b.xlsx", xlsx(others)))
    once = {"bewohner-doppelt", "gueltig-ab-doppelt", "begutachtung-doppelt"}
    assert not codes(result) & once
    assert file_of(result, "staff", "qn") == [(4, 0), (2, 0), (3, 1)]
    assert result.parts["assessments"].tolist() == [0, 0, 1]
    together = {name: [*rows, *others.get(name, [()])[1:]] for name, rows in home().items()}
    assert codes(read(book, ("a.xlsx", xlsx(together)))) >= once


def test_undated_row_that_stands_in_two_files_stays_in_both(book: RuleBook) -> None:
    undated = sheet("Mitarbeitende", ["P1", "", "", 4, "", "", "", ""]) | sheet(
        "Begutachtungen", ["0042", "", 1, *[""] * 5]
    )
    undated |= sheet("Instabilität", ["0042", "sturz", date(2026, 3, 1), "", ""]) | sheet(
        "Bewohner", ["0042", *[""] * 5]
    )
    result = read(book, ("a.xlsx", xlsx(undated)), ("b.xlsx", xlsx(undated)))
    for name in ("residents", "assessments", "instability", "staff"):
        assert result.parts[name].tolist() == [0, 1], name
    told = [(one.sheet, one.file, one.count) for one in result.findings if one.code == "zeilen-schon-in-anderer-datei"]
    assert told == [(name, "b.xlsx", 1) for name in ("Bewohner", "Begutachtungen", "Instabilität", "Mitarbeitende")]
    assert {one.severity for one in result.findings if one.code == "zeilen-schon-in-anderer-datei"} == {Severity.NOTICE}


def test_row_of_interventions_is_of_the_first_file_that_has_it(book: RuleBook) -> None:
    """It counts once, and the days of a file are those that stand in it."""
    one, two, three = (intervention(Datum=DAY + timedelta(days=day)) for day in range(3))
    files = [("a.xlsx", xlsx(with_interventions(three, one))), ("b.xlsx", xlsx(with_interventions(two, three)))]
    result = read(book, *files, ("c.xlsx", xlsx(with_interventions(three, three))))
    assert result.parts["interventions"].tolist() == [0, 0, 1, 2]
    assert result.first_days == {0: DAY, 1: DAY + timedelta(days=1), 2: DAY + timedelta(days=2)}


def test_duties_are_those_of_their_file_and_stand_once_in_it(book: RuleBook) -> None:
    """Of one day the newest file counts alone: it must have all duties it names."""
    early, late = ["P1", moment_of(2, 6), moment_of(2, 14)], ["P1", moment_of(2, 15), moment_of(2, 19)]
    head = ["Personal-Nr", "Beginn", "Ende"]
    plan = {
        "Dienste": [head, early, early],
        "Dienstplan März": month(["P1", "", "F1"], first=date(2026, 4, 1), days=30),
    }
    result = read(
        book,
        ("a.xlsx", xlsx(with_roster(**plan))),
        ("Dienste.csv", text_of([head, early, late]).encode()),
    )
    assert result.parts["duties"].tolist() == [0, 0, 1, 1]
    assert result.first_days == {0: date(2026, 3, 2), 1: date(2026, 3, 2)}
    assert [one.count for one in result.findings if one.code == "dienst-doppelt"] == [2]
    assert "dienste-ueberschneiden" not in codes(result)
    assert len(result.for_engine().duties) == 3


def test_days_of_rows_left_out_are_said_and_those_without_a_day_counted(book: RuleBook) -> None:
    """Unknown and postponed words are left out; what the home ignores on purpose is not."""
    days = [DAY + timedelta(days=day) for day in range(6)]
    rows = [
        intervention(Intervention="Zauberei", Datum=days[2]), intervention(Intervention="Hexerei", Datum=days[1]),
        intervention(Intervention="Bingo", Datum=days[3]), intervention(Intervention="Hexerei", Datum=days[1]),
        intervention(Datum="31.02.2026"), intervention(Datum=""), intervention(Datum=days[4]),
        intervention(Intervention=4.1, Datum=days[5]), intervention(Intervention="Bingo", Datum="gestern"),
    ]  # fmt: skip
    conventions = HomeConventions(interventions={"Hexerei": "später", "Bingo": "ignorieren"})
    result = read(book, ("a.xlsx", xlsx(with_interventions(*rows))), conventions=conventions)
    assert result.left_out_days == (days[1], days[2], days[5])
    assert result.left_out_undated == 2
    assert (result.tables.faulty, result.ignored) == (6, 2)
    assert result.first_days == {0: days[4]}
    good = read(book, ("a.xlsx", xlsx(home())))
    assert (good.left_out_days, good.left_out_undated) == ((), 0)
    assert (good.left_out_duty_days, good.left_out_duty_undated) == ((), 0)


def test_days_of_duties_left_out_are_said_too(book: RuleBook) -> None:
    """Of lists and of rosters with a column a day; an absence is no duty that is left out."""
    head = ["Personal-Nr", "Datum", "Beginn", "Ende"]
    listed = [
        head, ["P1", date(2026, 3, 3), "25:00", "14:00"], ["P1", "", moment_of(4, 6), "vorgestern"],
        ["P1", "gestern", "06:00", "14:00"], ["P1", date(2026, 3, 6), "06:00", "14:00"],
        ["P1", "", moment_of(7, 6), moment_of(9, 7)],
    ]  # fmt: skip
    result = read(book, ("a.xlsx", xlsx(with_roster(Dienste=listed))))
    assert result.left_out_duty_days == (date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 7))
    assert result.left_out_duty_undated == 1
    rows = [["P1", "Yılmaz", "F1", "XX", "W", "U"], ["", "", "", "", "", "", "S2"], ["007", "", "XX"]]
    result = read(book, ("a.xlsx", xlsx(with_roster(Dienstplan=month(*rows)))))
    assert result.left_out_duty_days == (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 5))
    assert result.left_out_duty_undated == 0


def test_days_that_are_none_and_columns_without_a_day_leave_duties_without_a_day(book: RuleBook) -> None:
    wrong = [["Februar 2026"], ["Personal-Nr", *map(str, range(1, 32))], ["P1", "F1", *[""] * 29, "F1"]]
    result = read(book, ("a.xlsx", xlsx(with_roster(Dienstplan=wrong))))
    assert {one.code for one in result.findings if one.severity is Severity.ERROR} == {"tag-gibt-es-nicht"}
    assert (result.left_out_duty_days, result.left_out_duty_undated) == ((), 1)
    between = month(["P1", "Yılmaz", "F1", "S2", "F1"])
    between[0][3] = "Notiz"
    result = read(book, ("a.xlsx", xlsx(with_roster(Dienstplan=between))))
    assert "spalte-ohne-datum" in codes(result)
    assert (result.left_out_duty_days, result.left_out_duty_undated) == ((), 1)


def test_column_that_is_nowhere_states_nothing(book: RuleBook) -> None:
    bare, roled = ["Personal-Nr", "QN"], ["Personal-Nr", "QN", "Rolle"]
    texts = {name: text_of([head, ["P1", 4, ""][: len(head)]]).encode() for name, head in (("a", bare), ("b", roled))}
    for names, unstated in (
        ("a", {0: {"role", "certificates"}}),
        ("b", {0: {"certificates"}}),
        ("ab", {0: {"role", "certificates"}, 1: {"certificates"}}),
        ("", {}),
    ):
        files = [(f"Mitarbeitende-{name}.csv", texts[name]) for name in names]
        files.append(("Bewohner.csv", text_of([HEADS["Bewohner"], ANNE]).encode()))
        assert read(book, *files).unstated == unstated
    assert read(book, ("a.xlsx", xlsx(home()))).unstated == {0: frozenset()}


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ((date(2026, 3, 3), ""), (date(2026, 3, 1), ""), {"vor-einzug": {0}}),
        ((date(2025, 1, 1), date(2026, 3, 2)), (date(2026, 3, 4), ""), {"nach-auszug": {3}}),
        ((date(2026, 3, 4), ""), (date(2025, 1, 1), date(2026, 3, 2)), {"nach-auszug": {3}}),
        ((date(2025, 1, 1), ""), (date(2025, 1, 1), date(2026, 3, 3)), {"nach-auszug": {4, 5}}),
        ((date(2025, 1, 1), date(2026, 3, 3)), ("", ""), {"nach-auszug": {4, 5}}),
        (("", ""), ("", ""), {}),
        (("", date(2026, 3, 1)), (date(2026, 3, 3), date(2026, 3, 4)), {"nach-auszug": {2, 5}}),
    ],
)
def test_stays_of_several_files_are_checked_together(
    book: RuleBook, first: tuple[Any, Any], second: tuple[Any, Any], warned: dict[str, set[int]]
) -> None:
    """On a day the stay that began last holds; rows with one first day are one stay, as the later file has it."""
    numbers = (0, 2, 3, 4, 5) if "vor-einzug" not in warned else (0, 1)
    base = date(2026, 2, 28) if "vor-einzug" in warned else date(2026, 3, 1)
    rows = [intervention(Datum=date(2026, 3, number) if number else base) for number in numbers]
    files = [with_interventions(*rows), {}]
    for file, stay in zip(files, (first, second), strict=True):
        file["Bewohner"] = [HEADS["Bewohner"], ["0042", "", "", "", *stay]]
    result = read(book, *((f"{number}.xlsx", xlsx(file)) for number, file in enumerate(files)))
    told: dict[str, set[int]] = {}
    for one in result.findings:
        if one.code in {"vor-einzug", "nach-auszug"}:
            told.setdefault(one.code, set()).add(numbers[one.row - 2])
    assert told == warned


def test_names_and_numbers_of_any_file_are_known_in_all(book: RuleBook) -> None:
    """Somebody who stands in several lists is one person, under the last name."""
    married = ["0042", "Öz", "Änne", "", "", ""]
    files = [sheet("Bewohner", ["0042", "Müller", "Änne", "WB 1", "", ""]), sheet("Bewohner", married)]
    work = with_interventions(intervention(Bewohner_Nr="Öz, Änne"), intervention(Bewohner_Nr="0042", Minuten=5))
    work = {"Interventionen": work["Interventionen"]}
    result = read(book, *((f"{number}.xlsx", xlsx(one)) for number, one in enumerate([*files, work])))
    assert result.tables.interventions["resident"].tolist() == ["0042", "0042"]
    assert result.people_residents.to_numpy().tolist() == [["0042", "Öz", "Änne"]]
    assert not {"bewohner-unbekannt", "person-mehrdeutig"} & codes(result)


def test_the_engine_gets_one_row_per_resident(book: RuleBook) -> None:
    files = [
        sheet("Bewohner", ANNE, ["B2", "", "", "WB 2", "", ""]),
        sheet(
            "Bewohner", ["B2", "", "", "", date(2026, 1, 1), ""], ["0042", "", "", "WB 3", "", ""], ["B3", *[""] * 5]
        ),
        sheet("Bewohner", ["0042", "", "", "", date(2025, 1, 15), date(2026, 3, 1)]),
    ]
    result = read(book, *((f"{number}.xlsx", xlsx(one)) for number, one in enumerate(files)))
    assert len(result.tables.residents) == 6
    joined = result.for_engine().residents
    assert joined.columns.tolist() == result.tables.residents.columns.tolist()
    assert joined.dtypes.tolist() == result.tables.residents.dtypes.tolist()
    assert joined.to_numpy().tolist() == [
        ["0042", "WB 3", pd.Timestamp(2025, 1, 15), pd.Timestamp(2026, 3, 1)],
        ["B2", "WB 2", pd.Timestamp(2026, 1, 1), pd.NaT],
        ["B3", None, pd.NaT, pd.NaT],
    ]
    assert read(book, ("a.xlsx", xlsx(home()))).for_engine().residents["ward"].tolist() == ["WB 1", "WB 2"]


def test_hours_of_somebody_in_two_files_count_once(book: RuleBook) -> None:
    staff = [[*STAFF[0], "Wochenstunden"], ["P1", "", "", 4, 39]]
    result = read(book, ("a.xlsx", xlsx({"Mitarbeitende": staff})), ("b.xlsx", xlsx({"Mitarbeitende": staff})))
    assert result.parts["staff"].tolist() == [0, 1]
    assert result.hours["hours"].tolist() == [39]
