"""The export for the DAS and the CSV files beside it are the home of the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

import importers
import rules
import sample_data
from importers.das import xml as das_xml
from importers.findings import Severity
from sample_data.home import SYNTHETIC

if TYPE_CHECKING:
    from pathlib import Path

    from rules import RuleBook

NAMES = "{https://www.das-pflege.de}"
TARGET = date(2026, 1, 21)
SMALL = {"residents": 14, "months": 1, "seed": 5}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("das")
    (path,) = sample_data.make(folder, homes=1, **SMALL, fmt="das")
    return path


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xlsx")
    (path,) = sample_data.make(folder, homes=1, **SMALL, fmt="xlsx", dirt=False)
    return path


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return rules.load(TARGET)


def six_digits(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(resident=frame["resident"].map(lambda number: number.zfill(6)).astype("object"))


def test_export_and_csv_files_together_are_the_home_of_the_workbook(
    export: Path, workbook: Path, book: RuleBook
) -> None:
    ours = importers.read([export, *sorted(export.with_suffix("").glob("*.csv"))], book)
    theirs = importers.read([workbook], book)
    moved_in = ours.tables.residents.set_index("resident")["moved_in"]
    expected = six_digits(theirs.tables.assessments)
    undated = expected["date"].isna() & expected["resident"].isin(exported(export))
    assert undated.any()
    expected.loc[undated, "date"] = expected.loc[undated, "resident"].map(moved_in)
    pd.testing.assert_frame_equal(ours.tables.assessments, expected)
    pd.testing.assert_frame_equal(
        ours.tables.residents.drop(columns="ward"), six_digits(theirs.tables.residents).drop(columns="ward")
    )
    pd.testing.assert_frame_equal(ours.tables.instability, six_digits(theirs.tables.instability))
    pd.testing.assert_frame_equal(ours.tables.staff, theirs.tables.staff)
    for name in ("interventions", "duties"):
        left, right = (
            getattr(tables, name).drop(columns=["ward", "resident"], errors="ignore")
            for tables in (ours.tables, theirs.tables)
        )
        pd.testing.assert_frame_equal(left, right)
    cared_for = theirs.tables.interventions["resident"].astype("object")
    expected_residents = [number if pd.isna(number) else number.zfill(6) for number in cared_for]
    assert ours.tables.interventions["resident"].astype("object").tolist() == expected_residents
    assert {finding.code for finding in ours.findings} <= {finding.code for finding in theirs.findings} | {
        "das-ausgeschlossen"
    }


def exported(path: Path) -> set[str]:
    """Return the numbers of the full records."""
    return {one[f"{NAMES}IDBEWOHNER"] for one in records(path, "qs_data")}


def records(path: Path, kind: str) -> list[dict[str, str]]:
    tree = ET.parse(path)  # noqa: S314 - our own file
    return [
        {field.tag: field.get("value", "") for field in record}
        for record in tree.iterfind(f".//{NAMES}resident/{NAMES}{kind}")
    ]


def test_the_export_alone_breaks_no_rule(export: Path) -> None:
    errors = das_xml.read(export.name, export.read_bytes(), TARGET + timedelta(days=1)).findings
    assert [one.code for one in errors if one.severity is not Severity.NOTICE] == []


def test_export_contains_residents_of_the_target_date(export: Path, workbook: Path, book: RuleBook) -> None:
    residents = six_digits(importers.read([workbook], book).tables.residents)
    day = pd.Timestamp(TARGET)
    there = residents[~(residents["moved_out"] < day) & (residents["moved_in"] <= day)]
    full, short = records(export, "qs_data"), records(export, "qs_data_mds")
    assert {one[f"{NAMES}IDBEWOHNER"] for one in [*full, *short]} == set(there["resident"])
    assert len({len(one) for one in full}) == 1
    assert all(len(one) == 89 for one in full)


def test_recently_moved_in_or_dying_residents_have_a_short_record(tmp_path: Path) -> None:
    paths = sample_data.make(tmp_path, homes=4, residents=8, months=1, seed=9, fmt="das")
    reasons = [one[f"{NAMES}AUSSCHLUSSGRUND"] for path in paths for one in records(path, "qs_data_mds")]
    assert set(reasons) == {"1", "3"}


def test_files_are_marked_as_synthetic(export: Path) -> None:
    assert SYNTHETIC in export.read_text("utf-8")
    assert SYNTHETIC in (export.with_suffix("") / "LIESMICH.txt").read_text("utf-8-sig")
