"""Every command that reads a file says on standard error what was wrong with it, and ends with 1 after an error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import sample_data
from cli.main import main
from importers.sheets.profiles import fingerprint
from tests.support.importers.files import DAY, Sheets, csv_files, home, xlsx

ROOT = Path(__file__).parents[2]
HEADINGS = ["lfd", "Wann", "Wen", "Was", "Wer", "Wie lange"]
COLUMNS = {
    "Datum": "Wann",
    "Bewohner-Nr": "Wen",
    "Intervention": "Was",
    "Personal-Nr": "Wer",
    "Minuten": "Wie lange",
}


def commands(path: Path) -> list[list[str]]:
    """Return one call of each command that reads a whole workbook."""
    file = str(path)
    return [
        ["analyse", file, "--out", str(path.with_suffix(""))],
        ["explain", file, "--bewohner", "0042", "--intervention", "4.10", "--am", "02.03.2026"],
        ["staffing", "--file", file, "--from", "01.03.2026", "--to", "31.03.2026"],
        ["whatif", file, "--move", "4.10=4"],
    ]


def written(folder: Path, sheets: Sheets) -> Path:
    path = folder / "heim.xlsx"
    path.write_bytes(xlsx(sheets))
    return path


@pytest.mark.parametrize("number", range(4))
def test_an_omitted_row_is_printed_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    sheets = home()
    sheets["Instabilität"].append(["0042", "sturz", "irgendwann", "", ""])
    assert main(commands(written(tmp_path, sheets))[number]) == 1
    output = capsys.readouterr()
    assert "Fehler: heim.xlsx, Blatt Instabilität, Zeile 3, Spalte Von, „irgendwann“: " in output.err
    assert "irgendwann" not in output.out


@pytest.mark.parametrize("number", range(4))
def test_without_an_error_every_command_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    assert main(commands(written(tmp_path, home()))[number]) == 0
    assert "Fehler" not in capsys.readouterr().err


@pytest.mark.parametrize("number", range(4))
def test_every_command_reads_by_a_profile(tmp_path: Path, number: int) -> None:
    sheets = home()
    _, *rows = sheets.pop("Bewohner")
    sheets["Wer hier wohnt"] = [["Wen", "Wo"], *([row[0], row[3]] for row in rows)]
    path, profile = written(tmp_path, sheets), tmp_path / "profil.json"
    columns = {"Bewohner-Nr": "Wen", "Wohnbereich": "Wo"}
    sheet = {"fingerprint": fingerprint(["Wen", "Wo"]), "sheet": "Bewohner", "columns": columns}
    profile.write_text(json.dumps({"name": "Fremd", "sheets": [sheet]}), encoding="utf-8")
    assert main(commands(path)[number]) == 2
    assert main([*commands(path)[number], "--profile", str(profile)]) == 0


def test_staffing_prints_findings_on_monthly_hours_and_part_time_shares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = home()
    hours = ["38,5 h", "167,4", "0,75 VK", "50 %", "19:15"]
    sheets["Mitarbeitende"] = [
        ["Personal-Nr", "QN", "Wochenstunden"],
        *[[f"P{number}", 4, cell] for number, cell in enumerate(hours)],
    ]
    path = written(tmp_path, sheets)
    assert main([*commands(path)[2], "--json", "--full-time", "38,5"]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["vorhanden"]["nr3"] == 1.5
    told = [line for line in output.err.splitlines() if "Wochenstunden" in line]
    assert [cell for cell in hours if any(f"„{cell}“" in line for line in told)] == ["167,4", "0,75 VK", "50 %"]


def test_unreadable_cells_of_assess_are_printed_and_noted_in_their_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "Begutachtungen.csv"
    path.write_text("Bewohner-Nr;1.1;1.2\nA;9;1\nB;9;1\nC;1;1\n", encoding="utf-8")
    assert main(["assess", str(path)]) == 1
    output = capsys.readouterr()
    assert "Fehler: Begutachtungen.csv, Blatt Begutachtungen, Zeilen 2, 3, Spalte 1.1, „9“: " in output.err
    assert ["gibt es bei 1.1 nicht" in line for line in output.out.splitlines()[1:]] == [True, True, False]


def test_many_findings_are_counted_after_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = home()
    sheets["Interventionen"] += [["0042", "P1", f"Rätsel {n}", DAY, "", 5, "", "", "", ""] for n in range(30)]
    assert main(commands(written(tmp_path, sheets))[1]) == 1
    assert "… und 5 weitere." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("headings", "parts"),
    [
        ([*HEADINGS, "Neu"], ["„Fremd“", "„export.csv“", "Außerdem steht dort: „lfd“, „Neu“"]),
        (["Datum", *HEADINGS[2:]], ["„Fremd“", "Es fehlt: „Wann“"]),
        (["a", "b"], ["„Fremd“", "Keine der Überschriften"]),
    ],
)
def test_a_profile_that_fits_no_sheet_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], headings: list[str], parts: list[str]
) -> None:
    sheets = home()
    del sheets["Interventionen"]
    paths = [tmp_path / "export.csv", tmp_path / "profil.json"]
    row = ["1", "02.03.2026", "0042", "4.10", "P1", "12", "x"][: len(headings)]
    paths[0].write_text("\n".join([";".join(headings), ";".join(row)]), encoding="utf-8")
    for name, content in csv_files(sheets):
        (tmp_path / name).write_bytes(content)
    sheet = {"fingerprint": fingerprint(HEADINGS), "sheet": "Interventionen", "columns": COLUMNS}
    paths[1].write_text(json.dumps({"name": "Fremd", "sheets": [sheet]}), encoding="utf-8")
    files = sorted(map(str, tmp_path.glob("*.csv")))
    assert main(["analyse", *files, "--out", str(tmp_path / "out"), "--profile", str(paths[1])]) == 2
    told = capsys.readouterr().err
    assert [part for part in parts if part not in told] == []


def test_import_writes_nothing_but_its_result_into_a_pipe(tmp_path: Path) -> None:
    (file,) = sample_data.make(tmp_path, homes=1, residents=3, months=1, seed=4)
    environment = {"PEBEM_HOME": str(tmp_path / "pebem"), "PYTHONPATH": str(ROOT), "PATH": ""}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert run("user", "add", "pdl.meier", "--name", "Petra Meier", "--einrichtung", "Haus am Park").returncode == 0
    done = run("import", str(file), "--home", "Haus am Park", "--user", "pdl.meier", "--dry-run")
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if "debug" in line or "{" in line or "percent" in line] == []
    assert done.stdout.splitlines()[-1].startswith("Probelauf")
    assert done.stderr.startswith("Fehler: ")
    assert [line for line in done.stderr.splitlines() if not line.startswith(("Fehler: ", "Warnung: ", "… und "))] == []
