"""Performed interventions, very many rows: inserted by the driver, read as one string of bytes a month, no objects."""

from __future__ import annotations

from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd
from sqlalchemy import func, select, text

from pebem import contracts
from pebem.history.contents import FIRST_DAY, NUMBERS, WIDTH, days_of, month_keys, occurrence, of_bytes, pack, unpack
from web.store.models import Home, Label, PerformedIntervention, WorkMonth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from pebem.history.wards import WardHistory

CHUNK_ROWS: Final = 100_000

_PEOPLE: Final = {"resident_id": "resident", "staff_id": "staff"}
_TEXTS: Final = {
    "intervention": "intervention",
    "source": "minutes_source",
    "shift": "shift",
    "ward": "ward",
    "status": "status",
}
_CODED: Final = _PEOPLE | _TEXTS
"""Name in the store -> name in the frame."""

_TABLE: Final = PerformedIntervention.__tablename__
_NAMES: Final = ", ".join(("home_id", "content", "occurrence", "batch_id", *NUMBERS))
INSERT: Final = f"INSERT INTO {_TABLE} ({_NAMES})"
_UNLESS: Final = "ON CONFLICT (home_id, content, occurrence) DO NOTHING"
_ARRIVING: Final = f"arriving_{_TABLE}"
_NEW_LABEL: Final = text("INSERT INTO label (home_id, text) VALUES (:home_id, :text) ON CONFLICT DO NOTHING")

_JOINED: Final = {
    "sqlite": "CAST(group_concat(content, '') AS BLOB)",
    "postgresql": "string_agg(content, ''::bytea)",
}
"""All contents of a month as one value, made inside the database. It has at most a gigabyte: 25 million rows."""

NO_MONTH: Final = text("DELETE FROM work_month WHERE home_id = :home_id AND month = :month")
_NEW_MONTH: Final = {
    kind: text(
        f"INSERT INTO work_month (home_id, month, contents) SELECT :home_id, :month, {joined} "  # noqa: S608
        f"FROM (SELECT content FROM {_TABLE} WHERE home_id = :home_id AND content >= :first AND content < :end "
        "ORDER BY content) AS sorted HAVING count(*) > 0"
    )
    for kind, joined in _JOINED.items()
}


def add_interventions(
    connection: Connection,
    frame: pd.DataFrame,
    *,
    home_id: int,
    upload_id: int,
    residents: Mapping[str, int],
    staff: Mapping[str, int],
    on_progress: Callable[[int], object],
) -> int:
    """Store the rows of an upload that the home does not have yet, and return how many those were.

    Parameters
    ----------
    frame
        Rows as ``pebem.contracts.INTERVENTIONS``; residents and staff by pseudonym.
    residents, staff
        Pseudonym -> row id, at least of those in the frame.
    on_progress
        Told now and then how many rows are through.
    """
    # Uploads of one home take turns: each sees the rows of the one before when it joins a month.
    connection.execute(select(Home.id).where(Home.id == home_id).with_for_update(key_share=True))
    people = {"resident_id": residents, "staff_id": staff}
    added = through = 0
    for rows in stored_form(connection, frame, people, home_id, upload_id):
        added += write(connection, rows)
        through += len(rows)
        on_progress(through)
    if added:
        join_months(connection, home_id, np.unique(frame["date"].to_numpy().astype("datetime64[M]")))
    return added


def stored_form(
    connection: Connection, frame: pd.DataFrame, people: Mapping[str, Mapping[str, int]], home_id: int, upload_id: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of an upload as the database takes them, in pieces; new texts get their numbers.

    Parameters
    ----------
    people
        "resident_id" and "staff_id" -> pseudonym -> row id.
    """
    rows = contents_of(connection, frame, people, home_id)
    return row_form(connection, home_id, upload_id, rows, occurrence(rows))


def contents_of(
    connection: Connection, frame: pd.DataFrame, people: Mapping[str, Mapping[str, int]], home_id: int
) -> NDArray[np.bytes_]:
    """Return the contents of the rows of an upload, in order; new texts get their numbers.

    Parameters
    ----------
    people
        "resident_id" and "staff_id" -> pseudonym -> row id.
    """
    coded = {name: pd.Categorical(frame[heading]).remove_unused_categories() for name, heading in _CODED.items()}
    labels = numbered_labels(connection, home_id, {one for name in _TEXTS for one in coded[name].categories})
    ids = {**people, **dict.fromkeys(_TEXTS, labels)}
    numbers = {
        name: _looked_up(column.codes, [ids[name][one] for one in column.categories], 0, np.int64)
        for name, column in coded.items()
    }
    numbers["day"] = frame["date"].to_numpy().astype("datetime64[D]").astype(np.int64) + FIRST_DAY
    numbers["minute"] = frame["minute_of_day"].to_numpy(np.int64) + 1
    numbers["seconds"] = frame["seconds"].to_numpy(np.int64) + 1
    # In the order of the keys: the database then adds to one end of its index instead of all over it.
    return np.sort(pack(numbers))


def row_form(
    connection: Connection, home_id: int, upload_id: int, contents: NDArray[np.bytes_], number: NDArray[np.int64]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows as the database takes them, in pieces, from contents and their number among equal ones."""
    labels = dict(connection.execute(select(Label.id, Label.text).where(Label.home_id == home_id)).all())
    texts = np.full(max(labels, default=0) + 1, None, object)
    texts[list(labels)] = list(labels.values())
    for start in range(0, len(contents), CHUNK_ROWS):
        part = contents[start : start + CHUNK_ROWS]
        numbers = {name: column.astype(np.int64) for name, column in unpack(part.tobytes()).items()}
        values = _values(connection, numbers) | {name: texts[numbers[name]] for name in _TEXTS}
        key = (part.view(f"V{WIDTH}").tolist(), number[start : start + CHUNK_ROWS].tolist())
        columns = (values[name].tolist() for name in NUMBERS)
        # Not strict: the home and the upload are the same for all.
        yield list(zip(repeat(home_id), *key, repeat(upload_id), *columns, strict=False))


def join_months(connection: Connection, home_id: int, months: Iterable[np.datetime64]) -> None:
    """Rebuild what is read of some months from their rows."""
    for month in (int(one.astype(int)) for one in months):
        first, end = month_keys(month)
        spot = {"home_id": home_id, "month": month}
        connection.execute(NO_MONTH, spot)
        connection.execute(_NEW_MONTH[connection.dialect.name], spot | {"first": first, "end": end})


def read_interventions(
    connection: Connection,
    home_id: int,
    residents: Mapping[int, str],
    staff: Mapping[int, str],
    days: tuple[date, date] | None = None,
    lived_in: WardHistory | None = None,
) -> pd.DataFrame:
    """Return the interventions of a home as ``pebem.contracts.INTERVENTIONS``, in order of days.

    Parameters
    ----------
    residents, staff
        Row id -> pseudonym.
    days
        First and last day; None = all.
    lived_in
        Wards of residents, for rows that name none.
    """
    numbers = unpack(contents(connection, home_id, days))
    if days is not None:
        first, last = (day.toordinal() for day in days)
        chosen = (numbers["day"] >= first) & (numbers["day"] <= last)
        if not chosen.all():
            numbers = {name: column[chosen] for name, column in numbers.items()}
    if not len(numbers["day"]):
        return contracts.empty(contracts.INTERVENTIONS)
    if lived_in is not None and (blank := np.flatnonzero(numbers["ward"] == 0)).size:
        resident, day = (numbers[name][blank].astype(np.int64) for name in ("resident_id", "day"))
        numbers["ward"][blank] = lived_in.at(resident, day)
    labels = dict(connection.execute(select(Label.id, Label.text).where(Label.home_id == home_id)).all())
    named = {"resident_id": residents, "staff_id": staff} | dict.fromkeys(_TEXTS, labels)
    columns: dict[str, Any] = {heading: _categorical(numbers[name], named[name]) for name, heading in _CODED.items()}
    columns["date"] = (numbers["day"].astype(np.int64) - FIRST_DAY).astype("datetime64[D]").astype("datetime64[s]")
    columns["minute_of_day"] = (numbers["minute"].astype(np.int64) - 1).astype(np.int32)
    columns["seconds"] = (numbers["seconds"].astype(np.int64) - 1).astype(np.int32)
    return pd.DataFrame({name: columns[name] for name in contracts.INTERVENTIONS}, copy=False)


def contents(connection: Connection, home_id: int, days: tuple[date, date] | None = None) -> bytes:
    """Return the contents of the rows of all months some days are in."""
    return b"".join(contents_by_month(connection, home_id, days))


def contents_by_month(connection: Connection, home_id: int, days: tuple[date, date] | None = None) -> Iterator[bytes]:
    """Yield the same month by month, in order: quicker for who looks for a few rows."""
    query = select(WorkMonth.contents).where(WorkMonth.home_id == home_id).order_by(WorkMonth.month)
    if days is not None:
        first, last = np.array(days, "datetime64[M]").astype(int).tolist()
        query = query.where(WorkMonth.month.between(first, last))
    if connection.dialect.name == "sqlite":
        yield from connection.scalars(query)
        return
    # In its own words PostgreSQL would send each byte as two digits.
    statement = query.compile(connection, compile_kwargs={"literal_binds": True})
    cursor = cast("Any", connection.connection).cursor(binary=True)
    yield from (contents for (contents,) in cursor.execute(str(statement)))


def first_and_last_day(connection: Connection, home_id: int) -> tuple[date, date] | None:
    """Return the days of the first and the last row of a home, from its first and last month; None without rows."""
    ends = select(
        func.substr(WorkMonth.contents, 1, WIDTH),
        func.substr(WorkMonth.contents, func.length(WorkMonth.contents) - WIDTH + 1, WIDTH),
    ).where(WorkMonth.home_id == home_id)
    earliest = connection.execute(ends.order_by(WorkMonth.month).limit(1)).first()
    latest = connection.execute(ends.order_by(WorkMonth.month.desc()).limit(1)).first()
    if earliest is None or latest is None:
        return None
    first, last = (date.fromordinal(int(days_of(of_bytes(row))[0])) for row in (earliest[0], latest[1]))
    return first, last


def write(connection: Connection, rows: list[tuple[Any, ...]]) -> int:
    """Insert rows of one home that are not there yet, and return how many went in."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * (_NAMES.count(",") + 1))
        return connection.exec_driver_sql(f"{INSERT} VALUES ({marks}) {_UNLESS}", rows).rowcount
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {_ARRIVING} (LIKE {_TABLE}) ON COMMIT DROP")
    connection.exec_driver_sql(f"TRUNCATE {_ARRIVING}")
    with connection.connection.cursor().copy(f"COPY {_ARRIVING} ({_NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    selected = f"SELECT {_NAMES} FROM {_ARRIVING} WHERE home_id = %(home_id)s"  # noqa: S608  # our own names
    return connection.exec_driver_sql(f"{INSERT} {selected} {_UNLESS}", {"home_id": rows[0][0]}).rowcount


def numbered_labels(connection: Connection, home_id: int, texts: set[str]) -> dict[str, int]:
    """Return the numbers of texts; those the home does not have yet get one."""
    query = select(Label.text, Label.id).where(Label.home_id == home_id)
    numbers = dict(connection.execute(query).all())
    fresh = sorted(texts - numbers.keys())
    if fresh:
        connection.execute(_NEW_LABEL, [{"home_id": home_id, "text": one} for one in fresh])
        numbers = dict(connection.execute(query).all())
    return numbers


def _values(connection: Connection, numbers: Mapping[str, NDArray[np.int64]]) -> dict[str, NDArray[np.object_]]:
    """Return what numbers are in columns of their own: None where not given, days as the driver takes them."""
    day_numbers, place = np.unique(numbers["day"], return_inverse=True)
    days = (day_numbers - FIRST_DAY).astype("datetime64[D]")
    values = {"day": (days.astype(str) if connection.dialect.name == "sqlite" else days).astype(object)[place]}
    for name in _PEOPLE:
        values[name] = numbers[name].astype(object)
        values[name][numbers[name] == 0] = None
    return values | {name: (numbers[name] - 1).astype(object) for name in ("minute", "seconds")}


def _looked_up(codes: NDArray[Any], values: Iterable[Any], missing: Any, kind: Any) -> NDArray[Any]:
    """Return the value of each code; -1, the last position, is what is missing."""
    return np.array([*values, missing], dtype=kind).take(codes, mode="wrap")


def _categorical(numbers: NDArray[np.uint32], names: Mapping[int, str]) -> pd.Categorical[Any]:
    """Return the texts of numbers, 0 as missing; only texts that occur are categories."""
    used = np.flatnonzero(np.bincount(numbers))
    used = used[used > 0]
    code = np.full(int(numbers.max()) + 1, -1, np.int32)
    code[used] = np.arange(len(used))
    categories = pd.Index([names[number] for number in used.tolist()], dtype=object)
    return pd.Categorical.from_codes(code[numbers], categories=categories)
