"""Periods on the command line: what is due is listed, and deleted when told (H2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cli.main import main
from tests.support.web import workbooks
from tests.support.web.time_travel import go_to

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_due_is_listed_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """H2: the dry run changes nothing; afterwards nothing is due any more."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    file = tmp_path / "haus.xlsx"
    file.write_bytes(workbooks.workbook())
    assert main(["user", "add", "chefin", "--einrichtung", "Haus Nord"]) == 0
    assert main(["import", str(file), "--user", "chefin", "--home", "Haus Nord"]) in {0, 1}
    assert main(["retention", "list"]) == 0
    assert "Nichts ist fällig." in capsys.readouterr().out
    go_to(monkeypatch, date(2029, 3, 1))
    for arguments in (["list"], ["run", "--dry-run"], ["list"]):
        assert main(["retention", *arguments]) == 0
        told = capsys.readouterr().out
        assert "Leistungen und Dienste, Haus Nord: 7 (36 Monate ab: Ende des Monats" in told
    assert main(["retention", "run"]) == 0
    assert "Leistungen und Dienste: 7 gelöscht" in capsys.readouterr().out
    assert main(["retention", "list"]) == 0
    assert "Nichts ist fällig." in capsys.readouterr().out
