"""The commands read an export for the DAS like a workbook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cli.main import main
from tests.support.importers.das_files import DAY, excluded, export, resident

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_assess_prints_sums_and_missing_items(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "das.xml"
    path.write_bytes(export(resident(), resident(IDBEWOHNER="000043", SVESSEN="5"), excluded(IDBEWOHNER="000044"))[1])
    assert main(["assess", str(path)]) == 1
    output = capsys.readouterr()
    heading, first, second = output.out.splitlines()
    assert first.startswith(f"000042;{DAY[8:]}.{DAY[5:7]}.{DAY[:4]};9;17;;34;;9;")
    assert "Modul 3: Es fehlt 3.1" in first
    assert second.startswith("000043;")
    assert second.split(";")[heading.split(";").index("M4_Summe")] == ""
    assert "Zeile 3, Spalte SVESSEN" in output.err
    assert "Prüfregel 20040" in second


def test_an_export_and_the_rest_make_an_analysis(tmp_path: Path) -> None:
    folder = tmp_path / "beispiele"
    assert main(["sample", str(folder), "--residents", "6", "--months", "1", "--format", "das"]) == 0
    (path,) = folder.glob("*.xml")
    rest = sorted(map(str, path.with_suffix("").glob("*.csv")))
    assert main(["analyse", str(path), *rest, "--out", str(tmp_path / "out")]) == 0
    result = json.loads((tmp_path / "out" / "fit.json").read_text("utf-8"))
    assert result["coverage"]["bewohner"] == 1
    assert result["fit"]["passend"]["count"] > 0
