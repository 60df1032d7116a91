"""One value is one finding with its rows counted; in the workbook of faulty rows every row stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import importers
import rules
from importers.findings import Finding, Severity
from importers.home_words.kinds import INTERVENTION, KINDS, QUALIFICATION
from importers.home_words.suggestions import suggest
from tests.support.importers.columns import read_column
from tests.support.importers.files import csv_files, home, intervention, with_interventions

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome


def day(number: int) -> date:
    return date(2026, 3, number)


@pytest.mark.parametrize(
    ("column", "value", "code", "severity"),
    [
        ("Uhrzeit", "früh", "uhrzeit-unlesbar", Severity.WARNING),
        ("Minuten-Quelle", "Uhr", "minuten-quelle-unbekannt", Severity.WARNING),
        ("Intervention", "Rätsel", "intervention-unbekannt", Severity.ERROR),
        ("Status", "vielleicht", "status-unbekannt", Severity.ERROR),
        ("Status", "teilweise", "status-mehrdeutig", Severity.WARNING),
        ("Minuten", "viele", "minuten-ungueltig", Severity.ERROR),
        ("Personal-Nr", "P9", "personal-unbekannt", Severity.WARNING),
        ("Personal-Nr", "", "personal-fehlt", Severity.WARNING),
        ("Bewohner-Nr", "B9", "bewohner-unbekannt", Severity.WARNING),
    ],
)
def test_a_value_in_many_rows_is_one_finding(
    read_home: ReadHome, column: str, value: str, code: str, severity: Severity
) -> None:
    name = column.replace("-", "_")
    rows = [intervention(Datum=day(n), **{name: value.upper() if n % 2 else value}) for n in range(1, 9)]
    result = read_home(with_interventions(intervention(), *rows))
    (finding,) = [one for one in result.findings if one.code == code]
    assert (finding.severity, finding.row, finding.count) == (severity, 3, 8)
    assert finding.rows == (3, 4, 5, 6, 7)
    assert finding.where == "Zeilen 3, 4, 5, 6, 7 und 3 weitere"
    faulty = [row.number for sheet in result.faulty_rows for row in sheet.rows]
    assert faulty == ([*range(3, 11)] if severity is Severity.ERROR else [])
    assert result.tables.faulty == len(faulty)


def test_different_values_are_different_findings_in_the_order_of_their_rows(read_home: ReadHome) -> None:
    words = ["b", "a", "B", "c", "a"]
    rows = [intervention(Datum=day(n), Uhrzeit=word) for n, word in enumerate(words, start=1)]
    told = [
        (one.value, one.count, one.where)
        for one in read_home(with_interventions(*rows)).findings
        if one.code == "uhrzeit-unlesbar"
    ]
    assert told == [("b", 2, "Zeilen 2, 4"), ("a", 2, "Zeilen 3, 6"), ("c", 1, "Zeile 5")]


def test_rows_of_two_files_are_two_findings(book: RuleBook) -> None:
    files = csv_files(with_interventions(intervention(Uhrzeit="früh"), intervention(Uhrzeit="früh", Datum=day(3))))
    other = csv_files(with_interventions(intervention(Uhrzeit="früh", Datum=day(4))))[-1][1]
    result = importers.read([*files, ("02_Interventionen.csv", other)], book)
    told = [(one.file, one.count) for one in result.findings if one.code == "uhrzeit-unlesbar"]
    assert told == [("Interventionen.csv", 2), ("02_Interventionen.csv", 1)]


def test_every_faulty_row_has_its_own_reasons(read_home: ReadHome) -> None:
    rows = [intervention(Datum=day(n), Intervention="Rätsel", Minuten="viele" if n == 2 else 5) for n in (1, 2, 3)]
    (sheet,) = read_home(with_interventions(*rows)).faulty_rows
    assert [len(row.reasons) for row in sheet.rows] == [1, 2, 1]


def test_qualifications_are_told_once(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Mitarbeitende"] = [
        ["Personal-Nr", "QN"],
        *[[f"P{n}", word] for n, word in enumerate(["Helfer", "Zauberer", "Helfer", "Zauberer", "helfer"])],
    ]
    told = {(one.code, one.value, one.count) for one in read_home(sheets).findings if one.column == "QN"}
    assert told == {("qualifikation-mehrdeutig", "Helfer", 3), ("qualifikation-unbekannt", "Zauberer", 2)}


def test_a_finding_suggests_what_the_page_of_words_suggests(read_home: ReadHome) -> None:
    words = {INTERVENTION: ["Intimpfege", "Duschn", "Haare waschen"], QUALIFICATION: ["Altenpflegr"]}
    sheets = with_interventions(*[intervention(Intervention=word) for word in words[INTERVENTION]])
    sheets["Mitarbeitende"] = [["Personal-Nr", "QN"], *[["P1", word] for word in words[QUALIFICATION]]]
    findings = {one.value: one.repair for one in read_home(sheets).findings if one.code.endswith("-unbekannt")}
    book = rules.load(day(31))
    for name, own in words.items():
        kind = KINDS[name]
        for word, near in zip(own, suggest(kind, own, book), strict=True):
            target = near.nearest[0].target
            assert findings[word].endswith(f"Am ähnlichsten ist „{kind.choices(book)[target]}“.")


def test_where_of_one_row_and_of_a_sheet() -> None:
    one = Finding(Severity.NOTICE, "x", "", "", row=7)
    assert (one.where, Finding(Severity.NOTICE, "x", "", "", count=9).where) == ("Zeile 7", "")


def test_beyond_many_values_the_others_share_a_finding_and_keep_their_rows(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.content.sheet_findings.MOST", 2)
    monkeypatch.setattr("importers.content.faulty_rows.MOST", 5)
    result = read_column(book, "csv", "Intervention", ["Rätsel A", "Rätsel B", "Rätsel C", "Rätsel D", "Rätsel C"] * 2)
    found = [(f.value, f.count, f.rows) for f in result.findings if f.code == "intervention-unbekannt"]
    assert found == [("Rätsel A", 2, (2, 7)), ("Rätsel B", 2, (3, 8)), ("weitere", 6, (4, 5, 6, 9, 10))]
    (sheet,) = result.faulty_rows
    assert (result.tables.faulty, [row.number for row in sheet.rows], sheet.left_out) == (10, [2, 3, 4, 5, 6], 5)
    assert sheet.rows[0].reasons[0].startswith("„Intervention“: Diese Intervention steht nicht im Katalog.")
    many = "„Intervention“: Mehr als 2 verschiedene Werte dieser Spalte haben einen Befund; dieser steht für alle"
    assert sheet.rows[4].reasons[0].startswith(many)
