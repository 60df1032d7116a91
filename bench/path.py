"""The whole path, frames with text in and sums out, against pandas, polars and DuckDB on the same frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np

import pebem
import rules
from bench import homes, path_tables, rivals
from bench.stopwatch import disagreement, say, turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pebem.aggregate import Aggregate
    from rules import RuleBook

ROWS: Final = 10_000_000

SHAPES: Final = {"Einrichtungsjahr": (365, 900_000), "Einrichtungsmonat": (31, 62_000)}
"""Days and rows of a home."""

_OURS: Final = "pebem.score_homes"

_ROUNDS: Final = 3


def run(rows: int, seed: int) -> None:
    """Measure both shapes and print."""
    book = rules.load(homes.START)
    for name, (days, size) in SHAPES.items():
        measure(f"{name}e", book, (days, min(size, rows), max(round(rows / size), 1)), seed)


def measure(what: str, book: RuleBook, shape: tuple[int, int, int], seed: int) -> None:
    """Measure homes of a shape (days, rows of a home, homes) and compare all answers.

    Raises
    ------
    bench.stopwatch.BenchError
        Where a library has another answer.
    """
    days, size, number = shape
    period = homes.period(days)
    say(f"Ganzer Weg, Tabellen mit Text hinein, Summen heraus: {number} {what} zu {size} Zeilen")
    sample_homes = [homes.home(book, i, days, size, seed) for i in range(number)]
    table = path_tables.path_tables_of(sample_homes, book, period)
    frames = rivals.for_polars(table)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        rivals.for_duckdb(connection, table)

        def ours() -> list[Aggregate]:
            return list(pebem.score_homes(sample_homes, book, period))

        def one_by_one() -> list[Aggregate]:
            return [pebem.score(home, book, period) for home in sample_homes]

        rivals_work: dict[str, Callable[[], Mapping[str, Any]]] = {
            "pandas": lambda: rivals.path_by_pandas(table),
            "polars": lambda: rivals.path_by_polars(frames, table),
            "DuckDB": lambda: rivals.path_by_duckdb(connection, table),
        }
        expected = path_tables.comparable(path_tables.of_engine(ours()), table.rows)
        for name, work in rivals_work.items():
            answer = path_tables.comparable(rivals.labelled(work(), table.rows), table.rows)
            if not all(np.array_equal(answer[part], cells) for part, cells in expected.items()):
                raise disagreement(name)
        if one_by_one() != ours():
            raise disagreement("pebem.score")
        times = turns({_OURS: ours, "pebem.score": one_by_one, **rivals_work}, _ROUNDS)
    own, rows = times[_OURS], len(table.rows)
    for name, turn in times.items():
        ratio = f"{turn.wall * 1e9 / rows:8.1f} ns je Zeile   {turn.wall / own.wall:6.2f} x {_OURS}"
        say(f"  {name:<26}{ratio}   Prozessor {turn.processor * 1e9 / rows:8.1f} ns")
    say("  Alle Ergebnisse stimmen überein.")
