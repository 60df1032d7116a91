"""All homes of a folder of Parquet: what comes out, what bad files do, and what a second run leaves alone."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import importers
import pebem
import rules
import sample_data
from cli.main import main
from sample_data import delimited
from tests.support.importers.parquet_files import month, rewrite, with_value
from web.reports import fit_json

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[parquet]'")
pq = pytest.importorskip("pyarrow.parquet")

SAMPLE = {"homes": 2, "residents": 3, "months": 2, "seed": 3}
PERIOD = date(2026, 1, 1), date(2026, 2, 28)


@dataclass
class Run:
    out: Path
    code: int
    output: str

    def json(self, *path: str) -> dict:
        return json.loads(self.out.joinpath(*path).read_text(encoding="utf-8"))

    def findings(self) -> list[dict[str, object]]:
        headings, *rows = openpyxl.load_workbook(self.out / "findings.xlsx")["Befunde"].iter_rows(values_only=True)
        return [dict(zip(headings, row, strict=True)) for row in rows]

    def files(self) -> dict[str, bytes]:
        """Everything that must be equal to the bit; workbooks and stamps hold times."""
        kept = [path for path in self.out.rglob("*") if path.suffix in {".parquet", ".json"}]
        return {str(p.relative_to(self.out)): p.read_bytes() for p in kept if p.name != "stamp.json"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traeger")
    sample_data.make(folder, **SAMPLE, fmt="parquet")
    return folder


@pytest.fixture
def federation(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "traeger"))


@pytest.fixture
def analyse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    def run(folder: Path, *more: str, out: str = "ergebnis") -> Run:
        code = main(["analyse", "--parquet", str(folder), "--out", str(tmp_path / out), "--workers", "1", *more])
        output = capsys.readouterr()
        return Run(tmp_path / out, code, output.out + output.err)

    return run


# ---------------------------------------------------------------- what comes out


def test_home_has_the_same_result_as_its_csv_files(
    federation: Path, analyse: Callable[..., Run], tmp_path: Path
) -> None:
    run = analyse(federation)
    assert run.code == 0, run.output
    book = rules.load(PERIOD[1])
    for number, home in enumerate(sample_data.draw(**SAMPLE, dirt=False), start=1):
        delimited.write(tmp_path / home.name, home)
        tables = importers.read(sorted((tmp_path / home.name).glob("*.csv")), book).tables
        people = {"residents": len(tables.residents), "staff": tables.staff["staff"].nunique()}
        expected = fit_json.document(pebem.score(tables, book, PERIOD), book, **people)
        assert run.json("homes", f"home={number:04}", "fit.json") == expected


def test_shifts_follow_from_the_time_of_day_as_in_a_workbook(
    federation: Path, analyse: Callable[..., Run], tmp_path: Path
) -> None:
    def without(table: pa.Table) -> pa.Table:
        return table.set_column(table.schema.get_field_index("shift"), "shift", pa.nulls(len(table), pa.string()))

    for path in federation.glob("home=*/interventions/*.parquet"):
        rewrite(path, without)
    first = analyse(federation)
    assert {entry["schicht"] for entry in first.json("fit.json")["by_shift"]} == {None}
    run = analyse(federation, "--shifts", "Früh=06:00,Spät=14:00")  # the same folder: nothing of the first run is left
    (home, *_) = sample_data.draw(**SAMPLE, dirt=False)
    delimited.write(tmp_path / home.name, home)
    work = tmp_path / home.name / "Interventionen.csv"
    heads, *rows = list(csv.reader(work.read_text("utf-8-sig").splitlines(), delimiter=";"))
    at = heads.index("Schicht")
    lines = [heads, *([*row[:at], "", *row[at + 1 :]] for row in rows)]
    work.write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    files = sorted(map(str, (tmp_path / home.name).glob("*.csv")))
    assert main(["analyse", *files, "--out", str(tmp_path / "mappe"), "--shifts", "Früh=06:00,Spät=14:00"]) == 0
    expected = json.loads((tmp_path / "mappe" / "fit.json").read_text("utf-8"))["by_shift"]
    assert {"Früh (aus Uhrzeit)", "Spät (aus Uhrzeit)"} <= {entry["schicht"] for entry in expected}
    assert run.json("homes", "home=0001", "fit.json")["by_shift"] == expected
    assert "schicht-abgeleitet" in {one["Code"] for one in run.findings()}


def test_the_homes_add_up_to_the_whole(federation: Path, analyse: Callable[..., Run]) -> None:
    run = analyse(federation)
    whole, parts = run.json("fit.json"), [run.json("homes", f"home=000{i}", "fit.json") for i in (1, 2)]
    assert whole["homes"] == {"analysed": 2, "failed": 0}
    assert [entry["einrichtung"] for entry in whole["by_home"]] == ["0001", "0002"]
    for name in ("rows", "counted", "residents", "staff"):
        assert whole["input"][name] == sum(part["input"][name] for part in parts)
    for name, amount in whole["fit"].items():
        for key in ("count", "seconds"):
            assert amount[key] == sum(part["fit"][name][key] for part in parts)
            assert amount[key] == sum(entry["fit"][name][key] for entry in whole["by_home"])
            for by in ("by_ward", "by_shift", "by_intervention", "by_day"):
                assert amount[key] == sum(entry["fit"][name][key] for entry in whole[by]), by
    cells = pq.read_table(run.out / "aggregate")  # the homes as one data set, with a column home
    assert cells.column("count").to_numpy().sum() == whole["input"]["counted"]
    assert set(cells.column("home").to_pylist()) == {1, 2}
    coverage = pq.read_table(run.out / "coverage")
    assert coverage.column("counted").to_numpy().sum() == whole["input"]["counted"]


def test_one_file_of_interventions_or_one_a_month_and_any_batches_give_the_same_bits(
    federation: Path, analyse: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_month = analyse(federation, out="monate")
    for home in federation.iterdir():
        parts = sorted((home / "interventions").iterdir())
        pq.write_table(pa.concat_tables([pq.read_table(part) for part in parts]), home / "interventions.parquet")
        shutil.rmtree(home / "interventions")
    monkeypatch.setattr("importers.parquet.batches.BATCH", 997)
    assert analyse(federation, out="datei").files() == by_month.files()


def test_processes_give_the_same_bits_as_one(federation: Path, analyse: Callable[..., Run]) -> None:
    period = "--from", "2026-01-01", "--to", "2026-02-28"
    assert analyse(federation, "--workers", "2", *period, out="zwei").files() == analyse(federation, out="eins").files()


def test_requested_period_applies_to_every_home(federation: Path, analyse: Callable[..., Run]) -> None:
    run = analyse(federation, "--from", "2026-01-05", "--to", "2026-01-06")
    assert run.json("fit.json")["period"] == {"from": "2026-01-05", "to": "2026-01-06"}
    assert {entry["tag"] for entry in run.json("fit.json")["by_day"]} == {"2026-01-05", "2026-01-06"}
    assert run.json("fit.json")["input"]["excluded"]["ausserhalb_zeitraum"] > 0


# ---------------------------------------------------------------- a second run


def test_second_run_computes_only_missing_or_changed_homes(federation: Path, analyse: Callable[..., Run]) -> None:
    first = analyse(federation)
    before = {path: path.stat().st_mtime_ns for path in first.out.rglob("cells.parquet")}
    contents = first.files()
    again = analyse(federation)
    assert "(2 davon unverändert" in again.output
    assert again.files() == contents
    # Home 1 gets another input; home 2 is as a killed run leaves it: half a file, and no stamp.
    rewrite(month(federation), lambda table: table.slice(1))
    (again.out / "homes/home=0002/stamp.json").unlink()
    (again.out / "aggregate/home=0002/.cells.parquet-1").write_bytes(b"PAR1")
    third = analyse(federation)
    assert "unverändert" not in third.output
    assert not list(third.out.rglob(".cells*"))
    assert all(path.stat().st_mtime_ns > moment for path, moment in before.items())
    rows = [run_["input"]["rows"] for run_ in (json.loads(contents["fit.json"]), third.json("fit.json"))]
    assert rows[1] == rows[0] - 1
    assert third.files()["homes/home=0002/fit.json"] == contents["homes/home=0002/fit.json"]
    assert "unverändert" not in analyse(federation, "--to", "2026-01-31").output


def test_old_result_of_an_unreadable_home_is_removed(federation: Path, analyse: Callable[..., Run]) -> None:
    analyse(federation)
    (federation / "home=0001/staff.parquet").unlink()
    run = analyse(federation)
    assert [entry["einrichtung"] for entry in run.json("fit.json")["by_home"]] == ["0002"]
    assert not list(run.out.glob("*/home=0001/*"))


# ---------------------------------------------------------------- bad input: the home is named, the other goes on


def test_a_home_that_cannot_be_read_is_named_and_the_other_is_analysed(
    federation: Path, analyse: Callable[..., Run]
) -> None:
    month(federation).write_bytes(month(federation).read_bytes()[:5000])
    (federation / "home=a b").mkdir()
    run = analyse(federation)
    assert run.code == 1, run.output
    errors = {row["Datei"]: row for row in run.findings() if row["Schwere"] == "Fehler"}
    assert errors.keys() == {"home=0001", "home=a b"}
    assert errors["home=0001"]["Code"] == "einrichtung-nicht-ausgewertet"
    assert "beschädigt" in str(errors["home=0001"]["Was ist los?"])
    whole = run.json("fit.json")
    assert whole["homes"] == {"analysed": 1, "failed": 2}
    assert whole["fit"] == run.json("homes", "home=0002", "fit.json")["fit"]
    assert whole["input"]["counted"] > 0


def test_bad_rows_are_counted_and_reported_with_their_place(federation: Path, analyse: Callable[..., Run]) -> None:
    rewrite(month(federation), with_value("intervention", ["9.99"] * 3))
    first = pq.read_table(federation / "home=0002/residents.parquet").column("resident")[0].as_py()
    rewrite(federation / "home=0002/residents.parquet", with_value("resident", [first], row=1))
    run = analyse(federation)
    assert run.code == 1
    counts = run.json("homes", "home=0001", "fit.json")["input"]
    assert counts["excluded"]["fehlerhaft"] == 3
    assert counts["rows"] == counts["counted"] + sum(counts["excluded"].values())
    errors = {row["Code"]: row for row in run.findings() if row["Schwere"] == "Fehler"}
    unknown, double = errors["intervention-unbekannt"], errors["bewohner-doppelt"]
    assert (unknown["Datei"], unknown["Spalte"], unknown["Zeilen"]) == (
        "home=0001/2026-01.parquet",
        "intervention",
        3,
    )
    assert (double["Datei"], double["Spalte"]) == ("home=0002/residents.parquet", "resident")


def test_a_home_without_a_row_is_a_result_with_a_warning(federation: Path, analyse: Callable[..., Run]) -> None:
    for path in (federation / "home=0001/interventions").iterdir():
        rewrite(path, lambda table: table.slice(0, 0))
    run = analyse(federation)
    assert run.code == 0, run.output
    assert [row["Code"] for row in run.findings()] == ["keine-interventionen"]
    assert run.json("homes", "home=0001", "fit.json")["input"]["rows"] == 0
    assert run.json("fit.json")["homes"] == {"analysed": 2, "failed": 0}


# ---------------------------------------------------------------- the command


def test_impossible_command_prints_one_sentence(tmp_path: Path, federation: Path, analyse: Callable[..., Run]) -> None:
    (tmp_path / "leer").mkdir()
    cases = {
        ("gibt es nicht",): analyse(tmp_path / "nirgends"),
        ("liegt keine Einrichtung", "home=0001"): analyse(tmp_path / "leer"),
        ("--workers", "ab 1"): analyse(federation, "--workers", "0"),
        ("entweder Dateien oder mit --parquet",): analyse(federation, "datei.xlsx"),
        ("Profil gilt für Dateien", "--profile"): analyse(federation, "--profile", "profil.json"),
        ("liegt keine Zeile", "01.01.2026", "28.02.2026"): analyse(federation, "--from", "2027-01-01"),
    }
    for parts, message in cases.items():
        assert message.code == 2
        assert all(part in message.output for part in parts), message.output
        assert len(message.output.splitlines()) == 1


def test_without_pyarrow_the_message_names_what_to_install(
    federation: Path, analyse: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = ("pyarrow", "cli.federation", "web.federation", "importers.pa")
    for name in [n for n in sys.modules if n.startswith(rooms)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delattr("cli.federation", raising=False)
    run = analyse(federation)
    assert (run.code, "pip install 'pebem-analyse[parquet]'" in run.output) == (2, True)


def test_an_output_that_cannot_be_written_to(federation: Path, analyse: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "ergebnis").write_text("")
    run = analyse(federation)
    assert run.code == 2
    assert "kann nicht geschrieben werden" in run.output
