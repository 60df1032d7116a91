"""Synthetic homes in our own workbook format: invented people, plausible data, the same seed gives the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sample_data import das, delimited, faults, home, names, workbook
from sample_data.home import SampleHome
from sample_data.sheets import INTERVENTIONEN, SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SHEETS", "START", "SampleError", "SampleHome", "draw", "make", "with_interventions"]

START: Final = date(2026, 1, 1)
"""First day of a period, unless it would end after :data:`_LATEST_END`."""
_LATEST_END: Final = date(2026, 10, 1)  # a day of the past: invented data should not tell of the future
_FORMATS: Final = ("xlsx", "csv", "parquet", "das")
_WITH_FAULTS: Final = ("xlsx", "csv")
_ROWS_PER_MONTH: Final = 380  # fewer than a resident has: 15 a day, less what hospital and moving cost


class SampleError(ValueError):
    """The wanted sample cannot be made. The message is one German sentence that says what to do."""


def draw(
    *,
    homes: int,
    residents: int,
    months: int,
    seed: int,
    start: date | None = None,
    dirt: bool = True,
    first: int = 0,
) -> Iterator[SampleHome]:
    """Draw homes one by one; home ``i`` does not depend on how many homes are wanted.

    Parameters
    ----------
    homes, residents, months
        Number of homes, residents per home, and months from ``start`` on; each at least 1.
    seed
        Same seed, same homes.
    start
        First day; None = :data:`START`, and for long periods so much earlier that they end by autumn 2026.
    dirt
        Put the faults in that real files have (see ``sample_data/README.md``).
    first
        Which name in the list of homes is given first.

    Raises
    ------
    SampleError
        When a number is below 1 (the seed: below 0).
    """
    wanted = {"Häuser": homes, "Bewohner:innen": residents, "Monate": months}
    for what, count in wanted.items():
        if count < 1:
            raise SampleError(f"{what}: Bitte eine Zahl ab 1 angeben (angegeben: {count}).")
    if seed < 0:
        raise SampleError(f"Startwert (Seed): Bitte eine Zahl ab 0 angeben (angegeben: {seed}).")
    begin = start or min(START, home.months_later(_LATEST_END, -months))
    for index, child in enumerate(np.random.SeedSequence(seed).spawn(homes), start=first):
        rng = np.random.default_rng(child)
        drawn = home.draw(rng, names.home_name(index), residents, months, begin)
        if dirt:
            drawn.planted = faults.plant(rng, drawn.sheets)
        yield drawn


def make(  # noqa: PLR0913 - each argument is one the command line passes on
    directory: Path | str,
    *,
    homes: int,
    residents: int,
    months: int,
    seed: int,
    fmt: str = "xlsx",
    start: date | None = None,
    dirt: bool = True,
    first: int = 0,
) -> list[Path]:
    """Write synthetic homes into ``directory``.

    Returns
    -------
    list of Path
        One per home: the workbook, for "csv" the folder with one file per sheet, for "parquet" the folder
        "home=<number>" of a federation, for "das" the export, with a folder of the same name beside it that holds
        all the rest as CSV files. The last two are always without faults.

    Raises
    ------
    SampleError
        For another format, numbers below 1, or a home too large for an Excel sheet.
    """
    if fmt not in _FORMATS:
        raise SampleError(f"Das Format „{fmt}“ ist unbekannt. Bitte „xlsx“, „csv“, „parquet“ oder „das“ wählen.")
    dirt = dirt and fmt in _WITH_FAULTS
    drawn = draw(homes=homes, residents=residents, months=months, seed=seed, start=start, dirt=dirt, first=first)
    if fmt == "parquet":
        return [_partitioned(Path(directory) / f"home={number:04}", one) for number, one in enumerate(drawn, start=1)]
    return [_write(Path(directory), one, fmt) for one in drawn]


def _write(directory: Path, drawn: SampleHome, fmt: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    stem = names.file_stem(drawn.name)
    if fmt == "csv":
        delimited.write(directory / stem, drawn)
        return directory / stem
    if fmt == "das":
        das.write(directory / f"{stem}.xml", drawn)
        return directory / f"{stem}.xml"
    if len(drawn.sheets[INTERVENTIONEN]) >= workbook.LONGEST_SHEET:
        raise SampleError(
            "Das Haus hat mehr Interventionen, als ein Excel-Blatt fasst. "
            "Bitte weniger Monate oder das Format „csv“ wählen."
        )
    workbook.write(directory / f"{stem}.xlsx", drawn)
    return directory / f"{stem}.xlsx"


def _partitioned(folder: Path, drawn: SampleHome) -> Path:
    try:
        from sample_data import partitioned  # noqa: PLC0415  # needs pyarrow, an extra
    except ImportError as missing:
        raise SampleError(
            f"Für das Format „parquet“ fehlt {missing.name}. Bitte installieren: pip install 'pebem-analyse[parquet]'"
        ) from missing
    partitioned.write(folder, drawn)
    return folder


def with_interventions(rows: int, *, seed: int = 1, residents: int = 80) -> SampleHome:
    """Draw one home without faults whose sheet ``Interventionen`` has exactly ``rows`` rows.

    Raises
    ------
    SampleError
        For a number of rows below 1.
    """
    if rows < 1:
        raise SampleError(f"Bitte mindestens 1 Zeile angeben (angegeben: {rows}).")
    months = ceil(rows / (residents * _ROWS_PER_MONTH))
    (drawn,) = draw(homes=1, residents=residents, months=months, seed=seed, dirt=False)
    sheets = drawn.sheets | {INTERVENTIONEN: drawn.sheets[INTERVENTIONEN].head(rows)}
    return replace(drawn, sheets=sheets, last=sheets[INTERVENTIONEN]["Datum"].iloc[-1])
