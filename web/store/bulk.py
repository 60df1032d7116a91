"""Very many rows: in by the driver, out as columns, no objects in between."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd
from sqlalchemy import delete, select

from pebem import contracts
from web.store.models import Cube, Intervention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Select, Table

    from web.store.models import Coverage

HASH_BYTES: Final = 16
CHUNK_ROWS: Final = 50_000

_CONTENT: Final = (
    "resident_id", "staff_id", "intervention", "day", "minute", "seconds", "source", "shift", "ward", "status",
)  # fmt: skip
_KEY: Final = ("home_id", "content_hash", "occurrence")
_TABLE: Final = cast("Table", Intervention.__table__)


def add_interventions(
    connection: Connection,
    frame: pd.DataFrame,
    *,
    home_id: int,
    batch_id: int,
    residents: Mapping[str, int],
    staff: Mapping[str, int],
    done: Callable[[int], object],
) -> int:
    """Store the rows of an upload that the home does not have yet, and return how many those were.

    Parameters
    ----------
    frame
        Rows as ``pebem.contracts.INTERVENTIONS``; residents and staff by pseudonym.
    residents, staff
        Pseudonym -> row id.
    done
        Told now and then how many rows are through.
    """
    rows = _stored_form(frame, residents, staff)
    seen: dict[bytes, int] = {}
    added = 0
    for start in range(0, len(rows), CHUNK_ROWS):
        keyed = [_keyed(row, home_id, batch_id, seen) for row in rows[start : start + CHUNK_ROWS]]
        added += write(connection, _TABLE, (*_KEY, "batch_id", *_CONTENT), keyed, key=_KEY)
        done(start + len(keyed))
    return added


def read_interventions(
    connection: Connection,
    home_id: int,
    residents: Mapping[int, str],
    staff: Mapping[int, str],
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """Return the interventions of a home as ``pebem.contracts.INTERVENTIONS``, residents and staff by pseudonym.

    Parameters
    ----------
    days
        First and last day; None = all.
    """
    query = select(*(_TABLE.c[name] for name in _CONTENT)).where(_TABLE.c.home_id == home_id)
    if days is not None:
        query = query.where(_TABLE.c.day.between(*days))
    columns = read(connection, query)
    if not columns["day"]:
        return contracts.empty(contracts.INTERVENTIONS)
    return pd.DataFrame(
        {
            "resident": _named(columns["resident_id"], residents),
            "staff": _named(columns["staff_id"], staff),
            "intervention": _categorical(columns["intervention"]),
            "date": np.array(columns["day"], dtype="datetime64[D]").astype("datetime64[s]"),
            "minute_of_day": np.array(columns["minute"], dtype=np.int32),
            "seconds": np.array(columns["seconds"], dtype=np.int32),
            "minutes_source": _categorical(columns["source"]),
            "shift": _categorical(columns["shift"]),
            "ward": _categorical(columns["ward"]),
            "status": _categorical(columns["status"]),
        },
    )


def drop_analysis(
    connection: Connection, model: type[Cube | Coverage], home_id: int, days: tuple[date, date] | None = None
) -> None:
    """Remove what was analysed of a home, on some days (first and last) or on all."""
    table = cast("Table", model.__table__)
    query = delete(table).where(table.c.home_id == home_id)
    connection.execute(query if days is None else query.where(table.c.day.between(*days)))


def add_analysis(
    connection: Connection, model: type[Cube | Coverage], home_id: int, rulebook_sha256: str, frame: pd.DataFrame
) -> None:
    """Add what was analysed of a home with one rulebook."""
    table = cast("Table", model.__table__)
    names = [column.name for column in table.c if column.name not in {"id", "home_id", "rulebook_sha256"}]
    values = zip(*(_plain(frame[name]) for name in names), strict=True)
    rows = [(home_id, rulebook_sha256, *row) for row in values]
    for start in range(0, len(rows), CHUNK_ROWS):
        part = rows[start : start + CHUNK_ROWS]
        write(connection, table, ("home_id", "rulebook_sha256", *names), part)


def read_analysis(connection: Connection, model: type[Cube | Coverage], home_id: int) -> pd.DataFrame:
    """Return what was analysed of a home: labels as text, days or None, numbers as integers."""
    table = cast("Table", model.__table__)
    unread = {"id", "home_id", "rulebook_sha256"} if model is Cube else {"id", "home_id"}
    chosen = [column for column in table.c if column.name not in unread]
    columns = read(connection, select(*chosen).where(table.c.home_id == home_id))
    made: dict[str, Any] = {}
    for column in chosen:
        kind, values = column.type.python_type, columns[column.name]
        if kind is date:
            values = _days(values)
        made[column.name] = pd.Series(values, dtype={int: "int64", bool: "bool"}.get(kind, object))
    return pd.DataFrame(made)


def read(connection: Connection, query: Select[Any]) -> dict[str, Sequence[Any]]:
    """Return the columns of a query as the driver gives them: days are ISO text on SQLite."""
    result = connection.execute(query)
    names = list(result.keys())
    rows = cast("Any", result.cursor).fetchall()
    result.close()
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))


def write(
    connection: Connection, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]], key: Sequence[str] = ()
) -> int:
    """Insert rows, leaving out those whose ``key`` is there already, and return how many went in."""
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    unless = f" ON CONFLICT ({', '.join(key)}) DO NOTHING" if key else ""
    if connection.dialect.name == "sqlite":
        day = names.index("day")
        texts = [(*row[:day], row[day].isoformat(), *row[day + 1 :]) for row in rows]
        marks = ", ".join("?" * len(names))
        return connection.exec_driver_sql(f"{into} VALUES ({marks}){unless}", texts).rowcount
    temporary = f"arriving_{table.name}"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {temporary} (LIKE {table.name}) ON COMMIT DROP")
    for column in table.c:
        if column.name not in names:
            connection.exec_driver_sql(f"ALTER TABLE {temporary} DROP COLUMN IF EXISTS {column.name}")
    connection.exec_driver_sql(f"TRUNCATE {temporary}")
    with connection.connection.cursor().copy(f"COPY {temporary} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    selected = f" SELECT {', '.join(names)} FROM {temporary}"  # noqa: S608  # names of our own tables and columns
    return connection.exec_driver_sql(f"{into}{selected}{unless}").rowcount


def _stored_form(frame: pd.DataFrame, residents: Mapping[str, int], staff: Mapping[str, int]) -> list[tuple[Any, ...]]:
    days = frame["date"].to_numpy().astype("datetime64[D]").astype(object)
    columns: tuple[Iterable[Any], ...] = (
        [residents.get(key) for key in _plain(frame["resident"])],
        [staff.get(key) for key in _plain(frame["staff"])],
        _plain(frame["intervention"]),
        days,
        frame["minute_of_day"].tolist(),
        frame["seconds"].tolist(),
        _plain(frame["minutes_source"]),
        _plain(frame["shift"]),
        _plain(frame["ward"]),
        _plain(frame["status"]),
    )
    return list(zip(*columns, strict=True))


def _keyed(row: tuple[Any, ...], home_id: int, batch_id: int, seen: dict[bytes, int]) -> tuple[Any, ...]:
    digest = blake2b(repr(row).encode(), digest_size=HASH_BYTES).digest()
    occurrence = seen.get(digest, 0)
    seen[digest] = occurrence + 1
    return (home_id, digest, occurrence, batch_id, *row)


def _plain(column: pd.Series) -> list[Any]:
    """Return a column as Python values, None where it is missing."""
    values = column.astype(object)
    return values.where(values.notna(), None).tolist()


def _days(values: Sequence[Any]) -> list[date]:
    made = {value: value if isinstance(value, date) else date.fromisoformat(value) for value in set(values)}
    return [made[value] for value in values]


def _categorical(values: Sequence[str | None]) -> pd.Categorical[Any]:
    codes, labels = pd.factorize(np.array(values, dtype=object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(labels, dtype=object))


def _named(ids: Sequence[int | None], names: Mapping[int, str]) -> pd.Categorical[Any]:
    place: dict[int | None, int] = {key: i for i, key in enumerate(names)}
    codes = np.fromiter((place.get(one, -1) for one in ids), np.int32, len(ids))
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names.values()), dtype=object))
