"""What an installation has to be like: the start refuses production that is not, and the report says the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.support.web.served import ROOT
from web import serve, settings
from web.operation import Operation, SettingsError
from web.security import file_modes
from web.serving import installation_checks
from web.serving.installation_checks import CheckResult, Verdict
from web.store import migrate, separation
from web.store.databases import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from tests.support.web.pages import Person
    from web.settings import Settings

PRODUCTION = Operation(mode="production")


def of(results: list[CheckResult], name: str) -> list[CheckResult]:
    """Return what one check found."""
    return [one for one in results if one.name == name]


def worst(one: Settings, name: str, host: str = "127.0.0.1") -> Verdict:
    """Return how a check ends for an installation."""
    order = list(Verdict)
    return max((result.verdict for result in of(installation_checks.check(one, host), name)), key=order.index)


@pytest.fixture
def sound(embedded: Settings) -> Iterator[Settings]:
    """An installation for production that nothing is wrong with."""
    before = os.umask(0o077)
    file_modes.prepare(embedded)
    yield replace(embedded, operation=PRODUCTION, public_url="https://pebem.example.org")
    tempfile.tempdir = None
    os.umask(before)


def test_nothing_prevents_the_start_of_a_sound_installation(sound: Settings) -> None:
    results = installation_checks.check(sound, "0.0.0.0")  # noqa: S104 - that is the question
    assert installation_checks.refusals(results) == []
    assert {one.name for one in results} >= set(installation_checks._CHECKS) - {"proxies", "roles"}
    assert not [one for one in results if one.verdict is not Verdict.GOOD and not one.remedy]


@pytest.mark.parametrize(
    ("check", "change", "host"),
    [
        ("https", {"public_url": ""}, "127.0.0.1"),
        ("https", {"public_url": "http://pebem.example.org"}, "127.0.0.1"),
        ("host", {"public_url": ""}, "0.0.0.0"),  # noqa: S104
        ("host", {"public_url": "http://pebem.example.org"}, "::"),
        ("debug", {"operation": replace(PRODUCTION, debug=True)}, "127.0.0.1"),
        ("keys", {"vault_key": "a" * 64}, "127.0.0.1"),
        (
            "proxies",
            {"operation": replace(PRODUCTION, trusted_proxies=settings.operation._networks("0.0.0.0/0"))},
            "::1",
        ),
    ],
)
def test_production_does_not_start(check: str, change: dict[str, object], host: str, sound: Settings) -> None:
    """X6, F2, F9, E1: each by itself; the sentence says what to do."""
    wrong = replace(sound, **change)
    assert worst(wrong, check, host) is Verdict.REFUSED
    with pytest.raises(SettingsError, match="startet so nicht"):
        serve.prepare(wrong, host)
    assert not (sound.home / "work.sqlite").exists()


def test_a_public_host_without_https_is_refused_to_test_installations_too(embedded: Settings) -> None:
    """X6: invented data or not, passwords would go over the network in clear."""
    assert worst(embedded, "host", "192.0.2.7") is Verdict.REFUSED
    assert worst(embedded, "host", "localhost") is Verdict.GOOD
    assert worst(embedded, "https") is Verdict.GOOD
    assert worst(replace(embedded, operation=Operation(debug=True)), "debug") is Verdict.WARNING


@pytest.mark.parametrize("spelling", ["work.sqlite", "../pebem/work.sqlite", "link.sqlite"])
def test_one_file_for_names_and_work_is_refused_however_it_is_spelled(spelling: str, sound: Settings) -> None:
    """X6, T3: also through a link to it, and before anything is written."""
    same = replace(sound, vault_url=make_url(f"sqlite:///{sound.home}/{spelling}"))
    if spelling != "link.sqlite":
        assert worst(same, "separation") is Verdict.REFUSED
    migrate.upgrade(sound)
    (sound.home / "link.sqlite").symlink_to(sound.home / "work.sqlite")
    assert worst(same, "separation") is Verdict.REFUSED
    with pytest.raises(SettingsError, match="derselben Datenbank"):
        migrate.upgrade(same)
    assert worst(sound, "separation") is Verdict.GOOD


def test_one_database_of_a_server_is_recognised_however_it_is_spelled(postgres: Settings) -> None:
    """X6, T3: the server is asked what it is, whatever its name and whoever connects."""
    here = postgres.database_url
    there = here.set(host="localhost" if here.host != "localhost" else "127.0.0.1", query={})
    work, one, other = make_engine(here), make_engine(there), make_engine(there.set(database="postgres"))
    assert not separation.are_separate(work, one)
    assert separation.are_separate(work, other)
    for engine in (work, one, other):
        engine.dispose()
    same = replace(postgres, operation=PRODUCTION, vault_url=there)
    assert worst(same, "separation") is Verdict.REFUSED
    assert [one.finding for one in of(installation_checks.check(same), "roles") if "demselben Konto" in one.finding]
    with pytest.raises(SettingsError, match="derselben Datenbank"):
        migrate.upgrade(same)
    away = replace(same, vault_url=make_url("postgresql+psycopg://nobody@127.0.0.1:1/gone"))
    assert worst(away, "separation") is Verdict.WARNING


@pytest.mark.parametrize(
    ("set_", "operation"),
    [
        ({}, Operation()),
        ({"PEBEM_MODE": "production"}, PRODUCTION),
        ({"FLASK_DEBUG": "1"}, Operation(debug=True)),
        ({"FLASK_DEBUG": "False"}, Operation()),
        (
            {"PEBEM_PUBLIC_URL": "https://pebem.example.org"},
            Operation(trusted_proxies=settings.operation.LOOPBACK),
        ),
        (
            {"PEBEM_TRUSTED_PROXIES": "10.0.0.7, 2001:db8::/64"},
            Operation(trusted_proxies=settings.operation._networks("10.0.0.7,2001:db8::/64")),
        ),
    ],
)
def test_how_it_is_operated_is_set(set_: dict[str, str], operation: Operation, tmp_path: Path) -> None:
    assert settings.load(home=tmp_path, environment=set_).operation == operation


@pytest.mark.parametrize("name", ["PEBEM_MODE", "PEBEM_TRUSTED_PROXIES", "PEBEM_VIRUS_SCAN_REQUIRED"])
def test_unfit_words_about_operation_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load(home=tmp_path, environment={name: "vielleicht"})


def test_on_a_server_of_databases_production_is_assumed(tmp_path: Path) -> None:
    """T8: whoever wants a test installation there says so."""
    variables = {
        "PEBEM_DATABASE_URL": "postgresql://db.example.org/work",
        "PEBEM_VAULT_URL": "postgresql://db.example.org/vault",
        **{
            f"PEBEM_{name}_KEY": f"{name.lower()}-0123456789-abcdefghijklmnop" for name in ("SECRET", "VAULT", "BACKUP")
        },
    }
    assert settings.load(home=tmp_path, environment=variables).operation.production
    assert not settings.load(home=tmp_path, environment=variables | {"PEBEM_MODE": "test"}).operation.production


def test_every_page_says_that_an_installation_is_for_tests(ben: Person, make_app: Callable[[Settings], Flask]) -> None:
    """T8: before signing in, after it, and where something goes wrong; production does not say so."""
    client = ben.first_sign_in()
    for page in (ben.app.test_client().get("/anmelden"), client.get("/"), client.get("/gibt-es-nicht")):
        assert "Testbetrieb: bitte nur erfundene Daten" in page.text
    real = make_app(replace(ben.services.settings, operation=PRODUCTION))
    assert "Testbetrieb" not in real.test_client().get("/anmelden").text


def test_debug_mode_is_off_whatever_the_environment_says(
    embedded: Settings, make_app: Callable[[Settings], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F9: a debugger on a page would run anybody's code."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    migrate.upgrade(embedded)
    assert not make_app(embedded).debug


@pytest.mark.skipif(os.name == "nt", reason="rights as on Unix")
def test_what_is_written_is_for_the_owner_alone(tmp_path: Path) -> None:
    """E2: in a folder that existed before and is open to all, with files that are, under a careless umask."""
    home = tmp_path / "pebem"
    home.mkdir()
    (home / "uploads" / "1").mkdir(parents=True)
    (home / "uploads" / "1" / "file-0").write_bytes(b"")
    (home / "tmp").mkdir()
    (home / "tmp" / "left-by-a-killed-process").write_bytes(b"Zeromska")
    (home / "von-anderen.txt").write_bytes(b"")
    for path in (home, *home.rglob("*")):
        path.chmod(0o755)
    program = (
        "import os, sys, tempfile; os.umask(0)\nfrom pathlib import Path\nfrom web import settings\n"
        "from web.security import file_modes\nfrom web.store import migrate\n"
        "one = settings.embedded(Path(sys.argv[1])); file_modes.prepare(one); migrate.upgrade(one)\n"
        "with tempfile.NamedTemporaryFile() as file: print(file.name)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(home)],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(home / "tmp"))
    assert list((home / "tmp").iterdir()) == []
    readable = [path.name for path in home.rglob("*") if path.stat().st_mode & 0o077]
    assert readable == ["von-anderen.txt"], "what is not ours is left as it is"
    one = replace(settings.embedded(home), operation=PRODUCTION, public_url="https://pebem.example.org")
    assert worst(one, "files") is Verdict.REFUSED, "the folder itself"
    home.chmod(0o700)
    assert worst(one, "files") is Verdict.GOOD
