"""What contradicts the official rules becomes a finding with the rule's number; the rest of the record goes on."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from importers.das import xml as das_xml
from importers.das.fields import specification
from importers.findings import Severity
from tests.support.importers.das_files import excluded, export, resident

if TYPE_CHECKING:
    from importers.findings import Finding

TODAY = date(2026, 4, 1)
ERROR, WARNING = Severity.ERROR, Severity.WARNING
FIELDS = specification().fields

# What is changed in a full record, the official rule that breaks, its severity here, the column of the finding.
BROKEN = [
    ({"IDBEWOHNER": ""}, 10001, ERROR, "IDBEWOHNER"),
    ({"IDBEWOHNER": "42"}, 30099, WARNING, "IDBEWOHNER"),
    ({"IDBEWOHNER": "1234567"}, 30001, WARNING, "IDBEWOHNER"),
    ({"IDBEWOHNER": "B-17"}, 30001, WARNING, "IDBEWOHNER"),
    ({"IDBEWOHNER": "9" * 65}, 30001, ERROR, "IDBEWOHNER"),
    ({"WOHNBEREICH": "Rosengarten"}, 20073, WARNING, "WOHNBEREICH"),
    ({"WOHNBEREICH": "WB_0"}, 20073, WARNING, "WOHNBEREICH"),
    ({"WOHNBEREICH": "WB_100"}, 20073, WARNING, "WOHNBEREICH"),
    ({"ERHEBUNGSDATUM": ""}, 10003, ERROR, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "20.03.2026"}, 30002, ERROR, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "2026-02-30"}, 30002, ERROR, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "2026-03-20Z"}, 30002, WARNING, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "2026-04-02"}, 50001, WARNING, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "2025-01-14"}, 50019, WARNING, "ERHEBUNGSDATUM"),
    ({"EINZUGSDATUM": ""}, 10004, WARNING, "EINZUGSDATUM"),
    ({"EINZUGSDATUM": "9999-01-01"}, 30003, ERROR, "EINZUGSDATUM"),
    ({"EINZUGSDATUM": "2025-01-15T00:00:00"}, 30003, WARNING, "EINZUGSDATUM"),
    ({"EINZUGSDATUM": "2026-03-02"}, 70062, WARNING, "EINZUGSDATUM"),
    ({"PFLEGEGRAD": ""}, 10008, WARNING, "PFLEGEGRAD"),
    ({"PFLEGEGRAD": "3"}, 20003, WARNING, "PFLEGEGRAD"),
    ({"PFLEGEGRAD": "ja"}, 30007, WARNING, "PFLEGEGRAD"),
    ({"SVERNAEHRUNG": "0", "SVERNAEHRUNGUMFANG": ""}, 60013, ERROR, "SVFREMDHILFE"),
    ({"SVFREMDHILFE": "", "SVERNAEHRUNGUMFANG": ""}, 60014, WARNING, "SVFREMDHILFE"),
    ({"SVHARNKONTINENZBEW": ""}, 60015, WARNING, "SVHARNKONTINENZBEW"),
    ({"SVHARNKONTINENZ": "1"}, 60016, ERROR, "SVHARNKONTINENZBEW"),
    ({"SVSTUHLKONTINENZBEW": ""}, 60017, WARNING, "SVSTUHLKONTINENZBEW"),
    ({"SVSTUHLKONTINENZ": "0"}, 60018, ERROR, "SVSTUHLKONTINENZBEW"),
    ({"SVFREMDHILFE": "0"}, 60069, ERROR, "SVERNAEHRUNGUMFANG"),
    ({"SVERNAEHRUNGUMFANG": ""}, 60070, WARNING, "SVERNAEHRUNGUMFANG"),
    *(({name: ""}, field.missing, WARNING, name) for name, field in FIELDS.items() if field.missing),
    *(({name: "5"}, field.listed, ERROR, name) for name, field in FIELDS.items()),
    *(({name: "zwei"}, field.typed, ERROR, name) for name, field in FIELDS.items()),
    *(({name: "10"}, field.typed, ERROR, name) for name, field in FIELDS.items()),
]
OF_EXCLUDED = [
    ({"EINZUGSDATUM": ""}, 60096, WARNING, "EINZUGSDATUM"),
    ({"AUSSCHLUSSGRUND": "2"}, 60097, WARNING, "EINZUGSDATUM"),
    ({"AUSSCHLUSSGRUND": "1", "EINZUGSDATUM": "2026-03-01"}, 70066, WARNING, "EINZUGSDATUM"),
    ({"ERHEBUNGSDATUM": ""}, 10003, WARNING, "ERHEBUNGSDATUM"),
    ({"ERHEBUNGSDATUM": "2025-01-14"}, 50019, WARNING, "ERHEBUNGSDATUM"),
    ({"EINZUGSDATUM": "2026-04-02"}, 50002, WARNING, "EINZUGSDATUM"),
]


def findings(*residents: str, version: str = "V03") -> list[Finding]:
    errors = das_xml.read(*export(*residents, version=version), TODAY).findings
    return [one for one in errors if one.code != "das-ausgeschlossen"]


def rule_of(finding: Finding) -> int:
    match = re.search(r"\(amtliche Prüfregel (\d{5})\)\.$", finding.message)
    return int(match[1]) if match else 0


def test_a_record_without_fault_has_no_findings() -> None:
    assert findings(resident(), excluded(IDBEWOHNER="000043")) == []


@pytest.mark.slow
@pytest.mark.parametrize(("changes", "rule", "severity", "column"), BROKEN)
def test_a_full_record_that_breaks_a_rule(changes: dict[str, str], rule: int, severity: Severity, column: str) -> None:
    reported = findings(resident(**changes))
    (finding,) = (finding for finding in reported if rule_of(finding) == rule)
    assert (finding.severity, finding.column, finding.row, finding.file) == (severity, column, 2, "das.xml")
    assert finding.value == changes.get(column, finding.value)
    assert finding.repair.endswith(".")


@pytest.mark.parametrize(("changes", "rule", "severity", "column"), OF_EXCLUDED)
def test_a_short_record_that_breaks_a_rule(changes: dict[str, str], rule: int, severity: Severity, column: str) -> None:
    (finding,) = (
        finding for finding in findings(resident(IDBEWOHNER="000001"), excluded(**changes)) if rule_of(finding) == rule
    )
    assert (finding.severity, finding.column, finding.row) == (severity, column, 3)


def test_every_rule_we_name_can_break() -> None:
    spec = specification()
    named = {number for field in FIELDS.values() for number in (field.missing, field.listed, field.typed)}
    named |= {gate.rule for gate in spec.gates} | {order.rule for order in spec.orders}
    assert named - {0} <= {rule for _, rule, _, _ in [*BROKEN, *OF_EXCLUDED]}


@pytest.mark.parametrize("day", ["2026-03-01", "2026-02-28"])
def test_fourteen_days_before_the_target_date_are_enough(day: str) -> None:
    assert findings(resident(EINZUGSDATUM=day)) == []


def test_the_number_of_a_person_names_the_finding() -> None:
    (finding,) = findings(resident(SVESSEN=""))
    assert finding.message == "Bewohner-Nr 000042: Die Angabe fehlt; 4.8 gilt als unbekannt (amtliche Prüfregel 10034)."
    reported = findings(resident(IDBEWOHNER=""))
    assert reported[0].message.startswith("1. Person der Datei: Die Nummer der Person fehlt")


def test_rejected_value_blanks_its_cell_only() -> None:
    export_sheets = das_xml.read(*export(resident(SVESSEN="5", KKFERINNERN="-1")), TODAY)
    row = dict(zip(export_sheets.assessments.cells[0], export_sheets.assessments.cells[1], strict=True))
    assert (row["4.8"], row["2.4"], row["4.9"]) == ("", "", 4)


def test_missing_day_drops_the_assessment_but_not_the_person() -> None:
    sheets = das_xml.read(*export(resident(ERHEBUNGSDATUM="gestern")), TODAY)
    assert sheets.residents.cells[1][0] == "000042"
    assert set(sheets.assessments.cells[1]) == {""}


def test_a_number_twice_counts_once() -> None:
    sheets = das_xml.read(*export(resident(), resident(SVESSEN="0"), excluded()), TODAY)
    assert sheets.residents.cells[1:, 0].tolist() == ["000042", "", ""]
    assert sheets.assessments.cells[1:, 0].tolist() == ["000042", "", ""]
    twice = [one for one in sheets.findings if one.code == "bewohner-doppelt"]
    assert [(one.severity, one.row) for one in twice] == [(ERROR, 3), (ERROR, 4)]


@pytest.mark.parametrize("name", ["SVESSEN", "SVFREMDHILFE", "EINZUGSDATUM", "WOHNBEREICH"])
def test_a_field_with_two_values_has_none(name: str) -> None:
    again = f'<{name} value="0"/></qs_data>'
    sheets = das_xml.read(*export(resident().replace("</qs_data>", again)), TODAY)
    (finding,) = (finding for finding in sheets.findings if finding.severity is ERROR)
    assert (finding.code, finding.column) == ("das-feld-mehrfach", name)
    row = dict(zip(sheets.assessments.cells[0], sheets.assessments.cells[1], strict=True))
    missing = {"SVESSEN": row["4.8"], "SVFREMDHILFE": row["4.13"]}
    assert missing.get(name, sheets.residents.cells[1][2 if name == "EINZUGSDATUM" else 1]) == ""


def test_a_field_twice_with_one_value_has_it() -> None:
    assert findings(resident().replace("</qs_data>", '<SVESSEN value=" 9 "/></qs_data>')) == []


@pytest.mark.parametrize(("grade", "codes"), [("0", ["das-pflegegrad-zu-niedrig"]), ("1", [])])
def test_no_grade_where_the_items_give_one(grade: str, codes: list[str]) -> None:
    assert [one.code for one in findings(resident(PFLEGEGRAD=grade))] == codes


def test_grades_of_version_1_are_compared_with_the_least_the_items_give() -> None:
    lowest = dict.fromkeys(FIELDS, "0") | {"SVFREMDHILFE": "", "SVERNAEHRUNGUMFANG": ""}
    lowest |= {"SVHARNKONTINENZBEW": "", "SVSTUHLKONTINENZBEW": ""}
    assert findings(resident(**lowest, PFLEGEGRAD="0"), version="V01") == []
    # Modules 1, 2, 4 and 6 add up to 7.5 + 11.25 + 30 + 11.25 points: at least grade 3, more with modules 3 and 5.
    for grade, warned in (("2", True), ("3", False), ("4", False), ("5", False)):
        errors = [one.code for one in findings(resident(PFLEGEGRAD=grade), version="V01")]
        assert errors == (["das-pflegegrad-zu-niedrig"] if warned else [])


def test_unreadable_target_date_disables_only_its_rules() -> None:
    for target in ("", "15.03.2026", "1999-01-01"):
        sheets = das_xml.read(*export(resident(), target=target), TODAY)
        assert sheets.residents.cells[1][0] == "000042"
        assert [one for one in sheets.findings if one.severity is ERROR] == []
