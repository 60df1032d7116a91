"""The program as its users meet it: German, with exit codes, in a terminal and in a pipe."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

import importers
import rules
import sample_data
from cli.main import COMMANDS, main
from pebem.resident_mix import mix
from tests.support.web import workbooks
from web.reports import faulty_rows_xlsx

HOME = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")

AMOUNT = {
    "type": "object",
    "required": ["count", "seconds"],
    "additionalProperties": False,
    "properties": {"count": {"type": "integer", "minimum": 0}, "seconds": {"type": "integer", "minimum": 0}},
}
FIT = {
    "type": "object",
    "required": ["passend", "unterqualifiziert", "ueberqualifiziert", "vorbehalt_verletzt", "nicht_bewertbar"],
    "additionalProperties": AMOUNT,
    "maxProperties": 5,
}


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ergebnis")
    assert main(["analyse", str(HOME), "--out", str(out)]) == 1  # the sample has faults on purpose
    return out


def test_the_result_reconciles_to_the_row_and_the_second(analysed: Path) -> None:
    result = json.loads((analysed / "fit.json").read_text(encoding="utf-8"))
    Draft202012Validator(FIT).validate(result["fit"])
    counts = result["input"]
    assert counts["rows"] == counts["counted"] + sum(counts["excluded"].values())
    total = {key: sum(part[key] for part in result["fit"].values()) for key in ("count", "seconds")}
    assert total["count"] == counts["counted"]
    for name in ("by_ward", "by_shift", "by_intervention", "by_day"):
        for key in ("count", "seconds"):
            assert sum(p[key] for entry in result[name] for p in entry["fit"].values()) == total[key], name
    assert {key: sum(cell[key] for cell in result["matrix"]) for key in total} == total
    assert all(cell["count"] > 0 for cell in result["matrix"])
    assert all(0 <= share <= 1 for share in result["coverage"].values())


def test_workbook_equals_the_document(analysed: Path) -> None:
    result = json.loads((analysed / "fit.json").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(analysed / "fit.xlsx")
    names = ["Überblick", "Wohnbereiche", "Schichten", "Tage", "Interventionen", "Entlastung", "Methode"]
    assert book.sheetnames == names
    rows = {str(row[0].value): row for row in book["Überblick"].iter_rows() if row[0].value}
    assert rows["● Passend"][3].value == result["fit"]["passend"]["count"]
    square = {(cell["qn_soll"], cell["qn_ist"]): cell["seconds"] for cell in result["matrix"]}
    assert rows["QN 4"][4].value == pytest.approx(square[4, 4] / 3600)
    assert len(list(book["Interventionen"].iter_rows(min_row=5))) == len(result["by_intervention"])
    method = " ".join(str(row[1].value) for row in book["Methode"].iter_rows())
    assert "nicht amtlich" in method
    assert result["rulebook"]["sha256"] in method


def test_a_repaired_and_a_second_workbook_add_their_rows_to_the_first(tmp_path: Path) -> None:
    """Both carers of a bath count; residents of whom both workbooks tell are one each."""
    bath = ("0042", "", "1.1", "05.02.2026", "07:10", "20", "Früh", "", "")
    work = {"Interventionen": [workbooks.WORK[0], bath, ("0042", "", "Zauberei", *bath[3:])]}
    original = workbooks.workbook(**workbooks.home() | work)
    faulty = importers.read([("a.xlsx", original)], rules.load(date(2026, 2, 28)), sheets_needed=()).faulty_rows
    faulty_rows_xlsx.write(tmp_path / "berichtigt.xlsx", faulty, "17-4f3a")
    made = openpyxl.load_workbook(tmp_path / "berichtigt.xlsx")
    made["Interventionen"]["C2"].value = "1.1"
    made.save(tmp_path / "berichtigt.xlsx")
    (tmp_path / "a.xlsx").write_bytes(original)
    work["Interventionen"].pop()
    (tmp_path / "b.xlsx").write_bytes(workbooks.workbook(**workbooks.home() | work))
    files = [str(tmp_path / name) for name in ("a.xlsx", "berichtigt.xlsx", "b.xlsx")]
    assert main(["analyse", *files, "--out", str(tmp_path / "out")]) == 1  # the faulty row is still in the original
    result = json.loads((tmp_path / "out" / "fit.json").read_text(encoding="utf-8"))
    assert (result["input"]["counted"], result["input"]["residents"], result["input"]["staff"]) == (2, 2, 3)
    assert result["input"]["excluded"]["fehlerhaft"] == 1


def test_findings_name_place_value_and_repair(analysed: Path) -> None:
    sheet = openpyxl.load_workbook(analysed / "findings.xlsx")["Befunde"]
    headings, *rows = sheet.iter_rows(values_only=True)
    lines = [dict(zip(headings, row, strict=True)) for row in rows]
    assert lines[0]["Schwere"] == "Fehler"
    ambiguous = next(row for row in lines if row["Code"] == "intervention-mehrdeutig")
    assert (ambiguous["Blatt"], ambiguous["Spalte"], ambiguous["Wert"]) == ("Interventionen", "Intervention", "4,1")
    assert ambiguous["Spaltenbuchstabe"] == "C"
    source = openpyxl.load_workbook(HOME)["Interventionen"]
    assert source.cell(ambiguous["Zeile"], 3).value == 4.1
    assert all(row["Was ist los?"] and row["Was ist zu tun?"] for row in lines)


def test_assess_writes_the_same_values_to_csv_and_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(HOME), "--out", str(tmp_path / "a.csv")]) == 0
    assert main(["assess", str(HOME), "--out", str(tmp_path / "a.xlsx")]) == 0
    assert main(["assess", str(HOME)]) == 0
    written = (tmp_path / "a.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    printed = capsys.readouterr().out
    assert written.decode("utf-8-sig").splitlines() == printed.splitlines()
    from_csv = list(csv.DictReader(io.StringIO(printed), delimiter=";"))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    headings, *rows = sheet.iter_rows(values_only=True)
    assert list(from_csv[0]) == list(headings)
    notes = sheet.cell(1, len(headings)).column_letter
    assert sheet.column_dimensions[notes].width > 70  # sentences want room
    for text, values in zip(from_csv, rows, strict=True):
        for name, value in zip(headings, values, strict=True):
            shown = text[name]
            if isinstance(value, int | float):
                assert float(shown.replace(",", ".")) == value
            elif name == "Datum" and value:
                assert shown == f"{value:%d.%m.%Y}"
            else:
                assert shown == (value or "")


def test_explain_prints_reason_and_citation(capsys: pytest.CaptureFixture[str]) -> None:
    number = first_assessed()
    assert main(["explain", str(HOME), "--bewohner", number, "--intervention", "körperpflege: duschen"]) == 1
    text = capsys.readouterr().out
    assert "Rekonstruktion 2026.1 · nicht amtlich" in text
    assert "am 31.01.2026" in text
    assert "Beleg:" in text
    assert (
        main(["explain", str(HOME), "--bewohner", number, "--intervention", "4.12", "--am", "2026-01-31", "--json"])
        == 1
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["qn_min"] <= answer["qn_max"]
    assert any(rule["id"] == "basis" and rule["gilt"] for rule in answer["regeln"])
    assert max(rule["qn"] for rule in answer["regeln"] if rule["gilt"]) == answer["qn_min"]


def first_assessed() -> str:
    sheet = openpyxl.load_workbook(HOME)["Begutachtungen"]
    return str(next(sheet.iter_rows(min_row=2, values_only=True))[0])


def test_reserved_tasks_need_no_resident(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(HOME), "--intervention", "7.E02"]) == 1
    assert "Vorbehaltsaufgabe nach § 4 PflBG" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["analyse", "gibt-es-nicht.xlsx", "--out", "x"], "gibt es nicht"),
        (["analyse", str(HOME)], "Es fehlt die Angabe --out"),
        (["analyse", str(HOME), "--out", "x", "--from", "31.02.2026"], "ist kein Tag"),
        (["analyse", str(HOME), "--out", "x", "--from", "2026-02-01", "--to", "2026-01-01"], "liegt vor"),
        (["analyse", str(HOME), "--out", "x", "--from", "2027-01-01"], "liegt keine Zeile"),
        (["analyse", str(HOME), "--out", "x", "--to", "2019-01-01"], "keine Ausgabe"),
        (["analyse", str(HOME), "--out", "x", "--rulebook", "fremd"], "nicht bekannt"),
        (["analyse", str(Path(__file__)), "--out", "x"], "Blatt"),
        (["assess", str(HOME), "--out", "x.pdf"], ".csv oder .xlsx"),
        (["explain", str(HOME), "--bewohner", "999", "--intervention", "4.12"], "steht nicht im Blatt"),
        (["explain", str(HOME), "--bewohner", "0003", "--intervention", "Duschen"], "Meinten Sie"),
        (["explain", str(HOME), "--intervention", "4.12"], "--bewohner"),
        (["staffing", "--residents", "6=1"], "Pflegegrad 6"),
        (["staffing", "--residents", "2=1,2=1"], "jeden Pflegegrad einmal"),
        (["staffing", "--residents", "2=1", "--on", "2020-01-01"], "nicht hinterlegt"),
        (["rules", "prüfe"], "nicht möglich"),
        (["sample", "x", "--format", "pdf"], "pdf"),
        (["sample", "x", "--homes", "null"], "keine ganze Zahl"),
        (["analysieren"], "Den Befehl"),
    ],
)
def test_impossible_command_prints_one_sentence_and_writes_nothing(
    arguments: list[str], part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert part in output.err
    assert output.err.count("\n") == 1
    assert output.out == ""
    assert not list(tmp_path.iterdir())


def test_findings_are_written_even_if_every_row_is_faulty(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(HOME)
    sheet = book["Interventionen"]
    sheet.delete_rows(4, sheet.max_row)
    for row in (2, 3):
        sheet.cell(row, 3).value = "gibt es nicht"
    book.save(tmp_path / "home.xlsx")
    assert main(["analyse", str(tmp_path / "home.xlsx"), "--out", str(tmp_path / "out")]) == 1
    result = json.loads((tmp_path / "out" / "fit.json").read_text(encoding="utf-8"))
    assert result["input"]["excluded"]["fehlerhaft"] == result["input"]["rows"] == 2
    assert result["period"] == {"from": None, "to": None}
    assert openpyxl.load_workbook(tmp_path / "out" / "findings.xlsx")["Befunde"].max_row > 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_german_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Aufruf: pebem")
    assert "Beispiel" in text
    assert f"pebem {command}" in text.split("Beispiel")[1]
    for english in ("usage", "options:", "show this help", "positional"):
        assert english not in text


def test_the_program_runs_as_its_own_process() -> None:
    done = subprocess.run([sys.executable, "-m", "cli"], capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    done = subprocess.run([sys.executable, "-m", "cli", "nix"], capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")


def test_analysing_loads_neither_pages_nor_databases() -> None:
    code = (
        "import sys; from cli.main import main; main(sys.argv[1:]); "
        "print(sorted({'flask', 'sqlalchemy', 'brotli'} & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "staffing", "--residents", "2=1"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["analyse", "--help"], ["serve", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = "import sys; from cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True, encoding="utf-8")
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "argparse" in loaded
    assert not loaded & {"pandas", "numpy", "sqlalchemy", "flask", "yaml"}


def test_staffing_is_exact_and_rounded_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staffing", "--residents", "1=1,2=18,3=36,4=30,5=15", "--on", "2026-03-01", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["vzae"] == {"nr1": 14.9852, "nr2": 11.0298, "nr3": 20.6792, "total": 46.6942}
    assert document["vzae_gerundet"]["total"] == "46.69"
    assert "§ 113c" in document["beleg"]


def test_same_seed_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        assert main(["sample", str(tmp_path / name), "--residents", "8", "--seed", "5"]) == 0
    first, second = (Path(line) for line in capsys.readouterr().out.splitlines())
    assert first.read_bytes() == second.read_bytes()


def test_template_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "vorlage.xlsx"
    assert main(["template", str(path)]) == 0
    assert main(["template", str(path)]) == 2
    assert "gibt es schon" in capsys.readouterr().err


def test_staffing_from_a_workbook_is_compared_with_actual_staff(capsys: pytest.CaptureFixture[str]) -> None:
    days = ["--from", "01.01.2026", "--to", "31.01.2026"]
    assert main(["staffing", "--file", str(HOME), *days, "--full-time", "39", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    read = importers.read([HOME], rules.load(date(2026, 1, 31)))
    mean = mix(read.tables, date(2026, 1, 1), date(2026, 1, 31))
    assert document["bewohner"] == {str(grade): float(mean.by_grade[grade]) for grade in range(1, 6)}
    assert document["ohne_pflegegrad"] == float(mean.by_grade[0] + mean.by_grade[-1])
    assert document["errechneter_pflegegrad"] == float(mean.stood_in) > 0
    assert sum(document["vorhanden"][name] for name in ("nr1", "nr2", "nr3")) == pytest.approx(
        document["vorhanden"]["total"]
    )
    sheet = openpyxl.load_workbook(HOME)["Mitarbeitende"]
    names, *rows = sheet.iter_rows(values_only=True)
    level, hours = names.index("QN"), names.index("Wochenstunden")
    role, start, end = names.index("Rolle"), names.index("Gültig ab"), names.index("Gültig bis")
    nurses = [r for r in rows if r[level] and int(r[level]) == 3 and "43b" not in str(r[role])]
    first, last = datetime(2026, 1, 1), datetime(2026, 1, 31)  # noqa: DTZ001  # days as the workbook has them
    lengths = [(min(r[end] or last, last) - max(r[start] or first, first)).days + 1 for r in nurses]
    weekly = sum(float(r[hours]) * max(days_held, 0) for r, days_held in zip(nurses, lengths, strict=True)) / 31
    assert document["vorhanden"]["nr2"] == pytest.approx(weekly / 39)
    assert main(["staffing", "--file", str(HOME), *days]) == 1
    assert "Vorhanden nach Wochenstunden" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "entweder"),
        (["--residents", "2=1", "--file", str(HOME)], "entweder"),
        (["--file", str(HOME)], "--from und --to"),
        (["--file", str(HOME), "--from", "2026-02-01", "--to", "2026-01-01"], "liegt vor"),
        (["--residents", "2=1", "--full-time", "0"], "keine Wochenstunden"),
    ],
)
def test_staffing_asks_for_what_it_needs(arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staffing", *arguments]) == 2
    assert part in capsys.readouterr().err
