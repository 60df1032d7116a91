"""A reform is one more dated entry: figures differ before and after its day, nothing else changes."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from rules import assessment, staffing, statute
from rules.checks.entries import check_documents
from rules.checks.statute import check_statute
from rules.compile import compile_levels
from rules.edition import build, documents
from rules.problem import RuleBookError
from rules.states import single
from rules.vocabulary import ASSESSMENT_CELLS

LAST_OLD, FIRST_NEW = date(2026, 12, 31), date(2027, 1, 1)
CITED = 'beleg: {quelle: "Erfundenes Gesetz", stelle: "§ 1", sicherheit: 100, grund: "Probe.", geprueft_am: 2026-11-21}'
OLD_GRADES = "pflegegrade:\n- gueltig_ab: 2017-01-01\n"
NEW_GRADES = f"""pflegegrade:
- gueltig_ab: 2027-01-01
  ab: [15, 30, 50, 70, 90]
  {CITED}
- gueltig_ab: 2017-01-01
  gueltig_bis: 2026-12-31
"""
OLD_VALUES = "ausgaben:\n- gueltig_ab: 2027-01-01\n"
NEW_VALUES = f"""ausgaben:
- gueltig_ab: 2028-01-01
  {CITED}
  gruppen:
  - {{id: nr1, titel: A, qn: "QN 1 und 2", werte: ["0.1000", "0.1000", "0.1000", "0.1000", "0.1000"], {CITED}}}
  - {{id: nr2, titel: B, qn: "QN 3", werte: ["0.2000", "0.2000", "0.2000", "0.2000", "0.2000"], {CITED}}}
  - {{id: nr3, titel: C, qn: "QN 4", werte: ["0.3000", "0.3000", "0.3000", "0.3000", "0.3000"], {CITED}}}
- gueltig_ab: 2027-01-01
  gueltig_bis: 2027-12-31
"""
TITLE_2027 = '    titel: "Hilfskraftpersonal mit einer Erlaubnis nach § 1 oder § 50 des Pflegefachassistenzgesetzes"\n'


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our shelf that the programme reads instead."""
    folder = tmp_path / "book"
    shutil.copytree(statute.SHELF, folder)
    monkeypatch.setattr(statute, "SHELF", folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def person(points: dict[str, int]) -> dict[str, np.ndarray]:
    return {cell: np.array([points.get(cell, 0)], np.int16) for cell in ASSESSMENT_CELLS}


def test_new_thresholds_are_effective_from_their_day(shelf: Path) -> None:
    change(shelf / "assessment.yaml", OLD_GRADES, NEW_GRADES)
    assert check_statute(shelf) == []
    person_at_12_5 = person({"1.1": 2, "4.1": 3})
    before, after = (assessment.score(person_at_12_5, on=day) for day in (LAST_OLD, FIRST_NEW))
    assert before.total.tolist() == after.total.tolist() == [12.5]
    assert (before.grade.tolist(), after.grade.tolist()) == ([1], [0])
    totals = np.array([12.5, 13.75, 15, 27.5, 28.75, 30, 47.5, 50, 70, 90])
    assert assessment.pflegegrad(totals, LAST_OLD).tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 4, 5]
    assert assessment.pflegegrad(totals, FIRST_NEW).tolist() == [0, 0, 1, 1, 1, 2, 2, 3, 4, 5]
    assert assessment.instrument(FIRST_NEW).valid_from == FIRST_NEW
    assert assessment.instrument(LAST_OLD).valid_from == date(2017, 1, 1)


def test_rules_on_the_pflegegrad_follow_the_day_of_the_rulebook(shelf: Path) -> None:
    change(shelf / "assessment.yaml", OLD_GRADES, NEW_GRADES)
    contents = documents(shelf / "rekonstruktion-2026.2")
    rule = next(entry for entry in contents["rules.yaml"]["regeln"] if entry["id"] == "instabil")
    rule["bedingung"] = "pflegegrad >= 1"
    assert check_documents(contents) == []
    states = single({cell: int(values[0]) for cell, values in person({"1.1": 2, "4.1": 3}).items()})
    levels = []
    for day in (LAST_OLD, FIRST_NEW):
        book = build(contents, day)
        levels.append(int(compile_levels(book, states).level[0, book.index["1.1"]]))
    assert levels == [4, 2]


def test_new_staffing_values_are_effective_from_their_day(shelf: Path) -> None:
    change(shelf / "staffing.yaml", OLD_VALUES, NEW_VALUES)
    assert check_statute(shelf) == []
    before, after = (staffing.full_time_equivalents({3: 10}, date(year, 1, 1)) for year in (2027, 2028))
    assert (before.nr1, before.nr2, before.nr3) == (Decimal("1.4490"), Decimal("1.0740"), Decimal("1.5510"))
    assert (after.nr1, after.nr2, after.nr3) == (1, 2, 3)
    assert after.provenance.source == "Erfundenes Gesetz, § 1"


def test_from_2027_number_2_is_named_after_the_new_law_and_the_values_stay() -> None:
    before, after = (
        staffing.full_time_equivalents(dict.fromkeys(range(1, 6), 1), day) for day in (LAST_OLD, FIRST_NEW)
    )
    assert [getattr(before, group) for group in staffing.GROUPS] == [getattr(after, group) for group in staffing.GROUPS]
    assert before.titles["nr2"].endswith("Assistenzausbildung von mindestens einem Jahr")
    assert after.titles["nr2"].endswith("mit einer Erlaubnis nach § 1 oder § 50 des Pflegefachassistenzgesetzes")
    assert (before.titles["nr1"], before.titles["nr3"]) == (after.titles["nr1"], after.titles["nr3"])
    assert before.provenance.source.startswith("SGB XI, Fassung August 2026")
    assert (before.provenance.certainty, after.provenance.certainty) == (100, 95)
    levels = [
        statute.entries_on(statute.document("levels.yaml")["niveaus"], day, "")["3"] for day in (LAST_OLD, FIRST_NEW)
    ]
    assert levels[0]["titel"] == "Pflegeassistenz mit ein- oder zweijähriger Ausbildung"
    assert levels[1]["titel"] == "Pflegefachassistenz oder fortgeltende Helfer- oder Assistenzausbildung"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2027-01-01", ["zwei Einträge dieser liste gelten am selben tag", "gueltig_bis: 2026-12-31"]),
        ("2026-12-30", ["ist eine lücke", "am 2026-12-31 gilt keiner", "gueltig_bis: 2026-12-31"]),
    ],
)
def test_an_overlap_or_a_gap_between_editions_is_refused(shelf: Path, until: str, words: list[str]) -> None:
    file = shelf / "assessment.yaml"
    change(file, OLD_GRADES, NEW_GRADES.replace("2026-12-31", until))
    problems = [str(problem) for problem in check_statute(shelf)]
    assert len(problems) == 1
    line = file.read_text(encoding="utf-8").split("\n").index("- gueltig_ab: 2027-01-01") + 1
    assert f"assessment.yaml, Zeile {line}:" in problems[0]
    for word in words:
        assert word.casefold() in problems[0].casefold()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("assessment.yaml", "  ab: [12.5, 27, 47.5, 70, 90]\n", "", ["„ab“ fehlt"]),
        ("assessment.yaml", "[12.5, 27, 47.5, 70, 90]", "[12.5, 27, 47.5, 70]", ["ab:", "5 Zahlen"]),
        ("assessment.yaml", "[12.5, 27, 47.5, 70, 90]", "[12.5, 47.5, 27, 70, 90]", ["steigen nicht"]),
        ("assessment.yaml", "[3, 8, 19, 37]", "[3, 8, 8, 37]", ["Eintrag 4", "steigen nicht"]),
        (
            "assessment.yaml",
            "punkte: [0, 3, 6, 9]",
            "punkte: [0, 3, 6, 8]",
            ["Eintrag 4", "4.8 hat die Punkte 0, 3, 6, 9"],
        ),
        ("assessment.yaml", "klassen_ab: [43, 86, 129, 600]", "klassen_ab: [43, 86, 129]", ["Eintrag c", "Punktwert"]),
        ("assessment.yaml", '    "3.13":', '    "3.14":', ["Eintrag 3", "3.1 bis 3.13"]),
        (
            "staffing.yaml",
            f'{TITLE_2027}    qn: "QN 3"\n    werte: ["0.0564"',
            f'{TITLE_2027}    qn: "QN 3"\n    werte: ["0,0564"',
            ["Eintrag nr2", "0,0564", "vier Nachkommastellen"],
        ),
        (
            "staffing.yaml",
            f'{TITLE_2027}    qn: "QN 3"\n    werte: ["0.0564", ',
            f'{TITLE_2027}    qn: "QN 3"\n    werte: [',
            ["Eintrag nr2", "5 Werten"],
        ),
        ("levels.yaml", "  alltag: 2\n", "  alltag: 7\n", ["Eintrag betreuung-43b", "alltag: 7", "1 bis 4"]),
    ],
)
def test_a_faulty_table_is_refused_with_file_and_line(
    shelf: Path, file: str, old: str, new: str, words: list[str]
) -> None:
    change(shelf / file, old, new)
    problems = [str(problem) for problem in check_statute(shelf)]
    assert problems
    assert f"{file}, Zeile " in problems[0]
    for word in words:
        assert word in problems[0]


def test_the_files_of_the_law_are_in_order() -> None:
    assert check_statute() == []


def test_before_the_instrument_nothing_is_scored() -> None:
    with pytest.raises(RuleBookError, match=r"31\.12\.2016"):
        assessment.instrument(date(2016, 12, 31))
