"""``pebem rules`` as its users meet it: list, show, check, export, import, diff, print."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

import sample_data
from cli.main import main
from rules.checks.coverage import CERTAINTY
from rules.edition import documents, sha256_of
from rules.statute import SHELF

HOME = str(Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx"))
BUILT_IN = SHELF / "rekonstruktion-2026.2"
FILES = ("rulebook.yaml", "interventions.yaml", "rules.yaml", "instability.yaml")


def edit(path: Path, sheet: str, name: str, **cells: Any) -> None:
    """Change cells of the row with this id."""
    workbook = openpyxl.load_workbook(path)
    page = workbook[sheet]
    headings = [cell.value for cell in page[1]]
    row = next(row[0].row for row in page.iter_rows() if row[0].value == name)
    for heading, value in cells.items():
        cell = page.cell(row, headings.index(heading) + 1, value)
        if isinstance(value, str):
            cell.data_type = "s"  # typed as text, even where it begins like a formula
    workbook.save(path)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a house rulebook that came from the edited workbook."""
    folder = tmp_path_factory.mktemp("haus")
    book = folder / "haus.xlsx"
    assert main(["rules", "export", "rekonstruktion", str(book)]) == 0
    edit(book, "Regelwerk", "rekonstruktion", id="haus-sued", Ausgabe="1", Status="hausregel", Titel="Haus Süd")
    edit(book, "Regeln", "grad-2", Bedingung="grad(intervention) >= 1", QN=3)
    edit(book, "Interventionen", "4.12", QN=3, Hinweis="=4+1 heißt hier nichts,\nnur Text")
    assert main(["rules", "import", str(book), "--out", str(folder / "regelwerk")]) == 0
    return folder / "regelwerk"


def test_own_rulebook_works_wherever_a_rulebook_does(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "check", str(house)]) == 0
    assert main(["analyse", HOME, "--rulebook", str(house), "--out", str(tmp_path / "ergebnis")]) == 1
    result = json.loads((tmp_path / "ergebnis" / "fit.json").read_text(encoding="utf-8"))
    head = {"id": "haus-sued", "edition": "1", "status": "hausregel", "sha256": sha256_of(documents(house))}
    assert result["rulebook"] == head
    capsys.readouterr()
    assert main(["rules", "show", str(house), "--intervention", "körperpflege: duschen"]) == 0
    shown = capsys.readouterr().out
    assert "Mindestniveau: QN 3" in shown
    assert "Haus Süd 1 · Hausregel, nicht amtlich" in shown
    assert "Vorbehaltsaufgabe nach" not in shown  # 4.12 is none


def test_the_check_begins_with_the_evidence_of_the_rulebook(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "12 von 142 Einträgen haben eine Quelle, 130 sind eigene Setzungen (im Mittel 66 % sicher)."
    assert "11 von 142 Einträgen haben eine Quelle" in "\n".join(lines)
    assert lines[-1] == CERTAINTY
    assert not any("100 %" in line for line in lines[: lines.index(next(one for one in lines if "2026.1" in one))])


def test_a_folder_needs_no_slash(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(house, tmp_path / "mein")
    monkeypatch.chdir(tmp_path)
    assert main(["explain", HOME, "--intervention", "7.E02", "--rulebook", "mein"]) == 1
    assert "Haus Süd" in capsys.readouterr().out


def test_imported_files_equal_their_workbook(house: Path, tmp_path: Path) -> None:
    again = tmp_path / "wieder.xlsx"
    assert main(["rules", "export", str(house), str(again)]) == 0
    assert main(["rules", "import", str(again), "--out", str(tmp_path / "zwei")]) == 0
    for name in FILES:
        assert (house / name).read_bytes() == (tmp_path / "zwei" / name).read_bytes()


def test_difference_is_listed_field_by_field(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "diff", "rekonstruktion-2026.2", str(house), "--on", "01.07.2026"]) == 0
    text = capsys.readouterr().out
    assert "Regelwerk: 1 geändert" in text
    assert "Bedingung: grad(intervention) >= 2 → grad(intervention) >= 1" in text
    assert "QN: QN 2 → QN 3" in text
    assert "Hinweis: – → =4+1 heißt hier nichts, nur Text" in text
    assert "Instabilität:" not in text
    assert main(["rules", "diff", "rekonstruktion", "rekonstruktion"]) == 0
    assert "Kein Eintrag unterscheidet sich." in capsys.readouterr().out


def test_the_effect_on_data_equals_two_analyses(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "diff", "rekonstruktion", str(house), "--data", HOME, "--json"]) == 1  # the sample has faults
    output = capsys.readouterr()
    document = json.loads(output.out)
    assert "2 fehlerhafte Zeilen" in output.err
    effect = document["wirkung"]
    for side, rulebook in (("vorher", "rekonstruktion-2026.2"), ("nachher", str(house))):
        main(["analyse", HOME, "--rulebook", rulebook, "--out", str(tmp_path / side)])
        result = json.loads((tmp_path / side / "fit.json").read_text(encoding="utf-8"))
        assert {name: parts[side] for name, parts in effect["passung"].items()} == result["fit"]
        assert result["rulebook"] == document[side]
    moved = effect["anderes_qn_soll"]
    assert moved["count"] == sum(move["count"] for move in effect["niveaus"]) > 0
    assert moved["seconds"] == sum(move["seconds"] for move in effect["niveaus"])
    assert effect["nicht_vergleichbar"] == {"count": 0, "seconds": 0}
    capsys.readouterr()
    main(["rules", "diff", "rekonstruktion", str(house), "--data", HOME])
    text = capsys.readouterr().out
    assert "Wirkung auf" in text
    assert "▲ Überqualifiziert" in text


def test_rows_of_an_intervention_the_other_rulebook_lacks_are_named(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(house, tmp_path / "kleiner")
    path = tmp_path / "kleiner" / "interventions.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["interventionen"] = [e for e in content["interventionen"] if e["id"] != "4.12"]
    for entry in content["interventionen"]:
        entry["gueltig_ab"], entry["beleg"]["geprueft_am"] = "2020-01-01", "2026-11-21"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    main(["rules", "diff", str(house), str(tmp_path / "kleiner"), "--data", HOME])
    text = capsys.readouterr().out
    assert "4.12  Körperpflege: Duschen (entfallen)" in text
    assert "nicht vergleichbar: Das zweite Regelwerk kennt sie nicht" in text


def test_errors_come_with_their_cells_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "kaputt.xlsx"
    assert main(["rules", "export", "rekonstruktion", str(book)]) == 0
    edit(book, "Regeln", "kognition", Bedingung="grad(2.10) > = 2")
    edit(book, "Interventionen", "4.10", Nr=4.1)
    capsys.readouterr()
    findings = tmp_path / "befunde.xlsx"
    out = tmp_path / "neu"
    assert main(["rules", "import", str(book), "--out", str(out), "--findings", str(findings)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Fehler: Blatt „Interventionen“, Zeile ")
    assert "Wert „4,1“" in lines[0]
    assert "Spalte „Bedingung“" in lines[1]
    assert "Zeichen" in lines[1]
    assert lines[2].startswith("Nicht übernommen: 2 Fehler.")
    assert not out.exists()
    assert openpyxl.load_workbook(findings)["Befunde"].max_row == 3


def test_a_broken_file_is_named_with_file_and_line(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(house, tmp_path / "kaputt")
    path = tmp_path / "kaputt" / "rules.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines, start=1) if "2.10" in line)
    lines[number - 1] = lines[number - 1].replace(">= 2", ">= 8")
    path.write_text("".join(lines), encoding="utf-8")
    assert main(["rules", "check", str(tmp_path / "kaputt")]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert f"rules.yaml, Zeile {number}, Eintrag kognition" in output.err
    for command in (
        ["export", str(tmp_path / "kaputt"), "x.xlsx"],
        ["diff", "rekonstruktion", str(tmp_path / "kaputt")],
    ):
        assert main(["rules", *command]) == 2
        assert f"Zeile {number}" in capsys.readouterr().err


def test_check_prints_the_sources_of_entries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check"]) == 0
    text = capsys.readouterr().out
    rows = {line[:34].strip(): line[34:].split() for line in text.splitlines() if line.startswith("  ")}
    assert rows["Interventionen"][0] == "113"
    assert rows["Regeln"][:4] == ["11", "4", "7", "67"]
    assert "Werte nach § 113c" in rows
    assert "alle stimmen überein" in text


def test_a_case_a_changed_rulebook_contradicts_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(BUILT_IN, tmp_path / "regelwerk")
    path = tmp_path / "regelwerk" / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("bedingung: grad(2.10) >= 2\n", "bedingung: grad(2.10) >= 3\n"), encoding="utf-8")
    assert main(["rules", "check", str(tmp_path / "regelwerk")]) == 2
    output = capsys.readouterr()
    assert output.err.startswith("Fall ")
    assert "weichen ab" in output.out


def test_a_rule_that_can_never_decide_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(BUILT_IN, tmp_path / "regelwerk")
    path = tmp_path / "regelwerk" / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    head, tail = text.split("- id: verhalten-taeglich", 1)
    path.write_text(f"{head}- id: verhalten-taeglich{tail.replace('qn: 4', 'qn: 1', 1)}", encoding="utf-8")
    assert main(["rules", "check", str(tmp_path / "regelwerk")]) == 2
    output = capsys.readouterr()
    assert "Eintrag verhalten-taeglich" in output.err
    assert "entscheidet nie" in output.err


def test_list_names_all_rulebooks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list"]) == 0
    assert capsys.readouterr().out.startswith("rekonstruktion  2026.1  rekonstruktion  gilt ab 01.01.2020")


def test_print_writes_the_same_document_on_any_clock(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        assert main(["rules", "print", "rekonstruktion", str(tmp_path / name), "--on", "2026-07-01"]) == 0
        time.sleep(1.1)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["export", "fremd", "x.xlsx"], "nicht bekannt"),
        (["export", "rekonstruktion", "x.ods"], "muss auf .xlsx enden"),
        (["export", "rekonstruktion"], "Es fehlt die Angabe DATEI.xlsx"),
        (["export", "rekonstruktion", "gibt/es/nicht/x.xlsx"], "kann nicht geschrieben werden"),
        (["print", "rekonstruktion", "x.doc"], "muss auf .pdf enden"),
        (["import", "fehlt.xlsx"], "gibt es nicht"),
        (["import", HOME, "--out", "neu"], "Das Blatt „Regelwerk“ fehlt"),
        (["import", __file__, "--out", "neu"], "keine Excel-Arbeitsmappe"),
        (["diff", "rekonstruktion"], "Es fehlt die Angabe NACHHER"),
        (["diff", "rekonstruktion", "rekonstruktion", "--data", "fehlt.xlsx"], "gibt es nicht"),
        (["show", "rekonstruktion", "--intervention", "Duschen"], "Meinten Sie"),
        (["check", "fremd"], "nicht bekannt"),
        (["list", "zuviel"], "ist nicht bekannt"),
        ([], "Es fehlt die Angabe AKTION"),
    ],
)
def test_impossible_command_prints_one_sentence_and_writes_nothing(
    arguments: list[str], part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["rules", *arguments]) == 2
    output = capsys.readouterr()
    assert part in output.err
    assert output.err.count("\n") == 1
    assert output.out == ""
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.xlsx"
    assert main(["rules", "export", str(house), str(target)]) == 0
    before = target.read_bytes()
    assert main(["rules", "export", "rekonstruktion", str(target)]) == 2
    assert main(["rules", "import", str(target), "--out", str(house)]) == 2
    assert capsys.readouterr().err.count("gibt es schon") == 2
    assert target.read_bytes() == before


def test_without_a_name_the_folder_is_called_like_the_rulebook(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["rules", "export", str(house), str(tmp_path / "a.xlsx")]) == 0
    monkeypatch.chdir(tmp_path)
    assert main(["rules", "import", "a.xlsx"]) == 0
    assert {path.name for path in (tmp_path / "haus-sued-1").iterdir()} == set(FILES)


@pytest.mark.parametrize("action", ["list", "show", "check", "diff", "export", "import", "print"])
def test_every_action_explains_itself_in_german_with_an_example(
    action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", action, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Aufruf: pebem rules")
    assert f"pebem rules {action}" in text.split("Beispiel")[1]
    for english in ("usage", "options:", "show this help", "positional"):
        assert english not in text
