"""`pebem audit` as somebody types it who has to know whether the log is as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web.log_chains import run
from web import settings
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
