"""What can be done often, and how often: by account and by address, with a page that says when to go on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web.links import PATH_VALUES
from tests.support.web.pages import Person, browser, person, post
from tests.support.web.uploads import run_jobs
from web import rate_limits
from web.rate_limits import KINDS, LIMITS, Limit
from web.services import clock
from web.store.models import AuditEvent
from web.store.rate_table import Rate, RateTable, allowances

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from web.store.databases import Databases

FEW = {kind: Limit(Rate(at_once=3, seconds=60), limit.words) for kind, limit in LIMITS.items()}
"""Limits that a test reaches."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow little."""
    monkeypatch.setattr(rate_limits, "LIMITS", FEW)


def refused(answer: TestResponse, words: str) -> bool:
    """Return whether an answer says that it was one too many, and when to go on."""
    if answer.status_code != 429:
        return False
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "Das waren sehr viele auf einmal" in answer.text
    assert words in answer.text
    assert "Uhr geht es weiter" in answer.text
    return True


def test_a_bucket_leaks(databases: Databases) -> None:
    """F7: so many at once from rest, then one for each span; who is refused is counted no further."""
    table, rate = RateTable(databases.work), Rate(at_once=3, seconds=10)
    assert [table.use(b"a", rate, 1000.0) for _ in range(3)] == [0.0] * 3
    assert table.use(b"a", rate, 1000.0) == pytest.approx(10.0)
    assert table.use(b"a", rate, 1009.0) == pytest.approx(1.0)
    assert table.use(b"b", rate, 1009.0) == 0.0
    assert table.use(b"a", rate, 1010.0) == 0.0
    assert table.use(b"a", rate, 1010.0) == pytest.approx(10.0)
    assert [table.use(b"a", rate, 2000.0) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(10.0)]
    table.forget(2000.0)
    with databases.work.connect() as connection:
        assert connection.execute(allowances.select()).scalars().all() == [b"a"]
    assert RateTable(databases.work).use(b"a", rate, 2000.0) > 0, "the same for every process, and after a restart"


@pytest.mark.usefixtures("few")
def test_downloads_are_limited_by_account(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F7: one after another up to the limit; another account goes on, and so does this one after a while."""
    client = ben.first_sign_in()
    other = person(ben.app, "carla", "Träger Ost", "Haus Ost").first_sign_in()
    assert [client.get("/daten/vorlage.xlsx").status_code for _ in range(3)] == [200] * 3
    assert refused(client.get("/daten/vorlage.xlsx"), "Downloads")
    assert refused(client.get("/bezeichnungen/bezeichnungen.csv"), "Downloads"), "of whatever it is"
    assert client.get("/daten/").status_code == 200
    assert other.get("/daten/vorlage.xlsx").status_code == 200
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=61))
    assert client.get("/daten/vorlage.xlsx").status_code == 200
    assert refused(client.get("/daten/vorlage.xlsx"), "Downloads")


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("path", "kind"), [("/personen/", "names"), ("/daten/1/suche", "names")])
def test_looks_at_names_are_limited(path: str, kind: str, ben: Person) -> None:
    """F7, C4: by account."""
    ben.read_in(b"Bewohner-Nr\n1\n", name="Bewohner.csv", store=False)
    client = ben.first_sign_in()
    for _ in range(3):
        assert client.get(path).status_code in {200, 302}
    assert refused(client.get(path), FEW[kind].words)


@pytest.mark.usefixtures("few")
def test_uploads_are_limited(ben: Person) -> None:
    """F7: what is one too many is not even read."""
    client = ben.first_sign_in()
    for _ in range(3):
        assert post(client, "/daten/", "/daten/").status_code == 422
    assert refused(post(client, "/daten/", "/daten/"), "hochgeladene Dateien")
    assert client.get("/daten/").status_code == 200, "looking at the form is not counted"
    run_jobs(ben)


def test_signing_in_is_limited_by_address(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F7, A6: with whatever names, right or wrong; other addresses go on."""
    monkeypatch.setattr(rate_limits, "LIMITS", FEW)
    monkeypatch.setattr(rate_limits, "OF_AN_ADDRESS", 2)

    def attempt(number: int, address: str) -> TestResponse:
        client = browser(ben.app)
        client.environ_base["REMOTE_ADDR"] = address
        return post(client, "/anmelden", "/anmelden", benutzername=f"wer{number}", kennwort="x")

    assert [attempt(number, "198.51.100.7").status_code for number in range(6)] == [401] * 6
    assert refused(attempt(7, "198.51.100.7"), "Anmeldungen")
    assert attempt(8, "198.51.100.8").status_code == 401


@pytest.mark.usefixtures("few")
def test_what_is_refused_is_in_the_log_once(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F7, G2: by whom and what of, again after a while; of strangers it is in the log of the installation."""

    def entries() -> list[tuple[int | None, str, str, dict[str, str]]]:
        with ben.services.databases.whole.reading() as session:
            query = select(AuditEvent).where(AuditEvent.action == "aufrufe.begrenzen").order_by(AuditEvent.id)
            return [(one.account_id, one.object, one.result, one.details) for one in session.scalars(query)]

    client = ben.first_sign_in()
    for _ in range(3):
        client.get("/daten/vorlage.xlsx")
    assert entries() == []
    for _ in range(5):
        assert refused(client.get("/daten/vorlage.xlsx"), "Downloads")
    details = {"art": "Downloads", "grenze": "eines Kontos"}
    first = (ben.access.account_id, "uploads.template", "abgelehnt", details)
    assert entries() == [first]
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=601))
    for _ in range(5):
        client.get("/daten/vorlage.xlsx")
    assert entries() == [first, first]
    monkeypatch.setattr(rate_limits, "OF_AN_ADDRESS", 1)
    stranger = browser(ben.app)
    for number in range(8):
        post(stranger, "/anmelden", "/anmelden", benutzername=f"wer{number}", kennwort="x")
    told = (None, "auth.sign_in", "abgelehnt", {"art": "Anmeldungen", "grenze": "einer Adresse"})
    assert entries() == [first, first, told]


def test_every_download_and_upload_has_a_limit(small_app: Flask) -> None:
    """F7: a new page with a file in it cannot be forgotten; and no limit is left of a page that is gone."""
    adapter = small_app.url_map.bind("localhost")
    files = set()
    for rule in small_app.url_map.iter_rules():
        address = adapter.build(rule.endpoint, {name: PATH_VALUES[name] for name in rule.arguments})
        if "." in address.rpartition("/")[2] and rule.endpoint != "static":
            files.add(rule.endpoint)
    pages = {"rulebook_entries.detail", "interventions.detail", "explain.show"}
    assert files - pages <= {endpoint for endpoint, kind in KINDS.items() if kind == "export"}
    assert KINDS.keys() <= small_app.view_functions.keys()
    views = [view for view in small_app.view_functions.values() if "uploaded_files" in view.__code__.co_names]
    assert {KINDS.get(name) for name, view in small_app.view_functions.items() if view in views} == {"upload"}


def test_counts_name_nobody(ben: Person) -> None:
    """G4, F7: neither an address nor an account."""
    ben.first_sign_in()
    with ben.services.jobs.queue.storage.engine.connect() as connection:
        keys = connection.execute(allowances.select()).scalars().all()
    assert keys
    assert {len(key) for key in keys} == {32}
