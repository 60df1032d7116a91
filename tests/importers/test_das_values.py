"""A DAS file gives the rows an equivalent workbook gives, and nothing besides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import importers
from importers.das import merge_into_sheets as das_join
from importers.das import xml as das_xml
from importers.das.fields import specification
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Severity, UnreadableError
from importers.sheets.heading_rows import locate
from rules.vocabulary import ASSESSMENT_CELLS, allowed_points
from tests.support.importers.das_files import CELLS, DAY, ITEMS, excluded, export, resident, text
from tests.support.importers.files import xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook

POINTS = [
    0,
    1,
    2,
    3,
    3,
    0,
    1,
    2,
    3,
    2,
    1,
    0,
    1,
    2,
    3,
    2,
    6,
    "Dauerkatheter/Urostoma",
    "Stoma",
    0,
    1,
    2,
    3,
    2,
    1,
    0,
    9,
    4,
    2,
    3,
    1,
    0,
    1,
    2,
    3,
    2,
    1,
]
"""The points of ITEMS, in the order of CELLS."""
WORKBOOK: dict[str, list[list[Any]]] = {
    "Bewohner": [
        ["Bewohner-Nr", "Wohnbereich", "Einzug"],
        ["000042", "WB_1", date(2025, 1, 15)],
        ["000007", "", date(2026, 3, 10)],
    ],
    "Begutachtungen": [["Bewohner-Nr", "Datum", *CELLS], ["000042", date(2026, 3, 20), *POINTS]],
}
BOTH = (resident(), excluded(IDBEWOHNER="000007", WOHNBEREICH="", EINZUGSDATUM="2026-03-10"))


def read(book: RuleBook, *files: tuple[str, bytes]) -> importers.ReadFiles:
    return importers.read(list(files), book, sheets_needed=())


def reported(result: importers.ReadFiles, *but: str) -> list[str]:
    """Return the codes of findings, without those on what a small file lacks."""
    left_out = {"instabilitaet-fehlt", "merkmale-fehlen", "begutachtung-fehlt", *but}
    return [one.code for one in result.findings if one.code not in left_out]


def cells_of(*changes: dict[str, str | None]) -> list[dict[str, Any]]:
    """Return the known cells of residents that differ in these fields."""
    sheets = das_xml.read(*export(*(resident(IDBEWOHNER=f"{i:06}", **changed) for i, changed in enumerate(changes))))
    headings = sheets.assessments.cells[0]
    return [{h: c for h, c in zip(headings, row, strict=True) if c != ""} for row in sheets.assessments.cells[1:]]


def test_frames_equal_those_of_an_equivalent_workbook(book: RuleBook) -> None:
    ours, theirs = read(book, export(*BOTH)), read(book, ("heim.xlsx", xlsx(WORKBOOK)))
    for name in ("residents", "assessments", "instability", "staff", "interventions", "duties"):
        pd.testing.assert_frame_equal(getattr(ours.tables, name), getattr(theirs.tables, name))
    assert reported(ours) == ["das-ausgeschlossen"]


def test_assessments_alone_equal_those_of_an_equivalent_workbook() -> None:
    ours = importers.read_assessments([export(*BOTH)])
    theirs = importers.read_assessments([("heim.xlsx", xlsx(WORKBOOK))])
    pd.testing.assert_frame_equal(ours.table, theirs.table)
    assert ours.errors == [[]]


def test_missing_fields_are_unknown_not_zero(book: RuleBook) -> None:
    table = read(book, export(*BOTH)).tables.assessments
    known = {cell for cell in ASSESSMENT_CELLS if table[cell].iloc[0] >= 0}
    assert known == set(CELLS) - {"Harnkontinenz", "Stuhlkontinenz"}
    assert {cell[0] for cell in ASSESSMENT_CELLS if cell not in known} == {"3", "5"}


def test_values_are_the_points_of_the_instrument() -> None:
    spec = specification()
    items = {name: field for name, field in spec.fields.items() if field.cell[:1].isdigit()}
    for name, field in items.items():
        assert tuple(field.scale.values()) == allowed_points(field.cell), name
        result = cells_of(*({name: value} for value in field.scale))
        assert [cells[field.cell] for cells in result] == list(allowed_points(field.cell)), name
    assert len(items) == 32


@pytest.mark.parametrize(
    ("tube", "help_", "extent", "points"),
    [
        ("0", "", "", 0),
        ("1", "0", "", 0),
        ("1", "1", "0", 0),
        ("1", "1", "3", 3),
        ("1", "1", "6", 6),
        ("1", "", "", None),
        ("1", "1", "", None),
        ("1", "", "6", None),
        ("1", "0", "6", None),
        ("0", "1", "6", None),
        ("0", "0", "", None),
        ("", "", "", None),
        ("2", "1", "6", None),
        ("1", "1", "9", None),
    ],
)
def test_feeding_by_tube(tube: str, help_: str, extent: str, points: int | None) -> None:
    (cells,) = cells_of({"SVERNAEHRUNG": tube, "SVFREMDHILFE": help_, "SVERNAEHRUNGUMFANG": extent})
    assert cells.get("4.13") == points


@pytest.mark.parametrize("kind", ["HARN", "STUHL"])
@pytest.mark.parametrize(
    ("finding", "coping", "points"),
    [
        ("0", "", 0),
        ("1", "", 0),
        ("2", "1", 1),
        ("3", "3", 3),
        ("4", "0", 0),
        ("2", "", None),
        ("0", "3", None),
        ("", "2", None),
        ("", "", None),
        ("7", "2", None),
        ("2", "9", None),
    ],
)
def test_coping_counts_behind_its_gate_alone(kind: str, finding: str, coping: str, points: int | None) -> None:
    (cells,) = cells_of({f"SV{kind}KONTINENZ": finding, f"SV{kind}KONTINENZBEW": coping})
    assert cells.get("4.11" if kind == "HARN" else "4.12") == points


def test_continence_findings_of_urine_and_stool_have_their_own_fifth_value(book: RuleBook) -> None:
    people = [resident(IDBEWOHNER=f"00000{i}", SVHARNKONTINENZ=str(i), SVSTUHLKONTINENZ=str(i)) for i in range(5)]
    table = read(book, export(*people)).tables.assessments
    assert table["continence_urine"].tolist() == [0, 1, 2, 3, 4]
    assert table["continence_stool"].tolist() == [0, 1, 2, 3, 5]


def test_a_field_of_steps_instead_of_points_is_unknown_throughout() -> None:
    read_ = das_xml.read(*export(resident(SVESSEN="2"), resident(IDBEWOHNER="000043", SVESSEN="3")))
    assert "4.8" in read_.assessments.cells[0]
    column = list(read_.assessments.cells[0]).index("4.8")
    assert read_.assessments.cells[1:, column].tolist() == ["", ""]
    (finding,) = (one for one in read_.findings if one.severity is Severity.ERROR)
    assert (finding.code, finding.column) == ("das-stufen-statt-punkte", "SVESSEN")


def test_reader_returns_only_what_may_be_stored(book: RuleBook) -> None:
    markers = {
        "GEBURTSMONAT": "geheim1",
        "GEBURTSJAHR": "geheim2",
        "DIAGNOSEN": "geheim3",
        "BEWUSSTSEINSZUSTAND": "geheim4",
        "KOERPERGEWICHT": "geheim5",
    }
    result = read(book, export(resident(**markers), excluded(IDBEWOHNER="000043", AUSSCHLUSSGRUND="geheim6")))
    assert "geheim" not in repr(result.findings)
    for name in ("residents", "assessments"):
        assert "geheim" not in getattr(result.tables, name).to_csv()
    assert result.people_residents["name"].isna().all()


def test_version_1_has_wards_and_grades_of_its_own() -> None:
    export_sheets = das_xml.read(
        *export(
            resident(WOHNBEREICH="3", PFLEGEGRAD="5", GESCHLECHT="2", BEATMUNG="0", KOERPERGROESSE="178"), version="V01"
        )
    )
    assert export_sheets.findings == []
    assert export_sheets.residents.cells[1].tolist() == ["000042", "3", date(2025, 1, 15), "PG 5"]


@pytest.mark.parametrize(
    ("version", "written", "grade"),
    [
        ("V01", "0", 0), ("V01", "1", 1), ("V01", "4", 4), ("V01", "6", None), ("V01", "", None),
        *((later, "0", 0) for later in ("V02", "V03", "V04", "")),
        *((later, text, None) for later in ("V02", "V03", "V04", "") for text in ("1", "4", "")),
    ],
)  # fmt: skip
def test_the_granted_grade_is_taken_where_the_file_says_which(
    book: RuleBook, version: str, written: str, grade: int | None
) -> None:
    """From V02 on the field says whether there is a Pflegegrad: 1 is not Pflegegrad 1."""
    tables = read(book, export(resident(PFLEGEGRAD=written), version=version)).tables
    assert tables.grades["grade"].tolist() == ([] if grade is None else [grade])
    assert tables.grades["start"].isna().all()


def test_version_4_is_read_like_version_3(book: RuleBook) -> None:
    """Its fields are the same; the facility no longer states its capacity."""
    old, (name, new) = read(book, export(resident())), export(resident(), version="V04")
    result = read(book, (name, new.replace(b'<BELEGUNGSKAPAZITAET value="2"/>', b"")))
    assert reported(result) == reported(old) == []
    for frame in ("residents", "assessments", "grades"):
        pd.testing.assert_frame_equal(getattr(result.tables, frame), getattr(old.tables, frame))


def test_unknown_versions_are_read_with_one_warning(book: RuleBook) -> None:
    for version in ("V05", "", None, "2"):
        result = read(book, export(resident(), version=version))
        assert reported(result) == ["das-fassung-unbekannt"]
        pd.testing.assert_frame_equal(result.tables.assessments, read(book, export(resident())).tables.assessments)


def test_unknown_elements_are_named_once(book: RuleBook) -> None:
    people = [resident(IDBEWOHNER=f"00000{i}", NEUESFELD="1") for i in range(3)]
    result = read(book, export(*people))
    (finding,) = (one for one in result.findings if one.code == "das-felder-unbekannt")
    assert (finding.value, finding.count, finding.severity) == ("NEUESFELD", 3, Severity.WARNING)


def test_fields_of_another_namespace_are_no_fields(book: RuleBook) -> None:
    foreign = '<x:SVESSEN xmlns:x="urn:x" value="0"/>'
    file = text(resident(SVESSEN=None).replace("</qs_data>", foreign + "</qs_data>"))
    result = read(book, ("a.xml", file.encode()))
    assert result.tables.assessments["4.8"].tolist() == [-1]
    prefixed = text(resident()).replace("<", "<d:").replace("<d:/", "</d:").replace("<d:?", "<?")
    result = read(book, ("a.xml", prefixed.replace("xmlns=", "xmlns:d=").encode()))
    assert result.tables.assessments["4.8"].tolist() == [9]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("latin-1", "ISO-8859-1"), ("cp1252", "windows-1252")],
)
def test_honest_encodings_give_the_same_rows(book: RuleBook, encoding: str, declared: str) -> None:
    data = text(*BOTH).replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    pd.testing.assert_frame_equal(
        read(book, ("a.xml", data)).tables.assessments, read(book, export(*BOTH)).tables.assessments
    )


def test_a_sheet_with_modules_3_and_5_completes_the_file(book: RuleBook) -> None:
    supplement = {
        "Begutachtungen": [
            ["Bewohner-Nr", "Datum", "3.1", "5.1 täglich", "Besondere Bedarfskonstellation"],
            ["000042", "", 5, 3, "ja"],
            ["000007", date(2026, 3, 11), 1, 0, "nein"],
        ]
    }
    result = read(book, export(*BOTH), ("rest.xlsx", xlsx(supplement)))
    table = result.tables.assessments.set_index("resident")
    assert table.loc["000042", ["3.1", "5.1 täglich", "4.8", "4.13", "special"]].tolist() == [5, 3, 9, 6, True]
    assert table.loc["000042", "date"] == pd.Timestamp(DAY)
    assert table.loc["000042", "continence_stool"] == 5
    assert table.loc["000007", ["3.1", "4.8"]].tolist() == [1, -1]
    assert reported(result) == ["das-ausgeschlossen"]


def test_supplement_of_another_day_is_reported(book: RuleBook) -> None:
    rows = [["Bewohner-Nr", "Datum", "3.1"], ["000042", date(2026, 3, 21), 5], ["000042", DAY, 3]]
    result = read(book, export(resident()), ("rest.xlsx", xlsx({"Begutachtungen": rows})))
    assert result.tables.assessments[["3.1", "4.8"]].to_numpy().tolist() == [[5, -1], [3, 9]]
    (finding,) = (one for one in result.findings if one.code == "das-ergaenzung-allein")
    assert (finding.file, finding.row, finding.column) == ("rest.xlsx", 2, "Datum")


def test_assessment_of_another_file_is_added_to_the_export(book: RuleBook) -> None:
    rows = [["Bewohner-Nr", "Datum", "1.1"], ["000042", date(2025, 2, 1), 1]]
    result = read(book, export(resident()), ("alt.xlsx", xlsx({"Begutachtungen": rows})))
    assert result.tables.assessments[["1.1", "4.8"]].to_numpy().tolist() == [[0, 9], [1, -1]]
    assert result.parts["assessments"].tolist() == [0, 1]


def test_list_of_names_is_completed(book: RuleBook) -> None:
    rows = [
        ["Bewohner-Nr", "Name", "Wohnbereich", "Einzug", "Auszug"],
        ["000042", "Groß", "", date(2025, 1, 16), ""],
        ["B9", "Klein", "", "", ""],
    ]
    result = read(book, export(*BOTH), ("namen.xlsx", xlsx({"Bewohner": rows})))
    table = result.tables.residents
    assert table["resident"].tolist() == ["000007", "000042", "B9"]
    assert table["ward"].tolist() == [None, "WB_1", None]
    assert table["moved_in"].tolist() == [pd.Timestamp(2026, 3, 10), pd.Timestamp(2025, 1, 16), pd.NaT]
    assert result.parts["residents"].tolist() == [0, 1, 1]
    assert reported(result) == ["das-ausgeschlossen", "das-weicht-ab"]


def test_a_ward_merged_over_several_rows_is_not_blank() -> None:
    cells = np.array([["Bewohner-Nr", "Wohnbereich"], ["000001", "Rose"], ["000042", ""]], dtype=object)
    grid = Grid("namen.xlsx", "Bewohner", SheetCells.of(cells), merged=((1, 1, 2, 1),))
    sheets = {"Bewohner": [(grid, locate(grid, "Bewohner"))]}
    das_join.add(sheets, [das_xml.read(*export(resident()))], ("Bewohner",))
    (sheet, _), (rest, _) = sheets["Bewohner"]
    assert sheet.cells[2].tolist() == ["000042", "", date(2025, 1, 15), ""]
    assert set(rest.cells[1]) == {""}


def test_two_exports_are_a_history_and_the_later_determines_the_ward(book: RuleBook) -> None:
    autumn = export(
        resident(WOHNBEREICH="WB_2", ERHEBUNGSDATUM="2025-09-20", SVESSEN="3"),
        resident(IDBEWOHNER="000001"),
        target="2025-09-15",
    )
    result = read(book, ("herbst.xml", autumn[1]), export(resident()))
    assert result.tables.residents[["resident", "ward"]].to_numpy().tolist() == [["000001", "WB_1"], ["000042", "WB_1"]]
    assert result.parts["residents"].tolist() == [0, 1]
    history = result.tables.assessments.query("resident == '000042'").sort_values("date")
    assert history["4.8"].tolist() == [3, 9]


def test_same_export_twice_states_the_same_twice(book: RuleBook) -> None:
    once, twice = read(book, export(*BOTH)), read(book, export(*BOTH), ("noch.xml", export(*BOTH)[1]))
    pd.testing.assert_frame_equal(once.tables.residents, twice.tables.residents)
    of_file = [twice.tables.assessments[twice.parts["assessments"] == file] for file in (0, 1)]
    for assessments in of_file:
        pd.testing.assert_frame_equal(assessments.reset_index(drop=True), once.tables.assessments)


def test_an_export_alone_does_not_make_an_analysis(book: RuleBook) -> None:
    with pytest.raises(UnreadableError, match="„Mitarbeitende“ und „Interventionen“"):
        importers.read([export(resident())], book)


def test_items_of_the_test_file_are_all_items() -> None:
    assert set(ITEMS) == set(specification().fields)
