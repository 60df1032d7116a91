"""Sheet `Interventionen`, cell by cell."""

from __future__ import annotations

import io
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

import importers
from importers.findings import Severity
from pebem.contracts import SECONDS_MISSING
from tests.support.importers.files import (
    DAY,
    Formula,
    csv_files,
    home,
    intervention,
    moment_of,
    with_interventions,
    with_part,
    xlsx,
)

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


def outcome(result: importers.ReadFiles, code: str) -> list[tuple[Severity, int, str]]:
    """Return severity, row and column of the findings of a kind."""
    return [(f.severity, row, f.column) for f in result.findings if f.code == code for row in f.rows or (f.row,)]


def codes(result: importers.ReadFiles) -> set[str]:
    return {f.code for f in result.findings if f.severity is not NOTICE}


@pytest.mark.parametrize("cell", [4.1, 4, 4.12, date(2026, 10, 4), moment_of(4, 1), time(4, 10)])
def test_intervention_as_number_or_date_is_ambiguous(read_home: ReadHome, cell: Any) -> None:
    result = read_home(with_interventions(intervention(), intervention(Intervention=cell)))
    assert (result.rows, result.tables.faulty, len(result.tables.interventions)) == (2, 1, 1)
    assert outcome(result, "intervention-mehrdeutig") == [(ERROR, 3, "Intervention")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4.10", "4.10"),
        (" 4.1\u00a0", "4.1"),
        ("INTIMPFLEGE", "4.10"),
        ("Körper\u00adpflege:\u00a0 Duschen ", "4.12"),
        ("Ko\u0308rperpflege: Duschen", "4.12"),
    ],
)
def test_intervention_by_id_or_title(read_home: ReadHome, cell: Any, expected: str) -> None:
    result = read_home(with_interventions(intervention(Intervention=cell)))
    assert result.tables.interventions["intervention"].astype(object).tolist() == [expected]


def test_unknown_intervention_is_left_out_with_a_suggestion(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(Intervention="Körperpflege Dusche"), intervention()))
    (finding,) = [f for f in result.findings if f.code == "intervention-unbekannt"]
    assert (finding.row, finding.value, result.tables.faulty) == (2, "Körperpflege Dusche", 1)
    assert "4.12 Körperpflege: Duschen" in finding.repair


def test_formula_like_text_is_text(read_home: ReadHome) -> None:
    attack = '=HYPERLINK("http://x")'
    result = read_home(with_interventions(intervention(Schicht=attack, Wohnbereich="@SUM", Bewohner_Nr="-1+1")))
    rows = result.tables.interventions
    assert (rows["shift"].iloc[0], rows["ward"].iloc[0], rows["resident"].iloc[0]) == (attack, "@SUM", "-1+1")


@pytest.mark.parametrize(
    ("cell", "day", "minute"),
    [
        (date(2026, 3, 1), "2026-03-01", -1),
        (moment_of(1, 14, 30), "2026-03-01", 870),
        ("01.02.2026", "2026-02-01", -1),
        ("1.2.2026", "2026-02-01", -1),
        ("01.02.26", "2026-02-01", -1),
        (" 01.02.2026\u00a0", "2026-02-01", -1),
        ("2026-02-01", "2026-02-01", -1),
        ("2026-02-01T06:05:59", "2026-02-01", 365),
        ("01.02.2026 06:05", "2026-02-01", 365),
        ("29.02.2028", "2028-02-29", -1),
    ],
)
def test_days(read_home: ReadHome, cell: Any, day: Any, minute: int) -> None:
    result = read_home(with_interventions(intervention(Datum=cell, Uhrzeit="")))
    rows = result.tables.interventions
    assert rows["date"].to_numpy().astype("datetime64[D]").astype(str).tolist() == [day]
    assert rows["minute_of_day"].tolist() == [minute]


def test_time_of_day_in_date_yields_to_uhrzeit(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(Datum=moment_of(1, 14, 30), Uhrzeit=time(8, 5))))
    assert result.tables.interventions["minute_of_day"].tolist() == [485]


@pytest.mark.parametrize(
    "cell",
    ["31.02.2026", "29.02.2026", "2026", "gestern", "00.01.2026", "1.1.0026", 2026, 45.5, time(8), True],
)
def test_unreadable_days_reject_the_row(read_home: ReadHome, cell: Any) -> None:
    result = read_home(with_interventions(intervention(Datum=cell), intervention()))
    assert outcome(result, "datum-unlesbar") == [(ERROR, 2, "Datum")]
    assert (result.rows, result.tables.faulty) == (2, 1)


def test_missing_day_and_intervention(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(Datum="", Intervention=" ")))
    assert codes(result) == {"datum-fehlt", "intervention-fehlt"}
    assert (result.rows, result.tables.faulty, len(result.tables.interventions)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        (4.3, 258),
        (0, 0),
        (1440, 86400),
        (0.675, 41),
        (0.658, 39),
        (1.005, 60),
        ("12,5", 750),
        ("12.5", 750),
        (" 3 ", 180),
        ("0,1", 6),
        ("4,3", 258),
        ("", SECONDS_MISSING),
    ],
)
def test_minutes_are_exact_seconds(read_home: ReadHome, cell: Any, seconds: int) -> None:
    result = read_home(with_interventions(intervention(Minuten=cell)))
    assert result.tables.interventions["seconds"].tolist() == [seconds]
    assert outcome(result, "minuten-fehlen") == ([] if seconds >= 0 else [(NOTICE, 0, "Minuten")])


@pytest.mark.parametrize(
    "cell",
    [-1, 1440.5, "-5", "1441", "12 Mio", "inf", "1e3", "25:00", "1:75", timedelta(hours=25), DAY, True, "Min", "1,2,3"],
)
def test_impossible_minutes_reject_the_row(read_home: ReadHome, cell: Any) -> None:
    result = read_home(with_interventions(intervention(Minuten=cell), intervention()))
    assert outcome(result, "minuten-ungueltig") == [(ERROR, 2, "Minuten")]
    assert result.tables.interventions["seconds"].tolist() == [750]


def test_missing_minutes_give_one_notice_with_the_count(read_home: ReadHome) -> None:
    result = read_home(with_interventions(*[intervention(Minuten="", Bewohner_Nr=b) for b in ("0042", "B2", "0042")]))
    assert [f.count for f in result.findings if f.code == "minuten-fehlen"] == [3]


@pytest.mark.parametrize(
    ("cell", "minute"),
    [
        (time(8, 5), 485),
        (time(0, 0), 0),
        (time(23, 59, 59), 1439),
        ("08:05", 485),
        ("8:05", 485),
        ("08:05:30", 485),
        ("8:05 Uhr", 485),
        ("0805", 485),
        (timedelta(hours=8, minutes=5), 485),
        ("", -1),
    ],
)
def test_clock(read_home: ReadHome, cell: Any, minute: int) -> None:
    result = read_home(with_interventions(intervention(Uhrzeit=cell)))
    assert result.tables.interventions["minute_of_day"].tolist() == [minute]
    assert codes(result) == set()


@pytest.mark.parametrize("cell", ["25:00", "08:60", "früh", 0, 8, 8.05, 875, timedelta(hours=25), "24:01", "8"])
def test_unreadable_clock_is_a_warning(read_home: ReadHome, cell: Any) -> None:
    result = read_home(with_interventions(intervention(Uhrzeit=cell)))
    assert outcome(result, "uhrzeit-unlesbar") == [(WARNING, 2, "Uhrzeit")]
    assert result.tables.interventions["minute_of_day"].tolist() == [-1]


def test_source_and_status(read_home: ReadHome) -> None:
    result = read_home(
        with_interventions(
            intervention(Minuten_Quelle="NORM", Status=" Durchgefuehrt"),
            intervention(Minuten_Quelle="geschätzt", Status="Nicht  durchgeführt"),
            intervention(Status="vergessen"),
            intervention(Status="ABWESEND"),
        )
    )
    rows = result.tables.interventions
    assert rows["minutes_source"].astype(object).tolist()[0] == "norm"
    assert rows["minutes_source"].isna().tolist() == [False, True, False]
    assert rows["status"].astype(object).tolist() == ["durchgeführt", "nicht durchgeführt", "abwesend"]
    assert outcome(result, "minuten-quelle-unbekannt") == [(WARNING, 3, "Minuten-Quelle")]
    assert outcome(result, "status-unbekannt") == [(ERROR, 4, "Status")]


def test_ids_keep_zeros_and_lose_decimals(read_home: ReadHome) -> None:
    sheets = with_interventions(
        intervention(Bewohner_Nr="1234.0", Personal_Nr=7), intervention(Bewohner_Nr=1234, Personal_Nr="007")
    )
    sheets["Bewohner"].append([1234, "", "", "", "", ""])
    result = read_home(sheets)
    assert result.tables.interventions["resident"].astype(object).tolist() == ["1234", "1234"]
    assert result.tables.interventions["staff"].astype(object).tolist() == ["7", "007"]
    assert outcome(result, "personal-unbekannt") == [(WARNING, 2, "Personal-Nr")]


def test_unknown_and_missing_people(read_home: ReadHome) -> None:
    result = read_home(
        with_interventions(
            intervention(Bewohner_Nr="X", Personal_Nr="Y"),
            intervention(Bewohner_Nr="", Personal_Nr=""),
            intervention(Bewohner_Nr="", Intervention="7.E16"),
        )
    )
    assert outcome(result, "bewohner-unbekannt") == [(WARNING, 2, "Bewohner-Nr")]
    assert outcome(result, "personal-unbekannt") == [(WARNING, 2, "Personal-Nr")]
    assert outcome(result, "bewohner-fehlt") == [(WARNING, 3, "Bewohner-Nr")]
    assert outcome(result, "personal-fehlt") == [(WARNING, 3, "Personal-Nr")]
    assert (result.rows, result.tables.faulty) == (3, 0)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 2, 1), "personal-nicht-gueltig"),
        (date(2025, 12, 31), "personal-nicht-gueltig"),
        (date(2026, 1, 1), None),
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), "personal-nicht-gueltig"),
    ],
)
def test_staff_valid_by_whole_days(read_home: ReadHome, day: Any, code: str | None) -> None:
    result = read_home(with_interventions(intervention(Personal_Nr="007", Datum=day)))
    assert codes(result) == ({code} if code else set())
    assert len(result.tables.interventions) == 1


def test_staff_history_covers_what_any_row_covers(read_home: ReadHome) -> None:
    sheets = with_interventions(*[intervention(Personal_Nr="H", Datum=date(2026, month, 15)) for month in (1, 2, 3, 4)])
    sheets["Mitarbeitende"] += [
        ["H", "", "", 2, "", "", "", date(2026, 1, 31)],
        ["H", "", "", 3, "", "", date(2026, 3, 1), date(2026, 3, 31)],
    ]
    assert [row for _, row, _ in outcome(read_home(sheets), "personal-nicht-gueltig")] == [3, 5]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 1, 31), "vor-einzug"),
        (date(2025, 2, 1), None),
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), "nach-auszug"),
    ],
)
def test_days_of_residence(read_home: ReadHome, day: Any, code: str | None) -> None:
    result = read_home(with_interventions(intervention(Bewohner_Nr="B2", Datum=day)))
    assert codes(result) == ({code} if code else set())
    assert len(result.tables.interventions) == 1


def test_every_error_of_a_row_is_reported_and_the_row_counted_once(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(Intervention=4.1, Datum="31.02.2026", Minuten=-1, Status="?")))
    assert codes(result) == {"intervention-mehrdeutig", "datum-unlesbar", "minuten-ungueltig", "status-unbekannt"}
    assert (result.rows, result.tables.faulty) == (1, 1)


def test_equal_rows_all_count_with_one_notice_per_group(read_home: ReadHome) -> None:
    other = intervention(Minuten=7)
    result = read_home(with_interventions(intervention(), other, intervention(), intervention(), other))
    assert [(f.row, f.count) for f in result.findings if f.code == "zeile-mehrfach"] == [(4, 3), (6, 2)]
    assert len(result.tables.interventions) == 5


def test_rows_that_differ_in_one_cell_are_not_equal(read_home: ReadHome) -> None:
    changes = {
        "Bewohner_Nr": "B2",
        "Personal_Nr": "007",
        "Intervention": "4.1",
        "Datum": date(2026, 3, 3),
        "Uhrzeit": time(9),
        "Minuten": 1,
        "Minuten_Quelle": "Norm",
        "Schicht": "Nacht",
        "Wohnbereich": "WB 9",
        "Status": "abwesend",
    }
    result = read_home(with_interventions(intervention(), *[intervention(**{k: v}) for k, v in changes.items()]))
    assert outcome(result, "zeile-mehrfach") == []


@pytest.mark.parametrize("column", ["Intervention", "Wohnbereich", "Minuten", "Status", "Datum"])
def test_formula_never_calculated_is_an_error_not_a_blank(book: RuleBook, column: str) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx(home())))
    page = workbook["Interventionen"]
    place = next(cell.coordinate for cell in page[1] if cell.value == column)
    page[place.replace("1", "2")] = "=A1"
    buffer = io.BytesIO()
    workbook.save(buffer)
    result = importers.read([("heim.xlsx", buffer.getvalue())], book)
    assert outcome(result, "zelle-ohne-wert") == [(ERROR, 2, column)]
    assert result.tables.faulty == 1


def test_calculated_formulas_and_excel_errors(book: RuleBook) -> None:
    sheets = with_interventions(
        intervention(Intervention=Formula('="4."&"10"', "4.10"), Minuten=Formula("=2+3", 5)),
        intervention(Wohnbereich=Formula("=1/0", "#DIV/0!")),
        intervention(Wohnbereich=Formula('=IF(A1="","","")', "")),
    )

    def as_excel_saves_the_empty_text(raw: bytes) -> bytes:
        assert raw.count(b'<c r="I4">') == 1
        return raw.replace(b'<c r="I4">', b'<c r="I4" t="str">')

    data = with_part(xlsx(sheets), "xl/worksheets/sheet5.xml", as_excel_saves_the_empty_text)
    result = importers.read([("heim.xlsx", data)], book)
    assert result.tables.interventions["seconds"].tolist()[0] == 300
    assert [(f.row, f.value) for f in result.findings if f.code == "zelle-ohne-wert"] == [(3, "#DIV/0!")]


def test_a_look_up_without_a_result_is_a_blank_cell(read_home: ReadHome) -> None:
    nothing = Formula("=VLOOKUP(1,A1:B2,2)", "#N/A")
    result = read_home(with_interventions(intervention(Wohnbereich=nothing, Minuten=nothing), intervention()))
    assert result.tables.interventions["seconds"].tolist() == [-1, 750]
    assert [f.column for f in result.findings if f.code == "platzhalter-leer"] == ["Minuten", "Wohnbereich"]


def test_unknown_columns_are_named_once(read_home: ReadHome) -> None:
    sheets = home()
    for row, extra in zip(sheets["Interventionen"], ["Bemerkung", "geheim", "", ""], strict=True):
        row.append(extra)
    result = read_home(sheets)
    (finding,) = [f for f in result.findings if f.code == "spalten-unbekannt"]
    assert (finding.severity, finding.value, finding.sheet) == (NOTICE, "Bemerkung", "Interventionen")
    assert "geheim" not in str(result.findings)


def test_text_cells_of_csv_are_never_ambiguous(book: RuleBook) -> None:
    sheets = with_interventions(intervention(Intervention="4.1", Minuten="4,3"), intervention(Minuten="4.3"))
    rows = importers.read(csv_files(sheets), book).tables.interventions
    assert rows["intervention"].astype(object).tolist() == ["4.1", "4.10"]
    assert rows["seconds"].tolist() == [258, 258]


def test_left_out_rows_leave_no_trace_in_the_categories(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(), intervention(Bewohner_Nr="WEG", Minuten=-1)))
    assert result.tables.interventions["resident"].cat.categories.tolist() == ["0042"]
    assert outcome(result, "bewohner-unbekannt") == []


@pytest.mark.slow
def test_many_random_rows_keep_their_order_and_sum(read_home: ReadHome) -> None:
    rng = np.random.default_rng(7)
    minutes = rng.integers(0, 14400, 5000) / 10
    result = read_home(with_interventions(*[intervention(Minuten=float(m), Bewohner_Nr=f"R{m}") for m in minutes]))
    rows = result.tables.interventions
    assert rows["seconds"].tolist() == [round(m * 10) * 6 for m in minutes]
    assert rows["resident"].astype(object).tolist() == [f"R{m}" for m in minutes]
