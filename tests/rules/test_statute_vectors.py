"""The vectors of § 15 and § 113c SGB XI against the product, one test each, named by what they cite."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rules import assessment, staffing
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE

ON = dt.date(2026, 4, 1)
VECTORS = json.loads((Path(__file__).parent / "statute.json").read_text(encoding="utf-8"))
LETTER = {"D": "täglich", "W": "wöchentlich", "M": "monatlich"}
LOWEST_SUM = {  # of each Punktbereich, Anlage 2 zu § 15 SGB XI
    1: (0, 2, 4, 6, 10),
    2: (0, 2, 6, 11, 17),
    3: (0, 1, 3, 5, 7),
    4: (0, 3, 8, 19, 37),
    5: (0, 1, 2, 4, 6),
    6: (0, 1, 4, 7, 12),
}


def _name(vector: dict[str, Any]) -> str:
    return f"{vector['id']} [{vector['source']}]"


def _chosen(*keys: str, kind: str = "bi") -> pytest.MarkDecorator:
    chosen = [v for v in VECTORS if v["kind"] == kind and _answer(v) in keys]
    return pytest.mark.parametrize("vector", chosen, ids=_name)


def _answer(vector: dict[str, Any]) -> str:
    values = vector["input"]
    for key in ("residents", "special_constellation", "m5", "items", "bands", "total", "module_sums"):
        if key in values:
            return key
    raise AssertionError(vector["id"])


def _cells(values: dict[str, int]) -> dict[str, np.ndarray]:
    return {cell: np.array([values.get(cell, 0)]) for cell in ASSESSMENT_CELLS}


def _counts(m5: dict[str, dict[str, int]]) -> dict[str, np.ndarray]:
    return _cells({f"{item} {LETTER[k]}": n for item, counts in m5.items() for k, n in counts.items()})


def test_every_vector_is_run_once() -> None:
    kinds = [_answer(v) for v in VECTORS]
    assert len(VECTORS) == 104
    assert len({v["id"] for v in VECTORS}) == 104
    assert set(kinds) == {"residents", "special_constellation", "m5", "items", "bands", "total", "module_sums"}


@_chosen("total")
def test_grade_of_a_total(vector: dict[str, Any]) -> None:
    grades = assessment.pflegegrad(np.array([float(vector["input"]["total"])]), on=ON)
    assert grades.tolist() == [vector["expected"]["pflegegrad"]]


@_chosen("module_sums")
def test_weighted_points_of_a_sum(vector: dict[str, Any]) -> None:
    for module, points in vector["expected"]["weighted"].items():
        weighted = assessment.module_points(int(module[1]), np.array([vector["input"]["module_sums"][module]]))
        assert weighted.tolist() == [points]


@_chosen("bands")
def test_total_of_punktbereiche(vector: dict[str, Any]) -> None:
    total = np.zeros(1)
    for module, band in vector["input"]["bands"].items():
        number = int(module[1])
        total += assessment.module_points(number, np.array([LOWEST_SUM[number][band]]))
    assert total.tolist() == [vector["expected"]["total"]]
    assert assessment.pflegegrad(total, on=ON).tolist() == [vector["expected"]["pflegegrad"]]


@_chosen("special_constellation")
def test_special_constellation(vector: dict[str, Any]) -> None:
    total = np.array([float(sum(vector["input"]["module_sums"].values()))])
    special = np.array([vector["input"]["special_constellation"]])
    assert assessment.pflegegrad(total, on=ON, special=special).tolist() == [vector["expected"]["pflegegrad"]]
    assert assessment.score(_cells({}), special=special, on=ON).grade.tolist() == [5]


@_chosen("items")
def test_sums_and_points_of_items(vector: dict[str, Any]) -> None:
    values, expected = vector["input"], vector["expected"]
    findings = {k: np.array([_position(v)]) for k, v in values.get("continence", {}).items()}
    scores = assessment.score(
        _cells(values["items"]), continence_urine=findings.get("harn"), continence_stool=findings.get("stuhl"), on=ON
    )
    for module, total in expected.get("sums", {}).items():
        assert scores.sums[int(module[1])].tolist() == [total]
    for module, points in expected.get("weighted", {}).items():
        assert scores.points[int(module[1])].tolist() == [points]
    if "m23" in expected:
        assert scores.m2_m3.tolist() == [expected["m23"]]
    if "total" in expected:
        assert scores.total.tolist() == [expected["total"]]
    if "pflegegrad" in expected:
        assert scores.grade.tolist() == [expected["pflegegrad"]]


def _position(finding: str) -> int:
    return CONTINENCE.index(finding.replace("_", " "))


def _per_day(parts: assessment.Module5, part: str) -> Fraction:
    """Return the measures per day, exactly: the product counts them in 1/210 of a day."""
    return Fraction(int(getattr(parts, f"{part.lower()}_units")[0]), 210)


@_chosen("m5")
def test_module_5(vector: dict[str, Any]) -> None:
    expected = vector["expected"]["m5"]
    counts = _counts(vector["input"]["m5"])
    parts = assessment.module5_parts(counts)
    for part in "AB":
        if f"{part}_per_day" in expected:
            stated, decimals = expected[f"{part}_per_day"], expected.get(f"{part}_per_day_decimals")
            exact = _per_day(parts, part)
            assert (exact if decimals is None else round(exact, decimals)) == Fraction(str(stated))
        if part in expected:
            assert getattr(parts, part.lower()).tolist() == [expected[part]]
    if "C_sum" in expected:
        assert Fraction(int(parts.c_tenths[0]), 10) == Fraction(str(expected["C_sum"]))
    if "C" in expected:
        assert parts.c.tolist() == [expected["C"]]
    if "sum" in expected:
        assert assessment.score(counts, on=ON).sums[5].tolist() == [expected["sum"]]
    if "equivalent_entry" in expected:
        other = assessment.module5_parts(_counts(expected["equivalent_entry"]))
        assert _per_day(parts, "A") == _per_day(other, "A")
        assert parts.a.tolist() == other.a.tolist()


@_chosen("residents", kind="113c")
def test_full_time_equivalents(vector: dict[str, Any]) -> None:
    residents = {int(grade): number for grade, number in vector["input"]["residents"].items()}
    values = staffing.full_time_equivalents(residents, on=ON)
    for name, value in vector["expected"]["vzae"].items():
        assert float(getattr(values, name)) == pytest.approx(value, abs=1e-12)


def test_a_hundred_residents_add_up_exactly() -> None:
    """§ 113c Abs. 1 SGB XI: sums of four decimals, which binary floats would blur."""
    values = staffing.full_time_equivalents({1: 1, 2: 18, 3: 36, 4: 30, 5: 15}, on=ON)
    assert [str(v) for v in (values.nr1, values.nr2, values.nr3, values.total)] == [
        "14.9852",
        "11.0298",
        "20.6792",
        "46.6942",
    ]
