"""Many homes from Parquet: rows a second and core, what a home costs, memory, and all of Germany from that."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

import rules
import sample_data
from importers.parquet import homes
from pebem.distribute.run import run as run_homes
from pebem.distribute.task import TaskOutcome
from sample_data.home import months_later
from web.federation.home_work import HomeWork, Summary
from web.federation.total import Total

HOMES, RESIDENTS, ROWS_PER_DAY, DAYS = 11_000, 80, 25, 365
"""Germany: nursing homes, residents of one, interventions of one resident a day, days of a year."""

_MONTHS: Final = 6
_ROUNDS: Final = 5
_FIRST: Final = sample_data.START
_NAME: Final = "0001"
_ADDED: Final = 256


@dataclass(frozen=True)
class Rates:
    """What was measured.

    Attributes
    ----------
    row, home
        Seconds of a core (time it computes, not time that passes: other programs do not count) for a row, and for a
        home with a single row.
    parent
        Seconds of a core to add one home to the whole: what one process does for all.
    row_bytes, home_bytes, result_bytes
        Parquet of a row; of a home's master data; and of the results of a home.
    peak
        Most memory of a worker in bytes, 0 where the system does not report it.
    rows
        Rows it was measured on.
    """

    row: float
    home: float
    parent: float
    row_bytes: float
    home_bytes: int
    result_bytes: int
    peak: int
    rows: int


@dataclass(frozen=True)
class Weighed:
    """Work that returns the peak memory of its process."""

    work: HomeWork

    def __call__(self, home: str) -> int:
        """Return bytes."""
        self.work(home)
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii")
        except OSError:
            return 0
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def run(seed: int) -> None:
    """Measure and print."""
    rates = measure(seed)
    sys.stdout.write("\n".join(["", *lines(rates)]) + "\n")


def measure(seed: int) -> Rates:
    """Measure one home with its rows, and the same home with one row, in turn; the shortest times count."""
    with tempfile.TemporaryDirectory() as folder:
        full, bare = Path(folder, "voll"), Path(folder, "leer")
        sample_data.make(full, homes=1, residents=RESIDENTS, months=_MONTHS, seed=seed, fmt="parquet", start=_FIRST)
        shutil.copytree(full, bare)
        for path in sorted((bare / f"home={_NAME}" / "interventions").iterdir())[1:]:
            path.unlink()
        (only,) = (bare / f"home={_NAME}" / "interventions").iterdir()
        pq.write_table(pq.read_table(only).slice(0, 1), only)
        last = months_later(_FIRST, _MONTHS) - timedelta(days=1)
        book = rules.load(last)
        works = [
            HomeWork(source, Path(folder, f"aus-{source.name}"), "rekonstruktion", book.sha256, (_FIRST, last))
            for source in (full, bare)
        ]
        times: list[list[float]] = [[], []]
        for _ in range(_ROUNDS):
            for work, seconds in zip(works, times, strict=True):
                shutil.rmtree(work.out, ignore_errors=True)
                start = time.process_time()
                work(_NAME)
                seconds.append(time.process_time() - start)
        files = homes.files(full, _NAME)
        rows = sum(pq.ParquetFile(path).metadata.num_rows for path in files.interventions)
        results = sum(path.stat().st_size for path in works[0].out.rglob("*") if path.is_file())
        shutil.rmtree(works[0].out)
        summary = works[0](_NAME)
        shutil.rmtree(works[0].out)
        (memory_run,) = run_homes([_NAME], Weighed(works[0]), workers=2)
        return Rates(
            row=(min(times[0]) - min(times[1])) / (rows - 1),
            home=min(times[1]),
            parent=_adding(summary),
            row_bytes=sum(path.stat().st_size for path in files.interventions) / rows,
            home_bytes=sum(path.stat().st_size for path in files.master.values()),
            result_bytes=results,
            peak=memory_run.result or 0,
            rows=rows,
        )


def _adding(summary: Summary) -> float:
    whole = Total([])
    start = time.process_time()
    for number in range(_ADDED):
        whole.add(TaskOutcome(str(number), summary))
    return (time.process_time() - start) / _ADDED


def lines(rates: Rates) -> list[str]:
    """Return the rates and all of Germany as German lines."""
    rows = HOMES * RESIDENTS * ROWS_PER_DAY * DAYS
    by_rows, by_homes = rows * rates.row / 3600, HOMES * rates.home / 3600
    results = rates.result_bytes * rows / HOMES / rates.rows
    size = rows * rates.row_bytes + HOMES * (rates.home_bytes + results)
    head = f"Viele Einrichtungen, von Parquet bis zum Ergebnis: eine mit {rates.rows} Zeilen, Rechenzeit eines Kerns"
    master, result = rates.home_bytes / 1000, rates.result_bytes / 1000
    year = f"Deutschland, ein Jahr: {HOMES} Einrichtungen, {rows / 1e9:.1f} Mrd. Zeilen, {size / 1e9:.0f} GB"
    hours = f"{by_rows + by_homes:.1f} Kernstunden, davon Zeilen {by_rows:.1f}, Einrichtungen an sich {by_homes:.1f}"
    return [
        head,
        f"  Zeilen                    {1 / rates.row / 1e6:8.2f} Mio./s",
        f"  eine Einrichtung an sich  {rates.home * 1000:8.0f} ms",
        f"  zum Ganzen hinzuzählen    {rates.parent * 1000:8.1f} ms",
        f"  Parquet je Zeile          {rates.row_bytes:8.1f} Byte; Stammdaten {master:.0f}, Ergebnisse {result:.0f} kB",
        f"  Speicher eines Prozesses  {rates.peak / 1e6:8.0f} MB",
        f"  {year}: {hours}",
    ]
