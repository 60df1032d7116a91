"""Single values as people and programs usually write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

import importers
from importers.findings import Severity
from importers.values import days_and_times, durations
from importers.values.levels import explained
from pebem.contracts import STATUSES
from tests.support.importers.columns import both, dates, read_column
from tests.support.importers.files import csv_files, home, intervention, with_interventions

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome

MARCH_2 = datetime(2026, 3, 2)  # noqa: DTZ001


@pytest.mark.parametrize(
    "written",
    [
        "02-Mrz-26", "2-Mär-2026", "02-Mar-26", "2. Mrz. 26", "Montag, 2. März 2026", "02 Mar 2026", "02/Mar/2026",
        "2 March 2026", "March 2, 2026", "Mar 2 2026", "Monday, March 2, 2026", "2nd March 2026", "2. März '26",
        "2. maerz 2026",
    ],
)  # fmt: skip
def test_months_by_name(written: str) -> None:
    assert days_and_times.moment(written) == MARCH_2


@pytest.mark.parametrize("written", ["04. Okt", "2. Foo 2026", "Foo 2, 2026", "32-Mrz-26", "31-Feb-2026", "Mrz-26"])
def test_what_names_no_day_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        days_and_times.moment(written)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("8:05 AM", 8, 5), ("9:00 am", 9, 0), ("9:00 PM", 21, 0), ("12:05 AM", 0, 5), ("12:30 PM", 12, 30),
        ("8 p.m.", 20, 0), ("8:05:59 AM", 8, 5), ("08.05pm", 20, 5),
    ],
)  # fmt: skip
def test_halves_of_the_day(written: str, hour: int, minute: int) -> None:
    assert days_and_times.clock(written) == hour * 60 + minute
    for day in ("2026-03-02", "02.03.2026", "02-Mrz-26"):
        assert days_and_times.moment(f"{day} {written}") == MARCH_2.replace(hour=hour, minute=minute)


@pytest.mark.parametrize("written", ["13:00 PM", "0:05 AM", "8:65 AM", "AM"])
def test_halves_of_no_day(written: str) -> None:
    with pytest.raises(ValueError):
        days_and_times.clock(written)


@pytest.mark.parametrize(
    ("written", "unit", "seconds"),
    [
        ("12,500000000000002", 60, 750), ("20.0000000000000", 60, 1200), ("0,20833333333333334", 3600, 750),
        ("0.3333333333333333", 3600, 1200), ("1 200", 60, 72000), ("1\u202f200", 60, 72000),
        ("1\u00a0200,5", 60, 72030),
        ("1'200", 60, 72000), ("1’200", 60, 72000), ("1 200 min", 60, 72000), ("12 000", 1, 12000), ("5'", 60, 300),
    ],
)  # fmt: skip
def test_numbers_of_programs(written: str, unit: int, seconds: int) -> None:
    assert durations.seconds(written, 1440, durations.Mark.UNKNOWN, unit) == seconds


@pytest.mark.parametrize("written", ["1 20", "12 00 5", "1'20'0", "0 200", "1 200 300"])
def test_groups_that_are_no_thousands_are_no_number(written: str) -> None:
    with pytest.raises(ValueError):
        durations.seconds(written, 1440)


@pytest.mark.parametrize(
    "written",
    ["4.10 Intimpflege", "4.10 - Intimpflege", "4.10: intimpflege", "4.10 – INTIMPFLEGE", "(4.10) Intimpflege",
     "Intimpflege (4.10)", "Intimpflege [4.10]", "Intimpflege, 4.10", "Intimpflege - Nr. 4.10", "4.10) Intimpflege"],
)  # fmt: skip
def test_id_and_title_together_name_the_entry(read_home: ReadHome, written: str) -> None:
    result = read_home(with_interventions(intervention(Intervention=written)))
    assert result.tables.interventions["intervention"].tolist() == ["4.10"]
    assert result.unknown.get("intervention", {}) == {}


def test_the_title_of_another_entry_contradicts_the_id(read_home: ReadHome) -> None:
    result = read_home(with_interventions(intervention(Intervention="4.1 Intimpflege"), intervention()))
    (finding,) = [one for one in result.findings if one.severity is Severity.ERROR]
    assert finding.code == "intervention-widerspruch"
    assert "„Intimpflege“ ist 4.10" in finding.message


@pytest.mark.parametrize("written", ["4.10 Fußbad", "Zimmer 4.10", "99.9 Intimpflege", "Intimpflege 2"])
def test_an_id_beside_something_else_names_nothing(read_home: ReadHome, written: str) -> None:
    result = read_home(with_interventions(intervention(Intervention=written), intervention()))
    assert [one.code for one in result.findings if one.severity is Severity.ERROR] == ["intervention-unbekannt"]


@pytest.mark.parametrize(
    ("written", "level", "role"),
    [
        ("4 - Pflegefachkraft", 4, None),
        ("QN2 (Basiskurs)", 2, None),
        ("Pflegehelfer 1-jährig (QN 3)", 3, None),
        ("QN 3 (PFA)", 3, None),
        ("QN 3: Pflegefachassistenz", 3, None),
        ("4 (Pflegefachperson)", 4, None),
        ("QN 3, 1-jährig", 3, None),
        ("Altenpflegerin - QN 4", 4, None),
        ("QN 1 (Betreuungskraft § 43b)", 1, "betreuung-43b"),
    ],
)
def test_a_level_with_its_explanation_is_the_level(
    read_home: ReadHome, written: str, level: int, role: str | None
) -> None:
    sheets = home()
    sheets["Mitarbeitende"] = [["Personal-Nr", "QN"], ["P1", written], ["007", 2]]
    result = read_home(sheets)
    assert result.tables.staff[["qn", "role"]].iloc[0].tolist() == [level, role]
    assert [one.code for one in result.findings if one.column == "QN"] == []
    assert "qualification" not in result.unknown


def test_a_level_beside_a_word_of_another_level_is_told(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Mitarbeitende"] = [["Personal-Nr", "QN"], ["P1", "QN 2 (Pflegefachkraft)"], ["007", 2]]
    result = read_home(sheets)
    assert result.tables.staff["qn"].tolist() == [2, 2]
    (finding,) = [one for one in result.findings if one.code == "qn-widerspruch"]
    assert "QN 2 bei einem Wort, das für QN 4 steht" in finding.message


@pytest.mark.parametrize(
    "written", ["QN 1/2", "QN 3-4", "QN 3 oder 4", "1-jährig", "3-jährige Ausbildung", "4", "200-Stunden-Kurs", "QN"]
)
def test_two_levels_or_none_are_no_explained_level(written: str) -> None:
    assert explained(written) is None


@pytest.mark.parametrize(
    ("wards", "group"),
    [
        (["WB 1", "wb 1", "WB-1"], ["WB 1", "wb 1", "WB-1"]),
        (["WB 1", "Wohnbereich 1"], ["WB 1", "Wohnbereich 1"]),
        (["WB1", "wb01"], ["WB1", "wb01"]),
        (["WB II", "Wohnbereich 2"], ["WB II", "Wohnbereich 2"]),
        (["Station Süd", "St. Sued"], ["Station Süd", "St. Sued"]),
        (["Rosenhof", "ROSENHOF"], ["Rosenhof", "ROSENHOF"]),
        (["3", "WB 3"], ["3", "WB 3"]),
    ],
)
def test_wards_that_look_alike_are_asked_about_and_stay_apart(
    read_home: ReadHome, wards: list[str], group: list[str]
) -> None:
    rows = [intervention(Wohnbereich=ward, Datum=date(2026, 3, n)) for n, ward in enumerate(wards, start=1)]
    sheets = with_interventions(*rows)
    for row in sheets["Bewohner"][1:]:
        row[3] = ""
    result = read_home(sheets)
    assert result.tables.interventions["ward"].astype(str).tolist() == wards
    (finding,) = [one for one in result.findings if one.code == "wohnbereich-aehnlich"]
    assert (finding.severity, finding.value) == (Severity.NOTICE, " / ".join(group))
    assert finding.count == len(wards) - 1


@pytest.mark.parametrize(
    "wards", [["WB 1", "WB 2"], ["WB 1", "WB 11"], ["WB 1", "WB 1a"], ["Nord", "Süd"], ["WB 1", "WG 1"]]
)
def test_other_wards_are_not_asked_about(read_home: ReadHome, wards: list[str]) -> None:
    rows: list[Any] = [intervention(Wohnbereich=ward) for ward in wards]
    sheets = with_interventions(*rows)
    for row in sheets["Bewohner"][1:]:
        row[3] = ""
    assert [one for one in read_home(sheets).findings if one.code == "wohnbereich-aehnlich"] == []


@both
def test_a_day_of_another_weekday_is_a_doubt(book: RuleBook, form: str) -> None:
    cells = [
        "Mo 02.03.2026",
        "Mo, 03.03.26",
        "Dienstag, 3. März 2026",
        "Tue 03/13/2026",
        "Fri 03/13/2026",
        "Mi 3/14/26",
    ]
    result = read_column(book, form, "Datum", cells)
    assert [day[-2:] for day in dates(result)] == ["02", "03", "03", "13", "13", "14"]
    wrong = [(f.row, f.message) for f in result.findings if f.code == "wochentag-widerspruch"]
    said = "Dieser Tag ist ein {}, nicht der genannte Wochentag; es gilt das Datum."
    assert wrong == [(3, said.format("Dienstag")), (5, said.format("Freitag")), (7, said.format("Samstag"))]


@pytest.mark.parametrize(("written", "minutes"), [("1h 5", 65), ("1 h 05", 65), ("1h05", 65), ("1 Std. 5", 65)])
def test_minutes_behind_hours_need_no_unit(written: str, minutes: int) -> None:
    assert durations.seconds(written, 1440) == 60 * minutes


@pytest.mark.parametrize("written", ["1h 75", "1h 5,5", "1h 5 6"])
def test_what_is_no_hours_and_minutes_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        durations.seconds(written, 1440)


def test_hour_and_minute_may_have_the_word_between_them() -> None:
    assert (days_and_times.clock("21 Uhr 05"), days_and_times.clock("9 Uhr")) == (1265, 540)


@both
def test_the_mark_of_a_text_is_no_part_of_a_number(book: RuleBook, form: str) -> None:
    result = read_column(book, form, "Personal-Nr", ["'P1", "'P1", "'"])
    assert result.tables.interventions["staff"].tolist() == ["P1", "P1", "'"]


def test_states_of_english_programs(book: RuleBook) -> None:
    words = ["completed", "declined", "missed", "hospital"]
    result = read_column(book, "csv", "Status", words)
    assert result.tables.interventions["status"].tolist() == list(STATUSES)


def test_what_was_done_goes_before_what_was_planned(book: RuleBook) -> None:
    heads = [
        "Bewohner-Nr",
        "Personal-Nr",
        "Intervention",
        "Datum geplant",
        "Datum durchgeführt",
        "Minuten durchgeführt",
    ]
    rows = [["0042", "P1", "4.10", "01.03.2026", "02.03.2026", 5], ["B2", "P1", "4.10", "03.03.2026", "", ""]]
    result = importers.read(csv_files(home() | {"Interventionen": [heads, *rows]}), book)
    assert (dates(result), result.tables.faulty) == (["2026-03-02"], 1)
