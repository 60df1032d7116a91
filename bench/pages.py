"""Pages of an installation of many homes and three years: processor and wall time, statements, bytes on the wire."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from calendar import monthrange
from collections import defaultdict
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Engine, delete, event

from bench import filled_installation
from bench.filled_installation import Size
from bench.stopwatch import BenchError, say
from web import settings
from web.app import create_app
from web.store.rate_table import allowances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from bench.filled_installation import FilledInstallation
    from web.settings import Settings

HOMES: Final = 100
RESIDENTS: Final = 80
MONTHS: Final = 36
ROUNDS: Final = 10

_OF_A_PERIOD: Final = (
    "/",
    "/interventionen",
    "/interventionen?alle=1",
    "/interventionen.csv",
    "/interventionen?soll=4&ist=4",
    "/interventionen/4.10",
    "/durchgefuehrt",
    "/entlastung",
    "/entlastung.csv",
    "/stellen/",
    "/plausibilitaet",
)
_OTHERS: Final = (
    "/daten/",
    "/daten/1",
    "/bezeichnungen/",
    "/personen/",
    "/festlegungen/",
    "/regelwerk",
    "/regelwerk/4.10",
    "/regelwerke/",
    "/hilfe/",
    "/daten/1/ruecknahme",
)


class Request(NamedTuple):
    """One answer: milliseconds and what it took."""

    wall: float
    processor: float
    statements: int
    size: int


def run(seed: int, homes: int = HOMES, months: int = MONTHS, database: str | None = None) -> None:
    """Fill an installation on SQLite, and on PostgreSQL where an address is given, and measure its pages.

    Parameters
    ----------
    homes
        Homes with the same result each; the first with its rows.
    months
        Months of performed interventions, at least 2.
    database
        Address of a PostgreSQL database in which schemas may be made and dropped.
    """
    size = Size(homes, RESIDENTS, months)
    with tempfile.TemporaryDirectory() as folder:
        _measured("SQLite", settings.embedded(Path(folder) / "installation"), size, Path(folder), seed)
    if database is None:
        say("PostgreSQL: nicht gemessen; die Adresse einer Datenbank steht hinter --database")
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        filled_installation.on_postgresql(Path(folder), database) as settings_,
    ):
        _measured("PostgreSQL", settings_, size, Path(folder), seed)


def _measured(name: str, settings_: Settings, size: Size, folder: Path, seed: int) -> None:
    start = time.perf_counter()
    filled = filled_installation.fill(settings_, size, folder / "dateien", seed)
    say(
        f"\n{name}: {size.homes} Einrichtungen, {size.months} Monate, {filled.rows} Zeilen der ersten; "
        f"gefüllt in {time.perf_counter() - start:.0f} s; Last {os.getloadavg()[0]:.1f}"
    )
    app = create_app(settings_)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = filled.token, True
    say(f"{'Seite':34} {'Prozessor ms':>14} {'Wand ms, 95 %':>16} {'SQL':>4} {'Bytes':>7}")
    services = app.extensions["pebem"]
    databases, counts = services.databases, services.jobs.queue.storage.engine
    for title, requests in _asked(client, (databases.work, databases.vault), counts, _addresses(filled, size)).items():
        say(_line(title, requests))
    databases.close()


def _addresses(filled: FilledInstallation, size: Size) -> dict[str, str]:
    """Return what is asked for, by its title."""
    start = filled_installation.START
    last = start.month - 1 + size.months
    end = date(start.year + (last - 1) // 12, (last - 1) % 12 + 1, 1)
    spans = {"1M": end, "1J": max(start, end.replace(year=end.year - 1, day=1)), "3J": start}
    found = {}
    for path in _OF_A_PERIOD:
        for name, first in spans.items():
            until = end.replace(day=monthrange(end.year, end.month)[1])
            sign = "&" if "?" in path else "?"
            found[f"{path} {name}"] = f"{path}{sign}haus={filled.home_id}&von={first}&bis={until}"
    return found | {path: f"{path}?haus={filled.home_id}" for path in _OTHERS}


def _asked(
    client: FlaskClient, engines: tuple[Engine, ...], counts: Engine, addresses: dict[str, str]
) -> dict[str, list[Request]]:
    """Ask for all pages in turns: what slows the machine down for a while slows down all of them.

    Nobody asks so often, so the counts of downloads are forgotten each time.
    """
    answers: dict[str, list[Request]] = defaultdict(list)
    for turn in range(ROUNDS + 1):
        with counts.begin() as connection:
            connection.execute(delete(allowances))
        for title, address in addresses.items():
            with _counted(engines) as statements:
                processor, wall = time.process_time(), time.perf_counter()
                response = client.get(address, headers={"Accept-Encoding": "br"})
                wall, processor = time.perf_counter() - wall, time.process_time() - processor
            if response.status_code != 200:
                raise BenchError(f"{address} antwortet mit {response.status_code}.")
            if turn:  # the first one fills caches
                answers[title].append(Request(wall * 1000, processor * 1000, statements[0], len(response.data)))
    return answers


@contextmanager
def _counted(engines: tuple[Engine, ...]) -> Iterator[list[int]]:
    count = [0]

    def add(*_: object) -> None:
        count[0] += 1

    for engine in engines:
        event.listen(engine, "before_cursor_execute", add)
    try:
        yield count
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", add)


def _line(title: str, requests: list[Request]) -> str:
    wall = sorted(request.wall for request in requests)
    last = wall[round(0.95 * (len(wall) - 1))]
    processor = statistics.median(request.processor for request in requests)
    return (
        f"{title:34} {processor:14.0f} {statistics.median(wall):8.0f}, {last:6.0f} "
        f"{requests[-1].statements:4} {max(request.size for request in requests):7}"
    )
