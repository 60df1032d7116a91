"""A rulebook leaves as a workbook and comes back the same; what was broken in between is named by its cell."""

from __future__ import annotations

import copy
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importers.findings import Severity, UnreadableError
from importers.rulebooks import workbook as rulebook_workbook
from importers.rulebooks.columns import HEAD, SHEETS, SOURCES
from rules import RuleBookError
from rules.checks.entries import check_documents, check_files
from rules.edition import documents, sha256_of
from rules.files import schema
from rules.files.write import write
from rules.language.condition import parse
from rules.statute import SHELF
from tests.support.libreoffice import needs_libreoffice, saved_by_libreoffice
from web.reports import rulebook_xlsx

pytestmark = pytest.mark.slow

BUILT_IN = SHELF / "rekonstruktion-2026.2"


@pytest.fixture(scope="module")
def book() -> dict[str, Any]:
    return documents(BUILT_IN)


@pytest.fixture(scope="module")
def exported(book: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "regelwerk.xlsx"
    rulebook_xlsx.write(path, book)
    return path


def hard(book: dict[str, Any]) -> dict[str, Any]:
    """Return a rulebook of a home whose texts are as nasty as texts in cells get."""
    changed_documents = copy.deepcopy(book)
    changed_documents["rulebook.yaml"] |= {
        "id": "haus-sued",
        "status": "hausregel",
        "titel": "=Haus „Süd“ & Söhne <b>",
        "beschreibung": "Erste Zeile\nzweite Zeile: „Anführung“, 'Hochkomma', \\Rückstrich\\, #kein Kommentar\n\nEnde.",
        "ausgabe": "2027.10",
        "gueltig_ab": "1899-12-31",
        "gueltig_bis": "9999-12-31",
    }
    changed_documents["rulebook.yaml"]["quellen"]["2022"] = "- Aufzählung? {nein}: [auch nicht] @x 100 %"
    entries = changed_documents["interventions.yaml"]["interventionen"]
    entries[0]["titel"] = "=SUMME(A1:A9)"
    entries[1]["hinweis"] = "+49 30 / -5 / @Name\n\tmit Tabulator"
    entries[2]["titel"] = "true"
    entries[3]["hinweis"] = "_x0041_ bleibt, \u00a0 geschützt \u2028 Zeilentrenner, Emoji 🦷, e\u0301"
    entries[4]["gruppe"] = "null"
    entries[5]["hinweis"] = "x" * 5000
    entries[6]["titel_quelle"] = {"quelle": "2022", "stelle": "S. 7–9, „Anhang“"}
    rule = next(entry for entry in changed_documents["rules.yaml"]["regeln"] if entry["id"] == "kognition")
    later = copy.deepcopy(rule)
    rule["gueltig_bis"] = "2026-12-31"
    later |= {"gueltig_ab": "2027-01-01", "bedingung": "grad(2.10) >= 3\n oder pflegegrad = 5", "qn": 2}
    changed_documents["rules.yaml"]["regeln"].append(later)
    assert check_documents(changed_documents) == []
    return changed_documents


def changed(path: Path, change: Any) -> tuple[str, bytes]:
    """Return the workbook after a change, as an upload."""
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return path.name, buffer.getvalue()


def column(sheet: Any, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def row_of(sheet: Any, name: str) -> int:
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == name)


def set_cell(sheet: str, name: str, heading: str, value: Any) -> Any:
    """Return a change of one cell, found by the id of its row and its heading."""

    def change(workbook: Any) -> None:
        page = workbook[sheet]
        page.cell(row_of(page, name), column(page, heading)).value = value

    return change


# ---------------------------------------------------------------- the same content


def test_export_and_import_give_the_same_content_and_hash(book: dict[str, Any], exported: Path) -> None:
    imported = rulebook_workbook.read(exported)
    assert imported.findings == []
    assert imported.documents == book
    assert sha256_of(imported.documents) == sha256_of(book)


def test_nasty_texts_and_dates_survive_workbook_and_files(book: dict[str, Any], tmp_path: Path) -> None:
    nasty = hard(book)
    rulebook_xlsx.write(tmp_path / "haus.xlsx", nasty)
    imported = rulebook_workbook.read(tmp_path / "haus.xlsx")
    assert imported.findings == []
    assert imported.documents == nasty
    write(tmp_path / "haus", imported.documents)
    assert documents(tmp_path / "haus") == nasty
    assert check_files(tmp_path / "haus") == []
    assert sha256_of(documents(tmp_path / "haus")) == sha256_of(nasty)


def test_files_are_written_the_same_every_time_with_unix_line_ends(book: dict[str, Any], tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, hard(book))
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
        assert b"\r" not in file.read_bytes()


def test_second_export_has_the_same_cells(exported: Path, tmp_path: Path) -> None:
    again = rulebook_workbook.read(exported).documents
    assert again is not None
    rulebook_xlsx.write(tmp_path / "again.xlsx", again)
    first, second = openpyxl.load_workbook(exported), openpyxl.load_workbook(tmp_path / "again.xlsx")
    assert first.sheetnames == second.sheetnames == ["Anleitung", *(sheet.name for sheet in SHEETS)]
    for name in first.sheetnames:
        cells = [[(cell.value, cell.number_format) for cell in row] for row in first[name].iter_rows()]
        assert cells == [[(cell.value, cell.number_format) for cell in row] for row in second[name].iter_rows()]


@needs_libreoffice
def test_libreoffice_saves_it_without_loss(book: dict[str, Any], tmp_path: Path) -> None:
    nasty = hard(book)
    rulebook_xlsx.write(tmp_path / "haus.xlsx", nasty)
    imported = rulebook_workbook.read(saved_by_libreoffice(tmp_path / "haus.xlsx"))
    assert imported.findings == []
    assert imported.documents == nasty


def test_order_case_and_place_of_columns_are_free(book: dict[str, Any], exported: Path) -> None:
    def shuffle(workbook: Any) -> None:
        page = workbook["Interventionen"]
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        page.delete_rows(1, page.max_row)
        page["B1"] = "Unsere Regeln"
        for row in rows:
            page.append(["", *reversed(row)])
        for cell in page[2]:
            if isinstance(cell.value, str):
                cell.value = f" {cell.value.upper()} "
        workbook["Regeln"].title = "regeln "
        workbook["Instabilität"].title = "Instabilitaet"
        workbook.create_sheet("Notizen")["A1"] = "nur für uns"

    imported = rulebook_workbook.read(changed(exported, shuffle))
    assert [finding.code for finding in imported.findings] == ["blaetter-unbekannt"]
    assert "Notizen" in imported.findings[0].message
    assert imported.documents == book


def test_every_field_of_the_files_has_a_column() -> None:
    definitions = json.loads(Path(schema.__file__).with_name("schema.json").read_text(encoding="utf-8"))["$defs"]

    def leaves(name: str, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        names = set()
        for key, part in definitions[name]["properties"].items():
            target = part.get("$ref", "").removeprefix("#/$defs/")
            if "properties" in definitions.get(target, {}):
                names |= leaves(target, (*path, key))
            elif "properties" in part:
                names |= {(*path, key, inner) for inner in part["properties"]}
            else:
                names.add((*path, key))
        return names

    names = dict(zip((s.name for s in SHEETS), ("rulebook.yaml", "intervention", "rule", "criterion"), strict=False))
    for sheet in SHEETS[:-1]:
        expected = leaves(names[sheet.name]) - ({("quellen",)} if sheet is HEAD else set())
        assert {entry.path for entry in sheet.columns} == expected, sheet.name


def test_the_guide_explains_every_column_and_its_conditions_can_be_read(exported: Path) -> None:
    page = openpyxl.load_workbook(exported)["Anleitung"]
    left = [str(row[0].value) for row in page.iter_rows() if row[0].value]
    assert left[0] == "12 von 142 Einträgen haben eine Quelle, 130 sind eigene Setzungen (im Mittel 66 % sicher)."
    for sheet in SHEETS:
        assert f"Blatt {sheet.name}" in left
        for entry in sheet.columns:
            assert any(text.removesuffix(" (nötig)") == entry.heading for text in left)
    start, end = left.index("Die Sprache der Bedingungen"), left.index("Zusammen")
    conditions = left[start + 1 : end]
    assert len(conditions) >= 8
    for text in conditions:
        parse(text)


# ---------------------------------------------------------------- broken cells


@pytest.mark.parametrize(
    ("sheet", "name", "heading", "value", "code", "part"),
    [
        ("Interventionen", "4.10", "Nr", 4.1, "nummer-mehrdeutig", "eine Zahl (4,1)"),
        ("Interventionen", "4.10", "Nr", date(2026, 10, 4), "nummer-mehrdeutig", "ein Datum"),
        ("Interventionen", "4.10", "Nr", None, "angabe-fehlt", "„Nr“ fehlt"),
        ("Interventionen", "4.10", "Nr", "vier", "regelwerk-fehler", "„vier“"),
        ("Interventionen", "4.10", "Titel", "   ", "angabe-fehlt", "„Titel“ fehlt"),
        ("Interventionen", "4.10", "BI-Kriterien", 4.3, "nummer-mehrdeutig", "eine Zahl"),
        ("Interventionen", "4.10", "BI-Kriterien", "4.3; 9.9", "regelwerk-fehler", "9.9"),
        ("Interventionen", "4.10", "Art", "körpr", "wert-unbekannt", "Meinten Sie „koerper“"),
        ("Interventionen", "4.10", "QN", 5, "zahl-unmoeglich", "„5“"),
        ("Interventionen", "4.10", "QN", "hoch", "zahl-unmoeglich", "„hoch“"),
        ("Interventionen", "4.10", "QN", 2.5, "zahl-unmoeglich", "„2,5“"),
        ("Interventionen", "4.10", "Vorbehalt", "vielleicht", "wert-unbekannt", "„vielleicht“"),
        ("Interventionen", "4.10", "Gültig ab", "bald", "datum-unlesbar", "„bald“"),
        ("Interventionen", "4.10", "Gültig ab", "31.02.2026", "datum-unlesbar", "31.02.2026"),
        ("Interventionen", "4.10", "Gültig bis", date(2019, 1, 1), "regelwerk-fehler", "liegt vor"),
        ("Interventionen", "4.10", "Sicherheit (%)", 0.6, "zahl-unmoeglich", "0,6"),
        ("Interventionen", "4.10", "Eigene Setzung", None, "regelwerk-fehler", "entweder"),
        ("Interventionen", "4.10", "Nr", "4.9", "eintrag-doppelt", "steht schon in Zeile"),
        ("Regeln", "kognition", "Bedingung", "grad(2.10) >= 7", "bedingung-unlesbar", "Zeichen 15"),
        ("Regeln", "kognition", "Bedingung", "grad(2.10) >= 2 ud instabil", "bedingung-unlesbar", "Zeichen 17"),
        ("Regeln", "kognition", "Arten", "koerper, geist", "wert-unbekannt", "„geist“"),
        ("Regeln", "kognition", "Quelle", "pflgb", "regelwerk-fehler", "im Blatt „Quellen“"),
        ("Regeln", "kognition", "id", "grad-3", "eintrag-doppelt", "„grad-3“ steht schon"),
        ("Regeln", "kognition", "id", "Kognition!", "regelwerk-fehler", "„Kognition!“"),
        ("Instabilität", "sturz", "Titel", None, "angabe-fehlt", "„Titel“ fehlt"),
        ("Instabilität", "sturz", "Geprüft am", "gestern", "datum-unlesbar", "„gestern“"),
        ("Regelwerk", "rekonstruktion", "Status", "offiziell", "wert-unbekannt", "„offiziell“"),
        ("Regelwerk", "rekonstruktion", "Ausgabe", 2026.1, "nummer-mehrdeutig", "eine Zahl"),
        ("Quellen", "pflbg", "Kürzel", 20.5, "nummer-mehrdeutig", "eine Zahl"),
        ("Quellen", "pflbg", "Quelle", None, "angabe-fehlt", "„Quelle“ fehlt"),
    ],
)
def test_a_broken_cell_is_named_with_what_to_do(
    exported: Path, sheet: str, name: str, heading: str, value: Any, code: str, part: str
) -> None:
    row = row_of(openpyxl.load_workbook(exported)[sheet], name)
    imported = rulebook_workbook.read(changed(exported, set_cell(sheet, name, heading, value)))
    assert imported.documents is None
    finding = next(finding for finding in imported.findings if finding.code == code)
    assert (finding.severity, finding.sheet, finding.row) == (Severity.ERROR, sheet, row)
    assert part in finding.message
    assert finding.repair
    if code != "regelwerk-fehler" or "entweder" not in part:
        assert finding.column == heading
    if name != "pflbg":  # what cites a source that is gone is named as well
        assert len(imported.findings) == 1, [f.message for f in imported.findings]


def test_all_faults_are_found_in_one_round(exported: Path) -> None:
    def damage(workbook: Any) -> None:
        set_cell("Regelwerk", "rekonstruktion", "Status", "?")(workbook)
        set_cell("Regeln", "basis", "Bedingung", "imer")(workbook)
        set_cell("Interventionen", "1.1", "QN", 0)(workbook)
        set_cell("Interventionen", "1.2", "Quelle", "gibt-es-nicht")(workbook)
        set_cell("Interventionen", "1.2", "Stelle", "S. 1")(workbook)
        set_cell("Interventionen", "1.2", "Eigene Setzung", "nein")(workbook)
        set_cell("Instabilität", "sturz", "Gültig bis", "01.01.1999")(workbook)

    imported = rulebook_workbook.read(changed(exported, damage))
    places = [(finding.sheet, finding.column) for finding in imported.findings]
    assert places == [
        ("Regelwerk", "Status"),
        ("Interventionen", "QN"),
        ("Interventionen", "Quelle"),
        ("Regeln", "Bedingung"),
        ("Instabilität", "Gültig bis"),
    ]


def test_without_a_rule_that_always_holds_every_intervention_is_named(exported: Path) -> None:
    def remove(workbook: Any) -> None:
        page = workbook["Regeln"]
        page.delete_rows(row_of(page, "basis"))

    imported = rulebook_workbook.read(changed(exported, remove))
    assert len(imported.findings) == 113
    assert {finding.column for finding in imported.findings} == {"Art"}
    assert "im Blatt „Regeln“" in imported.findings[0].message


def test_readable_variants_of_cells_are_accepted(book: dict[str, Any], exported: Path) -> None:
    def vary(workbook: Any) -> None:
        set_cell("Interventionen", "4.10", "QN", " QN 2 ")(workbook)
        set_cell("Interventionen", "4.10", "Art", "Körper")(workbook)
        set_cell("Interventionen", "4.10", "Gültig ab", "1.1.2020")(workbook)
        set_cell("Interventionen", "4.10", "Vorbehalt", "Nein")(workbook)
        set_cell("Interventionen", "4.10", "Sicherheit (%)", "60 %")(workbook)
        set_cell("Interventionen", "4.10", "BI-Kriterien", "4.3")(workbook)
        set_cell("Interventionen", "4.9", "Gültig ab", "2020-01-01")(workbook)
        set_cell("Regeln", "basis", "Arten", "Alle")(workbook)
        set_cell("Regeln", "basis", "QN", "BASIS")(workbook)
        set_cell("Regeln", "instabil", "Zertifikat gesperrt", "JA")(workbook)

    entry = next(e for e in book["interventions.yaml"]["interventionen"] if e["id"] == "4.10")
    assert (entry["qn"], entry["art"], entry["bi_items"]) == (2, "koerper", ["4.3"])
    imported = rulebook_workbook.read(changed(exported, vary))
    assert imported.findings == []
    assert imported.documents == book


def test_edition_typed_as_a_whole_number_is_accepted(exported: Path) -> None:
    def number(workbook: Any) -> None:
        set_cell("Regelwerk", "rekonstruktion", "Ausgabe", 2027)(workbook)
        set_cell("Regelwerk", "rekonstruktion", "Status", "hausregel")(workbook)

    imported = rulebook_workbook.read(changed(exported, number))
    assert imported.findings == []
    assert imported.documents is not None
    assert imported.documents["rulebook.yaml"]["ausgabe"] == "2027"


def test_a_text_no_cell_can_hold_is_refused_and_not_dropped(book: dict[str, Any], tmp_path: Path) -> None:
    changed_documents = copy.deepcopy(book)
    changed_documents["rulebook.yaml"]["beschreibung"] = "lang " * 7000
    with pytest.raises(RuleBookError, match="zu lang"):
        rulebook_xlsx.write(tmp_path / "a.xlsx", changed_documents)
    assert not list(tmp_path.iterdir())


def test_a_formula_never_calculated_is_no_value(exported: Path) -> None:
    imported = rulebook_workbook.read(changed(exported, set_cell("Interventionen", "4.10", "QN", "=1+1")))
    assert [(f.code, f.column) for f in imported.findings] == [("zelle-ohne-wert", "QN")]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda workbook: workbook.remove(workbook["Regeln"]), "Das Blatt „Regeln“ fehlt"),
        (lambda workbook: setattr(workbook["Regeln"], "sheet_state", "hidden"), "oder ist ausgeblendet"),
        (lambda workbook: workbook["Regeln"].delete_cols(4), "fehlt die Spalte „Bedingung“"),
        (lambda workbook: workbook["Regelwerk"].delete_rows(2), "kein Regelwerk"),
        (lambda workbook: workbook["Regeln"].delete_rows(1, 99), "fehlt die Spalte"),
        (lambda workbook: workbook["Regeln"].cell(1, 30, "Bedingung"), "mehrfach"),
        (lambda workbook: workbook.create_sheet("REGELN "), "mehrfach"),
    ],
)
def test_a_workbook_without_a_needed_part_is_refused(exported: Path, change: Any, part: str) -> None:
    with pytest.raises(UnreadableError, match=part):
        rulebook_workbook.read(changed(exported, change))


def test_other_files_are_refused() -> None:
    for name, data in (("a.xlsx", b"id;Titel\n1;x\n"), ("b.xlsx", b"PK\x03\x04kaputt"), ("c.pdf", b"%PDF-1.7")):
        with pytest.raises(UnreadableError):
            rulebook_workbook.read((name, data))


def test_an_optional_column_may_go(exported: Path) -> None:
    def drop(workbook: Any) -> None:
        for name in ("Interventionen", "Instabilität"):
            workbook[name].delete_cols(column(workbook[name], "Hinweis"))
        set_cell("Regelwerk", "rekonstruktion", "Status", "hausregel")(workbook)

    imported = rulebook_workbook.read(changed(exported, drop))
    assert imported.findings == []
    assert imported.documents is not None
    assert not any("hinweis" in entry for entry in imported.documents["interventions.yaml"]["interventionen"])


def test_a_changed_rulebook_under_the_old_name_is_pointed_out(exported: Path) -> None:
    imported = rulebook_workbook.read(changed(exported, set_cell("Interventionen", "4.10", "QN", 3)))
    assert imported.documents is not None
    assert [(f.severity, f.code, f.sheet) for f in imported.findings] == [
        (Severity.WARNING, "ausgabe-vergeben", "Regelwerk")
    ]

    def rename(workbook: Any) -> None:
        set_cell("Interventionen", "4.10", "QN", 3)(workbook)
        set_cell("Regelwerk", "rekonstruktion", "Status", "hausregel")(workbook)

    assert rulebook_workbook.read(changed(exported, rename)).findings == []


def test_unsound_rule_is_accepted_with_a_warning(exported: Path) -> None:
    def soften(workbook: Any) -> None:
        set_cell("Regeln", "verhalten-taeglich", "QN", 1)(workbook)
        set_cell("Regelwerk", "rekonstruktion", "Status", "hausregel")(workbook)

    row = row_of(openpyxl.load_workbook(exported)["Regeln"], "verhalten-taeglich")
    imported = rulebook_workbook.read(changed(exported, soften))
    assert imported.documents is not None
    (finding,) = imported.findings
    assert (finding.severity, finding.code) == (Severity.WARNING, "regelwerk-auffaellig")
    assert (finding.sheet, finding.row) == ("Regeln", row)
    assert "entscheidet nie" in finding.message


def test_sources_keep_their_names(exported: Path) -> None:
    def rename(workbook: Any) -> None:
        page = workbook[SOURCES.name]
        page.append(["neu", "Neue Quelle, 2026"])
        page.append(["neu", "Noch einmal"])

    imported = rulebook_workbook.read(changed(exported, rename))
    assert [(f.code, f.sheet, f.column, f.value) for f in imported.findings] == [
        ("eintrag-doppelt", "Quellen", "Kürzel", "neu")
    ]
