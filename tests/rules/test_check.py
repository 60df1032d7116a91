"""A mistake in a rule file is named with file, line, entry, what is wrong and what would be right."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

import rules
from rules.checks.entries import check_documents, check_files
from rules.edition import build, documents, sha256_of
from rules.statute import SHELF

EDITION = SHELF / "rekonstruktion-2026.2"
DAY = date(2026, 12, 31)


def mutated(tmp_path: Path, file: str, old: str, new: str) -> tuple[Path, int]:
    """Copy the edition with one change; return the folder and the line of the change."""
    folder = tmp_path / "regelwerk"
    shutil.copytree(EDITION, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder, text[: text.index(old)].count("\n") + 1


FIRST = 'id: "1.1"\n  gruppe: "1 Mobilität"\n'
# file, old text, new text, lines from the change to the place named, entry, words
MISTAKES = [
    ("rules.yaml", "qn: 3", "qn: 5", 0, "grad-3", "qn: 5 ist nicht möglich; erlaubt sind 1 bis 4 oder „basis“"),
    ("rules.yaml", "qn: 3", "qn: drei", 0, "grad-3", "qn: „drei“ ist nicht möglich; erlaubt sind 1 bis 4"),
    ("rules.yaml", "qn: 3", "qn: 3.0", 0, "grad-3", "qn: 3.0 ist nicht möglich"),
    ("rules.yaml", "qn: 3", "qn:", 0, "grad-3", "qn: eine leere Angabe ist nicht möglich"),
    ("rules.yaml", "qn: 3", "qn: true", 0, "grad-3", "qn: True ist nicht möglich"),
    ("rules.yaml", "qn: 3", "QN: 3", 0, "grad-3", "„QN“ gehört nicht hierher. Meinten Sie „qn“?"),
    ("rules.yaml", "  qn: 3", "  qn: 3\n  qn: 4", 1, "grad-3", "„qn“ steht zweimal, zuerst in Zeile"),
    ("rules.yaml", "arten: [koerper]", "arten: [körper]", 0, "grad-2", "arten: die Liste [körper] ist nicht möglich"),
    ("rules.yaml", "sicherheit: 80", "sicherheit: 101", 0, "basis", "sicherheit: 101 ist nicht möglich; erlaubt sind"),
    ("rules.yaml", "geprueft_am: 2026-11-30", "geprueft_am: 30.11.2026", 0, "basis", "ein Tag des Kalenders"),
    ("rules.yaml", "2020-01-01", "2020-02-30", 0, "basis", "„2020-02-30“ ist nicht möglich"),
    ("rules.yaml", "eigene_setzung: ja", "eigene_setzung: nein", 0, "grad-2", "erlaubt ist nur „ja“"),
    ("rules.yaml", "eigene_setzung: ja, ", "", 0, "grad-2", "entweder „quelle“ mit „stelle“ oder „eigene_setzung: ja“"),
    ("rules.yaml", "quelle: pflbg", "quelle: pflgb", 0, "vorbehalt", "Meinten Sie „pflbg“? Vorhanden sind: pflbg,"),
    (
        "rules.yaml",
        "gueltig_ab: 2020-01-01",
        "gueltig_ab: 2020-01-01\n  gueltig_bis: 2019-12-31",
        1,
        "basis",
        "liegt vor gueltig_ab",
    ),
    (
        "rules.yaml",
        "bedingung: instabil\n",
        "bedingung: instabil(strz)\n",
        0,
        "instabil",
        "Zeichen 10 (Spalte 23): „strz“ ist kein",
    ),
    (
        "rules.yaml",
        "bedingung: grad(2.10) >= 2",
        'bedingung: "grad(2.10) >= 9"',
        0,
        "kognition",
        "Zeichen 15 (Spalte 29): grad reicht",
    ),
    (
        "rules.yaml",
        "bedingung: grad(2.10) >= 2",
        "bedingung: zertifikat(LG9)",
        0,
        "kognition",
        "kein Zertifikat, das eine Intervention",
    ),
    (
        "rules.yaml",
        "id: grad-3",
        "id: grad-2",
        5,
        "grad-2",
        "Zwei Einträge dieser id gelten am selben Tag (2020-01-01)",
    ),
    ("rules.yaml", "id: grad-3", "id: Grad 3", 0, "Grad 3", "erlaubt sind Kleinbuchstaben"),
    ("rules.yaml", "  titel: Mindestniveau", "   titel: Mindestniveau", 0, "", "keine lesbare YAML-Datei"),
    ("interventions.yaml", 'id: "1.1"', "id: 1.10", 0, "1.1", 'Nummer in Anführungszeichen wie "4.10"'),
    ("interventions.yaml", FIRST, 'id: "1.1"\n', 0, "1.1", "„gruppe“ fehlt"),
    ("interventions.yaml", 'titel: "Bewegungsförderung"', 'titel: " "', 0, "1.1", "titel: „ “ ist nicht möglich"),
    ("interventions.yaml", "titel_status: belegt", "titel_status: beleg", 0, "1.1", "meinten Sie „belegt“?"),
    (
        "interventions.yaml",
        "art: koerper",
        "art: koerpr",
        0,
        "1.1",
        "„koerpr“ ist nicht möglich; meinten Sie „koerper“?",
    ),
    (
        "interventions.yaml",
        '["1.1", "1.2", "1.3", "1.4", "1.5"]',
        '["1.1", "4.13"]',
        0,
        "1.1",
        "bi_items: „4.13“ ist nicht",
    ),
    ("interventions.yaml", '["1.1", "1.2", "1.3", "1.4", "1.5"]', "[]", 0, "1.1", "die Liste ist leer"),
    (
        "instability.yaml",
        "kriterien:",
        "kriterium:",
        0,
        "",
        "„kriterium“ gehört nicht hierher. Meinten Sie „kriterien“?",
    ),
    (
        "rulebook.yaml",
        "status: rekonstruktion",
        "status: offiziell",
        0,
        "",
        "erlaubt sind amtlich, rekonstruktion, hausregel",
    ),
    ("rulebook.yaml", "  pflbg:", "  1:", 0, "", "Der Schlüssel 1 ist kein Text"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "after", "entry", "words"),
    [pytest.param(*one, marks=pytest.mark.slow if number % 4 else ()) for number, one in enumerate(MISTAKES)],
)
def test_a_mistake_is_named(tmp_path: Path, file: str, old: str, new: str, after: int, entry: str, words: str) -> None:
    folder, line = mutated(tmp_path, file, old, new)
    place = f"{folder / file}, Zeile {line + after}" + (f", Eintrag {entry}" if entry else "") + ": "
    problems = check_files(folder)
    assert any(problem.startswith(place) and words in problem for problem in problems), "\n".join(problems)
    with pytest.raises(rules.RuleBookError, match=r"Zeile \d+"):
        rules.load(DAY, folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    shutil.copytree(EDITION, tmp_path / "buch")
    (tmp_path / "buch" / "rules.yaml").unlink()
    assert check_files(tmp_path / "buch") == [f"{tmp_path}/buch/rules.yaml: Die Datei fehlt."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "leer"),
        ("a: &x [1]\nb: *x\n", "Zeile 1: Verweise"),
        ("[" * 3000 + "]" * 3000, "YAML-Datei|verschachtelt"),
        ("a: !!python/object/apply:os.system ['true']\n", "YAML-Datei"),
        ("\x00", "YAML-Datei"),
    ],
)
def test_files_that_are_no_plain_yaml_are_refused(tmp_path: Path, content: str, words: str) -> None:
    folder = tmp_path / "buch"
    shutil.copytree(EDITION, folder)
    (folder / "rules.yaml").write_text(content, encoding="utf-8")
    problems = check_files(folder)
    assert re.search(words, problems[0]), problems


def test_problems_without_a_file_have_no_line() -> None:
    contents = documents(EDITION)
    contents["rules.yaml"]["regeln"][3]["qn"] = 7
    problem = check_documents(contents, "Mappe.xlsx")[0]
    assert (problem.file, problem.line, problem.entry) == ("Mappe.xlsx/rules.yaml", 0, "grad-3")
    assert str(problem).startswith("Mappe.xlsx/rules.yaml, Eintrag grad-3: qn: 7 ist nicht möglich")


def test_every_day_needs_an_unconditional_rule() -> None:
    contents = documents(EDITION)
    contents["rules.yaml"]["regeln"][0]["gueltig_bis"] = "2026-12-31"
    problems = check_documents(contents)
    assert len(problems) == 113
    assert "ab 2027-01-01 keine Regel, die immer gilt" in problems[0].message
    contents["rules.yaml"]["regeln"].append(
        {**contents["rules.yaml"]["regeln"][0], "gueltig_ab": "2027-01-01", "gueltig_bis": "9999-12-31"}
    )
    assert check_documents(contents) == []


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    folder, _ = mutated(tmp_path, "rules.yaml", "qn: 3", "qn: 5")
    text = (folder / "interventions.yaml").read_text(encoding="utf-8")
    (folder / "interventions.yaml").write_text(text.replace("art: koerper", "art: x", 2), encoding="utf-8")
    assert len(check_files(folder)) == 3


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    """Layout, order of keys and comments do not count; every value does."""
    folder, _ = mutated(tmp_path, "rules.yaml", "regeln:", "# Bemerkung\nregeln:")
    assert sha256_of(documents(folder)) == sha256_of(documents(EDITION))
    changed = documents(EDITION)
    changed["instability.yaml"]["kriterien"][0]["titel"] += "!"
    assert build(changed, DAY).sha256 != build(documents(EDITION), DAY).sha256
    assert build(documents(EDITION), DAY).sha256 == rules.load(DAY).sha256
