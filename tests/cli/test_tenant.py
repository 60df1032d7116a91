"""The end of a contract on the command line (H8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from pathlib import Path

    import pytest


def test_an_operator_is_handed_its_data_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """H8: the instruction of the operator, an export, and a yes are all needed."""
    home, file, out = tmp_path / "pebem", tmp_path / "haus.xlsx", tmp_path / "export.zip"
    monkeypatch.setenv("PEBEM_HOME", str(home))
    file.write_bytes(workbooks.workbook())
    assert main(["user", "add", "chefin", "--einrichtung", "Haus Nord"]) == 0
    assert main(["import", str(file), "--user", "chefin", "--home", "Haus Nord"]) in {0, 1}  # the file has errors
    capsys.readouterr()
    for arguments, said in (
        (["end", "Träger", "--yes"], "angewiesen"),
        (["end", "Träger"], "--yes"),
        (["export", "Träger"], "--out"),
        (["export", "Niemand", "--out", str(out)], "gibt es nicht"),
    ):
        assert main(["tenant", *arguments]) == 2
        assert said in capsys.readouterr().err
    databases = connect(settings.embedded(home))
    with databases.whole.writing.begin() as session:
        session.execute(update(Account).values(initial_until=None))
    instructions.give(of_user(databases, "chefin"), InstructionKind.END, "Wir kündigen")
    databases.close()
    assert main(["tenant", "end", "Träger", "--yes"]) == 2
    assert "pebem tenant export" in capsys.readouterr().err
    assert main(["tenant", "export", "Träger", "--out", str(out)]) == 0
    assert out.is_file()
    assert main(["tenant", "end", "Träger", "--yes"]) == 0
    assert "work.intervention: 7 Zeilen" in capsys.readouterr().out
    assert main(["tenant", "end", "Träger", "--yes"]) == 2
