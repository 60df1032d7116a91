"""`pebem security report` as somebody types it who runs the server."""

from __future__ import annotations

import json
import re
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
    """An installation with two operators."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    for name, tenant in (("anna", "Träger Nord"), ("ben", "Träger Süd")):
        assert main(["user", "add", name, "--name", name, "--traeger", tenant, "--einrichtung", "Haus"]) == 0
    capsys.readouterr()
    return tmp_path / "pebem"


def test_every_row_with_state_proof_and_what_is_to_do(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """T13, G3, A2: 1 as long as something is to be done; operators are told apart, nobody is named."""
    assert main(["security", "report"]) == 1
    out = capsys.readouterr().out
    assert len(re.findall(r"^  [A-Z]\d+ +(?:belegt|teilweise|fehlt) +[A-ZÄÖÜ]", out, re.MULTILINE)) == 86
    assert "  T3  belegt     Wer hinter einem Pseudonym steht" in out
    assert "      Nachweis:  tests/web/test_vault.py::test_analysis_works_while_the_vault_cannot_be_reached" in out
    assert "zu tun: Es ist kein Ziel für Sicherungen eingestellt; es gibt keine." in out
    assert "zu tun: Träger Süd: Nur ein Konto verwaltet" in out
    assert "anna" not in out
    assert main(["security", "report", "--todo"]) == 1
    assert "Nachweis" not in capsys.readouterr().out
    assert installed


def test_it_is_there_for_programs(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """G3: each row with what was found, and a changed log is among it."""
    assert main(["security", "report", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], len(told["rows"])) == (1, 86)
    states = {one["id"]: (one["state"], one["here"]) for one in told["rows"]}
    assert states["G3"] == ("belegt", "in Ordnung")
    assert states["T16"] == ("fehlt", "nichts zu prüfen")
    databases = connect(settings.embedded(installed))
    run(databases, "UPDATE audit_event SET reason = 'anders' WHERE number = 2")
    databases.close()
    assert main(["security", "report", "--json"]) == 1
    (row,) = (one for one in json.loads(capsys.readouterr().out)["rows"] if one["id"] == "G3")
    assert row["here"] == "zu tun"
    assert any("Eintrag 2 ist verändert" in one["finding"] for one in row["checks"])


def test_nothing_to_do_ends_with_0(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code follows what is to be done, not what could not be checked."""
    from web.security_report import inspection  # noqa: PLC0415
    from web.serving.installation_checks import CheckResult, Verdict  # noqa: PLC0415

    found = [CheckResult("x", ("T3",), verdict, "So ist es.") for verdict in (Verdict.GOOD, Verdict.UNKNOWN)]
    monkeypatch.setattr(inspection, "carry_out", lambda *_: found)
    assert main(["security", "report", "--todo"]) == 0
    assert capsys.readouterr().out.endswith("Hier ist nichts zu tun.\n")
    assert main(["security"]) == 2
    assert installed


def test_it_takes_no_instruction_in_production(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """B8, T12: what is counted names nobody; the host has to be able to see it."""
    monkeypatch.setenv("PEBEM_MODE", "production")
    monkeypatch.setenv("PEBEM_PUBLIC_URL", "https://pebem.example.org")
    assert main(["security", "report", "--todo"]) == 1
    assert "Hier zu tun" in capsys.readouterr().out
    assert installed
