"""The oracle itself: the cases worked out by hand and the points of the statute."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from . import cases, statute
from .oracle import Oracle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def period(arguments: list[str]) -> list[dt.date]:
    """Return the days among the arguments of a case, ``--from`` before ``--to``."""
    return [dt.date.fromisoformat(a) for a in arguments if a[0].isdigit()]


@pytest.mark.parametrize("build", cases.CASES, ids=lambda build: build.__name__)
def test_oracle_agrees_with_the_hand(build: Callable[[], cases.Case], tmp_path: Path) -> None:
    case = build()
    rows = Oracle(case.home.workbook(tmp_path / "heim.xlsx")).decisions(*period(case.arguments))
    assert [r["excluded"] or (r["soll"], r["ist"], r["fit"]) for r in rows] == case.expect
    assert sum(r.get("certificate", False) for r in rows) == case.certified
    if case.seconds is not None:
        assert sum(r.get("seconds", 0) for r in rows) == case.seconds


@pytest.mark.parametrize("entry", cases.ASSESSMENTS, ids=lambda entry: entry[0])
def test_oracle_scores_assessments_as_by_hand(entry: tuple[str, dict, dict, dict], tmp_path: Path) -> None:
    _, cells, more, expected = entry
    home = cases.Home().resident("B1").assessed("B1", None, cells, **more)
    row = Oracle(home.workbook(tmp_path / "heim.xlsx")).assessments[0].score()
    assert {key: row[key] for key in expected} == expected


def test_csv_and_excel_contain_the_same_home(tmp_path: Path) -> None:
    home = cases.decimal_comma_and_half_seconds().home
    home.csvs(tmp_path / "csv", "cp1252")
    assert Oracle(tmp_path / "csv").document() == Oracle(home.workbook(tmp_path / "heim.xlsx")).document()


def test_part_c_would_go_wrong_in_floats() -> None:
    cells = dict.fromkeys(cases.Home().assessed("B1").headings("Begutachtungen"), 0)
    cells |= {"5.13 wöchentlich": 1, "5.15 wöchentlich": 1}
    assert 4.3 + 8.6 < 12.9
    assert statute.part_c(statute.part_c_sum(cells)) == 3
