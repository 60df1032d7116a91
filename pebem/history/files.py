"""Several files of one home as one: folded onto each other like several uploads (``docs/adr/0016``)."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pebem.history.acts import NOTHING, ApplyRule, Contents, apply_acts
from pebem.history.contents import FIRST_DAY, NUMBERS, occurrence, pack
from pebem.history.statements import FRAMES, Delivery, Statements, UploadStatements, fold
from pebem.history.wards import WardHistory

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables

_CODED: Final = {
    "resident_id": "resident",
    "staff_id": "staff",
    "intervention": "intervention",
    "source": "minutes_source",
    "shift": "shift",
    "ward": "ward",
    "status": "status",
}


def fold_files(
    tables: Tables,
    parts: Mapping[str, NDArray[np.integer[Any]]],
    first_days: Mapping[int, date],
    unstated: Mapping[int, frozenset[str]] | None = None,
    repaired: Collection[int] = (),
) -> Tables:
    """Return the data of a home after all files, in their order, as input of the engine.

    Parameters
    ----------
    tables
        The rows of the files, as often as they occur.
    parts
        Name of a frame -> position of the file of each row, shape (rows,).
    first_days
        Position of a file -> first day it has data of; files without any take the first day of all.
    unstated
        Position of a file -> columns its staff list does not have.
    repaired
        Positions of files with repaired rows: these are further ones and replace none.
    """
    files = sorted({int(file) for part in parts.values() for file in np.unique(part)})
    if len(files) <= 1:
        return tables
    whole = min(first_days.values(), default=None)
    deliveries = tuple(
        Delivery(
            **{name: _of_file(getattr(tables, name), parts.get(name), file) for name in FRAMES},
            cover=first_days.get(file, whole),
            unstated=(unstated or {}).get(file, frozenset()),
        )
        for file in files
    )
    statements = fold([UploadStatements((delivery,)) for delivery in deliveries])
    interventions = _fold_acts(tables.interventions, parts.get("interventions"), files, repaired)
    return replace(
        tables,
        residents=statements.residents,
        assessments=statements.assessments,
        instability=statements.instability,
        grades=statements.grades,
        staff=statements.staff,
        interventions=with_wards(interventions, statements),
        duties=_newest_duties(tables.duties, parts.get("duties")),
    )


def with_wards(interventions: pd.DataFrame, statements: Statements) -> pd.DataFrame:
    """Return interventions with the ward their resident lived in on that day where they name none.

    Only residents who lived in several wards are looked up here; for all others the engine knows.
    """
    moved = statements.wards.loc[statements.wards["resident"].duplicated(keep=False)]
    if moved.empty or interventions.empty:
        return interventions
    residents, wards = interventions["resident"].cat, interventions["ward"].cat
    labels = wards.categories.union(pd.Index(moved["ward"].unique(), dtype=object), sort=False)
    codes = labels.get_indexer(wards.categories)
    ward = np.where(interventions["ward"].isna(), -1, np.append(codes, -1)[wards.codes.to_numpy()])
    place = residents.categories.get_indexer(pd.Index(moved["resident"], dtype=object))
    starts = moved["start"].to_numpy("datetime64[D]").astype(np.int64) + FIRST_DAY
    starts = np.where(moved["start"].isna(), 0, starts)
    lived_in = WardHistory.of(
        (int(resident) + 1, int(start), int(number) + 1)
        for resident, start, number in zip(
            place, starts, labels.get_indexer(pd.Index(moved["ward"], dtype=object)), strict=True
        )
        if resident >= 0
    )
    blank = np.flatnonzero(ward < 0)
    day = interventions["date"].to_numpy("datetime64[D]").astype(np.int64)[blank] + FIRST_DAY
    ward[blank] = lived_in.at(residents.codes.to_numpy()[blank].astype(np.int64) + 1, day) - 1
    return interventions.assign(ward=pd.Categorical.from_codes(ward, categories=labels))


def _newest_duties(duties: pd.DataFrame, part: NDArray[np.integer[Any]] | None) -> pd.DataFrame:
    """Return the duties of the last file that names one of a person and day; those without a person as they come."""
    if part is None or duties.empty:
        return duties
    keyed = duties.assign(day=duties["start"].dt.floor("D"), file=part)
    newest = keyed.groupby(["staff", "day"], dropna=False)["file"].transform("max")
    return duties[(keyed["file"] == newest) | duties["staff"].isna()].reset_index(drop=True)


def _of_file(frame: pd.DataFrame, part: NDArray[np.integer[Any]] | None, file: int) -> pd.DataFrame:
    own = np.zeros(len(frame), bool) if part is None else part == file
    return frame[own].reset_index(drop=True)


def _fold_acts(
    frame: pd.DataFrame, part: NDArray[np.integer[Any]] | None, files: list[int], repaired: Collection[int]
) -> pd.DataFrame:
    """Return the rows that stay, in the order of the files."""
    if part is None or frame.empty:
        return frame
    contents = _contents(frame)
    ordinary = [np.sort(contents[part == file]) for file in files if file not in repaired]
    further = [np.sort(contents[part == file]) for file in files if file in repaired]
    stays = reduce(lambda stored, given: apply_acts(stored, given, ApplyRule()), ordinary, NOTHING)
    again = reduce(lambda stored, given: apply_acts(stored, given, ApplyRule("none")), further, NOTHING)
    stays = np.sort(np.concatenate([stays, again]))
    return frame[_first_of_each(contents, stays)].reset_index(drop=True)


def _first_of_each(contents: Contents, stays: Contents) -> NDArray[np.bool_]:
    """Return which rows stay: of equal ones the first, as often as ``stays`` (in order) has them."""
    order = np.argsort(contents, kind="stable")
    count = np.searchsorted(stays, contents, "right") - np.searchsorted(stays, contents, "left")
    nth = np.empty(len(contents), np.int64)
    nth[order] = occurrence(contents[order])
    return np.asarray(nth < count)


def _contents(frame: pd.DataFrame) -> Contents:
    """Return the content of each row; texts are numbered by their categories."""
    numbers: dict[str, NDArray[np.int64]] = {
        name: frame[column].cat.codes.to_numpy().astype(np.int64) + 1 for name, column in _CODED.items()
    }
    numbers["day"] = frame["date"].to_numpy("datetime64[D]").astype(np.int64) + FIRST_DAY
    numbers["minute"] = frame["minute_of_day"].to_numpy(np.int64) + 1
    numbers["seconds"] = frame["seconds"].to_numpy(np.int64) + 1
    return pack({name: numbers[name] for name in NUMBERS})
