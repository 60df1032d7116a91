"""Days as programs write them: every spelling, serial numbers of Excel, day and month in either order."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.columns import both, dates, outcome, read_column
from tests.support.importers.files import DAY, ReadHome, home

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


@both
def test_days_and_moments_in_all_spellings_mean_one_day(book: RuleBook, form: str) -> None:
    cells = [
        "14.02.2026",
        "14.2.26",
        "Sa, 14.02.2026",
        "Samstag 14.02.2026",
        "14/02/2026",
        "14-02-2026",
        "2026-02-14",
        "2026/02/14",
        "20260214",
        "14. Februar 2026",
        "14. Feb. 26",
        "14.02.2026 06:05",
        "14.02.2026, 06:05 Uhr",
        "2026-02-14T06:05:59",
        "2026-02-14T05:05:00Z",
        "2026-02-14T06:05:00+01:00",
        datetime(2026, 2, 14, 6, 5),  # noqa: DTZ001
        date(2026, 2, 14),
    ]
    result = read_column(book, form, "Datum", cells, Uhrzeit="")
    assert dates(result) == ["2026-02-14"] * len(cells)
    assert result.tables.interventions["minute_of_day"].tolist() == [-1] * 11 + [365] * 6 + [-1]
    assert outcome(result) == []


@pytest.mark.parametrize(
    "cell",
    [
        "14.13.2026",
        "31.04.2026",
        "14.02",
        "14.02.206",
        "2026-02-30",
        "20261340",
        "14. Foo 2026",
        "14.02.2026 25:00",
        "14.02/2026",
        "٠١.٠٢.٢٠٢٦",
    ],
)
def test_invalid_days_reject_their_row_only(book: RuleBook, cell: str) -> None:
    result = read_column(book, "csv", "Datum", [cell, "15.02.2026", "14.02.2026"])
    assert outcome(result) == [(ERROR, "datum-unlesbar", 2, 1)]


def test_numbers_of_excel_in_a_date_column_are_days_with_a_warning(book: RuleBook) -> None:
    cells = [DAY, 46083.0, 46084.25, 46084, 20260302, 2026, -46083.0, 99999]
    result = read_column(book, "xlsx", "Datum", cells, Uhrzeit="")
    assert dates(result) == ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-03"]
    assert result.tables.interventions["minute_of_day"].tolist() == [-1, -1, 360, -1]
    assert outcome(result) == [
        (ERROR, "datum-unlesbar", 6, 1),
        (ERROR, "datum-unlesbar", 7, 1),
        (ERROR, "datum-unlesbar", 8, 1),
        (ERROR, "datum-unlesbar", 9, 1),
        (WARNING, "datum-seriennummer", 3, 3),
    ]
    assert dates(read_column(book, "csv", "Datum", ["46083"])) == ["2026-03-02"]


@both
def test_one_day_that_shows_the_month_first_refuses_the_days_that_may_be_either(book: RuleBook, form: str) -> None:
    result = read_column(book, form, "Datum", ["02/03/2026", "02/13/2026", "2026-02-14", "03.02.2026"])
    assert dates(result) == ["2026-02-14", "2026-02-03"]
    assert outcome(result) == [(ERROR, "datum-monat-zuerst", 2, 1), (ERROR, "datum-monat-zuerst", 3, 1)]


@both
@pytest.mark.parametrize("mark", ["/", "-"])
def test_two_days_that_show_the_month_first_settle_the_column(book: RuleBook, form: str, mark: str) -> None:
    cells = [f"{day}{mark}2026 2:05 PM" for day in (f"02{mark}03", f"02{mark}13", f"02{mark}14", f"01{mark}01")]
    result = read_column(book, form, "Datum", [*cells, "03.02.2026"], Uhrzeit="")
    assert dates(result) == ["2026-02-03", "2026-02-13", "2026-02-14", "2026-01-01", "2026-02-03"]
    assert result.tables.interventions["minute_of_day"].tolist() == [845] * 4 + [-1]
    assert outcome(result) == [(NOTICE, "datum-monat-zuerst-gelesen", 0, 1)]
    assert next(f.message for f in result.findings if f.code == "datum-monat-zuerst-gelesen") == (
        f"In dieser Spalte steht der Monat vor dem Tag, wie bei „{cells[1]}“. So gelesen wurden auch 1 Zeilen, bei "
        f"denen beides möglich ist: „{cells[0]}“ ist der 03.02.2026."
    )


@pytest.mark.slow
@both
@pytest.mark.parametrize("month", ["03", "12"])
def test_ambiguous_days_with_dots_are_read_day_first_and_reported(book: RuleBook, form: str, month: str) -> None:
    result = read_column(book, form, "Datum", [f"{day}.{month}.2025" for day in ("02", "05")])
    assert dates(result) == [f"2025-{month}-02", f"2025-{month}-05"]
    assert outcome(result) == [(NOTICE, "datum-tag-zuerst", 0, 2)]


@both
@pytest.mark.parametrize("mark", ["/", "-"])
def test_ambiguous_days_with_other_marks_are_a_doubt_that_names_both_readings(
    book: RuleBook, form: str, mark: str
) -> None:
    cells = [f"{day}{mark}3{mark}2025" for day in (2, 5, 5, 3)] + [f"6{mark}3{mark}2025 25:00"]
    result = read_column(book, form, "Datum", cells)
    assert dates(result) == ["2025-03-02", "2025-03-05", "2025-03-05", "2025-03-03"]
    assert outcome(result) == [(ERROR, "datum-unlesbar", 6, 1), (WARNING, "datum-zweideutig", 0, 3)]
    assert next(f.message for f in result.findings if f.code == "datum-zweideutig") == (
        "In 3 Zeilen dieser Spalte kann der Tag oder der Monat vorn stehen, und keine andere zeigt, was gilt; gelesen "
        "wird der Tag zuerst: 02.03.2025 bis 05.03.2025. Stünde der Monat vorn, wäre es 03.02.2025 bis 03.05.2025."
    )
    single = read_column(book, form, "Datum", [cells[0]])
    assert outcome(single) == [(WARNING, "datum-zweideutig", 0, 1)]


def test_one_day_that_is_no_month_settles_the_column(book: RuleBook) -> None:
    result = read_column(book, "csv", "Datum", ["02.03.2026", "05.03.2026", "13.03.2026"])
    assert dates(result) == ["2026-03-02", "2026-03-05", "2026-03-13"]
    assert outcome(result) == []


def test_a_typo_among_many_days_rejects_its_row_only(book: RuleBook) -> None:
    result = read_column(book, "csv", "Datum", ["03.04.2026", "04.13.2026", "30.04.2026"])
    assert outcome(result) == [(ERROR, "datum-unlesbar", 3, 1)]
    days = ["03/04/2026", *(f"{day}/04/2026" for day in range(13, 23))]
    result = read_column(book, "csv", "Datum", [*days, "04/13/2026"])
    assert dates(result)[:2] == ["2026-04-03", "2026-04-13"]
    assert outcome(result) == [(ERROR, "datum-unlesbar", 13, 1)]
    swapped = ["04/03/2026", *(f"04/{day}/2026" for day in range(13, 23))]
    result = read_column(book, "csv", "Datum", [*swapped, "13/04/2026"])
    assert dates(result)[:2] == ["2026-04-03", "2026-04-13"]
    assert outcome(result) == [(NOTICE, "datum-monat-zuerst-gelesen", 0, 1)]


def test_a_column_in_both_orders_refuses_what_may_be_either(book: RuleBook) -> None:
    days = [f"{day}/04/2026" for day in range(13, 22)]  # nine against one
    result = read_column(book, "csv", "Datum", ["03/04/2026", "04/13/2026", "04/04/2026", *days])
    assert dates(result)[:2] == ["2026-04-04", "2026-04-13"]
    assert outcome(result) == [(ERROR, "datum-gemischt", 2, 1), (ERROR, "datum-gemischt", 3, 1)]
    assert next(f.message for f in result.findings if f.code == "datum-gemischt") == (
        "In dieser Spalte steht manchmal der Tag vorn und manchmal der Monat, wie bei „04/13/2026“; welcher Tag hier "
        "gemeint ist, ist nicht zu erkennen."
    )


def short(day_of: str, days: range | list[int], month: str = "03", year: str = "26") -> list[str]:
    return [day_of.format(y=year, m=month, d=f"{day:02d}") for day in days]


@both
@pytest.mark.parametrize("mark", ["-", "/"])
def test_a_year_of_two_digits_that_all_days_begin_with_stands_first(book: RuleBook, form: str, mark: str) -> None:
    cells = short(f"{{y}}{mark}{{m}}{mark}{{d}}", [2, 3, 31])
    result = read_column(book, form, "Datum", [*cells, f"{cells[0]} 08:05", "03.02.2026"], Uhrzeit="")
    assert dates(result) == ["2026-03-02", "2026-03-03", "2026-03-31", "2026-03-02", "2026-02-03"]
    assert result.tables.interventions["minute_of_day"].tolist() == [-1, -1, -1, 485, -1]
    assert outcome(result) == [(NOTICE, "datum-jahr-zuerst-gelesen", 0, 4)]
    assert next(f.message for f in result.findings if f.code == "datum-jahr-zuerst-gelesen") == (
        f"In 4 Zeilen dieser Spalte hat das Jahr zwei Ziffern und steht vorn; gelesen wird: „{cells[0]}“ ist der "
        "02.03.2026."
    )


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (short("{d}-{m}-{y}", [2, 3, 31]), ["2026-03-02", "2026-03-03", "2026-03-31"]),
        (short("{d}/{m}/{y}", [2, 3, 31]), ["2026-03-02", "2026-03-03", "2026-03-31"]),
        (["02.03.26"], ["2026-03-02"]),
        (["01-03-25", "01-07-25", "15-03-26"], ["2025-03-01", "2025-07-01", "2026-03-15"]),
        (["26-03-26"], ["2026-03-26"]),
        (["2-3-26", "3-3-26", "05-03-02"], ["2026-03-02", "2026-03-03", "2002-03-05"]),
    ],
)
def test_a_year_of_two_digits_that_all_days_end_in_stands_last(
    book: RuleBook, cells: list[str], read: list[str]
) -> None:
    result = read_column(book, "csv", "Datum", cells)
    assert dates(result) == read
    assert not [f for f in result.findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        (["26-03-02"], ["26-03-02"]),
        (["14/02/26", "2026-02-14"], ["14/02/26"]),
        (["26-03-02", "26-03-03"], ["26-03-02", "26-03-03"]),
        (["26-03-20", "26-03-21", "26-03-22"], ["26-03-20", "26-03-21", "26-03-22"]),
        (["19-03-02", "19-03-03", "19-03-04"], ["19-03-02", "19-03-03", "19-03-04"]),
        (["26-03-02", "26-03-03", "02-03-26", "03-03-26"], ["26-03-02", "26-03-03", "02-03-26", "03-03-26"]),
        (["26.03.02", "26.03.03", "26.03.04"], ["26.03.02", "26.03.03", "26.03.04"]),
        ([*short("{d}.{m}.{y}", range(1, 12)), "26.03.12"], ["26.03.12"]),
        ([*short("{d}-{m}-{y}", range(1, 12)), "26-03-12", "02-03-62"], ["26-03-12"]),
        ([*short("{d}-{m}-{y}", range(1, 11)), "26-03-12", "62-03-02"], ["26-03-12", "62-03-02"]),
        ([*short("{y}-{m}-{d}", range(1, 12)), "12-03-26"], ["12-03-26"]),
        ([*short("{y}-{m}-{d}", [1, 2]), "99-03-01"], ["26-03-01", "26-03-02", "99-03-01"]),
        (["2-3-26", "26-03-02"], ["26-03-02"]),
    ],
)
def test_a_year_of_two_digits_that_may_stand_first_or_last_is_refused(
    book: RuleBook, cells: list[str], refused: list[str]
) -> None:
    result = read_column(book, "csv", "Datum", cells)
    assert [f.value for f in result.findings if f.severity is Severity.ERROR] == refused


def test_the_day_of_years_of_two_digits_tells_nothing_of_the_order_of_other_days(book: RuleBook) -> None:
    cells = ["26-03-13", "26-03-14", "26-03-02", "03-13-2026", "03-14-2026", "03-02-2026"]
    result = read_column(book, "csv", "Datum", cells)
    assert dates(result) == ["2026-03-13", "2026-03-14", "2026-03-02"] * 2


@pytest.mark.parametrize(("sheet", "heading"), [("Bewohner", "Einzug"), ("Mitarbeitende", "Gültig ab")])
def test_the_first_days_of_people_with_a_year_of_two_digits_are_refused_as_well(
    read_home: ReadHome, sheet: str, heading: str
) -> None:
    sheets = home()
    head, *rows = sheets[sheet]
    for row, cell in zip(rows, ["20-01-15", "14-02-03"], strict=True):
        row[head.index(heading)] = cell
    found = [(f.code, f.column, f.value) for f in read_home(sheets).findings if f.severity is Severity.ERROR]
    assert found == [("datum-jahr-unklar", heading, "20-01-15"), ("datum-jahr-unklar", heading, "14-02-03")]
