"""What stands in an address: period and ward, the order of a table; and tables that leave as CSV."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from web import period_filter, tables
from web.wording import order


def filter_with(**changes: object) -> period_filter.PeriodFilter:
    values: dict[str, object] = {
        "start": date(2026, 1, 1),
        "end": date(2026, 3, 31),
        "first": date(2025, 11, 10),
        "last": date(2026, 3, 31),
        "labels": {},
        "offered": {"wb": ["WB 1", "WB 2", "-"], "schicht": ["Früh", "-"]},
    }
    return period_filter.PeriodFilter(**(values | changes))  # type: ignore[arg-type]


def told(choice: period_filter.FilterChoice) -> str:
    return " ".join(choice.problems)


@pytest.mark.parametrize(
    ("query", "days", "labels", "problem"),
    [
        ("", (None, None), {}, ""),
        ("von=2026-01-05&bis=2026-01-11&wb=WB 1", (date(2026, 1, 5), date(2026, 1, 11)), {"wb": "WB 1"}, ""),
        ("von=2026-02-11&bis=2026-01-05", (date(2026, 1, 5), date(2026, 2, 11)), {}, "vertauscht"),
        ("von=05.01.2026&bis=2026-01-11&wb=", (None, None), {}, "„05.01.2026“ ist kein Tag"),
        ("bis=2026-13-01", (None, None), {}, "„2026-13-01“ ist kein Tag"),
        ("von=0001-01-01", (None, None), {}, "„0001-01-01“ ist kein Tag"),
        ("von=2026-01-05", (date(2026, 1, 5), None), {}, ""),
        ("wb=A&wb=B&gruppe=8 X", (None, None), {"wb": "A", "gruppe": "8 X"}, "„wb“ mehrmals"),
    ],
)
def test_what_an_address_says_is_taken_or_told(
    query: str, days: tuple[date | None, date | None], labels: dict[str, str], problem: str
) -> None:
    choice = period_filter.read(MultiDict(parse_qsl(query, keep_blank_values=True)))
    assert (choice.start, choice.end) == days
    assert choice.labels == labels
    assert problem in told(choice)
    assert bool(problem) == bool(choice.problems)


@pytest.mark.parametrize(
    ("first", "last", "usual"),
    [
        (date(2025, 11, 10), date(2026, 3, 31), (date(2026, 3, 1), date(2026, 3, 31))),
        (date(2025, 11, 10), date(2026, 3, 30), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 2, 1), date(2026, 3, 1), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 2, 2), date(2026, 3, 30), (date(2026, 2, 2), date(2026, 3, 30))),
        (date(2025, 12, 1), date(2026, 1, 2), (date(2025, 12, 1), date(2025, 12, 31))),
        (date(2026, 2, 2), date(2026, 2, 2), (date(2026, 2, 2), date(2026, 2, 2))),
    ],
)
def test_usual_is_the_latest_whole_month_or_all_there_is(first: date, last: date, usual: tuple[date, date]) -> None:
    assert period_filter.usual_period(first, last) == usual


def test_the_label_names_the_period_and_what_is_chosen() -> None:
    assert filter_with().label == "Januar – März 2026 · alle Wohnbereiche"
    chosen = filter_with(end=date(2026, 1, 31), labels={"wb": "WB 2", "schicht": "-", "gruppe": "1 Mobilität"})
    assert chosen.label == "Januar 2026 · WB 2 · Schicht ohne Angabe"
    assert chosen.without_effect == "1 Mobilität", "what the page cannot tell apart is said"
    assert chosen.narrowed == {"wb": "WB 2", "schicht": "ohne Angabe"}
    assert filter_with(offered={}, labels={"wb": "-"}).without_effect == "Wohnbereich ohne Angabe"


def test_days_before_and_after_the_data_are_told() -> None:
    assert filter_with().uncovered == ""
    assert filter_with(start=date(2025, 11, 1)).uncovered == "01.11.2025 – 09.11.2025"
    both = filter_with(start=date(2025, 11, 1), end=date(2026, 4, 1))
    assert both.uncovered == "01.11.2025 – 09.11.2025 und 01.04.2026"
    assert filter_with(start=date(2026, 4, 1), end=date(2026, 4, 30)).uncovered == "", "then the page has nothing"


def test_presets_are_month_month_before_quarter_year_and_all() -> None:
    presets = filter_with(start=date(2026, 2, 1), end=date(2026, 2, 28)).presets
    assert [(one.label, one.start, one.end, one.current) for one in presets] == [
        ("Februar 2026", date(2026, 2, 1), date(2026, 2, 28), True),
        ("Vormonat: Januar 2026", date(2026, 1, 1), date(2026, 1, 31), False),
        ("1. Quartal 2026", date(2026, 1, 1), date(2026, 3, 31), False),
        ("Jahr 2026", date(2026, 1, 1), date(2026, 12, 31), False),
        ("Gesamter Zeitraum", date(2025, 11, 10), date(2026, 3, 31), False),
    ]
    first = filter_with(start=date(2025, 11, 1), end=date(2025, 11, 30)).presets
    assert [one.label for one in first][:2] == ["November 2025", "4. Quartal 2025"], "nothing lies before"
    months = filter_with().months
    assert [one.label for one in months] == [
        "November 2025",
        "Dezember 2025",
        "Januar 2026",
        "Februar 2026",
        "März 2026",
    ]
    assert (months[0].start, months[0].end) == (date(2025, 11, 1), date(2025, 11, 30))


def test_wards_and_shifts_stand_in_the_order_people_expect() -> None:
    shifts = ["Nacht", None, "Sonder", "Spät", "Früh (aus Uhrzeit)", "Früh"]
    assert sorted(shifts, key=order.shift_key) == ["Früh", "Früh (aus Uhrzeit)", "Spät", "Nacht", "Sonder", None]
    assert sorted(["N", "S", "F"], key=order.shift_key) == ["F", "S", "N"]
    wards = ["WB 10", None, "WB 2", "2. OG", "wb 3"]
    assert sorted(wards, key=order.ward_key) == ["2. OG", "WB 2", "wb 3", "WB 10", None]


def test_an_unknown_order_is_the_default() -> None:
    assert tables.read_order("-anzahl", ("anzahl", "titel"), default="-anzahl") == ("anzahl", True)
    assert tables.read_order("titel", ("anzahl", "titel"), default="-anzahl") == ("titel", False)
    assert tables.read_order("passwort", ("anzahl", "titel"), default="-anzahl") == ("anzahl", True)
    assert tables.read_order("", ("anzahl",), default="-anzahl") == ("anzahl", True)


def test_a_heading_turns_the_order_round_and_others_begin_with_their_own() -> None:
    anzahl = tables.TableOrder(key="anzahl", descending=True, rising=frozenset({"titel"}))
    assert [anzahl.by(key) for key in ("anzahl", "stunden", "titel")] == ["anzahl", "-stunden", "titel"]
    assert anzahl.text == "-anzahl"


def test_rows_that_tie_keep_their_order_in_both_directions() -> None:
    rows = [("a", 1), ("b", 1), ("c", 2)]
    for descending, expected in ((False, "abc"), (True, "cab")):
        by_number = tables.TableOrder("n", descending, frozenset())
        assert "".join(name for name, _ in tables.sort_rows(rows, by_number, lambda row, _: row[1])) == expected


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
