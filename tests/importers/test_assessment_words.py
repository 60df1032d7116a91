"""What stands in the cells of an assessment besides numbers, and what blank counts of module 5 mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import importers
from cli.main import main
from importers.findings import Severity
from importers.sheets.profiles import SheetProfile, SourceProfile, fingerprint
from pebem.assessments import assess
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, FREQUENCIES
from tests.support.importers.files import text_of, xlsx

if TYPE_CHECKING:
    from importers import ReadAssessments

HEADS = ["Bewohner-Nr", "Harnkontinenz", "Stuhlkontinenz", *ASSESSMENT_CELLS]
COUNTS = [f"{item} {frequency}" for item in COUNTED_ITEMS for frequency in FREQUENCIES]
NOTHING = dict.fromkeys(ASSESSMENT_CELLS, 0)


def as_in_the_form(**_: Any) -> dict[str, Any]:
    """Return cells with one entry for each criterion of module 5 and two blank ones, as the official form has it."""
    return NOTHING | {cell: "" for cell in COUNTS if not cell.endswith("wöchentlich")}


def rows_of(*cells: dict[str, Any], **more: Any) -> list[list[Any]]:
    return [HEADS, *[[f"B{n}", *(more.get(h, "") for h in HEADS[1:3]), *one.values()] for n, one in enumerate(cells)]]


def read(*cells: dict[str, Any], profiles: tuple[SourceProfile, ...] = (), **more: Any) -> ReadAssessments:
    rows = rows_of(*cells, **more)
    return importers.read_assessments([("b.xlsx", xlsx({"Begutachtungen": rows}))], profiles=profiles)


def values(result: ReadAssessments, *cells: str) -> list[int]:
    return result.table[list(cells)].iloc[0].tolist()


def codes(result: ReadAssessments) -> list[tuple[Severity, str]]:
    return [(one.severity, one.code) for one in result.findings]


@pytest.mark.parametrize(
    ("cell", "written", "points"),
    [
        ("1.1", "selbständig", 0),
        ("1.2", "überwiegend selbstständig", 1),
        ("6.3", "Überw. unselbständig", 2),
        ("4.8", "überwiegend unselbständig", 6),
        ("4.10", "UNSELBSTÄNDIG", 6),
        ("1.5", "ÜU", 2),
        ("2.1", "vorhanden/unbeeinträchtigt", 0),
        ("2.4", "größtenteils vorhanden", 1),
        ("2.8", "in geringem Maße vorhanden", 2),
        ("2.11", "nicht vorhanden", 3),
        ("3.1", "nie oder sehr selten", 0),
        ("3.2", "selten (1-3 mal innerhalb von zwei Wochen)", 1),
        ("3.9", "häufig", 3),
        ("3.13", "täglich", 5),
        ("4.13", "entfällt", 0),
        ("4.13", "teilweise", 6),
        ("4.13", "vollständig", 3),
        ("5.16", "entfällt oder selbständig", 0),
        ("5.16", "überwiegend selbständig", 1),
        ("5.16", "-", 0),
        ("1.1", "2 Punkte", 2),
        ("1.1", "2 Pkt.", 2),
        ("1.1", "2 = überwiegend unselbständig", 2),
        ("4.9", "unselbständig (6)", 6),
    ],
)
def test_words_of_the_scale_are_points(cell: str, written: str, points: int) -> None:
    result = read(NOTHING | {cell: written})
    assert values(result, cell) == [points]
    assert codes(result) == []


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("1.1", "täglich"),
        ("3.1", "selbständig"),
        ("2.1", "unselbständig"),
        ("1.1", "1 = unselbständig"),
        ("4.8", "2 Punkte"),
        ("1.1", "2-3"),
        ("1.1", "fast immer"),
        ("5.1 täglich", "0,5"),
        ("5.1 täglich", "ja"),
        ("5.12 wöchentlich", "x"),
        ("5.3 monatlich", "oft"),
    ],
)
def test_what_is_none_of_its_words_is_unknown_with_an_error(cell: str, written: str) -> None:
    result = read(NOTHING | {cell: written})
    assert values(result, cell) == [-1]
    assert [severity for severity, _ in codes(result)] == [Severity.ERROR]
    assert assess(result.table).grade.tolist() == [-1]


@pytest.mark.parametrize("given", [0, 3, "3", "3x", "3 mal", "entfällt", "nicht erforderlich", "-"])
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_beside_one_count_of_a_criterion_the_others_are_0(given: Any, frequency: str) -> None:
    cells = [f"5.3 {one}" for one in FREQUENCIES]
    result = read(NOTHING | dict.fromkeys(cells, "") | {f"5.3 {frequency}": given})
    count = 3 if str(given).startswith("3") else 0
    assert values(result, *cells) == [count * (one == frequency) for one in FREQUENCIES]
    assert codes(result) == []


def test_an_assessment_as_in_the_form_has_a_pflegegrad() -> None:
    result = read(as_in_the_form() | {"5.8 wöchentlich": 21})
    assert codes(result) == []
    assert assess(result.table).sums[0].tolist() == [0, 0, 0, 0, 3, 0]
    assert assess(result.table).grade.tolist() == [0]


@pytest.mark.parametrize("yes", ["ja", "x", "X", 1])
def test_yes_for_a_daily_measure_with_technology_counts_once(yes: Any) -> None:
    result = read(NOTHING | {"5.12 täglich": yes, "5.12 wöchentlich": "", "5.12 monatlich": ""})
    assert values(result, "5.12 täglich", "5.12 wöchentlich") == [1, 0]
    assert assess(result.table).sums[0, 4] == 6


def blank(*items: str) -> dict[str, Any]:
    return {f"{item} {frequency}": "" for item in items for frequency in FREQUENCIES}


def test_three_blank_counts_of_a_module_worked_on_are_unknown_with_one_finding_that_counts() -> None:
    result = read(NOTHING | blank("5.2", "5.15"), NOTHING, NOTHING | blank("5.2"))
    assert result.table["5.2 täglich"].tolist() == [-1, 0, -1]
    assert assess(result.table).grade.tolist() == [-1, 0, -1]
    (finding,) = result.findings
    assert (finding.severity, finding.code, finding.count) == (Severity.WARNING, "anzahl-leer", 2)
    assert "In 2 Begutachtungen sind bei 3 Kriterien" in finding.message


@pytest.mark.parametrize("diet", [0, 2, "entfällt"])
def test_a_module_with_the_diet_alone_was_worked_on(diet: Any) -> None:
    result = read(NOTHING | dict.fromkeys(COUNTS, "") | {"5.16": diet})
    assert [code for _, code in codes(result)] == ["anzahl-leer"]


def test_a_module_without_any_entry_is_unknown_as_before() -> None:
    result = read(NOTHING | dict.fromkeys([*COUNTS, "5.16"], ""))
    assert codes(result) == []
    assert assess(result.table).sums[0].tolist() == [0, 0, 0, 0, -1, 0]


def answered(meaning: str) -> SourceProfile:
    columns = {head: head for head in HEADS}
    return SourceProfile("MD", (SheetProfile(fingerprint(HEADS), "Begutachtungen", columns, blank_counts=meaning),))


def test_the_answer_of_a_profile_says_what_blank_counts_mean() -> None:
    cells = NOTHING | blank("5.2", "5.15")
    none, unknown = (read(cells, profiles=(answered(meaning),)) for meaning in ("entfällt", "unbekannt"))
    assert assess(none.table).grade.tolist() == [0]
    assert codes(none) == [(Severity.NOTICE, "anzahl-leer-entfaellt")]
    assert assess(unknown.table).grade.tolist() == [-1]
    assert codes(unknown) == [(Severity.WARNING, "anzahl-leer")]


def test_a_whole_blank_module_stays_unknown_whatever_the_profile_says() -> None:
    result = read(NOTHING | dict.fromkeys([*COUNTS, "5.16"], ""), profiles=(answered("entfällt"),))
    assert assess(result.table).sums[0].tolist() == [0, 0, 0, 0, -1, 0]


def test_assess_takes_the_answer_from_a_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, profile = tmp_path / "Begutachtungen.csv", tmp_path / "md.json"
    file.write_text(text_of(rows_of(NOTHING | blank("5.2"))), encoding="utf-8")
    profile.write_text(json.dumps(answered("entfällt").written()), encoding="utf-8")
    grades = []
    for more in ([], ["--profile", str(profile)]):
        assert main(["assess", str(file), *more]) == 0
        heading, row = capsys.readouterr().out.splitlines()
        grades.append(row.split(";")[heading.split(";").index("Pflegegrad")])
    assert grades == ["", "0"]


def test_a_profile_with_another_meaning_is_refused() -> None:
    written = answered("entfällt").written()
    written["sheets"][0]["blank_counts"] = "egal"
    with pytest.raises(ValueError, match="leerer Häufigkeiten „egal“"):
        SourceProfile.of(written)


@pytest.mark.parametrize("item", ["5.13", "5.14", "5.15"])
@pytest.mark.parametrize("daily", [1, "1", "oft"])
def test_a_daily_visit_makes_its_criterion_unknown(item: str, daily: Any) -> None:
    result = read(NOTHING | {f"{item} täglich": daily, f"{item} wöchentlich": 2})
    assert values(result, f"{item} täglich", f"{item} wöchentlich", f"{item} monatlich") == [-1, -1, -1]
    assert assess(result.table).sums[0, 4] == -1


@pytest.mark.parametrize("written", ["teilinkontinent", "inkontinent", "ja", "unbekannt", "k. A.", "2"])
def test_a_finding_that_cannot_be_read_leaves_its_item_open(written: str) -> None:
    result = read(NOTHING | {"4.11": 2}, NOTHING, Harnkontinenz=written)
    scores = assess(result.table)
    assert scores.sums[:, 3].tolist() == [-1, 0]
    assert scores.grade.tolist() == [-1, 0]
    assert "4.11 ist unbekannt: Harnkontinenz ist nicht lesbar." in scores.notes[0]


@pytest.mark.parametrize("written", ["DK", "dk", "Dauerkatheter", "SPK"])
def test_a_catheter_opens_the_item(written: str) -> None:
    result = read(NOTHING | {"4.11": 3}, Harnkontinenz=written)
    assert (codes(result), assess(result.table).sums[0, 3]) == ([], 3)


@pytest.mark.parametrize("written", ["", "NULL", "-", "n/a"])
def test_a_blank_finding_alone_counts_as_continent(written: str) -> None:
    result = read(NOTHING | {"4.11": 3}, Harnkontinenz=written)
    assert assess(result.table).sums[0, 3] == 0
    assert "kontinenz-fehlt" in {code for _, code in codes(result)}


@pytest.mark.parametrize(
    "heads", [["Kriterium", "Punkte"], ["Feld 1.1", "Feld 1.2"], ["Modul 1", "Modul 2"], ["Pflegegrad", "Gesamt"]]
)
def test_a_sheet_without_any_item_is_an_error_that_names_its_columns(heads: list[str]) -> None:
    sheet = [["Bewohner-Nr", "Datum", *heads], ["A", "01.02.2026", 1, 2], ["B", "15.02.2026", 1, 2]]
    result = importers.read_assessments([("b.xlsx", xlsx({"Begutachtungen": sheet}))])
    (finding,) = [one for one in result.findings if one.severity is Severity.ERROR]
    assert (finding.code, finding.count) == ("merkmale-fehlen", 2)
    assert all(f"„{head}“" in finding.message for head in heads)


def test_items_that_are_not_read_are_an_error_though_continence_is_there() -> None:
    heads = ["Bewohner-Nr", "Feld 4.11", "Harnkontinenz"]
    result = importers.read_assessments([("b.xlsx", xlsx({"Begutachtungen": [heads, ["A", 1, "kontinent"]]}))])
    assert (Severity.ERROR, "merkmale-fehlen") in codes(result)
    alone = importers.read_assessments([("b.xlsx", xlsx({"Begutachtungen": [heads[::2], ["A", "kontinent"]]}))])
    assert codes(alone) == [(Severity.NOTICE, "merkmale-fehlen")]


def test_items_are_read_as_the_form_of_the_assessment_numbers_them() -> None:
    heads = ["Bewohner-Nr", "F 4.1.1", "KF 4.2.11 Beteiligung", "4.4.10", "F 4.5.1 täglich", "4.6", "F 4.1.6"]
    result = importers.read_assessments([("b.xlsx", xlsx({"Begutachtungen": [heads, ["A", 2, 3, 6, 4, 1, "ja"]]}))])
    assert result.table[["1.1", "2.11", "4.10", "5.1 täglich", "4.6"]].to_numpy().tolist() == [[2, 3, 6, 4, 1]]
    assert result.table["special"].tolist() == [True]


@pytest.mark.parametrize(
    ("counts", "points"),
    [({"5.14 wöchentlich": 3}, 3), ({"5.13 wöchentlich": 1, "5.15 wöchentlich": 1}, 3), ({"5.14 wöchentlich": 2}, 2)],
)
def test_part_c_stays_exact_at_its_limits(counts: dict[str, int], points: int) -> None:
    """3 x 4.3 and 4.3 + 8.6 are 12.9: binary fractions fall below."""
    assert assess(read(as_in_the_form() | counts).table).sums[0, 4] == points


def test_6_points_of_module_1_are_7_5() -> None:
    assert assess(read(NOTHING | {"1.1": 3, "1.2": 3}).table).points[0, 0] == 7.5


def test_urine_and_stool_have_their_own_findings() -> None:
    result = read(NOTHING | {"4.11": 3, "4.12": 2}, Harnkontinenz="kontinent", Stuhlkontinenz="Stoma")
    assert assess(result.table).sums[0, 3] == 2
