"""The figures of stored uploads: those the engine gives for the same file, for any period and ward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import importers
import pebem
import rules
from tests.support.web import figures, stored_results, workbooks
from tests.support.web.pages import Person
from web.services.analysis import demand, explanations, home_analysis, results
from web.services.analysis.narrowing import NOT_GIVEN


def test_stored_figures_are_those_of_the_file(anna: Person) -> None:
    """What pages show equals what the engine says of the same file without any store."""
    anna.read_in(workbooks.workbook())
    book = rules.load(date(2026, 2, 8))
    direct = pebem.score(importers.read([("a.xlsx", workbooks.workbook())], book).tables, book, groupings=pebem.CUBE)
    result = results.load(anna.access, anna.home_id)
    assert result.period == (date(2026, 1, 5), date(2026, 2, 8))
    assert result.available_period == result.period
    assert result.wards == ["WB 1", "WB 2", NOT_GIVEN]
    assert result.home_name == "Haus am Deich"
    assert result.rulebook.sha256 == book.sha256
    stored = stored_results.aggregate(anna.services.databases.whole.reading, anna.home_id)
    assert replace(stored, excluded=direct.excluded) == direct
    for name in ("ward", "shift", "intervention", "day"):
        assert figures.shown(getattr(result, name)) == figures.cells(direct.by(name), name)
    assert result.covered == {name: int(n) for name, n in direct.covered().iloc[0].items()}
    assert result.coverage["bewohner"] == pytest.approx(5 / 6)


def test_figures_of_a_period_and_ward(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    march = results.load(anna.access, anna.home_id, period=(date(2026, 2, 1), date(2027, 1, 1)))
    assert march.period == (date(2026, 2, 1), date(2027, 1, 1)), "nothing asked for is narrowed without a word"
    assert march.covered["counted"] == 5
    ward = results.load(anna.access, anna.home_id, ward="WB 2")
    assert ward.covered["counted"] == ward.fit.total.count == 2
    assert results.load(anna.access, anna.home_id, ward="'; --").covered["counted"] == 0
    for outside in ((date(2027, 1, 1), date(2027, 1, 31)), (date(2025, 1, 1), date(2026, 1, 4))):
        nothing = results.load(anna.access, anna.home_id, period=outside)
        assert nothing.fit.total.count == 0
        assert (nothing.covered or {"counted": 0})["counted"] == 0
        assert nothing.empty
    assert results.every_shift(anna.access, anna.home_id) == ["Früh", "Spät", NOT_GIVEN]


def test_level_of_an_employee_changes_on_its_day(anna: Person) -> None:
    """P2 had no level before January and QN 3 from February: history survives the store."""
    anna.read_in(workbooks.workbook())
    cells = stored_results.aggregate(anna.services.databases.whole.reading, anna.home_id).by("day")
    levels = {row.day: row.qn_ist for row in cells.itertuples()}
    assert levels[date(2026, 1, 5)] == 4
    assert levels[date(2026, 2, 5)] == 3


def test_demand_shows_residents_but_no_staff(anna: Person) -> None:
    """D1: the person view does not exist; reasons belong to residents, by pseudonym."""
    anna.read_in(workbooks.workbook())
    rows = demand.behind(anna.access, anna.home_id, "1.1", (date(2026, 1, 1), date(2026, 12, 31)))
    assert [(one.count, one.seconds) for one in rows] == [(3, 3600), (2, 750), (1, 300)]
    assert [one.known for one in rows] == [True, True, False]
    assert not {"staff", "qn_ist", "employee"} & set(demand.Demand.__dataclass_fields__)
    why = explanations.explain(anna.access, anna.home_id, rows[0].resident, "1.1", date(2026, 2, 5))
    assert (why.qn_soll, why.low, why.high) == (rows[0].qn_soll, rows[0].low, rows[0].high)
    assert explanations.explain(anna.access, anna.home_id, "B-00000", "1.1", date(2026, 2, 5)) is None
    assert explanations.explain(anna.access, anna.home_id, rows[0].resident, "99.9", date(2026, 2, 5)) is None
    assert demand.behind(anna.access, anna.home_id, "99.9", (date(2026, 1, 1), date(2026, 12, 31))) == []


def test_new_edition_of_the_rulebook_changes_the_figures(anna: Person) -> None:
    """Figures never rest on another rulebook than the one the page names."""
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    assert home_analysis.refresh_stale(anna.system) == 0
    stored_results.rest_on_another_book(databases, anna.home_id, date(2026, 1, 5))
    assert results.load(anna.access, anna.home_id) is None
    assert home_analysis.refresh_stale(anna.system) == 1
    assert results.load(anna.access, anna.home_id).covered["counted"] == workbooks.COUNTED
