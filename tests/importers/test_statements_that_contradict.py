"""One person and day, stated twice: in two files, or in two rows of one; what holds is the same however it was read."""

from __future__ import annotations

from datetime import date

import pytest

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.das_files import export, resident
from tests.support.importers.files import Sheets, csv_files, home, xlsx

APART = "dateien-widersprechen-sich"
JANUARY, LAST = date(2026, 1, 1), date(2026, 1, 31)


def told(result: importers.ReadFiles, code: str) -> list[tuple[Severity, str, int, str]]:
    """Return severity, file, row and message of the findings of a kind."""
    return [(one.severity, one.file, one.row, one.message) for one in result.findings if one.code == code]


def staffed(*rows: list[object]) -> Sheets:
    """Return a home with these rows of staff."""
    head = ["Personal-Nr", "QN", "Gültig ab", "Gültig bis"]
    return home() | {"Mitarbeitende": [head, ["007", 2, "", ""], *rows]}


def test_two_exports_of_one_day_with_other_items_are_told_and_the_later_file_holds(book: RuleBook) -> None:
    files = [(name, export(person)[1]) for name, person in (("a.xml", resident()), ("b.xml", resident(SVESSEN="3")))]
    work = ("heim.xlsx", xlsx({"Mitarbeitende": home()["Mitarbeitende"], "Interventionen": home()["Interventionen"]}))
    for (first, later), eats in ((files, 3), (files[::-1], 9)):
        result = importers.read([first, later, work], book)
        said = (
            f"In „{first[0]}“ steht für diese Person und diesen Tag eine Begutachtung mit anderen Werten; es gilt "
            f"„{later[0]}“, die spätere Datei. Das betrifft 1 Zeilen."
        )
        assert told(result, APART) == [(Severity.WARNING, later[0], 2, said)]
        assert result.for_engine().assessments["4.8"].tolist() == [eats]


def test_parts_of_an_assessment_and_undated_ones_contradict_nothing(book: RuleBook) -> None:
    head = ["Bewohner-Nr", "Datum", "1.1", "4.10", "3.1"]
    first = home() | {"Begutachtungen": [head, ["0042", JANUARY, 2, "", ""], ["B2", "", 1, "", ""]]}
    others = {"Begutachtungen": [head, ["0042", JANUARY, 2, 4, 1], ["B2", "", 3, "", ""]]}
    assert not told(importers.read([("a.xlsx", xlsx(first)), ("b.xlsx", xlsx(others))], book), APART)


def test_another_level_from_the_same_day_in_a_second_file_is_told(book: RuleBook) -> None:
    head = ["Personal-Nr", "QN", "Gültig ab"]
    first = home() | {"Mitarbeitende": [head, ["P1", 4, JANUARY], ["007", 2, ""]]}
    others = {"Mitarbeitende": [head, ["P1", 3, JANUARY], ["007", 3, ""]]}
    result = importers.read([("a.xlsx", xlsx(first)), ("b.xlsx", xlsx(others))], book)
    assert [(file, row) for _, file, row, _ in told(result, APART)] == [("b.xlsx", 2)]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("rows", "levels", "again"),
    [
        ([("", "", 3), ("", LAST, 4)], [(3, "2026-02-01", ""), (4, "", "2026-01-31")], "01.02.2026"),
        (
            [(JANUARY, "", 3), (JANUARY, LAST, 4)],
            [(3, "2026-02-01", ""), (4, "2026-01-01", "2026-01-31")],
            "01.02.2026",
        ),
        ([(JANUARY, LAST, 3), (JANUARY, "", 4)], None, ""),
        (
            [(JANUARY, "", 3), (JANUARY, LAST, 4), (date(2026, 1, 20), date(2026, 2, 9), 1)],
            [(1, "2026-01-20", "2026-02-09"), (3, "2026-02-10", ""), (4, "2026-01-01", "2026-01-31")],
            "10.02.2026",
        ),
    ],
)
def test_of_two_rows_that_begin_on_one_day_the_earlier_goes_on_where_the_later_ends(
    book: RuleBook, form: str, rows: list[tuple[object, object, int]], levels: list[object] | None, again: str
) -> None:
    """A workbook is taken as it is and text files are folded: both must come to the same."""
    sheets = staffed(*(["P1", level, first, last] for first, last, level in rows))
    result = importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)
    ending = f"; ab {again} wieder die frühere." if again else "."
    said = "Diese Person hat weiter oben schon eine Zeile mit demselben „Gültig ab“; es gilt die spätere Zeile"
    assert [(row, message) for _, _, row, message in told(result, "gueltig-ab-doppelt")] == [(4, said + ending)]
    staff = result.for_engine().staff
    own = staff[staff["staff"] == "P1"]
    days = (own[name].dt.strftime("%Y-%m-%d").fillna("").tolist() for name in ("start", "end"))
    if levels is None:
        assert own["qn"].tolist()[-1] == 4
    else:
        assert sorted(zip(own["qn"].tolist(), *days, strict=True)) == levels
