"""An installation filled to size: a home of some years, read in as its uploads would be, and others with its result."""

from __future__ import annotations

import csv
import io
import logging
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pyotp
from sqlalchemy import func, insert, literal, select

import sample_data
from bench.stopwatch import BenchError
from bench.store import own_schema
from web import jobs, settings
from web.security.permissions import AccountRole
from web.services import accesses, accounts, clock, grants, homes, sessions
from web.services.sign_in import own_password
from web.services.uploads import records, steps
from web.serving import logs
from web.store import migrate
from web.store.databases import connect
from web.store.models import Cube, PerformedIntervention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from web.settings import Settings
    from web.store.access import Access, SystemAccess
    from web.store.queue import JobQueue

START: Final = date(2023, 11, 1)
USER: Final = "messung"
_PASSWORD: Final = "Vierundachtzig Stufen bis zum Turm"  # noqa: S105  # of an installation that is thrown away
_MONTHS_AN_UPLOAD: Final = 3
_DATED: Final = {"Interventionen.csv": "Datum", "Dienste.csv": "Beginn"}
"""Files cut by months -> their column of days; the others come whole with the first upload."""


@dataclass(frozen=True)
class Size:
    """How much is filled in: ``homes`` with the same result each, the first with the rows of ``months`` behind it."""

    homes: int
    residents: int
    months: int


@dataclass(frozen=True)
class FilledInstallation:
    """An installation to measure, and the token of a signed-in account.

    Attributes
    ----------
    rows
        Performed interventions stored of the first home.
    """

    settings: Settings
    home_id: int
    token: str
    rows: int


@contextmanager
def on_postgresql(folder: Path, address: str) -> Iterator[Settings]:
    """Yield settings of an installation in two schemas of its own, which are dropped afterwards."""
    with own_schema(address) as work, own_schema(address) as vault:
        yield replace(settings.embedded(folder), database_url=work, vault_url=vault, queue_url=work, embedded=False)


def fill(settings_: Settings, size: Size, folder: Path, seed: int) -> FilledInstallation:
    """Fill an empty installation.

    Parameters
    ----------
    folder
        Where the files of the home are written.
    """
    logs.configure(logging.ERROR)
    migrate.upgrade(settings_)
    databases = connect(settings_)
    try:
        system = accesses.of_command(databases, "bench")
        access = accesses.of_tenant(system, accounts.tenant_of(system, "Träger der Messung"))
        password = accounts.create_user(access, user_name=USER, display_name=USER)
        grants.hold(access, USER, AccountRole.CARE_LEAD, held=True)
        home_id = homes.create(access, "Einrichtung 1")
        access = access.with_home(home_id).for_account(accounts.find_id(system, USER))
        with closing(jobs.make(settings_, databases)) as waiting:
            for files in _uploads(size, folder, seed):
                _store(access, settings_, waiting.queue, home_id, files)
        for number in range(2, size.homes + 1):
            _copy_result(access, home_id, homes.create(access, f"Einrichtung {number}"))
        rows = _stored_rows(access, home_id)
        return FilledInstallation(settings_, home_id, _signed_in(system, settings_, password), rows)
    finally:
        databases.close()


def _uploads(size: Size, folder: Path, seed: int) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the files of each upload: those without days first, work and duties by quarters."""
    (home,) = sample_data.make(
        folder, homes=1, residents=size.residents, months=size.months, seed=seed, fmt="csv", start=START, dirt=False
    )
    files = {path.name: path for path in sorted(home.glob("*.csv"))}
    whole = [(name, path.read_bytes()) for name, path in files.items() if name not in _DATED]
    parts = {name: _by_quarter(files[name], column) for name, column in _DATED.items() if name in files}
    for quarter in sorted({quarter for by_quarter in parts.values() for quarter in by_quarter}):
        dated = [(name, by_quarter[quarter]) for name, by_quarter in parts.items() if quarter in by_quarter]
        yield [*whole, *dated]
        whole = []


def _by_quarter(path: Path, column: str) -> dict[tuple[int, int], bytes]:
    """Return the lines of a file by year and quarter of their day, each with the headings."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        headings = next(rows)
        place = headings.index(column)
        texts: dict[tuple[int, int], io.StringIO] = {}
        for row in rows:
            _, month, year = row[place][:10].split(".")
            quarter = (int(year), (int(month) - 1) // _MONTHS_AN_UPLOAD)
            if quarter not in texts:
                texts[quarter] = io.StringIO()
                csv.writer(texts[quarter], delimiter=";").writerow(headings)
            csv.writer(texts[quarter], delimiter=";").writerow(row)
    return {quarter: text.getvalue().encode("utf-8-sig") for quarter, text in texts.items()}


def _store(access: Access, settings_: Settings, notes: JobQueue, home_id: int, files: list[tuple[str, bytes]]) -> None:
    upload_id = steps.start(access, settings_, home_id=home_id, files=files)
    steps.read(access, settings_, notes, upload_id)
    upload = next(upload for upload in records.of_home(access, home_id) if upload.id == upload_id)
    if upload.state != records.READ:
        raise BenchError(f"{', '.join(name for name, _ in files)} ließ sich nicht einlesen ({upload.state}).")
    steps.commit(access, upload_id)
    steps.store(access, settings_, notes, upload_id)


def _copy_result(access: Access, source: int, target: int) -> None:
    """Give a home the result of another: its pages are not asked for, it makes the tables as long as they would be."""
    columns = [column for column in Cube.__table__.columns if column.name != "home_id"]
    copied = select(literal(target), *columns).where(Cube.home_id == source)
    with access.with_home(target).writing.begin() as session:
        session.execute(insert(Cube).from_select(["home_id", *(column.name for column in columns)], copied))


def _stored_rows(access: Access, home_id: int) -> int:
    with access.reading() as session:
        count = select(func.count()).where(PerformedIntervention.home_id == home_id)
        return session.scalar(count) or 0


def _signed_in(system: SystemAccess, settings_: Settings, password: str) -> str:
    """Go through all steps of a first sign-in and return the token of the session."""
    now = clock.now()
    secret = pyotp.random_base32()
    token = sessions.check_password(system, USER, password)
    token = token and sessions.enrol(system, settings_, token, secret, pyotp.TOTP(secret).at(now), now)
    if not token or own_password.change(system, token, password, _PASSWORD, now):
        raise BenchError("Die Anmeldung in der gefüllten Installation ist nicht gelungen.")
    return token
