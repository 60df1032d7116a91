"""Reading: from a file to checked frames, against the mere readers of its format; and memory.

The readers alone know nothing of headings, dates, durations or people; pandas reads the one large file, we read all of
the home. Memory is measured in a program of its own, as the peak of a process counts everything it ever did.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from python_calamine import CalamineWorkbook

import importers
import rules
import sample_data
from bench import homes, memory
from bench.stopwatch import BenchError, say, shortest
from sample_data import delimited, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from importers import ReadFiles

ROWS: Final = 100_000
"""Of the workbook that is timed; the text file has ten times as many, what is measured for memory five times."""

_LONGER_TEXT, _LARGER = 10, 5
_ROUNDS: Final = 4
_WORK: Final = "Interventionen"


def run(rows: int, seed: int) -> None:
    """Measure and print.

    Raises
    ------
    bench.stopwatch.BenchError
        For more rows than a sheet of a workbook, or a file, may have, or where what was read is not what was written.
    """
    if rows * _LARGER >= workbook.LONGEST_SHEET:
        raise BenchError(f"Bitte nehmen Sie höchstens {(workbook.LONGEST_SHEET - 1) // _LARGER} Zeilen.")
    if not memory.STATUS.exists():
        raise BenchError("Den Speicher misst pebem bench nur unter Linux; bitte dort ausführen.")
    book = rules.load(homes.START)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say(f"Arbeitsmappe, {rows} Interventionen")
        files, totals = _write_files(folder, rows, seed, text=False)
        works: dict[str, Callable[[], object]] = {
            "alone": lambda: _calamine(files[0]),
            "ours": lambda: _check(importers.read(files, book), totals),
        }
        times = shortest(works, _ROUNDS)
        say(f"  python-calamine allein    {times['alone']:6.2f} s")
        say(f"  importers.read            {times['ours']:6.2f} s   {times['ours'] / times['alone']:5.2f} x")

        say(f"CSV, {rows * _LONGER_TEXT} Interventionen")
        texts, sums = _write_files(folder, rows * _LONGER_TEXT, seed, text=True)
        large = next(path for path in texts if path.stem == _WORK)
        parallel, options = _parallel()
        works = {
            "alone": lambda: pd.read_csv(large, sep=";", **options),
            "str": lambda: pd.read_csv(large, sep=";", dtype=str),
            "ours": lambda: _check(importers.read(texts, book), sums),
        }
        times = shortest(works, _ROUNDS)
        say(f"  pandas.read_csv(dtype=str)  {times['str']:6.2f} s")
        say(f"  importers.read              {times['ours']:6.2f} s   {times['ours'] / times['str']:5.2f} x")
        ratio = f"{times['ours'] / times['alone']:5.2f}"
        say(f"  pandas.read_csv, {parallel:10} {times['alone']:6.2f} s   importers.read {ratio} x")

        say(f"Speicher, {rows * _LARGER} Interventionen, jeweils in einem eigenen Prozess")
        for what, text in (("Arbeitsmappe", False), ("CSV", True)):
            files, totals = _write_files(folder, rows * _LARGER, seed, text=text)
            begun, peak = _apart(files, totals)
            say(f"  {what:12}  Spitze {peak / 1e6:7.1f} MB, davon Programm und Bibliotheken {begun / 1e6:6.1f} MB")
    say("  Alle Zeilen und Minuten stimmen.")


def memory_of_reading(files: Sequence[Path], totals: tuple[int, int]) -> tuple[int, int]:
    """Read; return the peak of this process before and after, in bytes."""
    book = rules.load(homes.START)
    begun = memory.peak()
    _check(importers.read(files, book), totals)
    return begun, memory.peak()


def _write_files(folder: Path, rows: int, seed: int, *, text: bool) -> tuple[list[Path], tuple[int, int]]:
    """Write a home; return its files, its rows and the seconds they take."""
    home = sample_data.with_interventions(rows, seed=seed)
    minutes = home.sheets[_WORK]["Minuten"].dropna()
    totals = rows, sum(round(60 * float(one)) for one in minutes)
    if not text:
        path = folder / f"{rows}.xlsx"
        workbook.write(path, home)
        return [path], totals
    delimited.write(folder / str(rows), home)
    return sorted((folder / str(rows)).glob("*.csv")), totals


def _parallel() -> tuple[str, dict[str, Any]]:
    """Return name and options of the reader of pandas that uses all cores, where it is installed, else of its other."""
    return ("pyarrow", {"engine": "pyarrow"}) if importlib.util.find_spec("pyarrow") else ("ohne pyarrow", {})


def _calamine(path: Path) -> None:
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _check(result: ReadFiles, totals: tuple[int, int]) -> None:
    seconds = result.tables.interventions["seconds"]
    if (len(seconds), int(seconds[seconds > 0].sum())) != totals:
        raise BenchError("Gelesen wurde etwas anderes, als geschrieben war. Bitte melden Sie den Fehler.")


def _apart(files: Sequence[Path], totals: tuple[int, int]) -> tuple[int, int]:
    program = [sys.executable, "-m", "bench.import_", json.dumps([[str(file) for file in files], totals])]
    process = subprocess.run(program, check=False, capture_output=True, text=True)  # noqa: S603  # our own program
    if process.returncode:
        raise BenchError(f"Die Messung des Speichers ist gescheitert: {process.stderr.strip().splitlines()[-1]}")
    begun, peak = json.loads(process.stdout)
    return begun, peak


if __name__ == "__main__":
    names, (rows_written, seconds_written) = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(memory_of_reading([Path(name) for name in names], (rows_written, seconds_written))))
