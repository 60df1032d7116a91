"""The kernel alone, codes in and sums out: against copying its columns, its compiled twin, and three libraries."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from bench import rivals
from bench.stopwatch import disagreement, say, shortest
from pebem.engine import kernel
from pebem.engine.kernel import Buffers, LookupTables, Rows
from pebem.engine.sums import ONE, SumCells, Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Tally: TypeAlias = "Callable[[Rows, LookupTables, Sequence[Sums], Buffers], None]"

ROWS: Final = 10_000_000
ROWS_PER_HOME: Final = 10_000

PEOPLE, STAFF, DAYS, WARDS, SHIFTS, INTERVENTIONS = 82, 52, 31, 6, 4, 113
"""A home-month: 80 residents and 50 employees, with the codes for none and unknown; 5 wards, 3 shifts, or none."""

STATES, DEMANDS, SUPPLIES, ENDS = 200, 27, 19, 63
"""As many as a home of this size has."""

GROUPINGS: Final = (("day", "ward"), ("ward", "shift"), ("intervention",))
"""What the report of a home is made from."""

_LABELS: Final = {
    "numpy": "Kern (numpy)",
    "numpy loops": "  davon Schleifen, ohne Herausgabe",
    "numba": "Kern (übersetzt, numba)",
    "numba loops": "  davon Schleifen, ohne Herausgabe",
}
_ROUNDS: Final = 7
_RIVAL_ROUNDS: Final = 2


def run(rows: int, seed: int) -> None:
    """Measure, compare all answers and print.

    Raises
    ------
    bench.stopwatch.BenchError
        Where a library has another answer.
    """
    homes = max(rows // ROWS_PER_HOME, 1)
    columns, lookup = draw(homes, seed)
    rows = len(columns)
    twins = _twins()
    expected, *alternatives = (list(tallied(columns, lookup, tally)) for tally in twins.values())
    if not all(_same_cells(expected, found) for found in alternatives):
        raise disagreement("numba")
    alternatives.clear()
    times = shortest(_ourselves(columns, lookup, twins), _ROUNDS)
    width = sum(column.itemsize for column in _columns(columns))
    say(f"Kern: {rows} Zeilen aus {homes} Einrichtungen, {width} Byte je Zeile, zufällige Codes")
    new, there = times["neu"], times["vorhanden"]
    say(f"  Kopieren in neuen Speicher         {new * 1e9 / rows:6.2f} ns je Zeile")
    say(f"  Kopieren in vorhandenen Speicher   {there * 1e9 / rows:6.2f} ns je Zeile")
    for name, label in _LABELS.items():
        if name in times:
            ratios = f"{times[name] / new:5.2f} x neuer, {times[name] / there:5.2f} x vorhandener Speicher"
            say(f"  {label:<35}{times[name] * 1e9 / rows:6.2f} ns je Zeile   {ratios}")
    if "numba" not in times:
        say("  Kern (übersetzt): numba fehlt; pip install 'pebem-analyse[compiled]'")
    say("  Auf virtuellen Maschinen ist neuer Speicher das meiste am Kopieren: das erste Verhältnis sagt dort wenig.")
    _against_rivals(columns, lookup, expected)


def draw(homes: int, seed: int) -> tuple[Rows, LookupTables]:
    """Return coded rows at random, one home after the other, and tables that all homes share."""
    rng = np.random.default_rng(seed)
    rows = homes * ROWS_PER_HOME
    day = rng.integers(0, DAYS, rows)
    columns = (
        rng.integers(0, PEOPLE, rows) * DAYS + day,
        rng.integers(0, STAFF, rows) * DAYS + day,
        rng.integers(0, INTERVENTIONS, rows),
        day,
        rng.integers(0, WARDS, rows),
        rng.integers(0, SHIFTS, rows),
        rng.integers(60, 2700, rows) + ONE,
    )
    lookup = LookupTables(
        rng.integers(0, STATES, (PEOPLE, DAYS)),
        rng.integers(0, DEMANDS, (STATES, INTERVENTIONS)),
        rng.integers(0, SUPPLIES, (STAFF, DAYS)),
        rng.integers(0, ENDS, (DEMANDS, SUPPLIES)),
        ENDS,
    )
    return Rows(*columns), lookup


def _columns(rows: Rows) -> list[np.ndarray]:
    return [getattr(rows, spot.name) for spot in fields(rows)]


def _ourselves(rows: Rows, lookup: LookupTables, twins: Mapping[str, Tally]) -> dict[str, Callable[[], Any]]:
    """Return what is to be timed of our own, with copying as the floor."""
    columns = _columns(rows)
    there = [column.copy() for column in columns]
    works: dict[str, Callable[[], Any]] = {
        "neu": lambda: [column.copy() for column in columns],
        "vorhanden": lambda: _copy(columns, there),
    }
    for name, tally in twins.items():
        works[name] = partial(_dropped, rows, lookup, tally)
        works[f"{name} loops"] = partial(_dropped, rows, lookup, tally, hand_out=False)
    return works


def _twins() -> dict[str, Tally]:
    """Return the inner loops there are by name."""
    try:
        from pebem.engine import kernel_numba  # noqa: PLC0415  # an extra
    except ImportError:
        return {"numpy": kernel.tally}
    return {"numpy": kernel.tally, "numba": kernel_numba.tally}


def _dropped(rows: Rows, lookup: LookupTables, tally: Tally, *, hand_out: bool = True) -> None:
    """Run the kernel and discard the sums: memory for stored results is the caller's concern."""
    for _ in tallied(rows, lookup, tally, hand_out=hand_out):
        pass


def _copy(columns: Sequence[np.ndarray], there: Sequence[np.ndarray]) -> None:
    for column, to in zip(columns, there, strict=True):
        np.copyto(to, column)


def tallied(rows: Rows, lookup: LookupTables, tally: Tally, *, hand_out: bool = True) -> Iterator[list[SumCells]]:
    """Run the kernel home by home and yield the cells of each grouping; or add up all homes and yield nothing.

    A home of ten thousand random rows has twice as many cells as rows: handing them out is part of the time.
    """
    sizes = {"day": DAYS, "ward": WARDS, "shift": SHIFTS, "intervention": INTERVENTIONS}
    sums = [Sums(names, tuple(sizes[name] for name in names), ENDS) for names in GROUPINGS]
    buffers = Buffers()
    for start in range(0, len(rows), ROWS_PER_HOME):
        for chunk in rows[start : start + ROWS_PER_HOME].chunks():
            tally(chunk, lookup, sums, buffers)
        if hand_out:
            yield [total.cells() for total in sums]


def _same_cells(left: list[list[SumCells]], right: list[list[SumCells]]) -> bool:
    return all(
        np.array_equal(own, its)
        for home, twin in zip(left, right, strict=True)
        for a, b in zip(home, twin, strict=True)
        for own, its in zip(a.filled(), b.filled(), strict=True)
    )


def _against_rivals(rows: Rows, lookup: LookupTables, expected: list[list[SumCells]]) -> None:
    """Measure the libraries on the same codes, and compare their answers with ours."""
    homes = np.repeat(np.arange(len(expected), dtype=np.int32), ROWS_PER_HOME)
    columns = {spot.name: getattr(rows, spot.name).astype(np.int32) for spot in fields(rows) if spot.name != "weight"}
    frame = pd.DataFrame({"home": homes} | columns | {"seconds": rows.seconds})
    tables = {name: rivals.long(name, keys, getattr(lookup, name)) for name, keys in rivals.JOINS}
    polars_frame = pl.from_pandas(frame)
    polars_tables = {name: pl.from_pandas(table) for name, table in tables.items()}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE rows AS SELECT * FROM frame")
        for name, table in tables.items():
            connection.from_df(table).create(f"{name}_table")
        works: Mapping[str, Callable[[], Any]] = {
            "pandas": lambda: rivals.kernel_by_pandas(frame, tables, GROUPINGS),
            "polars": lambda: rivals.kernel_by_polars(polars_frame, polars_tables, GROUPINGS),
            "DuckDB": lambda: rivals.kernel_by_duckdb(connection, GROUPINGS),
        }
        cells = [_of_homes(expected, i) for i in range(len(GROUPINGS))]
        for name, work in works.items():
            frames = [_sorted(frame, dims) for frame, dims in zip(work(), GROUPINGS, strict=True)]
            if not all(np.array_equal(a, b) for a, b in zip(frames, cells, strict=True)):
                raise disagreement(name)
        times = shortest({"numpy": lambda: _dropped(rows, lookup, kernel.tally), **works}, _RIVAL_ROUNDS)
    for name in works:
        ratio = times[name] / times["numpy"]
        say(f"  {name:<35}{times[name] * 1e9 / len(rows):6.1f} ns je Zeile   {ratio:5.1f} x Kern (numpy)")
    say("  Alle Ergebnisse stimmen überein.")


def _of_homes(expected: list[list[SumCells]], grouping: int) -> np.ndarray:
    """Return the cells of a grouping as an array (cells, 4): home, key, count, seconds."""
    cells = [home[grouping].filled() for home in expected]
    numbers = np.repeat(np.arange(len(cells)), [len(key) for key, _, _ in cells])
    return np.stack([numbers, *(np.concatenate(columns) for columns in zip(*cells, strict=True))], axis=1)


def _sorted(frame: Any, dims: tuple[str, ...]) -> np.ndarray:
    """Return the answer of a library in the same way."""
    sizes = {"ward": WARDS, "shift": SHIFTS, "end": ENDS}
    key = np.asarray(frame[dims[0]], np.int64)
    for name in (*dims[1:], "end"):
        key = key * sizes[name] + np.asarray(frame[name], np.int64)
    home, count, seconds = (np.asarray(frame[name], np.int64) for name in ("home", "count", "seconds"))
    return np.stack([home, key, count, seconds], axis=1)[np.lexsort((key, home))]
