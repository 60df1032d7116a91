"""``pebem keys``: which keys there are, a new one, and everything sealed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web import workbooks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An embedded installation with a home and names."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "haus.xlsx").write_bytes(workbooks.workbook())
    assert main(["user", "add", "anna", "--name", "Anna", "--traeger", "Träger Nord", "--einrichtung", "Haus"]) == 0
    assert main(["import", "haus.xlsx", "--user", "anna", "--home", "Haus"]) in {0, 1}
    capsys.readouterr()
    return tmp_path / "pebem"


def test_a_new_key_seals_everything_after_a_rotation(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E3: the command that changes keys, from the first look to the last."""
    assert main(["keys", "show"]) == 0
    before = capsys.readouterr().out
    assert "Träger Nord" in before
    assert main(["keys", "new", "vault"]) == 0
    assert len((installed / "vault_key.txt").read_text().split()) == 2
    assert main(["keys", "show"]) == 1, "the former key is still needed"
    assert "früherer, 1 Werte" in capsys.readouterr().out
    assert main(["keys", "rotate"]) == 0
    told = capsys.readouterr().out
    assert "7 Personen" in told
    assert "1 Schlüssel von Trägern" in told
    assert "Neue Schlüssel: Träger Nord." in told
    assert main(["keys", "show"]) == 0
    after = capsys.readouterr().out
    assert "früherer, 0 Werte" in after
    assert "1 ersetzte, für Sicherungen aufgehoben; 0 Werte" in after
    assert (installed / "vault_key.txt").read_text().split()[0] not in before + told + after, "no key is printed"


def test_a_key_in_a_setting_is_changed_there(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """E3: the command makes a random one and says where the two belong."""
    monkeypatch.setenv("PEBEM_SECRET_KEY", "geheim-0123456789-abcdefghijklmnop-qrs")
    files = {path.name: path.read_text() for path in installed.glob("*_key.txt")}
    assert main(["keys", "new", "secret"]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.strip()) == 64
    assert "PEBEM_OLD_SECRET_KEYS" in printed.err
    assert {path.name: path.read_text() for path in installed.glob("*_key.txt")} == files


@pytest.mark.parametrize("arguments", [["new"], ["show", "vault"], ["rotate", "secret"], ["rotate", "--traeger", "X"]])
def test_what_makes_no_sense_is_refused(
    installed: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", *arguments]) == 2
    assert capsys.readouterr().err.strip().endswith(".")
    assert installed.is_dir()
