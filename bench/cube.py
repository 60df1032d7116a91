"""The stored result of a home against the same cells as rows of a table: the queries of pages, and replacing days."""

from __future__ import annotations

import tempfile
import time
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from sqlalchemy import URL, Connection, create_engine, text

from bench.stopwatch import say
from pebem.engine.coded_table import CodedTable
from pebem.fit_classes import FIT_CLASSES, OUTCOMES
from web.services.analysis import disclosure
from web.store.models import Cube
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table

HOMES: Final = 100
FIRST_DAY: Final = int(np.datetime64("2024-01-01").astype(np.int64))
DAYS: Final = 1096
CELLS_A_DAY: Final = 870
"""As a home of 80 residents has them, measured on a drawn one: 78 181 cells in 90 days."""

STAFF: Final = 50

_ROUNDS: Final = 3
_SIZES: Final = {"ward": 3, "shift": 3, "intervention": 106}
_PLACE: Final = ("ward", "shift", "intervention", "outcome")
_HOME: Final = 7


def run(seed: int) -> None:
    """Measure and print."""
    for line in lines(seed):
        say(line)


def lines(seed: int) -> Iterator[str]:
    """Build a database of many homes in a folder that is thrown away, and say how long each question takes."""
    home = drawn(np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(URL.create("sqlite", database=f"{folder}/cube.sqlite"))
        with engine.begin() as connection:
            _fill(connection, home)
        yield f"Gespeichertes Ergebnis: {HOMES} Häuser, drei Jahre, je {len(home):_} Zellen".replace("_", " ")
        yield "Frage | gespeicherte Form | Zeilen einer Tabelle (nur ein Haus darin) | Verhältnis"
        with engine.begin() as connection:
            for name, (kept, rows) in _questions(connection, home).items():
                ours, theirs = _times(kept, rows)
                yield f"{name} | {1000 * ours:.1f} ms | {1000 * theirs:.1f} ms | {theirs / ours:.1f}"
        engine.dispose()


def drawn(rng: np.random.Generator) -> CodedTable:
    """Return the cells of a home, as they come from the engine: sorted, no two of the same key."""
    size = DAYS * CELLS_A_DAY
    columns = {"day": FIRST_DAY + rng.integers(0, DAYS, size)}
    columns |= {name: rng.integers(0, top, size) for name, top in _SIZES.items()}
    # An intervention comes out in few ways: as many as on average in a drawn home.
    columns["staff"] = rng.integers(0, STAFF, size)
    columns["outcome"] = (columns["intervention"] * 7 + rng.integers(0, 4, size) ** 2 // 3) % len(OUTCOMES)
    sums = {"count": rng.integers(1, 6, size), "seconds": 60 * rng.integers(0, 90, size)}
    labels: dict[str, tuple[Any, ...]] = {
        name: tuple(f"{name} {i}" for i in range(top)) for name, top in _SIZES.items()
    }
    labels["outcome"] = tuple((one.qn_soll, one.qn_ist, FIT_CLASSES[one.fit], one.certificate) for one in OUTCOMES)
    labels["staff"] = tuple(f"M-{i}" for i in range(STAFF))
    return CodedTable(columns | sums, labels).summed("day", *_PLACE, "staff")


def _fill(connection: Connection, home: CodedTable) -> None:
    cast("Table", Cube.__table__).create(connection)
    repository.replace(connection, 1, {repository.FULL: home}, disclosure.derived)
    names = "kind, about, month, content"
    connection.execute(
        text(f"INSERT INTO cube (home_id, {names}) SELECT :home, {names} FROM cube WHERE home_id = 1"),  # noqa: S608
        [{"home": number} for number in range(2, HOMES + 1)],
    )
    connection.execute(
        text(
            "CREATE TABLE narrow (home_id INTEGER, day INTEGER, ward INTEGER, shift INTEGER, intervention INTEGER, "
            "outcome INTEGER, staff INTEGER, count INTEGER, seconds INTEGER, "
            "PRIMARY KEY (home_id, day, ward, shift, intervention, outcome, staff)) WITHOUT ROWID"
        )
    )
    _add_rows(connection, home)


def _add_rows(connection: Connection, cells: CodedTable) -> None:
    rows = zip(*(column.tolist() for column in cells.columns.values()), strict=True)
    cursor = cast("Any", connection.connection.cursor())
    cursor.executemany(f"INSERT INTO narrow VALUES ({_HOME}, ?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608


def _questions(
    connection: Connection, home: CodedTable
) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    last = FIRST_DAY + DAYS - 1
    month = (FIRST_DAY + 366, FIRST_DAY + 366 + 30)
    three = (FIRST_DAY + 500, FIRST_DAY + 502)

    def rows(keys: str, days: tuple[int, int]) -> Callable[[], object]:
        query = f"SELECT {keys}, sum(count), sum(seconds) FROM narrow WHERE home_id = {_HOME} AND day BETWEEN :a AND :b GROUP BY {keys}"  # noqa: E501, S608
        return lambda: connection.execute(text(query), {"a": days[0], "b": days[1]}).fetchall()

    def exchange(cells: CodedTable, days: tuple[int, int]) -> Callable[[], object]:
        def work() -> None:
            span = {"a": days[0], "b": days[1]}
            connection.execute(text(f"DELETE FROM narrow WHERE home_id = {_HOME} AND day BETWEEN :a AND :b"), span)  # noqa: S608
            _add_rows(connection, cells)

        return work

    part, place = home.between(*three), ", ".join(_PLACE)
    return {
        "drei Jahre nach Ort und Intervention": (
            lambda: _read(connection, repository.MONTHS).summed(*_PLACE),
            rows(place, (FIRST_DAY, last)),
        ),
        "drei Jahre nach Tagen": (
            lambda: _read(connection, repository.DAYS).summed("day", "fit"),
            rows("day, outcome", (FIRST_DAY, last)),
        ),
        "ein Monat nach Ort und Intervention": (
            lambda: _read(connection, repository.MONTHS, month).summed(*_PLACE),
            rows(place, month),
        ),
        "drei Tage ersetzen": (
            lambda: repository.replace(connection, _HOME, {repository.FULL: part}, disclosure.derived, three),
            exchange(part, three),
        ),
        "das ganze Haus ersetzen": (
            lambda: repository.replace(connection, _HOME, {repository.FULL: home}, disclosure.derived),
            exchange(home, (FIRST_DAY, last)),
        ),
    }


def _read(connection: Connection, kind: str, days: tuple[int, int] | None = None) -> CodedTable:
    months = None if days is None else range(int(repository.month_of(days[0])), int(repository.month_of(days[1])) + 1)
    table = repository.read(connection, _HOME, kind, months)
    if table is None:
        raise LookupError(f"nothing of kind {kind} is kept")
    return table


def _times(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return the shortest of some rounds of each, in turns."""
    measured: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for work, times in zip((ours, theirs), measured, strict=True):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    return min(measured[0]), min(measured[1])
