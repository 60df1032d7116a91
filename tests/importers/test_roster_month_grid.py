"""Rosters with one row for each person and one column for each day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

import importers
from importers.findings import UnreadableError
from importers.values.roster_times import month_and_year
from pebem.contracts import check
from tests.support.importers.files import csv_files, home, xlsx
from tests.support.importers.rosters import BOOK, CODES, STAFF, duties, month, read, reported, with_roster

F1, S2 = ("06:00", "14:00"), ("13:30", "21:30")


def numbers(first: int = 1, last: int = 31) -> list[Any]:
    return [float(day) for day in range(first, last + 1)]


def test_cells_of_every_kind() -> None:
    row = [
        "P1",
        "Yılmaz, Ayşe",
        "F1",
        "f1",
        "N",
        "G",
        "06:00-14:00",
        "6.15 – 10.00 Uhr / 16:00-20:00",
        "K",
        "u",
        "W",
        "-",
    ]
    result = read(with_roster(Dienste=month(row)))
    assert duties(result) == [
        ("P1", None, "01.03. 06:00", "01.03. 14:00"),
        ("P1", None, "02.03. 06:00", "02.03. 14:00"),
        ("P1", None, "03.03. 21:00", "04.03. 06:30"),
        ("P1", None, "04.03. 07:00", "04.03. 11:00"),
        ("P1", None, "04.03. 16:00", "04.03. 20:00"),
        ("P1", None, "05.03. 06:00", "05.03. 14:00"),
        ("P1", None, "06.03. 06:15", "06.03. 10:00"),
        ("P1", None, "06.03. 16:00", "06.03. 20:00"),
    ]
    assert reported(result) == []
    assert [found for found in reported(result, notices=True) if found[0] != "zeilen-ueber-ueberschrift"] == [
        ("dienst-abwesend", 0, "1 × K, 1 × u, 1 × W, 1 × -", 4),
        ("pausen-nicht-abgezogen", 0, "", 3),
    ]
    check(result.tables)


def test_unknown_codes_and_numbers_are_reported_once_and_left_out() -> None:
    rows = month(
        ["P1", "", "F7", 7.7, "7,7", "Q", "F7", "S2/Q", "F1/K", 8.0, True],
        ["12", "", "", "", "F7", "", "", "F1"],
    )
    result = read(with_roster(Dienste=rows))
    assert duties(result) == [("12", None, "06.03. 06:00", "06.03. 14:00")]
    assert reported(result) == [
        ("dienstkuerzel-unbekannt", 2, "F7", 3),
        ("stunden-statt-zeiten", 2, "7,7", 2),
        ("dienstkuerzel-unbekannt", 2, "Q", 2),
        ("dienstkuerzel-unbekannt", 2, "F1/K", 1),
        ("stunden-statt-zeiten", 2, "8", 1),
        ("dienstkuerzel-unbekannt", 2, "WAHR", 1),
    ]
    (unknown, *_) = [one for one in result.findings if one.value == "F7"]
    assert unknown.column == "01.03.2026"
    assert "Am ähnlichsten ist „F1“ (06:00-14:00)" in unknown.repair


def test_suggestions_are_never_applied() -> None:
    sheets = with_roster(Dienste=month(["P1", "", "F", "ND2", "ZA"]))
    del sheets["Dienstzeiten"]
    result = read(sheets)
    assert duties(result) == []
    repairs = {one.value: one.repair for one in result.findings if one.code == "dienstkuerzel-unbekannt"}
    assert repairs.keys() == {"F", "ND2", "ZA"}
    assert "Frühdienst, 06:00-14:00" in repairs["F"]
    assert "Nachtdienst" in repairs["ND2"]
    assert "Zeitausgleich" in repairs["ZA"]


def test_codes_of_the_caller_give_way_to_those_of_the_file() -> None:
    rows = month(["P1", "", "F1", "Z", "K", "T"])
    codes = {"F1": "05:00-13:00", "Z": "10:00-12:00/15:00-18:00, Pause 15", "K": "08:00-09:00", "T": "frei"}
    result = read(with_roster(Dienste=rows), conventions=importers.HomeConventions(shift_codes=codes))
    assert [times[2:] for times in duties(result)] == [
        ("01.03. 06:00", "01.03. 14:00"),
        ("02.03. 10:00", "02.03. 12:00"),
        ("02.03. 15:00", "02.03. 18:00"),
        ("03.03. 08:00", "03.03. 09:00"),
    ]
    with pytest.raises(ValueError, match="frei, krank, Urlaub"):
        read(with_roster(Dienste=rows), conventions=importers.HomeConventions(shift_codes={"F": "morgens"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("März 2026", []),
        ("Mrz 26", []),
        ("2026-03", []),
        ("03.2026", []),
        ("Dienstplan", [["Dienstplan März 2026"]]),
        ("Dienste", [["Monat:", "März", "", "Jahr:", 2026.0], []]),
        ("März", [["Haus Abendsonne, Jahresplan 2026"], ["Stand: 15.02.2025"]]),
        ("Dienste", [["01.03.2026 - 31.03.2026"]]),
        ("Dienste", [[date(2026, 3, 1)], ["gedruckt am 27.02.2026"]]),
    ],
)
@pytest.mark.parametrize("days", [numbers(), [f"{day:02d}." for day in range(1, 32)]], ids=["numbers", "texts"])
def test_month_from_the_name_of_the_sheet_or_its_title(name: str, titles: list[list[Any]], days: list[Any]) -> None:
    rows = [*titles, ["Personal-Nr", *days], ["P1", "F1", *[""] * 29, "S2"]]
    result = read(with_roster(**{name: rows}))
    assert [found[2] for found in duties(result)] == ["01.03. 06:00", "31.03. 13:30"]
    assert result.tables.duties["start"].dt.year.tolist() == [2026, 2026]
    assert reported(result) == []


@pytest.mark.parametrize(
    ("name", "rows", "code"),
    [
        ("März", [["Personal-Nr", *numbers()], ["P1", "F1"]], "monat-unklar"),
        ("Dienste", [["2026"], ["Personal-Nr", *numbers()], ["P1", "F1"]], "monat-unklar"),
        ("Februar 2026", [["März 2026"], ["Personal-Nr", *numbers()], ["P1", "F1"]], "monat-unklar"),
        ("März 2026", [["Nr", *numbers(16, 31), *numbers(1, 15)], ["P1", "F1"]], "monat-unklar"),
        (
            "März 2025",
            [["Nr", "So 01.", "Mo 02.", "Di 03.", "Mi 04.", "Do 05."], ["P1", "F1"]],
            "wochentag-passt-nicht",
        ),
        (
            "März 2025",
            [["", "So", "Mo", "Di", "Mi", "Do"], ["Nr", *numbers(1, 5)], ["P1", "F1"]],
            "wochentag-passt-nicht",
        ),
    ],
)
def test_unsure_month_rejects_the_roster(name: str, rows: list[list[Any]], code: str) -> None:
    result = read(with_roster(**{name: rows}))
    assert duties(result) == []
    assert [(found[0], found[3]) for found in reported(result)] == [(code, 1)]


def test_a_day_the_month_has_not() -> None:
    """Sheets for 31 days serve every month: only an entry under such a day is wrong."""
    rows = [["Personal-Nr", *numbers()], ["P1", "F1", *[""] * 27, "F1"], ["12", *[""] * 30, "S2"]]
    result = read(with_roster(Februar_2026=rows))
    assert [found[2] for found in duties(result)] == ["01.02. 06:00"]
    assert reported(result) == [("tag-gibt-es-nicht", 2, "F1", 1), ("tag-gibt-es-nicht", 3, "S2", 1)]


def test_a_period_over_two_months_with_weekdays_below() -> None:
    weekdays = [["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][date(2026, 3, 16 + i).weekday()] for i in range(16)]
    rows = [
        ["Dienstplan 16.03.2026 bis 05.04.2026"],
        ["Name", *numbers(16, 31), *numbers(1, 5)],
        ["", *weekdays],
        ["Müller, Änne", "F1", *[""] * 15, "S2"],
    ]
    assert [found[2] for found in duties(read(with_roster(Plan=rows, Dienste=rows)))] == [
        "16.03. 06:00",
        "01.04. 13:30",
    ]


def test_wards_from_lines_columns_and_names() -> None:
    lines = month(
        ["Wohnbereich 1"],
        ["P1", "", "F1"],
        ["Fachkräfte"],
        ["12", "", "F1"],
        ["WB 2"],
        ["007", "", "F1"],
        ["Legende: F1 = früh"],
    )
    result = read(with_roster(Dienste=lines))
    assert [found[:2] for found in duties(result)] == [("P1", "WB 1"), ("12", "WB 1"), ("007", "WB 2")]
    assert [(found[0], found[1]) for found in reported(result)] == [("zwischenzeile-unbekannt", 4)]
    column = [["Personal-Nr", "Bereich", *lines[0][2:]], ["P1", "WB 2", "F1"], ["12", "", "F1"]]
    named = read(with_roster(WB_1_März_2026=column))
    assert [found[:2] for found in duties(named)] == [("P1", "WB 2"), ("12", "WB 1")]


def test_two_blocks_on_one_sheet() -> None:
    rows = [
        ["Wohnbereich 1 - März 2026"],
        ["Name", *numbers()],
        ["Yilmaz Ayse", "F1"],
        [],
        ["Wohnbereich 2 - April 2026"],
        ["Name", *numbers(1, 30)],
        ["Müller Änne", "", "S2"],
    ]
    result = read(with_roster(Dienste=rows))
    assert duties(result) == [
        ("P1", "WB 1", "01.03. 06:00", "01.03. 14:00"),
        ("12", "WB 2", "02.04. 13:30", "02.04. 21:30"),
    ]
    assert reported(result) == []


@pytest.mark.parametrize("head", ["Name", "", "Mitarbeiter/in"])
def test_people_by_name(head: str) -> None:
    names: dict[Any, str | None] = {
        "Yılmaz, Ayşe": "P1",
        "Ayse YILMAZ": "P1",
        "Frau Dr. Yilmaz, Ayse": "P1",
        "Y?lmaz, Ay?e": "P1",
        "Yilmaz": "P1",
        "M?ller, ?nne": "12",
        "A. Müller": "12",
        "12": "12",
        12.0: "12",
        "Müller-Lüdenscheidt Jo": "007",
        "Groß, Jörg": None,
        "Muster, Max": None,
        "P9": "P9",
    }
    rows = [[name, *[""] * at, "F1"] for at, name in enumerate(names)]
    result = read(with_roster(Dienste=month(*rows, who=(head,))))
    assert [found[0] for found in duties(result)] == list(names.values())
    assert [found[:3] for found in reported(result)] == [
        ("name-mehrdeutig", 12, "Groß, Jörg"),
        ("name-unbekannt", 13, "Muster, Max"),
        ("personal-unbekannt", 14, "P9"),
    ]
    assert {one.value for one in result.findings if one.code == "name-gekuerzt"} == {
        "Y?lmaz, Ay?e",
        "Yilmaz",
        "M?ller, ?nne",
        "A. Müller",
    }


def test_no_name_gets_into_the_frame() -> None:
    """T1: an unknown name leaves a duty without a person."""
    frame = read(with_roster(Dienste=month(["", "Muster, Max", "F1"]))).tables.duties
    assert "Muster" not in frame.to_csv()


def test_sums_and_rows_without_a_person() -> None:
    rows = month(["P1", "", "F1", "S2"], ["", "", "F1", "N"], ["Summe Früh", "", 1.0, 1.0], ["Besetzung", "", "1", "2"])
    result = read(with_roster(Dienste=rows))
    assert len(duties(result)) == 2
    assert [(found[0], found[1], found[3]) for found in reported(result)] == [("nummer-fehlt", 3, 2)]


def test_entries_between_the_days_are_not_lost_silently() -> None:
    days = [date(2026, 3, 1), "", date(2026, 3, 2), "", date(2026, 3, 3)]
    result = read(with_roster(Dienste=[["Personal-Nr", *days, "Std."], ["P1", "F1", "S2", "", "N", "", 12.5]]))
    assert len(duties(result)) == 1
    assert [(found[0], found[3]) for found in reported(result)] == [("spalte-ohne-datum", 2)]


def test_sheets_named_like_a_month_without_a_roster() -> None:
    result = read(with_roster(März_2026=[["Notizen"], ["nichts"]]))
    assert [one.value for one in result.findings if one.code == "blaetter-unbekannt"] == ["März 2026"]
    assert result.tables.duties.empty


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_text_files(delimiter: str, encoding: str) -> None:
    rows = month(["12", "Müller, Änne", "F1", "7,7", "06:00-14:00", "N"], ["", "Groß, Jörg", "S2"])
    sheets = with_roster(**{"Dienstplan 2026-03": rows})
    from_text = importers.read(csv_files(sheets, delimiter=delimiter, encoding=encoding), BOOK, sheets_needed=())
    assert len(from_text.tables.duties) == 4
    pd.testing.assert_frame_equal(from_text.tables.duties, read(sheets).tables.duties)
    assert {"name-mehrdeutig", "stunden-statt-zeiten"} <= {found[0] for found in reported(from_text)}


def test_a_row_of_a_text_file_with_a_cell_too_many_is_left_out() -> None:
    """Its entries would be those of the day before; so may those of a row with a cell too few."""
    rows = month(["12", "Müller, Änne", *["F1"] * 31], ["13", "Groß, Jörg", *["S2"] * 31], ["14", "Yıl, Ayşe", "F1"])
    ((name, content), *_) = csv_files(with_roster(**{"Dienstplan 2026-03": rows}))[-1:]
    whole = content.decode("utf-8-sig")
    torn = whole.replace("Müller, Änne", "Müller; Änne").replace("S2;S2", "S2", 1)
    files = [one for one in csv_files(with_roster(**{"Dienstplan 2026-03": rows})) if one[0] != name]
    result = importers.read([*files, (name, torn.encode())], BOOK, sheets_needed=())
    found = [one[:2] for one in reported(result) if one[0].startswith("zeile-")]
    assert found == [("zeile-zu-breit", 2), ("zeile-zu-kurz", 0)]
    assert len(result.tables.duties) == 31
    assert result.left_out_duty_days[0] == date(2026, 3, 1)


def drawn() -> tuple[dict[str, Any], list[list[Any]]]:
    """Return a year of 60 people by month, and the same as a list."""
    rng = random.Random(4)
    times = {"F1": (6.0, 14.0), "S2": (13.5, 21.5), "N": (21.0, 30.5)}
    sheets: dict[str, Any] = {}
    rows: list[list[Any]] = [["Personal-Nr", "Wohnbereich", "Beginn", "Ende"]]
    for number in range(1, 13):
        first = date(2026, number, 1)
        last = (first + timedelta(days=31)).replace(day=1)
        page: list[list[Any]] = [
            ["Personal-Nr", "Name", *(first + timedelta(days=i) for i in range((last - first).days))]
        ]
        for ward in ("WB 1", "WB 2"):
            page.append([ward, *[""] * (len(page[0]) - 1)])
            for person in range(30):
                staff = f"{ward[-1]}{person:02d}"
                cells = [rng.choice(["F1", "S2", "N", "", "", "K"]) for _ in page[0][2:]]
                page.append([staff, "", *cells])
                for day, cell in zip(page[0][2:], cells, strict=True):
                    if cell in times:
                        start, end = (pd.Timestamp(day) + timedelta(hours=hour) for hour in times[cell])
                        rows.append([staff, ward, start.to_pydatetime(), end.to_pydatetime()])
        sheets[
            f"{['Jan', 'Feb', 'Mrz', 'Apr', 'Mai', 'Jun', 'Jul', 'Aug', 'Sep', 'Okt', 'Nov', 'Dez'][number - 1]} 2026"
        ] = page
    return sheets, rows


@pytest.mark.slow
def test_a_year_given_by_month_and_as_a_list_is_the_same() -> None:
    wide, rows = drawn()
    staff = {"Mitarbeitende": [["Personal-Nr", "QN"], *([f"{w}{i:02d}", 3] for w in (1, 2) for i in range(30))]}
    by_month = read(home() | staff | {"Dienstzeiten": CODES} | wide)
    other = read(home() | staff | {"Dienste": rows})
    assert len(by_month.tables.duties) == len(rows) - 1 > 10_000
    pd.testing.assert_frame_equal(by_month.tables.duties, other.tables.duties)
    assert [
        finding
        for finding in reported(by_month)
        if finding[0] not in {"dienste-ueberschneiden", "zeitumstellung-stunde-fehlt"}
    ] == []
    assert [finding[0] for finding in reported(by_month)] == [finding[0] for finding in reported(other)]
    shuffled = [rows[0], *random.Random(1).sample(rows[1:], len(rows) - 1)]
    mixed = read(home() | staff | {"Dienste": shuffled}).tables.duties
    keys = ["staff", "start", "end"]
    pd.testing.assert_frame_equal(
        mixed.sort_values(keys, ignore_index=True), by_month.tables.duties.sort_values(keys, ignore_index=True)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dienstplan WB 1 März 2026", (3, 2026)),
        ("Maerz", (3, 0)),
        ("Haus Mai", (5, 0)),
        ("03/2026", (3, 2026)),
        ("Dez. '25", (12, 2025)),
        ("Plan 13/2026", (0, 2026)),
        ("Stand: 03.02.2026", (0, 0)),
        ("12.03.2026", (0, 0)),
        ("Maier 2026", (0, 2026)),
        ("", (0, 0)),
    ],
)
def test_month_and_year(text: str, expected: tuple[int, int]) -> None:
    assert month_and_year(text) == expected


def test_hostile_cells_raise_nothing() -> None:
    odd: list[Any] = [
        "ü" * 30_000,
        "/" * 500,
        "06:00-25:00",
        "24:00-24:00",
        "99:99-01:00",
        "=1+1",
        "//",
        "F1//S2",
        -1.0,
        1e300,
        "\u202e",
    ]
    result = read(with_roster(Dienste=month(["P1", "", *odd], ["", "?" * 300, "F1"], ["", "?,?", "F1"])))
    assert [found[0] for found in duties(result)] == ["P1", "P1", None, None]
    with pytest.raises(UnreadableError, match="Bitte"):
        importers.read(
            [("heim.xlsx", xlsx(with_roster(Dienste=[["Personal-Nr", "Beginn"], ["P1", "x"]])))], BOOK, sheets_needed=()
        )


def test_sample_staff_is_as_the_tests_assume() -> None:
    assert read(with_roster(Dienste=month())).tables.staff["staff"].tolist() == [row[0] for row in STAFF[1:]]
