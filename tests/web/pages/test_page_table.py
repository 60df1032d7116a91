"""A table described once: its order, what its cells say on a page, and what its files have of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from pebem.measures import Amount
from web import page_table
from web.page_table import HIDDEN, PageTable, TableColumn
from web.wording import units


class Line(NamedTuple):
    name: str
    seconds: object
    share: object


LINES = [Line("b", 3600, 0.5), Line("a", HIDDEN, HIDDEN), Line("d", None, None), Line("c", 60, 0.25)]
COLUMNS = [
    TableColumn(heading="Name", value=lambda line: line.name, key="name", rising=True, of_rest=lambda _: "Rest"),
    TableColumn(
        heading="Zeit\nim Monat",
        value=lambda line: line.seconds,
        unit=units.HOURS,
        key="zeit",
        below=TableColumn(heading="Anteil", value=lambda line: line.share, unit=units.SHARE),
        of_rest=lambda rest: HIDDEN if rest is None else rest.seconds,
    ),
    TableColumn(heading="Nur hier", value=lambda line: line.name, file=None),
    TableColumn(heading="Nur Datei", file="Kennung", value=lambda line: line.name.upper(), page=False),
]
TABLE = PageTable(
    name="probe", title="Probe", columns=COLUMNS, rows=LINES, period=(date(2026, 1, 1), date(2026, 1, 31)),
    facts=[("Von", "01.01.2026")],
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "names"),
    [("zeit", "cbad"), ("-zeit", "bcad"), ("name", "abcd"), ("-name", "dcba"), ("passwort", "bcad"), ("", "bcad")],
)
def test_what_is_hidden_stands_after_what_is_shown_and_what_is_nothing_last(asked: str, names: str) -> None:
    rows, order = page_table.sort(COLUMNS, LINES, asked, default="-zeit", parameter="sort_probe")
    assert "".join(line.name for line in rows) == names
    assert order.text == (asked if asked in {"zeit", "-zeit", "name", "-name"} else "-zeit")
    assert order.by("name") == ("-name" if order.text == "name" else "name")


def test_a_page_writes_units_and_a_file_numbers() -> None:
    texts = [[(cell.lines, cell.small) for cell in cells] for cells in TABLE.body]
    assert texts[0] == [(("b",), ""), (("1,0\N{NO-BREAK SPACE}Std.",), "50,0\N{NO-BREAK SPACE}%"), (("b",), "")]
    assert texts[1][1] == (("•",), "")
    assert texts[2][1] == (("–",), "")
    assert [*TABLE.file_lines()] == [
        ["Name", "Zeit im Monat, Minuten", "Anteil, Prozent", "Kennung", "Von"],
        ["b", 60.0, 50.0, "B", "01.01.2026"],
        ["a", "zu wenige Personen", "zu wenige Personen", "A", "01.01.2026"],
        ["d", None, None, "D", "01.01.2026"],
        ["c", 1.0, 25.0, "C", "01.01.2026"],
    ]


def test_a_file_has_all_rows_and_what_none_of_them_shows() -> None:
    table = replace(TABLE, most=1, last=[LINES[3]], foot=[LINES[0]], rest=Amount(3, 120))
    assert table.cut
    assert len(table.body) == 1
    assert [cells[0].lines for cells in table.sums] == [("c",), ("b",)]
    *_, last, rest = table.file_lines()
    assert last[0] == "c"
    assert rest == ["Rest", 2.0, "zu wenige Personen", "zu wenige Personen", "01.01.2026"]
    *_, rest = replace(TABLE, rest=None).file_lines()
    assert rest[:2] == ["Rest", "zu wenige Personen"]
