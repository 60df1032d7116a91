"""Persons on the command line: found, told about, deleted (T11)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.main import main
from tests.support.web import workbooks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_person_is_found_told_about_and_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """T11: what the pages do, with the rights of the account."""
    monkeypatch.setenv("PEBEM_HOME", str(tmp_path / "pebem"))
    file = tmp_path / "haus.xlsx"
    file.write_bytes(workbooks.workbook())
    assert main(["user", "add", "lena", "--einrichtung", "Haus Nord", "--rolle", "pflegeleitung"]) == 0
    assert main(["import", str(file), "--user", "lena", "--home", "Haus Nord"]) in {0, 1}  # the file has errors
    whose = ["--home", "haus nord", "--user", "lena"]
    capsys.readouterr()
    assert main(["person", "find", "ayşe", *whose]) == 0
    pseudonym, told = capsys.readouterr().out.split(maxsplit=1)
    assert "0042, Müller-Özdemir, Ayşe" in told
    assert main(["person", "report", pseudonym, *whose, "--out", str(tmp_path / "auskunft")]) == 0
    assert json.loads((tmp_path / "auskunft.json").read_text(encoding="utf-8"))["Wer"][0]["Nummer"] == "0042"
    assert (tmp_path / "auskunft.pdf").read_bytes().startswith(b"%PDF")
    for arguments, said in (
        (["erase", pseudonym, *whose], "--yes"),
        (["erase", pseudonym, "--user", "lena", "--home", "Haus Süd", "--yes"], "--home"),
        (["report", "lena", "--account", "--user", "lena"], "darf"),
    ):
        assert main(["person", *arguments]) == 2
        assert said in capsys.readouterr().err
    assert main(["person", "erase", pseudonym, *whose, "--yes"]) == 0
    capsys.readouterr()
    assert main(["person", "find", "0042", *whose]) == 0
    assert capsys.readouterr().out == ""
