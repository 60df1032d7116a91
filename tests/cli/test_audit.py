"""`pebem audit` as somebody types it who has to know whether the log is as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web import access as accesses
from tests.support.web.log_chains import run
from web import settings
from web.services import audit
from web.services.log import reading
from web.services.log.reading import LogFilter
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation with an account."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    assert main(["user", "add", "pdl.meier", "--name", "Petra Meier", "--einrichtung", "Haus am Park"]) == 0
    capsys.readouterr()
    return tmp_path / "pebem"


def test_verify_names_the_first_entry_that_is_wrong(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """G3: 0 and what was verified; 1 and the entry, once it was changed."""
    assert main(["audit", "verify"]) == 0
    assert "Einträge 1 bis " in capsys.readouterr().out
    databases = connect(settings.embedded(installed))
    run(databases, "UPDATE audit_event SET reason = 'anders' WHERE number = 2")
    databases.close()
    assert main(["audit", "verify"]) == 1
    told = capsys.readouterr()
    assert ": Eintrag 2 ist verändert (" in told.err
    assert told.out == ""


def test_accept_wants_a_reason_and_leaves_an_entry(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """G3: what was cut off stays missing, and the chain says so."""
    assert main(["audit", "accept"]) == 2
    databases = connect(settings.embedded(installed))
    run(databases, "DELETE FROM audit_event", "DELETE FROM audit_head")
    databases.close()
    assert main(["audit", "verify"]) == 1
    assert "Einträge 1 bis " in capsys.readouterr().err
    assert main(["audit", "accept", "--reason", "Platte defekt"]) == 0
    assert main(["audit", "verify"]) == 0
    assert "1 Ketten anerkannt" in capsys.readouterr().out


def test_an_empty_installation_has_an_intact_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "Das Protokoll ist noch leer.\n"


def test_roles_are_for_postgresql_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """G3: files have no roles; and a role belongs to its action."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    for arguments in (["db", "role", "pebem_app"], ["db", "role"], ["db", "upgrade", "pebem_app"]):
        assert main(arguments) == 2
        assert capsys.readouterr().err


def test_who_saw_or_took_what_of_whom(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """I3: by pseudonym, in one command; and asking is an entry itself."""
    databases = connect(settings.embedded(installed))
    access = accesses.of_user(databases, "pdl.meier")
    audit.note_read(access, "begruendung.ansehen", what="haus 1", details={"bewohner": "B-23456"})
    audit.note_read(access, "begruendung.ansehen", what="haus 1", details={"bewohner": "B-99999"})
    databases.close()
    assert main(["audit", "who", "--record", "B-23456"]) == 0
    told = capsys.readouterr().out
    assert re.fullmatch(
        r"[\d.]{10}, \d\d:\d\d Uhr · Petra Meier \(konto 1\) · Die Begründung eines Niveaus wurde angesehen\. · "
        r"Haus am Park \(haus 1\) \(bewohner: B-23456\)\n",
        told,
    )
    assert main(["audit", "who", "--record", "B-23456", "--to", "2020-01-01"]) == 0
    assert capsys.readouterr().out == "Dazu gibt es keine Einträge.\n"
    assert main(["audit", "who", "--record", "B-23456"]) == 0
    assert "Das Protokoll wurde angesehen." in capsys.readouterr().out
    for wrong in (["--record", "Petra Meier"], [], ["--record", "B-23456", "--from", "gestern"], ["--tenant", "x"]):
        assert main(["audit", "who", *wrong]) == 2


def test_who_is_affected_is_written_into_a_file(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """I3: what an account saw; that is logged, and has to be narrowed down."""
    databases = connect(settings.embedded(installed))
    access = accesses.of_user(databases, "pdl.meier")
    audit.note_read(access, "begruendung.ansehen", what="haus 1", details={"bewohner": "B-23456"})
    audit.note_read(access, "dateiinhalt.ansehen", what="lieferung 7")
    out = installed.parent / "betroffene.csv"
    assert main(["audit", "affected", "--account", "pdl.meier", "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert "1 Personen, aus 2 Einträgen" in told.out
    assert "Datenlieferung 7 ist nicht gespeichert" in told.err
    assert "Haus am Park;Bewohner:in;B-23456;" in out.read_text("utf-8-sig")
    last = reading.load(access, LogFilter(), limit=1)[0]
    databases.close()
    assert last.action == "betroffene.herunterladen"
    for wrong in ([], ["--account", "wer"], ["--from", "2026-01-01", "--out", "x.txt"]):
        assert main(["audit", "affected", *(["--out", str(out)] if "--out" not in wrong else []), *wrong]) == 2


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_the_log_is_written_into_a_file(installed: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """T10, G5: everything of the operator, and the export is in the log."""
    out = installed.parent / f"protokoll.{form}"
    assert main(["audit", "export", "--out", str(out)]) == 0
    assert "Einträge" in capsys.readouterr().out
    assert out.stat().st_size > 100
    databases = connect(settings.embedded(installed))
    last = reading.load(accesses.of_user(databases, "pdl.meier"), LogFilter(), limit=1)[0]
    databases.close()
    assert last.action == "protokoll.herunterladen"
    assert last.through.startswith("befehl ")
    assert main(["audit", "export", "--out", str(out.with_suffix(".txt"))]) == 2
    assert main(["audit", "export"]) == 2
    assert main(["audit", "export", "--out", str(installed / "fehlt" / "x.csv")]) == 2
