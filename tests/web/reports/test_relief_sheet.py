"""Feasible relief in ``fit.json`` and ``fit.xlsx``, from a file with duties and from one without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import sample_data
from cli.main import main

HOME = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")


def analyse(path: Path, out: Path) -> dict[str, Any]:
    assert main(["analyse", str(path), "--out", str(out), "--from", "05.01.2026", "--to", "09.01.2026"]) == 1
    return json.loads((out / "fit.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ergebnis")


@pytest.fixture(scope="module")
def result(out: Path) -> dict[str, Any]:
    return analyse(HOME, out)


def test_relief_reconciles_with_what_is_above_level(result: dict[str, Any]) -> None:
    relief = result["entlastung"]
    assert relief["ueberqualifiziert"]["seconds"] == result["fit"]["ueberqualifiziert"]["seconds"]
    parts = [relief["machbar"], *relief["nicht_machbar"].values()]
    assert sum(part["seconds"] for part in parts) == relief["ueberqualifiziert"]["seconds"]
    assert relief["machbar"]["seconds"] > 0
    moves = relief["was_an_wen"]
    assert sum(move["seconds"] for move in moves) == relief["machbar"]["seconds"]
    assert [move["seconds"] for move in moves] == sorted((move["seconds"] for move in moves), reverse=True)
    assert all(move["qn_ist"] > move["qn_soll"] >= move["qn_neu"] for move in moves)
    assert all((move["qn_neu"] < move["qn_soll"]) == move["zertifikat"] for move in moves)


def test_the_moves_of_an_intervention_do_not_exceed_its_work(result: dict[str, Any]) -> None:
    above = {entry["intervention"]: entry["fit"]["ueberqualifiziert"]["seconds"] for entry in result["by_intervention"]}
    moved = dict.fromkeys(above, 0)
    for move in result["entlastung"]["was_an_wen"]:
        moved[move["intervention"]] += move["seconds"]
    assert all(moved[name] <= above[name] for name in above)


def test_relief_sheet_equals_the_page_and_names_no_one(result: dict[str, Any], out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "fit.xlsx")["Entlastung"]
    rows = list(sheet.iter_rows(values_only=True))
    sums = {row[1]: row[2] for row in rows if row[1] and isinstance(row[2], int | float)}
    relief = result["entlastung"]
    assert sums["davon machbar"] == pytest.approx(relief["machbar"]["seconds"] / 3600)
    assert sums["Nicht machbar: keine Zeit mehr frei"] == pytest.approx(
        relief["nicht_machbar"]["keine_zeit"]["seconds"] / 3600
    )
    begin = next(i for i, row in enumerate(rows) if row[0] == "Nr.") + 1
    listed = [(row[0], *row[2:5], row[6] == "ja") for row in rows[begin:]]
    names = ("intervention", "qn_soll", "qn_ist", "qn_neu", "zertifikat")
    assert listed == [tuple(move[name] for name in names) for move in relief["was_an_wen"]]
    assert [row[7] for row in rows[begin:]] == pytest.approx([m["seconds"] / 3600 for m in relief["was_an_wen"]])
    assert any(row[5] == "Zusätzliche Betreuungskraft nach § 43b SGB XI" for row in rows[begin:])
    people = {str(row[0]) for row in openpyxl.load_workbook(HOME)["Mitarbeitende"].iter_rows(2, values_only=True)}
    assert not people & {str(value) for row in rows for value in row if isinstance(value, str)}


def test_without_duties_no_sheet_is_written(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(HOME)
    del book["Dienste"]
    book.save(tmp_path / "home.xlsx")
    assert "entlastung" not in analyse(tmp_path / "home.xlsx", tmp_path / "out")
    assert "Entlastung" not in openpyxl.load_workbook(tmp_path / "out" / "fit.xlsx").sheetnames
