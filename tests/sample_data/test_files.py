"""The files: bytes that repeat, dialects, and what they say about themselves."""

from __future__ import annotations

import csv
import io
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from python_calamine import load_workbook

import importers
import sample_data
from sample_data import workbook

if TYPE_CHECKING:
    from rules import RuleBook
    from sample_data import SampleHome

SMALL = {"homes": 2, "residents": 6, "months": 1}


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("fmt", ["xlsx", "csv", "parquet", "das"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, fmt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sample_data.make(tmp_path / "a", **SMALL, seed=3, fmt=fmt)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    sample_data.make(tmp_path / "b", **SMALL, seed=3, fmt=fmt)
    assert bytes_below(tmp_path / "a") == bytes_below(tmp_path / "b")


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    sample_data.make(tmp_path / "a", **SMALL, seed=3)
    sample_data.make(tmp_path / "b", **SMALL, seed=4)
    left, right = bytes_below(tmp_path / "a"), bytes_below(tmp_path / "b")
    assert left.keys() == right.keys()
    assert all(left[name] != right[name] for name in left)


def test_a_home_does_not_depend_on_how_many_are_made(tmp_path: Path) -> None:
    (alone,) = sample_data.make(tmp_path / "a", homes=1, residents=6, months=1, seed=3)
    first, second = sample_data.make(tmp_path / "b", **SMALL, seed=3)
    assert alone.read_bytes() == first.read_bytes() != second.read_bytes()


def test_the_committed_workbook_is_what_the_generator_makes(workbook_with_faults: Path) -> None:
    committed = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")
    assert committed.stat().st_size < 1_000_000
    old_book, new_book = load_workbook(committed), load_workbook(workbook_with_faults)
    assert old_book.sheet_names == new_book.sheet_names == [*sample_data.SHEETS, "Hinweise"]
    for name in old_book.sheet_names:
        assert old_book.get_sheet_by_name(name).to_python() == new_book.get_sheet_by_name(name).to_python(), name


def test_workbook_is_marked_as_synthetic(workbook_with_faults: Path) -> None:
    book = openpyxl.load_workbook(workbook_with_faults, read_only=True)
    assert "Synthetische Beispieldaten" in book["Hinweise"]["A1"].value
    assert "synthetisch" in book.properties.title
    assert "erfunden" in book.properties.description
    assert book.properties.created.date() == date(2026, 1, 1)


def test_cells_of_a_workbook_have_the_types_excel_users_enter(
    workbook_with_faults: Path, home_with_faults: SampleHome
) -> None:
    book = openpyxl.load_workbook(workbook_with_faults)
    sheet = book["Interventionen"]
    headings = [cell.value for cell in sheet[1]]
    assert headings == list(home_with_faults.sheets["Interventionen"].columns)
    row = dict(zip(headings, sheet[2], strict=True))
    assert row["Datum"].is_date
    assert row["Datum"].number_format == "dd.mm.yyyy"
    assert row["Uhrzeit"].number_format == "hh:mm"
    assert row["Personal-Nr"].data_type == "s"
    (number,) = home_with_faults.planted["number_for_id"]
    cell = sheet.cell(number, headings.index("Intervention") + 1)
    assert (cell.value, cell.data_type, cell.number_format) == (4.1, "n", "General")
    assert book["Bewohner"]["A2"].value.startswith("0")


def test_a_folder_of_csv_files_is_in_the_dialect_of_german_excel(tmp_path: Path) -> None:
    (folder,) = sample_data.make(tmp_path, homes=1, residents=28, months=1, seed=1, fmt="csv")
    (drawn,) = sample_data.draw(homes=1, residents=28, months=1, seed=1)
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in sample_data.SHEETS} | {"LIESMICH.txt"}
    assert "Synthetische Beispieldaten" in (folder / "LIESMICH.txt").read_text(encoding="utf-8-sig")
    for name, frame in drawn.sheets.items():
        raw = (folder / f"{name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\r\n") == raw.count(b"\n") == len(frame) + 1
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
        assert list(rows[0]) == list(frame.columns)
        if name == "Interventionen":
            expected = frame["Minuten"].dropna().tolist()
            assert [float(row["Minuten"].replace(",", ".")) for row in rows if row["Minuten"]] == expected
            assert any(row["Minuten"].endswith(",5") for row in rows)
            assert [row["Datum"] for row in rows] == [f"{day:%d.%m.%Y}" for day in frame["Datum"]]
            assert [row["Uhrzeit"] for row in rows] == [f"{clock:%H:%M}" for clock in frame["Uhrzeit"]]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"fmt": "pdf"}, "„pdf“ ist unbekannt"),
        ({"homes": 0}, "Häuser"),
        ({"residents": 0}, "Bewohner:innen"),
        ({"months": -1}, "Monate"),
        ({"seed": -1}, "Seed"),
    ],
)
def test_impossible_sample_is_refused_before_anything_is_written(
    tmp_path: Path, wanted: dict[str, Any], sentence: str
) -> None:
    arguments = {"homes": 1, "residents": 3, "months": 1, "seed": 1} | wanted
    with pytest.raises(sample_data.SampleError, match=sentence):
        sample_data.make(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_a_home_longer_than_an_excel_sheet_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sample_data.workbook.LONGEST_SHEET", 1000)
    with pytest.raises(sample_data.SampleError, match="csv"):
        sample_data.make(tmp_path, homes=1, residents=3, months=1, seed=1)
    assert not list(tmp_path.iterdir())


def test_a_workbook_has_exactly_as_many_interventions_as_wanted(tmp_path: Path, book: RuleBook) -> None:
    workbook.write(tmp_path / "many.xlsx", sample_data.with_interventions(12_345, residents=20))
    result = importers.read([tmp_path / "many.xlsx"], book)
    assert (result.rows, result.tables.faulty) == (12_345, 0)
    with pytest.raises(sample_data.SampleError, match="mindestens 1"):
        sample_data.with_interventions(0)
