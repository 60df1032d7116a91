"""The store of performed interventions, for a home-year: reading against Parquet, adding against the driver alone."""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import URL, create_engine, insert, make_url, text

import pebem
import rules
from bench.stopwatch import BenchError
from pebem.contracts import STATUSES, Tables
from web.store import migrate
from web.store.databases import make_engine
from web.store.models import Account, Home, Resident, Staff, Tenant, Upload
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

ROWS: Final = 900_000
RESIDENTS: Final = 80
STAFF: Final = 60
ROUNDS: Final = 5


def run(rows: int, seed: int, database: str | None = None) -> None:
    """Measure and print, on SQLite and on a PostgreSQL where a schema may be made and dropped."""
    book = rules.load(datetime.now(UTC).date())
    frame = home_year(seed, rows, [entry.id for entry in book.interventions])
    sys.stdout.write(f"\nSpeicher: ein Hausjahr, {rows} durchgeführte Interventionen\n")
    with tempfile.TemporaryDirectory() as folder:
        parquet = Path(folder) / "hausjahr.parquet"
        try:
            frame.to_parquet(parquet)
        except ImportError as missing:
            raise BenchError(
                "Zum Messen fehlt pyarrow. Bitte installieren: pip install 'pebem-analyse[bench]'"
            ) from missing
        _measure("SQLite", URL.create("sqlite", database=f"{folder}/bench.sqlite"), frame, parquet, book)
    if database:
        with tempfile.TemporaryDirectory() as folder, own_schema(database) as url:
            parquet = Path(folder) / "hausjahr.parquet"
            frame.to_parquet(parquet)
            _measure("PostgreSQL", url, frame, parquet, book)
    else:
        sys.stdout.write("  PostgreSQL: nicht gemessen; die Adresse einer Datenbank steht hinter --database\n")


def home_year(seed: int, rows: int, interventions: list[str]) -> pd.DataFrame:
    """Return the work of a year as ``pebem.contracts.INTERVENTIONS``, in order of days, some cells missing."""
    rng = np.random.default_rng(seed)

    def texts(labels: list[str], missing: float) -> pd.Categorical[Any]:
        codes = np.where(rng.random(rows) < missing, -1, rng.integers(0, len(labels), rows))
        return pd.Categorical.from_codes(codes, categories=pd.Index(labels, dtype=object))

    days = np.datetime64("2025-01-01") + np.sort(rng.integers(0, 365, rows)).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "resident": texts([f"B-{i:08x}" for i in rng.integers(0, 2**32, RESIDENTS)], 0.05),
            "staff": texts([f"P-{i:08x}" for i in rng.integers(0, 2**32, STAFF)], 0.01),
            "intervention": texts(interventions, 0.0),
            "date": days.astype("datetime64[s]"),
            "minute_of_day": rng.integers(-1, 1440, rows, np.int32),
            "seconds": np.where(rng.random(rows) < 0.02, -1, rng.integers(1, 60, rows) * 60).astype(np.int32),
            "minutes_source": texts(["gemessen", "geplant", "norm"], 0.01),
            "shift": texts(["Frühdienst", "Spätdienst", "Nachtdienst"], 0.01),
            "ward": texts([f"Wohnbereich {i}" for i in range(1, 5)], 0.01),
            "status": texts(list(STATUSES), 0.5),
        }
    )


def _measure(name: str, url: URL, frame: pd.DataFrame, parquet: Path, book: rules.RuleBook) -> None:
    engine = make_engine(url)
    migrate.move(engine, "work", "head")
    residents, staff = (_furnish(engine, frame, *kind) for kind in ((Resident, "resident"), (Staff, "staff")))
    people = {"residents": residents, "staff": staff}
    tuples: list[tuple[Any, ...]] = []
    with engine.connect() as connection:
        _keep_tuples(connection, frame, people, tuples)
    times: dict[str, list[float]] = {}
    for _ in range(2):
        _timed(times, "ours", lambda: _undone(engine, lambda c: _add(c, frame, people)))
        _timed(times, "driver", lambda: _undone(engine, lambda c: _driver(c, tuples)))
    with engine.begin() as connection:
        _add(connection, frame, people)
    back = tuple({number: key for key, number in ids.items()} for ids in (residents, staff))
    with engine.connect() as connection:
        for _ in range(ROUNDS):
            _timed(times, "parquet", lambda: pd.read_parquet(parquet))
            _timed(times, "contents", lambda: bulk.contents(connection, 1))
            stored = _timed(times, "read", lambda: bulk.read_interventions(connection, 1, back[0], back[1]))
        for _ in range(2):
            _timed(times, "score", lambda: pebem.score(Tables(interventions=stored), book))
    engine.dispose()
    if len(stored) != len(frame) or int(stored["seconds"].sum()) != int(frame["seconds"].sum()):
        raise BenchError(f"{name} gibt andere Zeilen zurück, als geschrieben wurden. Bitte melden Sie den Fehler.")
    best = {step: min(taken) for step, taken in times.items()}
    speed = best["driver"] / best["ours"]
    sys.stdout.write(
        f"  {name:<11}Schreiben {best['ours']:6.2f} s, Treiber allein {best['driver']:6.2f} s   {speed:5.2f} x dessen "
        f"Tempo\n"
        f"  {'':<11}Lesen     {best['read']:6.3f} s, Parquet {best['parquet']:6.3f} s   "
        f"{best['parquet'] / best['read']:5.2f} x dessen Tempo\n"
        f"  {'':<11}Weg zum Ergebnis: Lesen {best['contents']:6.3f} s, "
        f"Tabellen {best['read'] - best['contents']:6.3f} s, Rechnen {best['score']:6.3f} s\n"
    )
    sys.stdout.flush()


def _timed(times: dict[str, list[float]], step: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = work()
    times.setdefault(step, []).append(time.perf_counter() - start)
    return result


def _undone(engine: Engine, work: Callable[[Connection], object]) -> None:
    """Do something in a transaction that is taken back."""
    with engine.connect() as connection, connection.begin() as transaction:
        work(connection)
        transaction.rollback()


def _add(connection: Connection, frame: pd.DataFrame, people: dict[str, dict[str, int]]) -> int:
    return bulk.add_interventions(connection, frame, home_id=1, upload_id=1, **people, on_progress=lambda _: None)


def _driver(connection: Connection, tuples: list[tuple[Any, ...]]) -> None:
    """Insert the same tuples into the same table with the driver alone."""
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(tuples[0]))
        connection.connection.cursor().executemany(f"{bulk.INSERT} VALUES ({marks})", tuples)
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"{bulk.INSERT.replace('INSERT INTO', 'COPY')} FROM STDIN") as copy:
        for row in tuples:
            copy.write_row(row)


def _keep_tuples(
    connection: Connection, frame: pd.DataFrame, people: dict[str, dict[str, int]], tuples: list[tuple[Any, ...]]
) -> None:
    with connection.begin() as transaction:
        named = {"resident_id": people["residents"], "staff_id": people["staff"]}
        for part in bulk.stored_form(connection, frame, named, home_id=1, upload_id=1):
            tuples.extend(part)
        transaction.rollback()


def _furnish(engine: Engine, frame: pd.DataFrame, model: type[Resident | Staff], column: str) -> dict[str, int]:
    """Make the home once, and its people of one kind; return pseudonym -> row id."""
    ids = {str(one): i for i, one in enumerate(frame[column].cat.categories, 1)}
    now = datetime.now(UTC)
    with engine.begin() as connection:
        if model is Resident:
            connection.execute(insert(Tenant).values(id=1, name="Träger"))
            connection.execute(insert(Home).values(id=1, tenant_id=1, name="Haus"))
            connection.execute(
                insert(Account).values(
                    id=1,
                    tenant_id=1,
                    user_name="a",
                    display_name="A",
                    password_hash="",
                    created_at=now,
                )
            )
            connection.execute(
                insert(Upload).values(
                    id=1,
                    home_id=1,
                    account_id=1,
                    state="-",
                    created_at=now,
                    file_count=1,
                    file_hash=b"",
                )
            )
        connection.execute(insert(model), [{"id": i, "home_id": 1, "pseudonym": one} for one, i in ids.items()])
    return ids


@contextmanager
def own_schema(address: str) -> Iterator[URL]:
    """Make a schema of our own on PostgreSQL, and drop it afterwards."""
    name = f"pebem_bench_{secrets.token_hex(6)}"
    owner = create_engine(address)
    with owner.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        yield make_url(address).update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        with owner.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        owner.dispose()
