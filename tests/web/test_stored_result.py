"""The stored result: equal to a full run for any days and ward, cheap to change in part, never a mixture."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import event, text

import pebem
import rules
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import number_of
from pebem.plausibility import shape
from tests.support.pebem.homes import random_home
from tests.support.web import figures, stored_results, workbooks
from tests.support.web.pages import Person, person
from web.services.analysis import demand, disclosure, home_analysis, plausibility, results, scoring
from web.services.rulebook_calendar import RulebookPeriod
from web.store import migrate
from web.store.databases import connect
from web.store.result import packed, repository

if TYPE_CHECKING:
    from flask import Flask

    from pebem.contracts import Tables
    from web.settings import Settings
    from web.store.databases import Databases

BOOK = rules.load(date(2026, 2, 28))
FIRST, LAST = date(2025, 11, 20), date(2026, 3, 10)
SPAN = (LAST - FIRST).days + 1
PERIODS = (
    (FIRST, LAST),
    (date(2025, 12, 1), date(2026, 2, 28)),
    (date(2025, 12, 2), date(2026, 2, 27)),
    (date(2026, 1, 5), date(2026, 1, 9)),
    (date(2026, 1, 31), date(2026, 2, 1)),
    (date(2026, 2, 3), date(2026, 2, 3)),
)


def drawn(seed: int, rows: int = 800) -> Tables:
    """Return a random home whose work lies in five months."""
    tables = random_home(BOOK, seed, rows)
    rng = np.random.default_rng(seed)
    start = np.datetime64(FIRST, "s")
    days = start + rng.integers(0, SPAN, rows).astype("timedelta64[D]")
    return replace(tables, interventions=tables.interventions.assign(date=pd.Series(days)))


def result_of(tables: Tables, first: date = FIRST, last: date = LAST) -> repository.Result:
    """Return what is kept of the work of some days."""
    return scoring.result(tables, [RulebookPeriod(first, last, BOOK)])


def keep(databases: Databases, home_id: int, tables: Tables) -> None:
    """Keep the result of a home."""
    with databases.whole.writing.begin() as session:
        repository.replace(session.connection(), home_id, result_of(tables), disclosure.derived)


def scored(tables: Tables, period: tuple[date, date], ward: str | None = None) -> pebem.Aggregate:
    """Return what a full run says of a period and ward."""
    full = pebem.score(tables, BOOK, period, groupings=pebem.CUBE)
    parts = full.tables[pebem.CUBE[0]], full.coverage
    if ward is not None:
        parts = tuple(part[part.columns["ward"] == part.code("ward", ward)] for part in parts)
    return pebem.Aggregate({pebem.CUBE[0]: parts[0]}, parts[1])


def check(who: Person, home_id: int, tables: Tables, period: tuple[date, date], ward: str | None) -> None:
    """Compare everything pages read with a full run."""
    result, full = results.load(who.access, home_id, period=period, ward=ward), scored(tables, period, ward)
    assert result.period == period
    if result.whole_months:
        for name in ("ward", "shift", "intervention"):
            assert figures.shown(getattr(result, name)) == figures.cells(full.by(name), name)
        assert figures.shown(result.square) == figures.cells(full.by(), "qn_soll", "qn_ist")
    if ward is None:
        assert figures.shown(result.day) == figures.cells(full.by("day"), "day")
    if result.whole_months:
        assert result.covered == {name: int(of_all) for name, of_all in full.covered().iloc[0].items()}


@pytest.mark.parametrize("seed", range(2))
def test_any_period_and_ward_equals_a_full_run(databases: Databases, app: Flask, seed: int) -> None:
    who, tables = person(app, "anna", "Träger", "Haus"), drawn(seed)
    home_id = who.home_id
    keep(databases, home_id, tables)
    for period in PERIODS:
        check(who, home_id, tables, period, None)
    check(who, home_id, tables, PERIODS[2], "B")
    check(who, home_id, tables, PERIODS[4], "C")


@pytest.mark.parametrize("seed", range(2))
def test_demand_and_grades_of_any_period_equal_the_engine(databases: Databases, app: Flask, seed: int) -> None:
    who, tables = person(app, "anna", "Träger", "Haus"), drawn(seed)
    home_id = who.home_id
    keep(databases, home_id, tables)
    for period in PERIODS:
        full = scored(tables, period).by("intervention").groupby("intervention")[["count", "seconds"]].sum()
        for name in full.index[:20]:
            result = demand.behind(who.access, home_id, name, period)
            assert sum(one.count for one in result) == full.loc[name, "count"]
            assert sum(one.seconds for one in result) == full.loc[name, "seconds"]
            assert all(period[0] <= one.first_day <= one.last_day <= period[1] for one in result)
        months = period[0].replace(day=1), period[1].replace(day=calendar.monthrange(*period[1].timetuple()[:2])[1])
        asked = shape(pebem.compile_home(tables, BOOK, months)).query("seconds > 0")
        compared = plausibility.of_home(who.access, home_id, period)
        seconds = {one.grade: one.seconds for one in compared.shapes}
        assert sum(seconds.values()) == asked.query("pflegegrad >= 1")["seconds"].sum()
        assert compared.elsewhere == asked.query("pflegegrad < 1")["seconds"].sum()


@pytest.mark.parametrize("seed", range(2))
def test_replacing_days_equals_a_full_run(databases: Databases, app: Flask, seed: int) -> None:
    """Replacing some days, also over the edge of a month and to the end of time, equals storing everything again."""
    who, tables = person(app, "anna", "Träger", "Haus"), drawn(seed)
    home_id = who.home_id
    keep(databases, home_id, tables)
    for step, (first, last) in enumerate((*PERIODS[2:], (date(2026, 2, 20), date.max))):
        fresh = drawn(100 + 10 * seed + step, 400).interventions
        within = [
            home.interventions["date"].between(pd.Timestamp(first), pd.Timestamp(min(last, LAST)))
            for home in (tables, replace(tables, interventions=fresh))
        ]
        rows = pd.concat([tables.interventions[~within[0]], fresh[within[1]]], ignore_index=True)
        kinds = dict.fromkeys(tables.interventions.select_dtypes("category"), "category")
        tables = replace(tables, interventions=rows.astype(kinds))
        part = result_of(tables, first, min(last, LAST))
        with databases.whole.writing.begin() as session:
            repository.replace(
                session.connection(), home_id, part, disclosure.derived, (number_of(first), number_of(last))
            )
        for period in ((FIRST, LAST), (first, min(last, LAST))):
            there = results.load(who.access, home_id).available_period
            check(who, home_id, tables, (max(period[0], there[0]), min(period[1], there[1])), None)


def test_a_day_without_work_leaves_nothing(databases: Databases, app: Flask) -> None:
    who, tables = person(app, "anna", "Träger", "Haus"), drawn(4)
    home_id = who.home_id
    keep(databases, home_id, tables)
    with databases.whole.writing.begin() as session:
        repository.replace(
            session.connection(), home_id, {}, disclosure.derived, (number_of(date(2026, 1, 1)), number_of(date.max))
        )
    assert results.load(who.access, home_id).available_period[1] <= date(2025, 12, 31)
    with databases.whole.writing.begin() as session:
        repository.replace(session.connection(), home_id, {}, disclosure.derived)
    assert stored_results.content(databases, home_id) == {}
    assert results.load(who.access, home_id) is None


def test_homes_do_not_touch_each_other(databases: Databases, app: Flask) -> None:
    anna, ben = (person(app, name, f"Träger {name}", "Haus") for name in ("anna", "ben"))
    first, second = anna.home_id, ben.home_id
    keep(databases, first, drawn(5))
    before = stored_results.content(databases, first)
    assert results.load(ben.access, second) is None
    keep(databases, second, drawn(6))
    keep(databases, second, drawn(7))
    assert stored_results.content(databases, first) == before
    check(ben, second, drawn(7), PERIODS[1], None)


def test_readers_see_the_old_result_or_the_new_one(settings: Settings, app: Flask) -> None:
    """A page that has begun stays with what it began with; the next one, of any process, has the new result at once."""
    home_id, (old, new) = person(app, "anna", "Träger", "Haus").home_id, (drawn(8), drawn(9))
    server, worker = connect(settings), connect(settings)
    keep(worker, home_id, old)
    with server.whole.reading() as page:
        days = [repository.read(page.connection(), home_id, repository.DAYS)]
        with worker.whole.writing.begin() as session:
            repository.replace(session.connection(), home_id, result_of(new), disclosure.derived)
        months = [repository.read(page.connection(), home_id, repository.MONTHS)]
    with server.whole.reading() as page:
        days.append(repository.read(page.connection(), home_id, repository.DAYS))
        months.append(repository.read(page.connection(), home_id, repository.MONTHS))
    totals = [int(cells.columns["seconds"].sum()) for cells in (*days, *months)]
    expected = [int(scored(tables, (FIRST, LAST)).by()["seconds"].sum()) for tables in (old, new)]
    assert expected[0] != expected[1]
    assert totals == [*expected, *expected]
    server.close()
    worker.close()


def test_a_worker_that_dies_leaves_the_old_result(databases: Databases, app: Flask) -> None:
    home_id = person(app, "anna", "Träger", "Haus").home_id
    keep(databases, home_id, drawn(10))
    before = stored_results.content(databases, home_id)
    session = databases.whole.writing()
    session.begin()
    repository.replace(session.connection(), home_id, result_of(drawn(11)), disclosure.derived)
    session.connection().invalidate()  # the connection is gone, as when the process is killed
    session.close()
    assert stored_results.content(databases, home_id) == before


def test_pages_read_no_interventions(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    client = anna.first_sign_in()
    asked: list[str] = []
    event.listen(
        anna.services.databases.work, "before_cursor_execute", lambda *given: asked.append(given[2]), named=False
    )
    for page in ("/", "/interventionen", "/interventionen.csv", "/interventionen/1.1", "/plausibilitaet"):
        assert client.get(page).status_code == 200, page
    assert any("FROM cube" in statement for statement in asked)
    assert not [
        statement for statement in asked if "FROM intervention" in statement or "JOIN intervention" in statement
    ]


def test_the_result_of_an_installation_in_use_is_rebuilt(anna: Person) -> None:
    """The revision drops the former result; the next start recomputes it from the rows, once."""
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    before = stored_results.content(databases, anna.home_id)
    migrate.move(databases.work, "work", "0003")
    migrate.move(databases.work, "work", "head")
    assert results.load(anna.access, anna.home_id) is None
    assert home_analysis.refresh_stale(anna.system) == 1
    assert stored_results.content(databases, anna.home_id) == before
    assert home_analysis.refresh_stale(anna.system) == 0


def test_result_of_another_format_is_recomputed(anna: Person) -> None:
    anna.read_in(workbooks.workbook())
    databases = anna.services.databases
    before = stored_results.content(databases, anna.home_id)
    with databases.whole.writing.begin() as session:
        session.execute(text("UPDATE cube SET content = :bytes"), {"bytes": packed.MARK + bytes([99]) + b"x"})
    with pytest.raises(packed.FormatError, match="Format 99"):
        results.load(anna.access, anna.home_id)
    assert home_analysis.refresh_stale(anna.system) == 1
    assert stored_results.content(databases, anna.home_id) == before


EXTREMES = CodedTable(
    {
        "day": np.array([-1, 0, 20_000, 2_932_896]),
        "ward": np.array([2, 0, 0, 3]),
        "outcome": np.array([0, 1, 0, 1]),
        "count": np.array([1, 2**53, 255, 256]),
        "seconds": np.array([0, 65_535, -(2**62), 2**62]),
        "same": np.array([7, 7, 7, 7]),
    },
    {
        "ward": ("Süd „1“", "kommt nicht vor", None, "\N{PERSON IN LOTUS POSITION}"),
        "outcome": ((4, 0, "a", False), (0, 1, "b", True)),
    },
)


def test_packing_loses_nothing() -> None:
    again = packed.unpack(packed.pack(EXTREMES))
    assert {name: column.tolist() for name, column in again.columns.items() if name not in {"ward", "outcome"}} == {
        name: column.tolist() for name, column in EXTREMES.columns.items() if name not in {"ward", "outcome"}
    }
    for name, labels in EXTREMES.labels.items():
        assert [again.labels[name][i] for i in again.columns[name]] == [labels[i] for i in EXTREMES.columns[name]]
    assert again.labels["ward"] == ("Süd „1“", None, "\N{PERSON IN LOTUS POSITION}")
    assert len(packed.unpack(packed.pack(EXTREMES[:0]))) == 0


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (b"", "Kennung PBC"),
        (b"PBC", "Kennung PBC"),
        (b"\x80\x04K\x01.", "Kennung PBC"),
        (packed.pack(EXTREMES)[:-9], "beschädigt"),
        (packed.pack(EXTREMES)[:4] + b"0" * 40, "beschädigt"),
        (b"PBC\x02" + packed.pack(EXTREMES)[4:], "Format 2, bekannt ist 1"),
    ],
)
def test_damaged_bytes_are_refused_in_words(damaged: bytes, message: str) -> None:
    with pytest.raises(packed.FormatError, match=message) as refusal:
        packed.unpack(damaged)
    assert "Bitte starten Sie die Anwendung neu" in str(refusal.value)


@pytest.mark.parametrize("rows", [0, 5, 5000])
def test_sums_do_not_depend_on_the_way(rows: int) -> None:
    """Few rows are sorted, many go into slots; both give what pandas says."""
    rng = np.random.default_rng(rows)
    columns = {"day": rng.integers(20_000, 20_040, rows), "ward": rng.integers(0, 3, rows)}
    sums = {"count": rng.integers(1, 9, rows), "seconds": rng.integers(0, 2**40, rows)}
    cells = CodedTable(columns | sums, {"ward": ("B", None, "A")})
    expected = pd.DataFrame(columns | sums).groupby(["day", "ward"], as_index=False).sum()
    assert pd.DataFrame(cells.summed("day", "ward").columns).to_numpy().tolist() == expected.to_numpy().tolist()
    assert cells.summed().columns["seconds"].tolist() == ([int(sums["seconds"].sum())] if rows else [])
