"""The program starts, serves and analyses without the vault, and says what does not work (X10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, select, text

from tests.support.web import access as accesses
from tests.support.web import backups, served, workbooks
from tests.support.web.pages import person, token, upload
from web import jobs, key_files
from web.services import clock
from web.services.analysis import results
from web.services.backups import opening
from web.services.uploads import records, retention, steps
from web.serving import installation_checks
from web.serving.installation_checks import Verdict
from web.store import migrate
from web.store.databases import connect
from web.store.vault import Identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from tests.support.web.pages import Person
    from web.settings import Settings

GONE = make_url("postgresql+psycopg://nobody@127.0.0.1:1/gone")
PAGES = ("/", "/interventionen", "/interventionen/1.1", "/entlastung", "/daten/", "/plausibel", "/konto/")


def blind(settings: Settings, how: str) -> Settings:
    """Return the settings with a vault that is off, or whose key is missing."""
    return replace(settings, vault_url=GONE) if how == "off" else replace(settings, vault_key=key_files.new_key())


@pytest.fixture
def filled(anna: Person) -> Person:
    anna.read_in(workbooks.workbook())
    anna.read_in(workbooks.workbook(), store=False)
    anna.first_sign_in()
    return anna


@pytest.mark.parametrize("how", ["off", "no key"])
def test_it_starts_serves_and_analyses(
    filled: Person, make_app: Callable[[Settings], Flask], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """X10, T3, C2: pages and the worker, from the start on; signing in needs no name."""
    settings = blind(filled.services.settings, how)
    assert opening.prepare(settings) is (how == "no key")
    monkeypatch.setattr(jobs.Worker, "start", lambda _: None)  # what it does before is the question
    jobs.start_worker(settings).close()
    app = make_app(settings)
    client = replace(filled, app=app).again_signed_in()
    for address in PAGES:
        page = client.get(address)
        assert page.status_code in {200, 404}, address
        assert page.status_code == 200 or address not in PAGES[:5], address
    assert results.load(replace(filled, app=app).access, filled.home_id).covered["counted"] == workbooks.COUNTED
    assert client.get("/bereit").status_code == 200


OFF = """
from dataclasses import replace
from sqlalchemy import make_url
real = settings.embedded
settings.embedded = lambda folder: replace(real(folder), vault_url=make_url("postgresql+psycopg://nobody@127.0.0.1:1/x"))
"""


def test_the_served_program_starts(tmp_path: Path) -> None:
    """X10: processes and all, with the vault off from the very first start."""
    with served.served(tmp_path, before=OFF) as running:
        assert running.answers("/anmelden")


@pytest.mark.parametrize("how", ["off", "no key"])
def test_pages_that_need_names_say_so(filled: Person, make_app: Callable[[Settings], Flask], how: str) -> None:
    """X10: and nothing is stored, changed or lost meanwhile."""
    settings = blind(filled.services.settings, how)
    app = make_app(settings)
    client = replace(filled, app=app).again_signed_in()
    names = backups.names(filled.services.settings, filled.home_id)
    for upload_id in (1, 2):
        assert "nicht erreichbar" in client.get(f"/daten/{upload_id}").text
        assert client.get(f"/daten/{upload_id}/befunde.xlsx").status_code == 503
        assert client.get(f"/daten/{upload_id}/fehlerhafte-zeilen.xlsx").status_code == 503
    assert client.get("/personen/").status_code == 503
    sent = upload(client, (workbooks.workbook(), "a.xlsx"))
    assert "Es wurde nichts hochgeladen" in client.get(sent.location).text
    form = {"csrf_token": token(client.get("/daten/2")), "sicher": "ja"}
    refused = client.post("/daten/2/verwerfen", data=form, follow_redirects=True)
    assert ("nicht erreichbar" if how == "off" else "PEBEM_VAULT_KEY") in refused.text
    assert filled.state(2) == records.READ
    blind_access = replace(filled, app=app).access
    with pytest.raises(steps.UploadError):
        steps.start(blind_access, settings, home_id=filled.home_id, files=[("a.csv", b"x")])
    assert len(records.of_home(filled.access, filled.home_id)) == 2
    assert backups.names(filled.services.settings, filled.home_id) == names
    assert client.get("/daten/2/befunde.xlsx").status_code == 503


def test_a_job_ends_and_can_be_started_again(filled: Person, make_app: Callable[[Settings], Flask]) -> None:
    """X10: what was released is stored once the vault is back."""
    services = filled.services
    steps.commit(filled.access, 2)
    off = replace(filled, app=make_app(blind(services.settings, "off")))
    steps.store(off.access, off.services.settings, services.jobs.queue, 2)
    assert filled.state(2) == records.ABORTED
    steps.restart(filled.access, 2)
    steps.store(filled.access, services.settings, services.jobs.queue, 2)
    assert filled.state(2) == records.STORED


def test_checks_say_what_does_not_work(ben: Person) -> None:
    """X10: a warning, also in production; nothing prevents the start."""
    ben.read_in(workbooks.workbook())
    settings = ben.services.settings
    for how, word in (("off", "antwortet nicht"), ("no key", "PEBEM_VAULT_KEY")):
        results_ = installation_checks.check(blind(settings, how))
        (found,) = [one for one in results_ if one.name == "vault"]
        assert (found.verdict, word in found.finding, "Daten einlesen" in found.finding) == (
            Verdict.WARNING,
            True,
            True,
        )
        assert found.remedy
    (good,) = [one for one in installation_checks.check(settings) if one.name == "vault"]
    assert good.verdict is Verdict.GOOD


def test_a_vault_that_comes_back_is_brought_up(unmigrated: Settings) -> None:
    """X10: it may have been off while the program was updated."""
    real = unmigrated
    assert opening.prepare(replace(real, vault_url=GONE)) is False
    watch = opening.VaultWatch(real)
    watch.look()
    databases = connect(real)
    with databases.vault.connect() as connection:
        assert migrate.current_revision(connection, "vault") == migrate.newest("vault")
    databases.close()


def test_deletions_that_cannot_be_repeated_keep_it_closed(filled: Person) -> None:
    """H5, X10: what was deleted must not show, so then it does not open without the vault."""
    from web.services.uploads.removal import discarded  # noqa: PLC0415

    discarded.discard(filled.access, filled.services.settings, 2)
    with filled.services.databases.whole.writing.begin() as session:
        session.execute(text("UPDATE installation SET ledger = 0"))
        session.execute(text("UPDATE batch SET state = 'gelesen' WHERE id = 2"))
    with pytest.raises(opening.NotOpenError, match="nicht erreichbar"):
        opening.prepare(replace(filled.services.settings, vault_url=GONE))
    opening.prepare(filled.services.settings)
    assert filled.state(2) == records.DISCARDED


def test_nothing_is_discarded_by_half(filled: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X9, X10: an upload whose findings cannot be deleted stays until they can."""
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    off = replace(filled.services.settings, vault_url=GONE)
    databases = connect(off)
    assert retention.delete_expired(accesses.system(databases), off) == 0
    databases.close()
    assert filled.state(2) == records.READ
    assert retention.delete_expired(filled.system, filled.services.settings) == 1


def test_an_empty_vault_is_not_taken_for_the_right_one(filled: Person) -> None:
    """X10, T3: a folder that is not mounted must not make everybody a second person."""
    steps.commit(filled.access, 2)
    with filled.services.databases.whole.vault_writing.begin() as session:
        session.execute(Identity.__table__.delete())
    steps.store(filled.access, filled.services.settings, filled.services.jobs.queue, 2)
    assert filled.state(2) == records.ABORTED
    with filled.services.databases.whole.vault_reading() as session:
        assert session.scalars(select(Identity.id)).all() == []


def test_a_new_home_is_stored(ben: Person) -> None:
    """X10: nobody is known there yet, in neither database."""
    other = person(ben.app, "olga", "Träger Ost", "Haus am See")
    assert other.state(other.read_in(workbooks.workbook())) == records.STORED
