"""The sheets besides `Interventionen`, cell by cell."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from importers.findings import Severity
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, MISSING, allowed_points
from tests.support.importers.files import home, moment_of

if TYPE_CHECKING:
    import importers
    from tests.support.importers.files import ReadHome, Sheets

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def outcome(result: importers.ReadFiles, sheet: str) -> list[tuple[Severity, str, int, str]]:
    """Return what is wrong with the cells of a sheet."""
    return [
        (f.severity, f.code, f.row, f.column)
        for f in result.findings
        if f.sheet == sheet and f.severity is not Severity.NOTICE and f.code != "begutachtung-fehlt"
    ]


def with_rows(sheet: str, *rows: list[Any]) -> Sheets:
    sheets = home()
    sheets[sheet] = [sheets[sheet][0], *rows]
    return sheets


def test_residents_blank_and_double_numbers(read_home: ReadHome) -> None:
    rows = with_rows(
        "Bewohner",
        ["0042", "A", "", "WB 1", "", ""],
        ["", "B", "", "WB 2", "", ""],
        ["0042 ", "C", "", "WB 3", "", ""],
        ["B2", "D", "", "", "", ""],
    )
    result = read_home(rows)
    assert outcome(result, "Bewohner") == [
        (ERROR, "nummer-fehlt", 3, "Bewohner-Nr"),
        (ERROR, "bewohner-doppelt", 4, "Bewohner-Nr"),
    ]
    assert result.tables.residents["ward"].iloc[0] == "WB 1"
    assert result.people_residents["name"].tolist() == ["A", "D"]


def test_residents_dates(read_home: ReadHome) -> None:
    rows = with_rows(
        "Bewohner",
        ["0042", "", "", "", date(2026, 2, 1), date(2026, 1, 31)],
        ["B2", "", "", "", "irgendwann", "01.03.2026"],
        ["B3", "", "", "", date(2026, 2, 1), date(2026, 2, 1)],
    )
    result = read_home(rows)
    assert outcome(result, "Bewohner") == [
        (ERROR, "datum-unlesbar", 3, "Einzug"),
        (ERROR, "auszug-vor-einzug", 2, "Auszug"),
    ]
    residents = result.tables.residents
    assert residents["moved_out"].tolist() == [pd.NaT, pd.Timestamp(2026, 3, 1), pd.Timestamp(2026, 2, 1)]
    assert residents["moved_in"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(cell, marks=() if cell.endswith(".1") else pytest.mark.slow)
        for cell in ASSESSMENT_CELLS
        if " " not in cell
    ],
)
def test_points_that_an_item_allows(read_home: ReadHome, cell: Any) -> None:
    sheets = home()
    allowed = allowed_points(cell)
    sheets["Begutachtungen"] = [["Bewohner-Nr", cell], *[["0042", points] for points in range(11)]]
    result = read_home(sheets)
    assert result.tables.assessments[cell].tolist() == [p if p in allowed else -1 for p in range(11)]
    bad = [f for f in outcome(result, "Begutachtungen") if f[1] == "punktwert-ungueltig"]
    assert bad == [(ERROR, "punktwert-ungueltig", p + 2, cell) for p in range(11) if p not in allowed]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("3", 3), ("3,0", 3), (" 2 ", 2), (1.5, -1), ("x", -1), ("+", -1), (-1, -1), (True, -1), (date(2026, 1, 1), -1)],
)
def test_point_cells(read_home: ReadHome, cell: Any, value: Any) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [["Bewohner-Nr", "1.1", "1.2"], ["0042", cell, 1]]
    result = read_home(sheets)
    assert result.tables.assessments[["1.1", "1.2"]].to_numpy().tolist() == [[value, 1]]
    assert ("punktwert-ungueltig" in {f.code for f in result.findings}) == (value == -1)


def test_counts(read_home: ReadHome) -> None:
    sheets = home()
    heads = ["5.1 täglich", "5.2 Wöchentlich", "5.13 taeglich", "5.14 täglich", "5.15 monatlich"]
    sheets["Begutachtungen"] = [
        ["Bewohner-Nr", *heads],
        ["0042", 9999, 3, 1, 0, 2],
        ["B2", 10000, -1, 0, "", 0.5],
    ]
    result = read_home(sheets)
    frame = result.tables.assessments
    assert frame[["5.1 täglich", "5.2 wöchentlich", "5.13 täglich"]].to_numpy().tolist() == [[9999, 3, -1], [-1, -1, 0]]
    assert frame[["5.14 täglich", "5.15 monatlich"]].to_numpy().tolist() == [[0, 2], [-1, -1]]
    assert {(c, r) for _, c, r, _ in outcome(result, "Begutachtungen")} == {
        ("taeglich-nicht-vorgesehen", 2),
        ("anzahl-ungueltig", 3),
        ("anzahl-leer", 0),
    }


def test_item_headings_with_words(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [
        ["Bewohner-Nr", "4.10 Benutzen einer Toilette", "5.1 Medikation wöchentlich", "5.16  Diät", "5.2", "7.1"],
        ["0042", 6, 2, 3, 1, 1],
    ]
    result = read_home(sheets)
    frame = result.tables.assessments
    assert frame[["4.10", "5.1 wöchentlich", "5.16"]].to_numpy().tolist() == [[6, 2, 3]]
    assert [f.value for f in result.findings if f.code == "spalten-unbekannt"] == ["5.2; 7.1"]
    assert [f.count for f in result.findings if f.code == "merkmale-fehlen"] == [len(ASSESSMENT_CELLS) - 3]


@pytest.mark.parametrize(
    ("cell", "position"),
    [(name, i) for i, name in enumerate(CONTINENCE)]
    + [
        (" KOMPLETT  inkontinent", 3),
        ("vollständig inkontinent", 3),
        ("ständig kontinent", 0),
        ("ueberwiegend kontinent", 1),
        ("dauerkatheter", 4),
        ("Urostoma", 4),
        ("Colo-/Ileostoma", 5),
    ],
)
def test_continence(read_home: ReadHome, cell: Any, position: int) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [["Bewohner-Nr", "Harnkontinenz", "Stuhlkontinenz"], ["0042", cell, cell]]
    result = read_home(sheets)
    frame = result.tables.assessments
    assert frame[["continence_urine", "continence_stool"]].to_numpy().tolist() == [[position, position]]
    assert outcome(result, "Begutachtungen") == []


def test_continence_unknown_or_missing_with_points(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [
        ["Bewohner-Nr", "Harnkontinenz", "Stuhlkontinenz", "4.11", "4.12"],
        ["0042", "manchmal", "", 0, 2],
        ["B2", "", "Stoma", 0, 2],
    ]
    result = read_home(sheets)
    assert outcome(result, "Begutachtungen") == [
        (ERROR, "kontinenz-unbekannt", 2, "Harnkontinenz"),
        (WARNING, "kontinenz-fehlt", 2, "Stuhlkontinenz"),
    ]
    assert result.tables.assessments["continence_urine"].tolist() == [-2, -1]


@pytest.mark.parametrize(
    ("cell", "value"), [("ja", True), ("X", True), ("Nein", False), ("", False), ("evtl.", MISSING)]
)
def test_special(read_home: ReadHome, cell: Any, value: Any) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [["Bewohner-Nr", "Besondere Bedarfskonstellation"], ["0042", cell]]
    result = read_home(sheets)
    assert result.tables.assessments["special"].tolist() == [value]
    unread = [f.message for f in result.findings if f.code == "ja-nein-unbekannt"]
    assert unread == [
        "Hier steht weder ja noch nein; die Bedarfskonstellation und damit der Pflegegrad gelten als unbekannt."
    ] * (cell == "evtl.")


def test_assessments_of_unknown_people_are_dropped_and_repeats_stored(read_home: ReadHome) -> None:
    sheets = home()
    day = date(2026, 1, 1)
    sheets["Begutachtungen"] = [
        ["Bewohner-Nr", "Datum", "1.1"],
        ["X", day, 1],
        ["", day, 1],
        ["0042", day, 1],
        ["B2", day, 2],
        ["0042", "1.1.26", 3],
        ["B2", "32.1.2026", 3],
    ]
    result = read_home(sheets)
    assert outcome(result, "Begutachtungen") == [
        (ERROR, "nummer-fehlt", 3, "Bewohner-Nr"),
        (ERROR, "bewohner-unbekannt", 2, "Bewohner-Nr"),
        (ERROR, "datum-unlesbar", 7, "Datum"),
        (WARNING, "begutachtung-doppelt", 6, "Datum"),
    ]
    assert result.tables.assessments["1.1"].tolist() == [1, 2, 3]


def test_instability(read_home: ReadHome) -> None:
    result = read_home(
        with_rows(
            "Instabilität",
            ["0042", "Frischer Sturz mit möglicher VERLETZUNG", date(2026, 1, 1), "", ""],
            ["0042", " Sturz", date(2026, 1, 2), date(2026, 1, 2), ""],
            ["0042", "müde", date(2026, 1, 1), "", ""],
            ["X", "sturz", date(2026, 1, 1), "", ""],
            ["0042", "sturz", "", "", ""],
            ["0042", "sturz", "bald", "", ""],
            ["0042", "sturz", date(2026, 1, 2), date(2026, 1, 1), ""],
            ["0042", "", date(2026, 1, 2), "", ""],
        )
    )
    frame = result.tables.instability
    assert frame["criterion"].tolist() == ["sturz", "sturz"]
    assert frame["end"].isna().tolist() == [True, False]
    assert sorted((c, r) for _, c, r, _ in outcome(result, "Instabilität")) == [
        ("bewohner-unbekannt", 5),
        ("bis-vor-von", 8),
        ("datum-fehlt", 6),
        ("datum-unlesbar", 7),
        ("kriterium-fehlt", 9),
        ("kriterium-unbekannt", 4),
    ]


def test_missing_instability_is_a_warning(read_home: ReadHome) -> None:
    sheets = home()
    del sheets["Instabilität"]
    result = read_home(sheets)
    assert outcome(result, "Instabilität") == [(WARNING, "instabilitaet-fehlt", 0, "")]
    assert len(result.tables.instability) == 0


@pytest.mark.parametrize(("cell", "level"), [(7, 7), (8.0, 8), ("3", 3), ("QN 4", 4), ("qn4", 4), ("4,0", 4)])
def test_qn(read_home: ReadHome, cell: Any, level: int) -> None:
    result = read_home(with_rows("Mitarbeitende", ["P1", "", "", cell, "", "", "", ""]))
    assert result.tables.staff["qn"].tolist() == [level]


@pytest.mark.parametrize("cell", [0, 9, 2.5, "vier", "", "QN", True, date(2026, 1, 1)])
def test_qn_out_of_range_rejects_the_row(read_home: ReadHome, cell: Any) -> None:
    result = read_home(with_rows("Mitarbeitende", ["P1", "N", "", cell, "", "", "", ""]))
    assert [(s, r, c) for s, _, r, c in outcome(result, "Mitarbeitende")] == [(ERROR, 2, "QN")]
    assert len(result.tables.staff) == len(result.people_staff) == 0


def test_staff_roles_certificates_and_history(read_home: ReadHome) -> None:
    result = read_home(
        with_rows(
            "Mitarbeitende",
            [
                "P1",
                "Alt",
                "A",
                2,
                "Betreuungskraft § 43 b SGB XI",
                "wund , lg 2;LG2;",
                date(2020, 1, 1),
                date(2022, 1, 1),
            ],
            ["P1", "Neu", "A", 4, " Leitung ", "", date(2022, 1, 2), ""],
            ["P1", "", "", 3, "", "", date(2022, 1, 2), ""],
            ["P2", "", "", 3, "", "", date(2022, 1, 2), date(2022, 1, 1)],
            ["", "", "", 3, "", "", "", ""],
            ["P3", "", "", 1, "", "", date(2022, 1, 2), date(2022, 1, 2)],
        )
    )
    staff = result.tables.staff
    assert staff["staff"].tolist() == ["P1", "P1", "P1", "P3"]
    assert staff["role"].iloc[:2].tolist() == ["betreuung-43b", "Leitung"]
    assert staff["certificates"].tolist() == ["LG2;WUND", "", "", ""]
    assert outcome(result, "Mitarbeitende") == [
        (ERROR, "nummer-fehlt", 6, "Personal-Nr"),
        (ERROR, "gueltig-bis-vor-gueltig-ab", 5, "Gültig bis"),
        (WARNING, "gueltig-ab-doppelt", 4, "Gültig ab"),
    ]
    assert result.people_staff.iloc[0].tolist() == ["P1", "Neu", "A"]


def test_duties(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Dienste"] = [
        ["Personal-Nr", "Wohnbereich", "Beginn", "Ende"],
        ["P1", "WB 1", moment_of(1, 21), "02.03.2026 06:30"],
        ["P9", "", moment_of(1, 6), moment_of(1, 14)],
        ["P1", "", moment_of(1, 6), moment_of(1, 6)],
        ["P1", "", "", moment_of(1, 6)],
    ]
    result = read_home(sheets)
    frame = result.tables.duties
    assert frame["end"].tolist() == [pd.Timestamp(2026, 3, 2, 6, 30), pd.Timestamp(2026, 3, 1, 14)]
    assert sorted((c, r) for _, c, r, _ in outcome(result, "Dienste")) == [
        ("ende-vor-beginn", 4),
        ("personal-unbekannt", 3),
        ("zeitpunkt-fehlt", 5),
    ]
