"""`pebem backup` and `pebem restore` as somebody types them who has to get a home going again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import sample_data
from cli.main import main
from web import settings
from web.store import models
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation with one home, its work and a folder for backups."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    (tmp_path / "sicherung").mkdir()
    assert main(["user", "add", "pdl.meier", "--name", "Petra Meier", "--einrichtung", "Haus am Park"]) == 0
    capsys.readouterr()
    return tmp_path


def restores(folder: Path) -> list[tuple[str, str]]:
    """Return what the log of an installation says about restores and rehearsals."""
    databases = connect(settings.embedded(folder))
    try:
        with databases.whole.reading() as session:
            query = select(models.AuditEvent.action, models.AuditEvent.reason).order_by(models.AuditEvent.id)
            return [tuple(row) for row in session.execute(query.where(models.AuditEvent.action.like("sicherung.%")))]
    finally:
        databases.close()


def test_from_one_machine_to_the_next(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """I2, T13: back up, list, verify, rehearse with the time it took; then a new machine with the old keys."""
    (file,) = sample_data.make(installed, homes=1, residents=3, months=1, seed=4, dirt=False)
    assert main(["import", str(file), "--home", "Haus am Park", "--user", "pdl.meier"]) == 0
    monkeypatch.setenv("PEBEM_BACKUP_TARGET", str(installed / "sicherung"))
    capsys.readouterr()
    assert main(["backup"]) == 0
    made = capsys.readouterr().out
    name, rows = re.fullmatch(
        rf"(pebem-\S+): ([\d.]+) Zeilen, [\d,]+ MB, geprüft, an {installed}/sicherung\n", made
    ).groups()
    assert main(["backup", "list"]) == 0
    listed = capsys.readouterr().out
    assert re.search(rf"{name}  .* Uhr, [\d,]+ MB, {rows} Zeilen, mit Dateien, gut\n", listed)
    assert "Letzte gute Sicherung: " in listed
    assert "Löschverzeichnis vollständig bis: " in listed
    assert main(["backup", "verify"]) == 0
    assert f"{name}: vollständig, {rows} Zeilen" in capsys.readouterr().out
    assert main(["backup", "ledger"]) == 0
    assert main(["restore", "--rehearse"]) == 0
    rehearsed = capsys.readouterr().out
    assert re.search(r"Wiederhergestellt in [\d,]+ s \(Datenbanken [\d,]+ s, Dateien", rehearsed)
    assert "Probe: 1 von 1 Einrichtungen haben neu berechnet dieselben Zahlen" in rehearsed
    new = installed / "neu"
    new.mkdir()
    for key in ("vault_key", "secret_key", "backup_key"):
        (new / f"{key}.txt").write_bytes((installed / "pebem" / f"{key}.txt").read_bytes())
    monkeypatch.setenv("PEBEM_HOME", str(new))
    assert main(["restore"]) == 2
    assert "--grund" in capsys.readouterr().err
    assert main(["restore", "--grund", "neuer Rechner"]) == 0
    output = capsys.readouterr().out
    assert f"{name}: Stand vom" in output
    assert f" Tabellen mit {rows} Zeilen" in output
    assert "wieder gelöscht: nichts; das Verzeichnis ist vollständig bis" in output
    assert main(["restore", "--grund", "noch einmal"]) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", name, "--replace", "--grund", "noch einmal"]) == 0
    assert restores(new)[-1] == ("sicherung.wiederherstellen", "noch einmal")
    assert [action for action, _ in restores(installed / "pebem")] == ["sicherung.erstellen", "sicherung.probe"]


def test_what_cannot_be_done_is_one_sentence(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (["backup"], "PEBEM_BACKUP_TARGET"),
        (["backup", "list", "--target", str(installed / "fehlt")], "gibt es nicht"),
        (["backup", "verify", "--target", str(installed / "sicherung")], "ist leer"),
        (["restore", "--resume"], "abzuschließen"),
        (["restore", "--grund", "x", "--target", str(installed / "sicherung")], "keine gute Sicherung"),
        (["restore", "--rehearse"], "--target"),
    ):
        assert main(words) == 2
        captured = capsys.readouterr()
        assert sentence in captured.err
        assert captured.err.count("\n") == 1
    assert main(["backup", "list", "--target", str(installed / "sicherung")]) == 1
    assert "Letzte gute Sicherung: keine (zu alt)" in capsys.readouterr().out


def test_keys_that_are_missing_are_named(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """E3: on a new machine without the old keys the command says which one is missing."""
    monkeypatch.setenv("PEBEM_BACKUP_TARGET", str(installed / "sicherung"))
    assert main(["backup"]) == 0
    monkeypatch.setenv("PEBEM_HOME", str(installed / "neu"))
    capsys.readouterr()
    assert main(["restore", "--grund", "neuer Rechner"]) == 2
    assert "PEBEM_BACKUP_KEY (backup_key.txt)" in capsys.readouterr().err
