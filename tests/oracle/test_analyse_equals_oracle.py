"""The product against the oracle: every figure of ``fit.json``, of ``assess`` and the bounds of ``explain``."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from . import cases, product
from .oracle import CATALOGUE, Oracle, Target
from .product import LISTS, comparable
from .random_home import START, random_headings, random_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .home import Home

SEEDS = [*range(25), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(25, 200))]
FIGURES = [f"M{m}_{what}" for what in ("Summe", "Punkte") for m in range(1, 7)]
FIGURES += ["M2_M3_Punkte", "Gesamtpunkte", "Pflegegrad"]


def assert_reconciles(document: dict) -> None:
    """The sums of contracts: nothing is lost between input, classes, matrix and lists."""
    counted = document["input"]["counted"]
    assert document["input"]["rows"] == counted + sum(document["input"]["excluded"].values())
    fit = Counter({(c, k): v for c, f in document["fit"].items() for k, v in f.items()})
    assert sum(v for (_, k), v in fit.items() if k == "count") == counted
    for name in LISTS[1:]:
        parts = [(c, k, v) for entry in document[name] for c, f in entry["fit"].items() for k, v in f.items()]
        assert all(sum(v for c, k, v in parts if (c, k) == key) == total for key, total in fit.items()), name
    for k in ("count", "seconds"):
        assert sum(cell[k] for cell in document["matrix"]) == sum(v for (_, kind), v in fit.items() if kind == k)


@pytest.mark.parametrize("build", cases.CASES, ids=lambda build: build.__name__)
def test_hard_case_by_hand_and_by_oracle(build: Callable[[], cases.Case], tmp_path: Path) -> None:
    case = build()
    path = case.home.workbook(tmp_path / "heim.xlsx")
    code, document = product.analyse(path, *case.arguments, out=tmp_path / "out")
    counted = [e for e in case.expect if not isinstance(e, str)]
    left_out = Counter(e for e in case.expect if isinstance(e, str))
    assert {k: v for k, v in document["input"]["excluded"].items() if v} == left_out
    assert {c: f["count"] for c, f in document["fit"].items() if f["count"]} == Counter(c for _, _, c in counted)
    assert {(c["qn_soll"], c["qn_ist"]): c["count"] for c in document["matrix"]} == Counter(e[:2] for e in counted)
    assert document["passend_durch_zertifikat"]["count"] == case.certified
    if case.seconds is not None:
        assert sum(f["seconds"] for f in document["fit"].values()) == case.seconds
    if left_out[cases.FAULTY]:
        assert code == product.DONE_WITH_ERRORS
    days = [dt.date.fromisoformat(a) for a in case.arguments if a[0].isdigit()]
    assert comparable(document) == comparable(Oracle(path).document(*days))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_home_equals_oracle(seed: int, tmp_path: Path) -> None:
    home = random_home(seed)
    path = home.workbook(tmp_path / "heim.xlsx", random_headings(seed, home) if seed % 2 else None)
    _, document = product.analyse(path, out=tmp_path / "out")
    assert_reconciles(document)
    assert comparable(document) == comparable(Oracle(path).document())


@pytest.mark.parametrize("seed", [3, 11])
def test_period_cuts_random_homes(seed: int, tmp_path: Path) -> None:
    path = random_home(seed).workbook(tmp_path / "heim.xlsx")
    first, last = START + dt.timedelta(3), START + dt.timedelta(9)
    _, document = product.analyse(path, "--from", first, "--to", last, out=tmp_path / "out")
    assert document["input"]["excluded"]["ausserhalb_zeitraum"] > 0
    assert comparable(document) == comparable(Oracle(path).document(first, last))


@pytest.mark.parametrize("seed", [1, 6])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_in_any_encoding_equals_oracle(seed: int, encoding: str, tmp_path: Path) -> None:
    files = random_home(seed).csvs(tmp_path / "csv", encoding)
    _, document = product.analyse(*files, out=tmp_path / "out")
    assert comparable(document) == comparable(Oracle(tmp_path / "csv").document())


def test_umlauts_survive_windows_1252_and_utf_8(tmp_path: Path) -> None:
    home = cases.umlauts_everywhere().home
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        _, document = product.analyse(*home.csvs(tmp_path / encoding, encoding), out=tmp_path / f"{encoding}-out")
        assert {entry["wohnbereich"] for entry in document["by_ward"]} == {"Süd", "Straße"}
        assert {entry["schicht"] for entry in document["by_shift"]} == {"Früh", "Spät"}


def test_the_installed_program_does_the_same(tmp_path: Path) -> None:
    path = random_home(4).workbook(tmp_path / "heim.xlsx")
    command = [sys.executable, "-m", "cli", "analyse", str(path), "--out", str(tmp_path / "out")]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == product.DONE_WITH_ERRORS, ran.stderr
    document = json.loads((tmp_path / "out" / "fit.json").read_text(encoding="utf-8"))
    del document["rulebook"]
    assert comparable(document) == comparable(Oracle(path).document())
    assert (tmp_path / "out" / "fit.xlsx").exists()
    assert (tmp_path / "out" / "findings.xlsx").exists()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_assess_equals_the_calculation_by_hand(suffix: str, tmp_path: Path) -> None:
    path = cases.assessments_home().workbook(tmp_path / "heim.xlsx")
    rows = product.assess(path, tmp_path / f"ergebnis{suffix}")
    for (name, _, _, expected), row in zip(cases.ASSESSMENTS, rows, strict=True):
        assert {key: row[key] for key in expected} == expected, name


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("seed", range(0, 25, 5))
def test_assess_equals_oracle(suffix: str, seed: int, tmp_path: Path) -> None:
    path = random_home(seed).workbook(tmp_path / "heim.xlsx")
    rows = product.assess(path, tmp_path / f"ergebnis{suffix}")
    expected = Oracle(path).assessments
    assert len(rows) == len(expected)
    for row, assessment in zip(rows, expected, strict=True):
        assert {key: row[key] for key in FIGURES} == assessment.score()
    for row in rows:
        assert set(row) >= {"Bewohner-Nr", "Datum", *FIGURES, "Hinweise"}


def test_assess_reads_a_csv_of_the_one_sheet(tmp_path: Path) -> None:
    home = random_home(2)
    files = home.csvs(tmp_path / "csv", "cp1252")
    sheet = next(f for f in files if f.stem == "Begutachtungen")
    rows = product.assess(sheet, tmp_path / "ergebnis.csv")
    expected = [a.score() for a in Oracle(tmp_path / "csv").assessments]
    assert [{key: row[key] for key in FIGURES} for row in rows] == expected


@pytest.mark.parametrize("seed", [0, 7, 13])
def test_explain_prints_the_bounds_of_the_oracle(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = random_home(seed)
    path = home.workbook(tmp_path / "heim.xlsx")
    oracle, rng = Oracle(path), random.Random(seed)
    for _ in range(12):
        entry = CATALOGUE[rng.choice(sorted(CATALOGUE))]
        resident = rng.choice(sorted(oracle.residents))
        on = START + dt.timedelta(rng.randint(-20, 20))
        target = oracle.target(entry, resident, on)
        said = product.explain(capsys, path, "--bewohner", resident, "--intervention", entry["id"], "--am", on)
        _assert_explained(said, target, f"{resident} {entry['id']} {on}")


def _assert_explained(said: dict, target: Target, where: str) -> None:
    assert said["qn_soll"] == target.soll, where
    if target.low is None:
        return
    assert (said["qn_min"], said["qn_max"]) == (target.low, target.high), where
    levels = {rule["id"]: rule["qn"] for rule in said["regeln"]}
    certain = [rule["qn"] for rule in said["regeln"] if rule["gilt"] is True]
    possible = [rule["qn"] for rule in said["regeln"] if rule["gilt"] is not False]
    assert (max(certain), max(possible)) == (target.low, target.high), where
    if target.soll:
        deciding = {rule["id"] for rule in said["regeln"] if rule["entscheidet"]}
        assert deciding == set(target.deciding), where
        assert {levels[name] for name in deciding} == {target.soll}, where


def test_explain_knows_titles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cases.with_points({"4.3": 2}).did(cases.WASH, cases.FIRST, "B1", "P4").workbook(tmp_path / "heim.xlsx")
    ask = (path, "--bewohner", "B1", "--am", "01.02.2026", "--intervention")
    assert product.explain(capsys, *ask, "intimpflege")["qn_soll"] == 2
    assert product.explain(capsys, *ask, "4.1")["qn_soll"] == 1


def test_explain_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home: Home = cases.with_points({"3.8": None}).did(cases.WASH, cases.FIRST, "B1", "P4")
    path = home.workbook(tmp_path / "heim.xlsx")
    product.run("explain", path, "--bewohner", "B1", "--intervention", cases.WASH, "--am", "2026-02-01")
    said = capsys.readouterr().out
    assert "mindestens QN 1" in said
    assert "höchstens QN 4" in said
    assert "3.8" in said
