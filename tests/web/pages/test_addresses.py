"""What stands in an address: period and ward, the order of a table; and tables that leave as CSV."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from web import period_filter, tables


def filter_with(**changes: object) -> period_filter.PeriodFilter:
    values = {
        "start": date(2026, 1, 1),
        "end": date(2026, 3, 31),
        "first": date(2026, 1, 1),
        "last": date(2026, 3, 31),
        "ward": None,
        "wards": ("WB 1", "WB 2"),
        "action": "/interventionen",
    }
    return period_filter.PeriodFilter(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "choice"),
    [
        ({}, (None, None, None)),
        ({"von": "2026-01-05", "bis": "2026-01-11", "wb": "WB 1"}, (date(2026, 1, 5), date(2026, 1, 11), "WB 1")),
        ({"von": "2026-02-11", "bis": "2026-01-05"}, (date(2026, 1, 5), date(2026, 2, 11), None)),
        ({"von": "05.01.2026", "bis": "2026-13-01", "wb": ""}, (None, None, None)),
        ({"von": "2026-01-05"}, (date(2026, 1, 5), None, None)),
    ],
)
def test_the_choice_in_an_address(arguments: dict[str, str], choice: tuple[object, ...]) -> None:
    read = period_filter.read(arguments)
    assert (read.start, read.end, read.ward) == choice


def test_unset_filters_are_left_out_of_links() -> None:
    assert filter_with().arguments == {}
    assert filter_with(ward="WB 1").arguments == {"wb": "WB 1"}
    assert filter_with(end=date(2026, 1, 31)).arguments == {"von": "2026-01-01", "bis": "2026-01-31"}


def test_the_label_names_period_and_ward() -> None:
    assert filter_with().label == "Januar – März 2026 · alle Wohnbereiche"
    assert filter_with(end=date(2026, 1, 31), ward="WB 2").label == "Januar 2026 · WB 2"


def test_months_to_choose_stay_within_the_data_and_keep_the_rest_of_the_address() -> None:
    chosen = filter_with(
        first=date(2026, 1, 10), start=date(2026, 1, 10), end=date(2026, 1, 31), ward="WB 1", kept=(("sort", "titel"),)
    )
    whole, january, *_ = chosen.months
    assert whole.label == "gesamter Zeitraum"
    assert not whole.current
    assert january.current
    assert parse_qs(urlsplit(january.url).query) == {
        "von": ["2026-01-10"],
        "bis": ["2026-01-31"],
        "wb": ["WB 1"],
        "sort": ["titel"],
    }
    assert [month.label for month in chosen.months] == ["gesamter Zeitraum", "Januar 2026", "Februar 2026", "März 2026"]


def test_an_unknown_order_is_the_default() -> None:
    assert tables.read_order("-anzahl", ("anzahl", "titel"), default="-anzahl") == ("anzahl", True)
    assert tables.read_order("titel", ("anzahl", "titel"), default="-anzahl") == ("titel", False)
    assert tables.read_order("passwort", ("anzahl", "titel"), default="-anzahl") == ("anzahl", True)
    assert tables.read_order("", ("anzahl",), default="-anzahl") == ("anzahl", True)


def test_a_heading_turns_the_order_round_and_others_begin_with_their_own() -> None:
    order = tables.TableOrder(
        key="anzahl", descending=True, action="/x", kept={"wb": "WB 1"}, rising=frozenset({"titel"})
    )
    assert order.url("anzahl") == "/x?wb=WB+1&sort=anzahl"
    assert order.url("stunden") == "/x?wb=WB+1&sort=-stunden"
    assert order.url("titel") == "/x?wb=WB+1&sort=titel"
    assert order.text == "-anzahl"


def test_rows_that_tie_keep_their_order_in_both_directions() -> None:
    rows = [("a", 1), ("b", 1), ("c", 2)]
    for descending, expected in ((False, "abc"), (True, "cab")):
        order = tables.TableOrder("n", descending, "/x", {}, frozenset())
        assert "".join(name for name, _ in tables.sort_rows(rows, order, lambda row, _: row[1])) == expected


def test_csv_opens_in_german_spreadsheets() -> None:
    text = tables.csv_text([["Nr.", "Titel", "Anzahl", "Minuten"], ["4.10", "Intimpflege; außen", 12, 1234.5]])
    assert text == '\ufeffNr.;Titel;Anzahl;Minuten\r\n4.10;"Intimpflege; außen";12;1234,50\r\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cells_never_begin_a_formula(start: str) -> None:
    """Security row F6."""
    (line,) = tables.csv_text([[f"{start}1+1", -3.5, -2]]).removeprefix("\ufeff").splitlines()[-1:]
    cell = line.lstrip('"')
    assert cell.startswith("'") or start == "\r"
    assert tables.csv_text([[f"{start}1"]]).removeprefix("\ufeff").lstrip('"').startswith("'")
    assert line.endswith(";-3,50;-2")
