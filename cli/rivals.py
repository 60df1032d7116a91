"""The kernel's job done by the libraries a user would pick: joins and group-bys over the same frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import polars as pl

from pebem.aggregate import FIT as GROUPINGS
from pebem.fit import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

JOINS: Final = (
    ("state", ("resident", "day")),
    ("demand", ("state", "intervention")),
    ("supply", ("staff", "day")),
    ("outcome", ("demand", "supply")),
)
"""Look-ups in order: the value's name and the columns it is found by."""


def long(name: str, keys: Sequence[str], table: np.ndarray) -> pd.DataFrame:
    """Return a look-up table as a frame to join with."""
    rows, columns = np.indices(table.shape, dtype=np.int32)
    return pd.DataFrame({keys[0]: rows.ravel(), keys[1]: columns.ravel(), name: table.ravel()})


def by_pandas(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Merge the tables in, one by one, then group."""
    joined = rows
    for name, keys in JOINS:
        joined = joined.merge(tables[name], on=list(keys))
    sums = {"count": ("seconds", "size"), "seconds": ("seconds", "sum")}
    return [joined.groupby(["home", *dims, "outcome"], sort=False).agg(**sums).reset_index() for dims in GROUPINGS]


def by_polars(rows: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> list[pl.DataFrame]:
    """Do the same, join by join: left to plan the whole itself, polars took seven times as long."""
    joined = rows
    for name, keys in JOINS:
        joined = joined.join(tables[name], on=list(keys))
    sums = [pl.len().alias("count"), pl.col("seconds").cast(pl.Int64).sum()]
    return [joined.group_by("home", *dims, "outcome").agg(sums) for dims in GROUPINGS]


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> list[pd.DataFrame]:
    """Do the same in SQL over registered frames; the join once, as a temporary table."""
    joins = " ".join(f"JOIN {name}_table USING ({', '.join(keys)})" for name, keys in JOINS)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE joined AS SELECT * FROM rows {joins}")
    return [
        connection.execute(
            f"SELECT home, {', '.join(dims)}, outcome, count(*) AS count, sum(seconds)::BIGINT AS seconds "
            f"FROM joined GROUP BY home, {', '.join(dims)}, outcome"
        ).df()
        for dims in GROUPINGS
    ]


def comparable(frames: Sequence[Any], sizes: Mapping[str, int]) -> list[np.ndarray]:
    """Return each grouping as an array (cells, 3) of fused key, count and seconds, sorted by key."""
    found = []
    for dims, frame in zip(GROUPINGS, frames, strict=True):
        key = np.asarray(frame["home"], np.int64)
        for name in dims:
            key = key * sizes[name] + np.asarray(frame[name], np.int64)
        key = key * len(OUTCOMES) + np.asarray(frame["outcome"], np.int64)
        cells = np.stack([key, np.asarray(frame["count"], np.int64), np.asarray(frame["seconds"], np.int64)], axis=1)
        found.append(cells[np.argsort(key)])
    return found
