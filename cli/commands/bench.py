"""Misst die Geschwindigkeit, als Verhältnisse innerhalb eines Laufs: Rechner sind verschieden, Verhältnisse kaum.

Der Kern gegen das Kopieren seiner Spalten und gegen dieselbe Aufgabe in pandas, polars und DuckDB; alle Ergebnisse
müssen übereinstimmen. Das Regelwerk für 100.000 Zustände; eine Million Begutachtungen gegen das Kopieren ihrer Matrix.
Das Einlesen, von der Arbeitsmappe bis fit.json, gegen das bloße Lesen mit python-calamine.

Beispiel:
  pebem bench --rows 2000000
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import rules
from cli.parser import CommandError, Parser
from pebem.aggregate import FIT as GROUPINGS
from pebem.codes import Rows
from pebem.fit import OUTCOMES
from pebem.kernel import Cells, Lookup, tally
from rules.assessment import score
from rules.compile import compile_levels
from rules.states import States
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, COUNTED_ITEMS, MISSING, NO_FINDING, allowed_points

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

ROWS_PER_HOME: Final = 10_000
WORKBOOK_ROWS: Final = 100_000
STATES: Final = 100_000
ASSESSMENTS: Final = 1_000_000

SIZES: Final = {"resident": 82, "staff": 52, "day": 31, "intervention": 113, "ward": 5, "shift": 4}
"""A home-month: 80 residents and 50 employees, with the codes for none and unknown."""

_STATES, _DEMANDS, _SUPPLIES = 160, 20, 8

_READ_ALONE: Final = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
"""


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("--rows", metavar="N", type=int, default=2_000_000, help="Zeilen für den Kern (2000000)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="Startwert der Zufallszahlen (1)")
    parser.add_argument("--no-import", action="store_true", help="nur den Kern messen")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.rows < ROWS_PER_HOME:
        raise CommandError(f"Bitte nehmen Sie mindestens {ROWS_PER_HOME} Zeilen.")
    kernel(options.rows // ROWS_PER_HOME, options.seed)
    rulebook(options.seed)
    if not options.no_import:
        reading(options.seed)
    return 0


def best(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest of some runs, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def kernel(homes: int, seed: int) -> None:
    """Measure the kernel on homes of a month each, against the floor and the libraries a user would pick."""
    try:
        import duckdb  # noqa: PLC0415  # the rivals are an extra
        import pandas as pd  # noqa: PLC0415
        import polars as pl  # noqa: PLC0415

        from cli import rivals  # noqa: PLC0415
    except ImportError as missing:
        raise CommandError(
            f"Zum Messen fehlt {missing.name}. Bitte installieren: pip install 'pebem-analyse[bench]'"
        ) from missing
    columns, lookup = _data(homes, seed)
    rows = homes * ROWS_PER_HOME
    width = sum(column.itemsize for column in columns.values())
    sys.stdout.write(f"Kern: {rows} Zeilen aus {homes} Einrichtungen, {width} Byte je Zeile\n")
    floor = best(lambda: [column.copy() for column in columns.values()], 7)

    def line(name: str, seconds: float) -> None:
        rate = f"{rows / seconds / 1e6:7.1f} Mio. Zeilen/s"
        sys.stdout.write(f"  {name:<26}{seconds * 1000:9.1f} ms {rate}   {seconds / floor:7.1f} x Kopieren\n")
        sys.stdout.flush()

    line("Spalten kopieren", floor)
    own = best(lambda: _kernel(columns, lookup, homes), 5)
    line("Kern (numpy)", own)
    expected = rivals.comparable(_labelled(_kernel(columns, lookup, homes)), SIZES)
    frame = pd.DataFrame({"home": np.repeat(np.arange(homes, dtype=np.int32), ROWS_PER_HOME)} | columns)
    tables = {name: rivals.long(name, keys, lookup[name]) for name, keys in rivals.JOINS}
    polars_frame = pl.from_pandas(frame)
    polars_tables = {name: pl.from_pandas(table) for name, table in tables.items()}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rows AS SELECT * FROM frame")
        for name, table in tables.items():
            connection.register(f"{name}_table", table)
        for name, work in (
            ("pandas merge, groupby", lambda: rivals.by_pandas(frame, tables)),
            ("polars join, group_by", lambda: rivals.by_polars(polars_frame, polars_tables)),
            ("DuckDB JOIN, GROUP BY", lambda: rivals.by_duckdb(connection)),
        ):
            answer = rivals.comparable(work(), SIZES)
            if not all(np.array_equal(a, b) for a, b in zip(answer, expected, strict=True)):
                raise CommandError(f"{name} kommt zu einem anderen Ergebnis als der Kern. Bitte melden Sie den Fehler.")
            seconds = best(work, 2)
            line(name, seconds)
            sys.stdout.write(f"    das {seconds / own:.1f}-Fache der Zeit des Kerns, gleiche Ergebnisse\n")


def rulebook(seed: int) -> None:
    """Measure compiling the rulebook and scoring assessments; both read 16-bit columns, as the engine does."""
    rng = np.random.default_rng(seed)
    book = rules.load(datetime.now(UTC).date())
    matrix = _assessments(rng, STATES)
    findings = rng.integers(NO_FINDING, len(CONTINENCE), STATES).astype(np.int16)
    ids = tuple(criterion.id for criterion in book.criteria)
    criteria = rng.random((STATES, len(ids))) < 0.02
    everybody = np.ones(STATES, np.bool_)
    cells = dict(zip(ASSESSMENT_CELLS, matrix, strict=True))
    # A new set of states each time: what they score is computed only once for each.
    compiling = best(lambda: compile_levels(book, States(everybody, cells, findings, findings, criteria, ids)), 3)
    sys.stdout.write(f"\nRegelwerk übersetzen: 100.000 Zustände   {compiling:6.2f} s\n")
    matrix = _assessments(rng, ASSESSMENTS)
    items = dict(zip(ASSESSMENT_CELLS, matrix, strict=True))
    findings = rng.integers(NO_FINDING, len(CONTINENCE), ASSESSMENTS).astype(np.int16)
    copying = best(matrix.copy, 5)
    scoring = best(lambda: score(items, continence_urine=findings, continence_stool=findings, on=book.as_of), 5)
    sys.stdout.write(
        f"Begutachtung: 1 Mio. gegen Kopieren der Punktematrix   {scoring:6.3f} s gegen {copying:.3f} s   "
        f"{scoring / copying:5.1f} x Kopieren\n"
    )


def _assessments(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return assessments, a row a cell, with one cell in a hundred not recorded."""
    matrix = np.empty((len(ASSESSMENT_CELLS), size), np.int16)
    for row, cell in zip(matrix, ASSESSMENT_CELLS, strict=True):
        item = cell.split()[0]
        row[:] = rng.integers(0, 4, size) if item in COUNTED_ITEMS else rng.choice(allowed_points(item), size)
        row[rng.random(size) < 0.01] = MISSING
    return matrix


def _data(homes: int, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return coded columns, one home after the other, and look-up tables."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.integers(0, size, homes * ROWS_PER_HOME, np.int32) for name, size in SIZES.items()}
    columns["seconds"] = rng.integers(0, 1200, homes * ROWS_PER_HOME, np.int32)
    tables = {
        "state": (_STATES, (SIZES["resident"], SIZES["day"])),
        "demand": (_DEMANDS, (_STATES, SIZES["intervention"])),
        "supply": (_SUPPLIES, (SIZES["staff"], SIZES["day"])),
        "outcome": (len(OUTCOMES), (_DEMANDS, _SUPPLIES)),
    }
    return columns, {name: rng.integers(0, top, shape, np.int32) for name, (top, shape) in tables.items()}


def _kernel(columns: dict[str, np.ndarray], lookup: dict[str, np.ndarray], homes: int) -> list[list[Cells]]:
    """Run the kernel home by home."""
    tables = Lookup(**lookup)
    found = []
    for home in range(homes):
        part = slice(home * ROWS_PER_HOME, (home + 1) * ROWS_PER_HOME)
        rows = Rows(**{name: column[part] for name, column in columns.items()})
        found.append(tally(rows, tables, GROUPINGS, SIZES))
    return found


def _labelled(answers: list[list[Cells]]) -> list[dict[str, np.ndarray]]:
    """Return the cells of each grouping over all homes as columns."""
    labelled = []
    for i, dims in enumerate(GROUPINGS):
        parts = [answer[i] for answer in answers]
        home = np.repeat(np.arange(len(parts)), [len(cells.key) for cells in parts])
        key, count, seconds = (np.concatenate([getattr(c, f) for c in parts]) for f in ("key", "count", "seconds"))
        rest, outcome = np.divmod(key, len(OUTCOMES))
        columns = {"home": home, "outcome": outcome, "count": count, "seconds": seconds}
        for name in reversed(dims):
            rest, columns[name] = np.divmod(rest, SIZES[name])
        labelled.append(columns)
    return labelled


def reading(seed: int) -> None:
    """Measure the whole way of a workbook against what its reader needs alone; both as programs of their own."""
    import sample_data  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arbeitsmappe.xlsx"
        sys.stdout.write(f"\nEinlesen: Arbeitsmappe mit {WORKBOOK_ROWS} Interventionen wird erzeugt …\n")
        sys.stdout.flush()
        sample_data.interventions_workbook(path, WORKBOOK_ROWS, seed=seed)
        alone = best(lambda: _program("-c", _READ_ALONE, str(path)), 4)
        ours = best(lambda: _program("-m", "cli", "analyse", str(path), "--out", folder), 4)
    sys.stdout.write(f"  python-calamine allein    {alone:6.2f} s\n")
    sys.stdout.write(f"  pebem analyse             {ours:6.2f} s   {ours / alone:5.2f} x python-calamine\n")


def _program(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
