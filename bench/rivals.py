"""The same jobs by the libraries a user would pick: joins, as-of joins and group-bys, each the fastest way found.

The kernel's job begins with codes. The whole path begins with text: all three find what is effective when by an as-of
join of each person and day, which is cheaper than one of each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import polars as pl

from bench.path_tables import COUNTS, COVERAGE, FLAGS, GROUPINGS
from pebem.contracts import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from bench.path_tables import PathTables

JOINS: Final = (
    ("state", ("resident_day",)),
    ("demand", ("state", "intervention")),
    ("supply", ("staff_day",)),
    ("end", ("demand", "supply")),
)
"""Look-ups of the kernel in order: the value's name and the columns it is found by."""

_DONE: Final = STATUSES[0]
_CODES: Final = ("assessment", "kind", "profile", "demand", "supply", "outcome")
_DATES: Final = ("date", "since", "until")
_DAYS: Final = 1 << 12
"""More days than a period has: a person and a day in one key."""


def long(name: str, keys: Sequence[str], table: np.ndarray) -> pd.DataFrame:
    """Return a look-up table as a frame to join with."""
    positions = np.indices(table.shape if len(keys) > 1 else (table.size,), dtype=np.int32)
    columns = {key: position.ravel() for key, position in zip(keys, positions, strict=True)}
    return pd.DataFrame(columns | {name: table.ravel().astype(np.int32)})


def kernel_by_pandas(
    rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], groupings: Sequence[tuple[str, ...]]
) -> list[pd.DataFrame]:
    """Merge the tables in, one by one, then group."""
    joined = rows
    for name, keys in JOINS:
        joined = joined.merge(tables[name], on=list(keys))
    sums = {"count": ("seconds", "size"), "seconds": ("seconds", "sum")}
    return [joined.groupby(["home", *dims, "end"], sort=False).agg(**sums).reset_index() for dims in groupings]


def kernel_by_polars(
    rows: pl.DataFrame, tables: Mapping[str, pl.DataFrame], groupings: Sequence[tuple[str, ...]]
) -> list[pl.DataFrame]:
    """Do the same, join by join: left to plan the whole itself, polars took longer."""
    joined = rows
    for name, keys in JOINS:
        joined = joined.join(tables[name], on=list(keys))
    sums = [pl.len().alias("count"), pl.col("seconds").sum()]
    return [joined.group_by("home", *dims, "end").agg(sums) for dims in groupings]


def kernel_by_duckdb(connection: duckdb.DuckDBPyConnection, groupings: Sequence[tuple[str, ...]]) -> list[pd.DataFrame]:
    """Do the same in SQL; the join once, as a temporary table."""
    joins = " ".join(f"JOIN {name}_table USING ({', '.join(keys)})" for name, keys in JOINS)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE joined AS SELECT * FROM rows {joins}")
    return [
        connection.execute(
            f'SELECT home, {", ".join(dims)}, "end", count(*) AS count, sum(seconds)::BIGINT AS seconds '
            f"FROM joined GROUP BY ALL"
        ).df()
        for dims in groupings
    ]


def path_by_pandas(table: PathTables) -> dict[str, pd.DataFrame]:
    """Merge and merge_asof, then group; on integers, as categories and keys of two columns take half as long again."""
    first, last = (pd.Timestamp(day) for day in table.period)
    calendar = pd.DataFrame({"date": pd.date_range(first, last, unit="s")})
    no_resident, unknown, unassessed = table.profiles

    def fused(frame: pd.DataFrame, by: str) -> pd.Series:
        day = (frame["date"].to_numpy("datetime64[D]") - np.datetime64(first, "D")).astype(np.int64)
        return frame[by].cat.codes.astype(np.int64) * _DAYS + day

    states = table.residents.merge(calendar, how="cross").sort_values("date")
    states = pd.merge_asof(states, table.assessments, left_on="date", right_on="since", by="resident")
    states = pd.merge_asof(
        states.drop(columns="since"), table.instability, left_on="date", right_on="since", by="resident"
    )
    states["kind"] = states["kind"].where(states["date"] <= states["until"], 0)
    states = states.merge(table.states, on=["assessment", "kind"], how="left")
    states["profile"] = states["profile"].fillna(unassessed).astype(np.int32)
    states["resident_day"] = fused(states, "resident")
    states["lives_in"] = states["lives_in"].cat.codes
    staff = table.staff[["staff"]].drop_duplicates().merge(calendar, how="cross").sort_values("date")
    staff = pd.merge_asof(staff, table.staff, left_on="date", right_on="since", by="staff")
    staff = staff[staff["date"] <= staff["until"]]
    staff["staff_day"] = fused(staff, "staff")

    performed = table.rows["status"].isna() | (table.rows["status"] == _DONE)
    counted = table.rows[performed & table.rows["date"].between(first, last)]
    rows = counted[["home", "date"]].assign(
        **{name: counted[name].cat.codes for name in ("ward", "shift", "intervention")},
        resident_day=fused(counted, "resident"),
        staff_day=fused(counted, "staff"),
        without=np.where(counted["resident"].isna(), no_resident, unknown),
        minuten=counted["seconds"] >= 0,
        seconds=counted["seconds"].clip(lower=0),
    )
    rows = rows.merge(states[["resident_day", "lives_in", "profile"]], on="resident_day", how="left")
    rows = rows.merge(staff[["staff_day", "supply"]], on="staff_day", how="left")
    rows["ward"] = rows["ward"].where(rows["ward"] >= 0, rows["lives_in"].fillna(-1)).astype(np.int8)
    profile = rows["profile"].fillna(rows["without"]).astype(np.int64)
    kinds = len(counted["intervention"].cat.categories)
    rows["need"] = profile * kinds + rows["intervention"]
    need = table.demands["profile"] * kinds + table.demands["intervention"].cat.codes
    rows = rows.merge(pd.DataFrame({"need": need, "demand": table.demands["demand"]}), on="need")
    supplies = int(table.ends["supply"].max()) + 1
    rows["pair"] = rows["demand"] * supplies + rows["supply"].fillna(0).astype(np.int64)
    ends = table.ends.assign(pair=table.ends["demand"] * supplies + table.ends["supply"])
    rows = rows.merge(ends.drop(columns=["demand", "supply"]), on="pair")

    def grouped(keys: Sequence[str], sums: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
        return rows.groupby(list(keys), sort=False).agg(**sums).reset_index()

    sums = {"count": ("seconds", "size"), "seconds": ("seconds", "sum")}
    coverage_sums = {"counted": ("seconds", "size")} | {name: (name, "sum") for name in COUNTS[1:]}
    by_grouping = {name: grouped(keys, sums) for name, keys in GROUPINGS.items()}
    return by_grouping | {"coverage": grouped(COVERAGE, coverage_sums)}


def for_polars(table: PathTables) -> dict[str, pl.DataFrame]:
    """Convert the frames; categories become their integers, which polars joins faster."""
    frames = {}
    for name, source in table.frames.items():
        frame = source.copy(deep=False)
        for column in frame.columns:
            if isinstance(frame[column].dtype, pd.CategoricalDtype):
                codes = frame[column].cat.codes.astype("Int32")
                frame[column] = codes.where(codes >= 0)
        converted = pl.from_pandas(frame)
        frames[name] = converted.with_columns(
            *(pl.col(column).cast(pl.Date) for column in _DATES if column in converted.columns),
            *(pl.col(column).cast(pl.Int32) for column in _CODES if column in converted.columns),
        )
    return frames


def path_by_polars(frames: Mapping[str, pl.DataFrame], table: PathTables) -> dict[str, pl.DataFrame]:
    """Join and join_asof, then group; one plan for all, on the streaming engine."""
    first, last = table.period
    no_resident, unknown, unassessed = table.profiles
    t = {name: frame.lazy() for name, frame in frames.items()}
    date = pl.col("date")
    day = (date - first).dt.total_days().cast(pl.Int32)
    calendar = pl.LazyFrame({"date": pl.date_range(first, last, eager=True)})

    def effective(people: pl.LazyFrame, what: pl.LazyFrame, by: str) -> pl.LazyFrame:
        return people.join_asof(what, left_on="date", right_on="since", by=by, check_sortedness=False).drop("since")

    residents = effective(t["residents"].join(calendar, how="cross").sort("date"), t["assessments"], "resident")
    residents = (
        effective(residents, t["instability"], "resident")
        .with_columns(kind=pl.when(date <= pl.col("until")).then("kind").otherwise(pl.lit(0, pl.Int32)))
        .join(t["states"], on=["assessment", "kind"], how="left")
        .select("lives_in", pl.col("profile").fill_null(unassessed), resident_day=pl.col("resident") * _DAYS + day)
    )
    staff = t["staff"].select("staff").unique().join(calendar, how="cross").sort("date")
    staff = effective(staff, t["staff"], "staff").filter(date <= pl.col("until"))
    staff = staff.select("supply", staff_day=pl.col("staff") * _DAYS + day)
    performed = pl.col("status").is_null() | (pl.col("status") == STATUSES.index(_DONE))
    without = pl.when(pl.col("resident").is_null()).then(no_resident).otherwise(unknown).cast(pl.Int32)
    rows = (
        t["rows"]
        .filter(performed & date.is_between(first, last))
        .with_columns(resident_day=pl.col("resident") * _DAYS + day, staff_day=pl.col("staff") * _DAYS + day)
        .join(residents, on="resident_day", how="left")
        .join(staff, on="staff_day", how="left")
        .with_columns(
            pl.col("profile").fill_null(without),
            pl.col("supply").fill_null(0),
            pl.col("ward").fill_null(pl.col("lives_in")),
        )
        .join(t["demands"], on=["profile", "intervention"])
        .join(t["ends"], on=["demand", "supply"])
        .with_columns(minuten=(pl.col("seconds") >= 0).cast(pl.Int64), seconds=pl.col("seconds").clip(0).cast(pl.Int64))
    )
    sums = [pl.len().alias("count"), pl.col("seconds").sum()]
    queries = {name: rows.group_by(keys).agg(sums) for name, keys in GROUPINGS.items()}
    coverage_sums = [pl.len().alias("counted"), *(pl.col(name).sum() for name in COUNTS[1:])]
    queries["coverage"] = rows.group_by(COVERAGE).agg(coverage_sums)
    return dict(zip(queries, pl.collect_all(list(queries.values()), engine="streaming"), strict=True))


def labelled(
    frames: Mapping[str, pd.DataFrame] | Mapping[str, pl.DataFrame], rows: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Replace integers by their labels."""
    labelled_frames = {}
    for name, frame in frames.items():
        columns = {column: pd.Series(frame[column].to_numpy()) for column in frame.columns}
        for column in set(columns) & set(rows.columns):
            if isinstance(rows[column].dtype, pd.CategoricalDtype) and pd.api.types.is_numeric_dtype(columns[column]):
                codes = columns[column].fillna(-1).to_numpy(np.int64)
                columns[column] = pd.Series(pd.Categorical.from_codes(codes, rows[column].cat.categories))
        labelled_frames[name] = pd.DataFrame(columns)
    return labelled_frames


def for_duckdb(connection: duckdb.DuckDBPyConnection, table: PathTables) -> None:
    """Make tables of the frames; text becomes an ENUM, a moment a day."""
    for name, frame in table.frames.items():
        connection.register("frame", frame)
        moments = [column for column in _DATES if column in frame.columns]
        days = f"REPLACE ({', '.join(f'{one}::DATE AS {one}' for one in moments)})" if moments else ""
        connection.execute(f"CREATE TABLE {name} AS SELECT * {days} FROM frame")
        connection.unregister("frame")


def path_by_duckdb(connection: duckdb.DuckDBPyConnection, table: PathTables) -> dict[str, pd.DataFrame]:
    """Do it in SQL: ASOF JOIN, the join of the rows as a temporary table, GROUP BY."""
    first, last = table.period
    no_resident, unknown, unassessed = table.profiles
    calendar = f"(SELECT unnest(generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY))::DATE AS date)"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE held AS
        SELECT resident, date, lives_in, coalesce(profile, {unassessed}) AS profile
        FROM (
            SELECT p.resident, p.date, p.lives_in, a.assessment, if(p.date <= i.until, i.kind, 0) AS kind
            FROM (SELECT * FROM residents, {calendar}) p
            ASOF LEFT JOIN assessments a ON p.resident = a.resident AND p.date >= a.since
            ASOF LEFT JOIN instability i ON p.resident = i.resident AND p.date >= i.since
        ) LEFT JOIN states USING (assessment, kind)"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE employed AS
        SELECT p.staff, p.date, s.supply
        FROM (SELECT * FROM (SELECT DISTINCT staff FROM staff), {calendar}) p
        ASOF JOIN staff s ON p.staff = s.staff AND p.date >= s.since
        WHERE p.date <= s.until"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE joined AS
        SELECT r.home, r.date, coalesce(r.ward, h.lives_in) AS ward, r.shift, r.intervention, e.outcome,
            {", ".join(FLAGS)}, r.seconds >= 0 AS minuten, greatest(r.seconds, 0) AS seconds
        FROM rows r
        LEFT JOIN held h USING (resident, date)
        LEFT JOIN employed s USING (staff, date)
        JOIN demands d ON d.intervention = r.intervention
            AND d.profile = coalesce(h.profile, if(r.resident IS NULL, {no_resident}, {unknown}))
        JOIN ends e ON e.demand = d.demand AND e.supply = coalesce(s.supply, 0)
        WHERE (r.status IS NULL OR r.status = '{_DONE}') AND r.date BETWEEN DATE '{first}' AND DATE '{last}'"""
    )
    sums = "count(*) AS count, sum(seconds)::BIGINT AS seconds"
    coverage_sums = ", ".join(f"sum({name}::INTEGER)::BIGINT AS {name}" for name in COUNTS[1:])
    queries = {name: (keys, sums) for name, keys in GROUPINGS.items()}
    queries["coverage"] = (COVERAGE, f"count(*) AS counted, {coverage_sums}")
    return {
        name: connection.execute(f"SELECT {', '.join(keys)}, {what} FROM joined GROUP BY ALL").df()
        for name, (keys, what) in queries.items()
    }
