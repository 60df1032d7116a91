"""The same content gives the same cells, whatever format and encoding it comes in, whatever its name says."""

from __future__ import annotations

import html
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import importers
from importers.files import opening
from importers.files.cell import Odd
from importers.files.grid import UNCALCULATED, Grid
from importers.files.kind import kind
from importers.files.sheet_filter import SheetFilter
from importers.sheets.template_columns import count_known
from tests.support.importers.files import Formula, Sheets, home, text_of, xlsx
from tests.support.importers.xlsb_files import Error, xlsb

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.model import RuleBook

DATA = Path(__file__).parent / "data"
HIDDEN = ("Instabilität",)
EXPECTED = {name: [[float(c) if type(c) is int else c for c in row] for row in rows] for name, rows in home().items()}


def grids(name: str, data: bytes, *, hidden: bool = False, **options: Any) -> dict[str, Grid]:
    return {
        grid.name: grid
        for opened in opening.contents([(name, data)], options.pop("passwords", None))
        for grid in opening.sheets(opened, SheetFilter(hidden=hidden), count_known).grids
    }


def cells(name: str, data: bytes, **options: Any) -> dict[str, list[list[Any]]]:
    return {sheet: grid.cells[:].tolist() for sheet, grid in grids(name, data, **options).items()}


def page(rows: list[list[Any]], encoding: str) -> bytes:
    """Return a table as reports write it, with what browsers forgive."""
    written = text_of(rows, "\t").rstrip("\r\n").split("\r\n")
    body = "".join(
        "<tr>" + "".join(f"<TD class=x nowrap>{html.escape(c)}" for c in row.split("\t")) + "</tr>\n" for row in written
    )
    head = f"<html><head><meta charset={encoding}><style>td {{color:red}}</style></head><body><table border=1>"
    return (head + body + "</table></body></html>").encode(encoding, "xmlcharrefreplace")


WORKBOOKS = {
    "xlsx": lambda: xlsx(home(), hidden=HIDDEN),
    "xlsb": lambda: xlsb(home(), hidden=HIDDEN),
    "xls": (DATA / "heim.xls").read_bytes,
    "ods": (DATA / "heim.ods").read_bytes,
}


@pytest.mark.slow
@pytest.mark.parametrize("written", ["xlsx", "xlsb", "xls", "ods"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_workbooks_of_all_formats_under_all_names(written: str, ending: str) -> None:
    data = WORKBOOKS[written]()
    assert kind("x", data) == written
    assert cells(f"heim.{ending}", data, hidden=True) == EXPECTED


@pytest.mark.parametrize("written", ["xlsx", "xlsb", "xls", "ods"])
def test_hidden_sheets_are_named_and_read_on_demand_only(written: str) -> None:
    (opened,) = opening.contents([("heim", WORKBOOKS[written]())])
    sheets = opening.sheets(opened, SheetFilter(), count_known)
    assert sheets.others == ["Instabilität (ausgeblendet)"]
    assert [grid.name for grid in sheets.grids] == [name for name in home() if name not in HIDDEN]


@pytest.mark.parametrize("written", ["xlsb", "xls", "ods"])
def test_the_import_of_other_formats_equals_that_of_xlsx(written: str, book: RuleBook) -> None:
    expected = importers.read([("heim.xlsx", WORKBOOKS["xlsx"]())], book, hidden=True).tables
    tables = importers.read([("heim.bin", WORKBOOKS[written]())], book, hidden=True).tables
    for name in ("residents", "assessments", "instability", "staff", "interventions"):
        assert getattr(tables, name).equals(getattr(expected, name)), name


@pytest.mark.slow
@pytest.mark.parametrize(
    "write",
    [
        *(lambda rows, e=e: text_of(rows).encode(e) for e in ("utf-8", "utf-8-sig", "utf-16")),
        lambda rows: text_of(rows).replace("ş", "s").replace("ı", "i").encode("cp1252"),
        lambda rows: b"\xfe\xff" + text_of(rows, "|").encode("utf-16-be"),
        lambda rows: text_of(rows, "\t").encode(),
        lambda rows: b"sep=,\r\n" + text_of(rows, ",").encode(),
        lambda rows: text_of(rows).replace("\r\n", "\r").encode() + b"\x1a",
        lambda rows: page(rows, "utf-8"),
        lambda rows: page(rows, "iso-8859-1"),
        lambda rows: page(rows, "utf-16"),
    ],
)
def test_text_and_pages_equal_each_other(write: Callable[[list[list[Any]]], bytes]) -> None:
    for name, rows in home().items():
        written = text_of(rows, "\t").rstrip("\r\n").split("\r\n")
        expected = [row.split("\t") for row in written]
        data = write(rows)
        if b"\xfc" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"<")):
            expected = [[cell.replace("ş", "s").replace("ı", "i") for cell in row] for row in expected]
        assert cells(f"{name}.xlsx", data) == {name: expected}


ODD_ROWS: Sheets = {
    "Blatt": [
        [date(2026, 3, 1), datetime(2026, 3, 1, 8, 5), time(8, 5), timedelta(hours=25, minutes=30), 12.5, True]  # noqa: DTZ001
    ]
}


def test_days_times_and_durations_of_xlsb_equal_those_of_xlsx() -> None:
    assert cells("a", xlsb(ODD_ROWS)) == cells("a", xlsx(ODD_ROWS)) == ODD_ROWS


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_days_counted_from_1904_errors_and_merged_cells(ending: str) -> None:
    """LibreOffice wrote both; the third cell is a formula whose result is blank, not one never calculated."""
    (grid,) = grids("a", (DATA / f"seltsam-1904.{ending}").read_bytes()).values()
    assert grid.cells[:].tolist() == [
        [Odd("#DIV/0!"), Odd("#N/A"), "", 2.0],
        ["verbunden", "", "", ""],
        ["", "", "", ""],
        ODD_ROWS["Blatt"][0][:4],
    ]
    assert grid.merged == ((1, 0, 2, 1),)


def test_days_of_xlsb_counted_from_1904() -> None:
    (row,) = cells("a", xlsb({"Blatt": [[date(2022, 2, 28), 43]]}, old_mac=True))["Blatt"]
    assert row == [date(2026, 3, 1), 43.0]


def test_errors_are_reported_in_every_format() -> None:
    expected = [[Odd("#N/A"), Odd("#DIV/0!"), "x"]]
    content = xlsx({"B": [[Formula("=NA()", "#N/A"), Formula("=1/0", "#DIV/0!"), "x"]]})
    assert cells("a", content)["B"] == expected
    assert cells("a", xlsb({"B": [[Error(0x2A), Error(0x07, formula=False), "x"]]}))["B"] == expected
    assert cells("a.csv", b"#N/A;#DIV/0!;x\r\n")["a"] == expected
    assert cells("a.csv", b"<table><tr><td>#N/A<td>#DIV/0!<td>x</table>")["a"] == expected
    assert cells("a.csv", "#NV;#ÜBERLAUF!;#1\r\n".encode("cp1252"))["a"] == [[Odd("#NV"), Odd("#ÜBERLAUF!"), "#1"]]


def test_uncalculated_formulas_are_reported_where_recognisable() -> None:
    content = xlsx({"B": [[Formula("=1+1", ""), "x"]]})
    assert cells("a", content)["B"] == [[Odd(UNCALCULATED), "x"]]


def test_merged_cells_are_reported_and_cut_at_the_end_of_the_sheet() -> None:
    (grid,) = grids("a", xlsb({"B": [["Wohnbereich", "x"], ["", "y"]]}, merged=((0, 0, 500, 0), (7, 7, 8, 8)))).values()
    assert grid.merged == ((0, 0, 1, 0),)
    table = b"<table><tr><td rowspan=2>WB 1<td colspan=2>x<td>y<tr><td>1<td>2<td>3</table>"
    (grid,) = grids("a", table).values()
    assert grid.cells[:].tolist() == [["WB 1", "x", "", "y"], ["", "1", "2", "3"]]
    assert grid.merged == ((0, 0, 1, 0), (0, 1, 0, 2))
