"""Memory: the peak above what comes in, for one large frame and for a stream without end.

Measured in a program of its own, as the peak of a process counts everything it ever did.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pebem
import rules
from bench import homes
from bench.stopwatch import BenchError, say
from pebem.aggregate import SUMS
from pebem.contracts import SECONDS_MISSING, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd

ROWS: Final = 10_000_000
STREAMED: Final = 20
"""Rows of the stream for each row of the frame."""

_DAYS: Final = 365
_BATCHES: Final = 200
_DRAWN: Final = 4
"""Batches that differ; they come again and again."""

_EARLY: Final = 10
STATUS: Final = Path("/proc/self/status")


def run(rows: int, seed: int) -> None:
    """Measure both in programs of their own and print.

    Raises
    ------
    bench.stopwatch.BenchError
        Where the system does not report the peak.
    """
    if not Path("/proc/self/clear_refs").exists() or not hasattr(ctypes.CDLL(None), "malloc_trim"):
        raise BenchError("Den Speicher misst pebem bench nur unter Linux mit glibc; bitte dort ausführen.")
    measured = _apart("frame", rows, seed)
    above, size = measured["above"], measured["input"]
    say(f"Speicher, {rows} Zeilen in einer Tabelle: Eingabe {size / 1e6:.1f} MB")
    say(f"  Spitze über der Eingabe   {above / 1e6:8.1f} MB   {above / size:5.2f} x Eingabe")
    measured = _apart("stream", rows * STREAMED, seed)
    say(f"Speicher, Strom von {measured['rows']} Zeilen in {_BATCHES} Teilen")
    say(f"  Spitze nach {_EARLY} Teilen     {measured['early'] / 1e6:8.1f} MB über dem Beginn")
    say(f"  Spitze nach allen Teilen  {measured['late'] / 1e6:8.1f} MB über dem Beginn")
    say(f"  Spitze mit dem Ergebnis   {measured['end'] / 1e6:8.1f} MB über dem Beginn")
    say("  Die Summen stimmen auf die Zeile und die Sekunde.")


def _apart(what: str, rows: int, seed: int) -> dict[str, int]:
    program = [sys.executable, "-m", "bench.memory", what, str(rows), str(seed)]
    process = subprocess.run(program, check=False, capture_output=True, text=True)  # noqa: S603  # our own program
    if process.returncode:
        raise BenchError(f"Die Messung des Speichers ist gescheitert: {process.stderr.strip().splitlines()[-1]}")
    result: dict[str, int] = json.loads(process.stdout)
    return result


def frame(rows: int, seed: int) -> dict[str, int]:
    """Score a frame; return the bytes of the input, and of the peak above it."""
    book = rules.load(homes.START)
    period = homes.period(_DAYS)
    small = homes.home(book, 0, _DAYS, 1000, seed)
    pebem.score(small, book, period)  # what is loaded only once does not count
    home = homes.home(book, 0, _DAYS, rows, seed)
    before = forget()
    pebem.score(home, book, period)
    return {"input": int(home.interventions.memory_usage(deep=True).sum()), "above": peak() - before}


def stream(rows: int, seed: int) -> dict[str, int]:
    """Score a stream; return its rows and the peak above the beginning: early, after all batches, with the result.

    Raises
    ------
    ArithmeticError
        Where the sums are not those of the batches times their number.
    """
    book = rules.load(homes.START)
    period = homes.period(_DAYS)
    size = max(rows // _BATCHES, 1)
    home = homes.home(book, 0, _DAYS, _DRAWN * size, seed)
    batches = [home.interventions.iloc[i * size : (i + 1) * size].reset_index(drop=True) for i in range(_DRAWN)]
    expected = [_BATCHES // _DRAWN * total for total in _totals(home.interventions, period)]
    pebem.score(homes.home(book, 0, _DAYS, 1000, seed), book, period)
    peaks = []

    def coming() -> Iterator[pd.DataFrame]:
        for i in range(_BATCHES):
            yield batches[i % _DRAWN].copy()
            peaks.append(peak())

    before = forget()
    result = pebem.stream(home, coming(), book, period)
    early, late, end = (one - before for one in (peaks[_EARLY - 1], peaks[-1], peak()))
    for table in result.tables.values():
        if [int(table.columns[name].sum()) for name in SUMS] != expected:
            raise ArithmeticError("the sums of the stream are wrong")
    if result.rows != size * _BATCHES:
        raise ArithmeticError("the stream has lost rows")
    return {"rows": size * _BATCHES, "early": early, "late": late, "end": end}


def _totals(interventions: pd.DataFrame, period: tuple[date, date]) -> tuple[int, int]:
    """Return how many rows count, and their seconds: by plain masks over the frame."""
    on = interventions["date"].dt.date
    counts = (interventions["status"] == STATUSES[0]) & (on >= period[0]) & (on <= period[1])
    seconds = interventions.loc[counts, "seconds"]
    return len(seconds), int(seconds[seconds != SECONDS_MISSING].sum())


def forget() -> int:
    """Reset the peak, and return the bytes in use now.

    What was freed is given back first: taken again from there, it would not count.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _bytes("VmRSS")


def peak() -> int:
    """Return the most bytes in use since :func:`forget`."""
    return _bytes("VmHWM")


def _bytes(name: str) -> int:
    (line,) = (line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    sys.stdout.write(json.dumps({"frame": frame, "stream": stream}[what](*map(int, numbers))))
