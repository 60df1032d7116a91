"""Instructions on the command line: what is open, what was done, and that production imports on instruction alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from cli.main import main
from tests.support.web import workbooks
from tests.support.web.access import of_user
from web import settings
from web.services import instructions
from web.services.instructions import InstructionKind
from web.store.databases import connect
from web.store.models import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set an operator up whose administrator has signed in, and return how she gives instructions."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path))
    assert main(["user", "add", "chefin", "--einrichtung", "Haus Nord"]) == 0

    def give(kind: InstructionKind, text: str, hours: int | None = None) -> None:
        databases = connect(settings.embedded(tmp_path))
        try:
            with databases.whole.writing.begin() as session:
                session.execute(update(Account).values(initial_until=None))
            instructions.give(of_user(databases, "chefin"), kind, text, hours=hours)
        finally:
            databases.close()

    return give


def test_the_host_sees_what_is_open_and_says_what_was_done(
    give: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """T12: with the operator, kind and text."""
    assert main(["instructions", "list"]) == 0
    assert "Keine Weisung ist offen." in capsys.readouterr().out
    give(InstructionKind.DELETION, "Bitte Lieferung 3\nlöschen")
    assert main(["instructions", "list"]) == 0
    told = capsys.readouterr().out
    assert "1  Träger: Löschung" in told
    assert "Bitte Lieferung 3 löschen" in told
    for arguments, said in (
        (["done"], "Nummer"),
        (["done", "1"], "--grund"),
        (["done", "9", "--grund", "x"], "gibt es"),
    ):
        assert main(["instructions", *arguments]) == 2
        assert said in capsys.readouterr().err
    assert main(["instructions", "done", "1", "--grund", "gelöscht"]) == 0
    assert "erledigt" in capsys.readouterr().out
    assert main(["instructions", "list"]) == 0
    assert "Keine Weisung ist offen." in capsys.readouterr().out


def test_production_imports_on_instruction_alone(
    give: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """B8: in nobody's name before the operator says so; whoever runs the server for itself needs nobody's word."""
    file = tmp_path / "haus.xlsx"
    file.write_bytes(workbooks.workbook())
    give(InstructionKind.OTHER, "Bitte melden")
    monkeypatch.setenv("PEBEM_MODE", "production")
    lines = ["import", str(file), "--home", "Haus Nord", "--user", "chefin", "--dry-run"]
    assert main(lines) == 2
    assert "Weisungen" in capsys.readouterr().err
    assert main(["user", "add", "neue"]) == 2
    assert "Weisungen" in capsys.readouterr().err
    monkeypatch.setenv("PEBEM_OWN_HOST", "ja")
    assert main(lines) in {0, 1}
    monkeypatch.setenv("PEBEM_OWN_HOST", "vielleicht")
    assert main(lines) == 2
    assert "PEBEM_OWN_HOST" in capsys.readouterr().err
    monkeypatch.delenv("PEBEM_OWN_HOST")
    give(InstructionKind.SUPPORT, "Bitte den Dezember einlesen", 1)
    assert main(lines) in {0, 1}
