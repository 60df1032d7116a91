"""What cannot be true of a column as a whole is told with the numbers, and nothing is changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from importers.findings import Finding, Severity
from tests.support.importers.files import home, intervention, with_interventions

if TYPE_CHECKING:
    import importers
    from tests.support.importers.files import ReadHome

TODAY = date.today()  # noqa: DTZ011 - days are those of the local calendar


def told(result: importers.ReadFiles, code: str) -> list[Finding]:
    return [one for one in result.findings if one.code == code]


def at(hour: int, minute: int = 0, second: int = 0, days: int = 3) -> list[datetime]:
    return [datetime(2026, 3, n, hour, minute, second) for n in range(1, days + 1)]  # noqa: DTZ001


@pytest.mark.parametrize("moments", [at(23), at(22), at(23, 59, 12), at(23, 59, 59), [*at(23), *at(22)]])
@pytest.mark.parametrize("clock", ["", time(8, 5)])
def test_days_with_the_same_late_time_are_told_to_be_moved(
    read_home: ReadHome, moments: list[datetime], clock: Any
) -> None:
    result = read_home(with_interventions(*[intervention(Datum=one, Uhrzeit=clock) for one in moments]))
    (finding,) = told(result, "datum-verschoben")
    assert (finding.severity, finding.column, finding.count) == (Severity.WARNING, "Datum", len(moments))
    assert f"Alle {len(moments)} Tage" in finding.message
    assert told(result, "datum-uhrzeit-widerspruch") == []
    minutes = result.tables.interventions["minute_of_day"].tolist()
    assert minutes == [485 if clock else -1] * len(moments)


@pytest.mark.parametrize(
    ("sheet", "column", "row"),
    [("Mitarbeitende", "Gültig ab", 1), ("Bewohner", "Einzug", 1), ("Instabilität", "Von", 1)],
)
def test_other_columns_of_days_are_looked_at_too(read_home: ReadHome, sheet: str, column: str, row: int) -> None:
    sheets = home()
    position = sheets[sheet][0].index(column)
    first = sheets[sheet][row]
    sheets[sheet] = [sheets[sheet][0], *[[*first] for _ in range(2)]]
    for number, (cells, moment) in enumerate(zip(sheets[sheet][1:], at(23), strict=False)):
        cells[position] = moment.replace(year=2025)
        cells[0] = cells[0] if sheet == "Instabilität" else f"{cells[0]}{number}"
    assert [one.column for one in told(read_home(sheets), "datum-verschoben")] == [column]


def test_the_last_minute_of_an_end_is_its_end(read_home: ReadHome) -> None:
    sheets = home()
    for cells, moment in zip(sheets["Mitarbeitende"][1:], at(23, 59, 59), strict=False):
        cells[7] = moment.replace(month=12)
    assert told(read_home(sheets), "datum-verschoben") == []


@pytest.mark.parametrize("moments", [[*at(23)[:2], at(8, 5)[2]], at(23)[:1], at(21), at(0)])
def test_times_of_acts_in_the_day_are_none_to_be_told(read_home: ReadHome, moments: list[datetime]) -> None:
    result = read_home(with_interventions(*[intervention(Datum=one, Uhrzeit="") for one in moments]))
    assert told(result, "datum-verschoben") == []
    expected = [one.hour * 60 + one.minute if one.hour else -1 for one in moments]
    assert result.tables.interventions["minute_of_day"].tolist() == expected


def test_one_time_of_day_of_all_days_is_none_of_an_act(read_home: ReadHome) -> None:
    result = read_home(with_interventions(*[intervention(Datum=one, Uhrzeit="") for one in at(12, days=8)]))
    assert result.tables.interventions["minute_of_day"].tolist() == [-1] * 8


def test_a_time_in_the_day_that_contradicts_the_column_of_times_is_told(read_home: ReadHome) -> None:
    rows = [
        intervention(Datum=at(14)[0], Uhrzeit=time(8, 5)),
        intervention(Datum=at(8, 5)[1], Uhrzeit=time(8, 5)),
        intervention(Datum=date(2026, 3, 3), Uhrzeit=time(8, 5)),
    ]
    result = read_home(with_interventions(*rows))
    (finding,) = told(result, "datum-uhrzeit-widerspruch")
    assert (finding.row, finding.count, "In 1 von 2 Zeilen" in finding.message) == (2, 1, True)
    assert result.tables.interventions["minute_of_day"].tolist() == [485, 485, 485]


def durations(read_home: ReadHome, cells: list[Any]) -> importers.ReadFiles:
    days = [date(2026, 3, 1) + timedelta(days=n % 25) for n in range(len(cells))]
    return read_home(
        with_interventions(*[intervention(Datum=day, Minuten=one) for day, one in zip(days, cells, strict=True)])
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([0.00868, 0.01389, 0.00486], "minuten-zu-klein"),
        (["0,2083", "0,3333", "0,1167", "1,5"], "minuten-zu-klein"),
        ([0.002, 0.003, 0.001], "minuten-zu-klein"),
        ([750, 1200, 420], "minuten-zu-gross"),
        ([300, 600, 900, 30], "minuten-zu-gross"),
        ([1] * 25, "minuten-alle-gleich"),
    ],
)
def test_a_column_in_another_unit_is_told_with_the_numbers(read_home: ReadHome, cells: list[Any], code: str) -> None:
    result = durations(read_home, cells)
    (finding,) = told(result, code)
    assert (finding.severity, finding.count) == (Severity.WARNING, len(cells))
    assert str(len(cells)) in finding.message
    assert len(result.tables.interventions) == len(cells)


@pytest.mark.parametrize(
    "cells", [[12.5, 20, 7], [0.5, 0.5], [0, 0, 0, 15, 10, 12], [1, 1, 2, 3], [480, 10, 12], [1] * 5]
)
def test_usual_durations_are_not_told(read_home: ReadHome, cells: list[Any]) -> None:
    codes = {one.code for one in durations(read_home, cells).findings}
    assert [code for code in codes if code.startswith("minuten-")] == []


@pytest.mark.parametrize("day", [date(2062, 3, 4), TODAY + timedelta(days=1)])
def test_days_after_today_are_told(read_home: ReadHome, day: date) -> None:
    result = read_home(with_interventions(intervention(), intervention(Datum=day)))
    (finding,) = told(result, "datum-zukunft")
    assert (finding.severity, finding.value, finding.count) == (Severity.WARNING, f"{day:%d.%m.%Y}", 1)
    assert told(result, "datum-weit-entfernt") == []
    assert told(read_home(with_interventions(intervention(Datum=TODAY))), "datum-zukunft") == []


@pytest.mark.parametrize(("sheet", "column"), [("Begutachtungen", "Datum"), ("Instabilität", "Von")])
def test_assessments_and_unstable_phases_do_not_lie_ahead_either(read_home: ReadHome, sheet: str, column: str) -> None:
    sheets = home()
    sheets[sheet][1][sheets[sheet][0].index(column)] = date(2062, 3, 1)
    sheets["Instabilität"][1][3] = ""
    assert [(one.sheet, one.column) for one in told(read_home(sheets), "datum-zukunft")] == [(sheet, column)]


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ([date(2026, 3, n) for n in range(1, 9)] + [date(2016, 3, 2)], ["02.03.2016"]),
        ([date(2006, 3, 2)] + [date(2026, 3, n) for n in range(1, 4)], ["02.03.2006"]),
        ([date(2023, 3, 2), date(2019, 1, 1)] + [date(2026, 3, n) for n in range(1, 9)], ["01.01.2019", "02.03.2023"]),
    ],
)
def test_a_few_days_far_from_all_others_are_told(read_home: ReadHome, days: list[date], named: list[str]) -> None:
    (finding,) = told(read_home(with_interventions(*[intervention(Datum=one) for one in days])), "datum-weit-entfernt")
    assert (finding.value, finding.count) == (", ".join(named), len(named))
    assert f"{len(named)} von {len(days)} Zeilen" in finding.message


@pytest.mark.parametrize(
    "days",
    [
        [date(2026, 3, n) for n in range(1, 9)],
        [date(2025, 3, 2), date(2026, 3, 2), date(2026, 3, 3)],
        [date(2023, 3, n) for n in range(1, 9)] + [date(2026, 3, n) for n in range(1, 9)],
    ],
)
def test_days_that_hang_together_are_not_told(read_home: ReadHome, days: list[date]) -> None:
    result = read_home(with_interventions(*[intervention(Datum=one) for one in days]))
    assert told(result, "datum-weit-entfernt") == []


def test_more_work_of_a_person_than_a_day_has_is_told(read_home: ReadHome) -> None:
    rows = [intervention(Bewohner_Nr=one, Minuten=400, Schicht=str(n)) for n in range(3) for one in ("0042", "B2")]
    result = read_home(with_interventions(*rows, intervention(Personal_Nr="007", Datum=date(2026, 3, 3), Minuten=900)))
    (finding,) = told(result, "arbeit-unmoeglich")
    assert (finding.value, finding.column, finding.count) == ("P1", "Personal-Nr", 1)
    assert "mehr als 16 Stunden" in finding.message
    assert "40 Stunden" in finding.message


def test_work_that_was_not_done_does_not_count_for_the_day(read_home: ReadHome) -> None:
    rows = [intervention(Minuten=400, Schicht=str(n), Status="abgelehnt") for n in range(3)]
    assert told(read_home(with_interventions(*rows)), "arbeit-unmoeglich") == []


def test_more_care_for_a_resident_than_a_day_has_is_told(read_home: ReadHome) -> None:
    rows = [intervention(Personal_Nr=one, Minuten=460, Schicht=n) for n in ("a", "b") for one in ("P1", "007")]
    (finding,) = told(read_home(with_interventions(*rows)), "arbeit-unmoeglich")
    assert (finding.value, finding.column) == ("0042", "Bewohner-Nr")


def test_residents_without_an_assessment_are_told_with_the_share_of_the_work(read_home: ReadHome) -> None:
    sheets = with_interventions(
        intervention(),
        intervention(Bewohner_Nr="B2", Datum=date(2026, 3, 3)),
        intervention(Bewohner_Nr="B2", Datum=date(2026, 3, 4), Status="abgelehnt"),
        intervention(Bewohner_Nr="", Intervention="7.E16"),
    )
    assert told(read_home(sheets), "begutachtung-fehlt") == []
    del sheets["Begutachtungen"][2]
    (finding,) = told(read_home(sheets), "begutachtung-fehlt")
    assert (finding.severity, finding.value, finding.count) == (Severity.WARNING, "B2", 1)
    assert "1 von 2 Bewohner:innen haben keine Begutachtung" in finding.message
    assert "1 von 3 durchgeführten Interventionen (33,3 %) nicht bewertbar" in finding.message


def test_who_lived_there_before_or_after_needs_no_assessment(read_home: ReadHome) -> None:
    sheets = with_interventions(intervention())
    sheets["Bewohner"] += [["B3", "", "", "", "", date(2025, 12, 31)], ["B4", "", "", "", date(2026, 4, 1), ""]]
    assert told(read_home(sheets), "begutachtung-fehlt") == []
