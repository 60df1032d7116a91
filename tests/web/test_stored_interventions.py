"""Performed interventions are read back as they were stored, once each, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table, delete, func, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from pebem import contracts
from pebem.history import contents as row_bytes
from web.settings import Settings
from web.store import migrate
from web.store.databases import Databases, make_engine
from web.store.models import Account, Home, Label, PerformedIntervention, Resident, Staff, Tenant, Upload, WorkMonth
from web.store.work import bulk

RESIDENTS = {"B-eins": 11, "B-zwei": 12, "B-drei": 500_000}
STAFF = {"P-eins": 21, "P-zwei": 22}
NAMES = {number: name for name, number in (RESIDENTS | STAFF).items()}
COLUMNS = tuple(contracts.INTERVENTIONS)

Row = tuple[Any, ...]

ODD = ('O\'Hara "7"; --', "Zeile\nUmbruch\tTab\r", "🛁 Bad", "\\N", "\\", "NULL", "", " ", "e\u0301", "é", "٣", "a,b|c")
"""Texts that would break if quoted, cut or normalised; the accents differ in bytes alone."""

texts = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50),
)
rows = st.tuples(
    st.sampled_from([None, *RESIDENTS]),
    st.sampled_from([None, *STAFF]),
    texts,
    st.one_of(st.dates(), st.sampled_from([date(2024, 2, 29), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31)])),
    st.integers(-1, 1439),
    st.one_of(st.integers(-1, 2**31 - 1), st.sampled_from([-1, 0, 255, 256, 2**31 - 1])),
    st.sampled_from([None, "gemessen", "geplant", "norm"]),
    texts,
    texts,
    st.sampled_from([None, *contracts.STATUSES]),
)
uploads = st.lists(rows, max_size=8).flatmap(
    lambda entries: st.lists(st.sampled_from(entries), max_size=12) if entries else st.just([])
)
"""Rows of an upload, some of them several times."""

PLAIN: Row = ("B-eins", "P-eins", "4.10", date(2026, 3, 1), 480, 600, "gemessen", "Früh", "Süd", None)

KEYS = select(PerformedIntervention.content).order_by(PerformedIntervention.content, PerformedIntervention.occurrence)
MONTHS = select(WorkMonth.contents).order_by(WorkMonth.month)

hard = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def frame_of(entries: list[Row]) -> pd.DataFrame:
    columns = {}
    for name, values in zip(COLUMNS, zip(*entries, strict=True) if entries else [()] * len(COLUMNS), strict=True):
        match contracts.INTERVENTIONS[name]:
            case "category":
                kinds = pd.Index([*dict.fromkeys(one for one in values if one is not None), "unbenutzt"], dtype=object)
                columns[name] = pd.Series(pd.Categorical(values, categories=kinds))
            case "day":
                columns[name] = pd.Series(np.array(values, "datetime64[D]").astype("datetime64[s]"))
            case _:
                columns[name] = pd.Series(np.array(values, np.int32))
    return pd.DataFrame(columns)


def rows_of(frame: pd.DataFrame) -> Counter[Row]:
    contracts.check(contracts.Tables(interventions=frame))
    columns = []
    for name, kind in contracts.INTERVENTIONS.items():
        column = frame[name]
        if kind == "day":
            columns.append([day.astype("datetime64[D]").item() for day in column.to_numpy()])
        else:
            columns.append([None if pd.isna(one) else one for one in column.astype(object)])
    return Counter(zip(*columns, strict=True))


def add(connection: Connection, entries: list[Row], home: int = 1, done: Any = lambda _: None) -> int:
    return bulk.add_interventions(
        connection, frame_of(entries), home_id=home, upload_id=home, residents=RESIDENTS, staff=STAFF, on_progress=done
    )


def stored(connection: Connection, home: int = 1, days: tuple[date, date] | None = None) -> Counter[Row]:
    return rows_of(bulk.read_interventions(connection, home, NAMES, NAMES, days))


def columns_of(connection: Connection) -> Counter[Row]:
    """Return the rows as SQL sees them, without the key."""
    table = PerformedIntervention
    query = select(
        table.resident_id,
        table.staff_id,
        table.intervention,
        table.day,
        table.minute,
        table.seconds,
        table.source,
        table.shift,
        table.ward,
        table.status,
    )
    return Counter((NAMES.get(row[0]), NAMES.get(row[1]), *row[2:]) for row in connection.execute(query))


def as_it_is(connection: Connection, model: type[Tenant | Home | Upload]) -> Table:
    """Return the table of a model with the columns the database has at its revision."""
    there = {column["name"] for column in inspect(connection).get_columns(model.__tablename__)}
    columns = (Column(column.name, column.type, default=column.default) for column in model.__table__.c)
    return Table(model.__tablename__, MetaData(), *(column for column in columns if column.name in there))


def furnish(connection: Connection) -> None:
    """Two homes, each with an upload; all people live and work in the first."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    connection.execute(insert(as_it_is(connection, Tenant)), [{"id": 1, "name": "T"}])
    connection.execute(
        insert(as_it_is(connection, Home)), [{"id": home, "tenant_id": 1, "name": f"H{home}"} for home in (1, 2)]
    )
    connection.execute(
        insert(Account).values(
            id=1, tenant_id=1, user_name="a", display_name="A", password_hash="x", created_at=now, active=True
        )
    )
    upload = {"account_id": 1, "state": "x", "created_at": now, "file_count": 1, "file_hash": b""}
    connection.execute(
        insert(as_it_is(connection, Upload)), [{"id": home, "home_id": home, **upload} for home in (1, 2)]
    )
    for model, people in ((Resident, RESIDENTS), (Staff, STAFF)):
        connection.execute(insert(model), [{"id": n, "home_id": 1, "pseudonym": p} for p, n in people.items()])


@pytest.fixture
def work(databases: Databases) -> Databases:
    with databases.work.begin() as connection:
        furnish(connection)
    return databases


@pytest.fixture
def connection(work: Databases) -> Iterator[Connection]:
    with work.work.connect() as opened:
        yield opened


@hard
@given(entries=uploads)
def test_stored_interventions_are_read_back(connection: Connection, entries: list[Row]) -> None:
    with connection.begin() as transaction:
        assert add(connection, entries) == len(entries)
        assert stored(connection) == Counter(entries)
        assert columns_of(connection) == Counter(entries), "key and columns say the same"
        assert b"".join(connection.scalars(MONTHS)) == b"".join(connection.scalars(KEYS)), "so do rows and months"
        transaction.rollback()


@hard
@given(first=uploads, second=uploads, both=uploads, order=st.randoms(use_true_random=False))
def test_a_second_file_adds_only_what_is_new(
    connection: Connection, first: list[Row], second: list[Row], both: list[Row], order: Any
) -> None:
    first, second = first + both, both + second
    with connection.begin() as transaction:
        add(connection, first)
        shuffled = order.sample(first, len(first))
        assert add(connection, shuffled) == 0
        added = add(connection, second)
        assert stored(connection) == Counter(first) | Counter(second)
        assert added == (Counter(second) - Counter(first)).total()
        transaction.rollback()


@hard
@given(entries=uploads, days=st.tuples(st.dates(), st.dates()).map(sorted))
def test_days_are_read_alone(connection: Connection, entries: list[Row], days: list[date]) -> None:
    with connection.begin() as transaction:
        add(connection, entries)
        for first, last in (days, *[(row[3], row[3]) for row in entries[:3]]):
            assert stored(connection, days=(first, last)) == Counter(r for r in entries if first <= r[3] <= last)
        transaction.rollback()


def test_many_rows_in_several_pieces(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 7)
    people = list(RESIDENTS)
    entries = [(people[i % 3], None, *PLAIN[2:4], i % 11, i % 5, *PLAIN[6:]) for i in range(200)]
    progress: list[int] = []
    with connection.begin():
        assert add(connection, entries + entries, done=progress.append) == 400
        assert add(connection, entries) == 0
        assert stored(connection) == Counter(entries + entries)
    assert progress == [*range(7, 400, 7), 400]


def test_frames_contain_only_occurring_texts_in_order_of_days(connection: Connection) -> None:
    earlier = (*PLAIN[:2], "1.1", date(2025, 12, 31), *PLAIN[4:7], None, "Nord", "abgelehnt")
    with connection.begin():
        add(connection, [PLAIN, earlier])
        frame = bulk.read_interventions(connection, 1, NAMES, NAMES, (date(2026, 1, 1), date(2026, 12, 31)))
        everything = bulk.read_interventions(connection, 1, NAMES, NAMES)
    assert [list(frame[name].cat.categories) for name in ("intervention", "ward", "status")] == [["4.10"], ["Süd"], []]
    assert everything["date"].is_monotonic_increasing


def test_homes_do_not_mix(connection: Connection) -> None:
    other = (None, None, *PLAIN[2:])
    with connection.begin():
        assert [add(connection, [PLAIN], 1), add(connection, [other, other], 2)] == [1, 2]
        assert [stored(connection, home) for home in (1, 2)] == [Counter([PLAIN]), Counter([other] * 2)]
        assert connection.scalar(select(func.count()).select_from(Label)) == 8


def test_an_interrupted_upload_leaves_nothing(work: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 2)

    def killed(rows: int) -> None:
        if rows > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), work.work.begin() as connection:
        add(connection, [PLAIN] * 5, done=killed)
    with work.work.begin() as connection:
        left = (PerformedIntervention, Label, WorkMonth)
        assert [connection.scalar(select(func.count()).select_from(model)) for model in left] == [0, 0, 0]
        assert add(connection, [PLAIN] * 5) == 5


def test_a_stored_row_cannot_be_changed(work: Databases) -> None:
    with work.work.begin() as connection:
        add(connection, [PLAIN])
    with pytest.raises(DBAPIError, match="cannot be changed"), work.work.begin() as connection:
        connection.execute(update(PerformedIntervention).values(seconds=1))


def test_a_person_with_work_cannot_be_deleted(work: Databases) -> None:
    with work.work.begin() as connection:
        add(connection, [PLAIN])
    with pytest.raises(DBAPIError), work.work.begin() as connection:
        connection.exec_driver_sql("DELETE FROM resident WHERE id = 11")


@pytest.mark.parametrize(("place", "value"), [(4, -2), (5, -2), (3, None)])
def test_values_that_do_not_fit_into_a_key_are_refused(connection: Connection, place: int, value: int | None) -> None:
    """Cut off or wrapped round, the key would be that of another row."""
    with connection.begin(), pytest.raises(ValueError, match="does not fit"):
        add(connection, [(*PLAIN[:place], value, *PLAIN[place + 1 :])])


def test_an_unknown_person_is_refused(connection: Connection) -> None:
    with connection.begin(), pytest.raises(KeyError, match="B-vier"):
        add(connection, [("B-vier", *PLAIN[1:])])


def test_rows_are_deleted_only_with_their_month_index(work: Databases) -> None:
    later = (*PLAIN[:3], date(2026, 4, 1), *PLAIN[4:])
    with work.work.begin() as connection:
        add(connection, [PLAIN, PLAIN, later])
    deletion = delete(PerformedIntervention).where(
        PerformedIntervention.day == PLAIN[3], PerformedIntervention.occurrence == 1
    )
    with pytest.raises(DBAPIError, match="delete the work_month rows"), work.work.begin() as connection:
        connection.execute(deletion)
    with work.work.begin() as connection:
        connection.execute(delete(WorkMonth).where(WorkMonth.home_id == 1))
        connection.execute(deletion)
        bulk.join_months(connection, 1, np.array(["2026-03", "2026-04", "2026-05"], "datetime64[M]"))
        assert stored(connection) == Counter([PLAIN, later])
        assert connection.scalar(select(func.count()).select_from(WorkMonth)) == 2, "a month without rows is not kept"


@given(st.lists(st.lists(st.integers(1, 2**32 - 1), min_size=10, max_size=10), min_size=1))
def test_keys_are_exact_and_sort_like_their_numbers(sample: list[list[int]]) -> None:
    numbers = dict(zip(row_bytes.NUMBERS, np.array(sample, np.int64).T, strict=True))
    packed = row_bytes.pack(numbers)
    raw = packed.tobytes()
    keys = [raw[i : i + row_bytes.WIDTH] for i in range(0, len(raw), row_bytes.WIDTH)]
    assert sorted(range(len(sample)), key=keys.__getitem__) == sorted(range(len(sample)), key=sample.__getitem__)
    assert {name: column.tolist() for name, column in row_bytes.unpack(raw).items()} == {
        name: column.tolist() for name, column in numbers.items()
    }


def test_the_format_of_stored_keys_is_stable(connection: Connection) -> None:
    """Databases in use hold keys of this form: whoever changes it must migrate them."""
    with connection.begin():
        add(connection, [("B-drei", None, "4.10", date(2024, 2, 29), -1, 600, None, "Früh", None, None)])
        key = connection.scalar(select(PerformedIntervention.content))
        label = dict(connection.execute(select(Label.text, Label.id)).all())
    words = (738945, 500_000, 0, label["4.10"], 0, 601, 0, label["Früh"], 0, 0)
    assert key == b"".join(word.to_bytes(4) for word in words)


def old_rows() -> list[dict[str, Any]]:
    """Return rows as revision 0002 stored them: one alone, one three times, one with nothing but a day."""
    bare = (None, None, None, date(2024, 2, 29), -1, -1, None, None, None, None)
    many = ("B-zwei", "P-zwei", ODD[0], date(2026, 1, 1), 0, 0, "norm", ODD[1], ODD[2], "abwesend")
    entries = []
    for row, times in ((PLAIN, 1), (many, 3), (bare, 1)):
        values = (RESIDENTS.get(row[0] or ""), STAFF.get(row[1] or ""), *row[2:])
        key = blake2b(repr(values).encode(), digest_size=16).digest()
        names = ("resident_id", "staff_id", "intervention", "day", "minute", "seconds", "source", "shift", "ward")
        named = dict(zip((*names, "status"), values, strict=True))
        entries += [{"home_id": 1, "content_hash": key, "occurrence": i, "batch_id": 1, **named} for i in range(times)]
    return entries


def test_rows_of_the_former_form_are_carried_over_and_back(unmigrated: Settings) -> None:
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0002")
    with engine.begin() as connection:
        furnish(connection)
        table = Table("intervention", MetaData(), autoload_with=connection)
        connection.execute(insert(table), old_rows())
    migrate.move(engine, "work", "0003")
    with engine.begin() as connection:
        after = stored(connection)
        assert sorted(after.values()) == [1, 1, 3]
        assert after[PLAIN] == 1
        assert columns_of(connection) == after
        assert b"".join(connection.scalars(MONTHS)) == b"".join(connection.scalars(KEYS))
        again = list(after.elements())
        assert add(connection, again) == 0, "an upload stored before the migration is still known"
        assert add(connection, [*again, PLAIN]) == 1
        connection.execute(delete(WorkMonth))
        connection.exec_driver_sql("DELETE FROM intervention WHERE minute = 480 AND occurrence = 1")
    migrate.move(engine, "work", "0002")
    with engine.begin() as connection:
        table = Table("intervention", MetaData(), autoload_with=connection)
        kept = [dict(row) for row in connection.execute(select(table)).mappings()]
        key = ("content_hash", "occurrence")
        assert sorted(kept, key=lambda r: [r[k] for k in key]) == sorted(old_rows(), key=lambda r: [r[k] for k in key])
    engine.dispose()
