"""Weekly hours leave the importers as sums by level alone, never as those of a person."""

from __future__ import annotations

import struct
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import importers
from importers.findings import Severity
from pebem.contracts import ROLE_BETREUUNG_43B
from rules import load
from tests.support.importers.files import DAY, home, xlsx
from tests.support.web import vaults
from web import settings as settings_module
from web.services.uploads import kept_files
from web.store import migrate

BOOK = load(DAY)
HEADINGS = ["Personal-Nr", "QN", "Rolle", "Wochenstunden", "Gültig ab", "Gültig bis"]


def read(staff: list[list[Any]], **options: Any) -> importers.ReadFiles:
    """Read the small home with this staff."""
    sheets = home() | {"Mitarbeitende": [HEADINGS, *staff]}
    return importers.read([("a.xlsx", xlsx(sheets))], BOOK, **options)


def hours(staff: list[list[Any]]) -> list[tuple[int, date | None, date | None, str]]:
    """Return what is left of the hours."""
    frame = read(staff).hours
    days = [[None if pd.isna(day) else day.date() for day in frame[name]] for name in ("start", "end")]
    return list(zip(frame["qn"].tolist(), *days, map(str, frame["hours"]), strict=True))


def test_hours_are_summed_by_level_and_higher_levels_are_one() -> None:
    staff = [
        ["1", 4, "", "38,5", "", ""],
        ["2", 7, "", 39, "", ""],
        ["3", 1, "", "19,25", "", ""],
        ["4", 3, "", "", "", ""],
    ]
    assert hours(staff) == [(1, None, None, "19.25"), (4, None, None, "77.50")]


def test_additional_carers_are_counted_separately() -> None:
    assert hours([["1", 2, "Betreuung § 43b", 30, "", ""], ["2", 2, "", 20, "", ""]]) == [
        (0, None, None, "30.00"),
        (2, None, None, "20.00"),
    ]
    assert read([["1", 2, "Betreuung § 43b", 30, "", ""]]).tables.staff["role"].tolist() == [ROLE_BETREUUNG_43B]


@pytest.mark.parametrize(
    "role", ["andere-fachkraft", " Andere-Fachkraft", "Andere Fachkraft ohne Erlaubnis nach dem Pflegeberufegesetz"]
)
def test_other_professions_count_under_number_3_whatever_level_is_entered(role: str) -> None:
    """§ 113c Abs. 5 Satz 1 Nr. 3 SGB XI."""
    staff = [["1", 3, role, 30, "", ""], ["2", 3, "", 20, "", ""], ["3", 4, "", 10, "", ""]]
    assert hours(staff) == [(3, None, None, "20.00"), (4, None, None, "40.00")]
    assert read(staff).tables.staff["role"].tolist() == ["andere-fachkraft", None, None]


def test_sums_change_on_the_day_something_changes() -> None:
    """Of one employee the row that began last holds; times do not overlap."""
    staff = [
        ["1", 2, "", 40, "", ""],
        ["1", 3, "", 30, date(2026, 2, 1), ""],
        ["2", 3, "", 10, date(2026, 1, 15), date(2026, 2, 14)],
        ["3", 3, "", 5, date(2026, 3, 1), date(2026, 3, 1)],
    ]
    assert hours(staff) == [
        (2, None, date(2026, 1, 31), "40.00"),
        (3, date(2026, 1, 15), date(2026, 1, 31), "10.00"),
        (3, date(2026, 2, 1), date(2026, 2, 14), "40.00"),
        (3, date(2026, 2, 15), date(2026, 2, 28), "30.00"),
        (3, date(2026, 3, 1), date(2026, 3, 1), "35.00"),
        (3, date(2026, 3, 2), None, "30.00"),
    ]


def test_several_may_leave_on_one_day_and_others_begin_on_the_next() -> None:
    last, first = date(2026, 1, 31), date(2026, 2, 1)
    staff = [
        ["1", 3, "", 30, "", last],
        ["2", 3, "", 20, "", last],
        ["3", 3, "", 5, first, ""],
        ["4", 3, "", 1, "", ""],
    ]
    assert hours(staff) == [(3, None, last, "51.00"), (3, first, None, "6.00")]
    assert hours(staff[::-1]) == hours(staff)


def test_row_that_ended_gives_way_to_the_one_before() -> None:
    """As in the engine: after the later row's last day the earlier, open one holds again."""
    staff = [["1", 2, "", 40, date(2026, 1, 1), ""], ["1", 3, "", 30, date(2026, 2, 1), date(2026, 2, 28)]]
    assert hours(staff) == [
        (2, date(2026, 1, 1), date(2026, 1, 31), "40.00"),
        (2, date(2026, 3, 1), None, "40.00"),
        (3, date(2026, 2, 1), date(2026, 2, 28), "30.00"),
    ]


@pytest.mark.parametrize("wrong", ["viel", "-1", "80,01", "1e3", True])
def test_impossible_hours_are_ignored_and_reported(wrong: Any) -> None:
    result = read([["1", 4, "", wrong, "", ""], ["2", 4, "", "10", "", ""]])
    assert result.hours["hours"].tolist() == [Decimal("10.00")]
    (finding,) = [one for one in result.findings if one.code == "wochenstunden-ungueltig"]
    assert (finding.severity, finding.row, finding.column) == (Severity.WARNING, 2, "Wochenstunden")
    assert len(result.tables.staff) == 2


def test_faulty_rows_bring_no_hours() -> None:
    assert hours([["1", 9, "", 38, "", ""], ["2", 4, "", 20, "", ""], ["", 4, "", 30, "", ""]]) == [
        (4, None, None, "20.00")
    ]


def test_without_the_column_there_are_none() -> None:
    result = importers.read([("a.xlsx", xlsx(home()))], BOOK)
    assert list(result.hours.columns) == ["qn", "start", "end", "hours"]
    assert result.hours.empty
    assert hours([["1", 4, "", "", "", ""]]) == []


def test_no_hours_of_a_person_leave_the_door(tmp_path: Path) -> None:
    """T1: what is kept of the files holds sums, nowhere the number beside a person, however it is written."""
    staff = [["1", 4, "", "17,31", "", ""], ["2", 4, "", 13.37, "", ""]]
    result = read(staff)
    settings = settings_module.embedded(tmp_path)
    migrate.upgrade(settings)
    with vaults.access_of(settings) as access:
        kept_files.keep_files(access, settings, 1, ())
        kept_files.keep_result(access, settings, 1, result)
    sealed = (settings.uploads / "1" / "result").read_bytes()
    kept = vaults.box(settings, "uploads").open(sealed, "1/result")
    assert b"30.68" in kept
    for number in (17.31, 13.37):
        for written in (f"{number}".encode(), f"{number}".replace(".", ",").encode(), struct.pack("=d", number)):
            assert written not in kept
    for spot in fields(result.tables):
        frame = getattr(result.tables, spot.name)
        if isinstance(frame, pd.DataFrame):
            assert not [name for name in frame.columns if "stund" in name or "hour" in name]
