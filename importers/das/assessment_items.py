"""The items of a DAS file: points and continence findings of an assessment, and what contradicts what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importers.das.fields import GRADE, specification
from importers.findings import Severity

if TYPE_CHECKING:
    from importers.das.fields import DasCondition, DasField, Value
    from importers.das.findings import DasFindings
    from importers.das.records import DasExport, DasResident

_INTEGER: Final = re.compile(r"[+-]?[0-9]")
_HIGHEST_STEP: Final = 3
_WHETHER: Final = ("0", "1")
_GRADES: Final = {"V01": ("0", "1", "2", "3", "4", "5")}
"""V01 gives the Pflegegrad; later versions only state whether there is one."""


def fields_of_steps(export: DasExport, report: DasFindings) -> frozenset[str]:
    """Return the fields that hold steps from 0 to 3 instead of their points, and report them.

    A field with points beyond 3 holds steps where some value is no points at all and none is above 3. Its 3 would
    pass for points, so all of it is unknown.
    """
    fields = []
    for name, field in specification().fields.items():
        if not field.cell[:1].isdigit() or max(int(value) for value in field.scale) <= _HIGHEST_STEP:
            continue
        seen = {text for resident in export.residents if (text := resident.values.get(name)) is not None}
        if seen <= {"0", "1", "2", "3"} and not seen <= set(field.scale):
            fields.append(name)
            report.note(
                Severity.ERROR,
                "das-stufen-statt-punkte",
                f"{name} enthält offenbar Stufen von 0 bis 3 statt Punkten; alle Werte des Feldes gelten als unbekannt "
                f"(amtliche Prüfregel {field.listed}).",
                "Lassen Sie den Export der Pflegesoftware berichtigen: Die Spezifikation verlangt hier Punkte.",
                sheet="Begutachtungen",
                column=name,
            )
    return frozenset(fields)


def cells(resident: DasResident, unusable: frozenset[str], report: DasFindings) -> dict[str, Value]:
    """Return the cells of the assessment that are known; those of fields that are ``unusable`` are not."""
    spec = specification()
    valid: dict[str, Value] = {}
    for name, field in spec.fields.items():
        text = resident.values.get(name)
        if report.twice(resident, name) or name in unusable:
            continue
        if text is None:
            if field.missing:
                report.warn(resident, name, "das-feld-fehlt", f"Die Angabe fehlt{_unknown(field)}", field.missing)
        elif text in field.scale:
            valid[name] = field.scale[text]
        else:
            message = f"Erlaubt sind nur {', '.join(field.scale)}{_unknown(field)}"
            rule = field.listed if _INTEGER.fullmatch(text) else field.typed
            report.fault(resident, name, "das-wert-ungueltig", message, rule)
    points_of_cell = {field.cell: valid[name] for name, field in spec.fields.items() if field.cell and name in valid}
    for points in spec.points:
        if points.cell in points_of_cell or _blurred(points.when, resident) or not points.when.holds(resident.values):
            continue
        if not points.source:
            points_of_cell[points.cell] = points.points
        elif points.source in valid:
            points_of_cell[points.cell] = valid[points.source]
    return points_of_cell


def tell_gates(resident: DasResident, report: DasFindings) -> None:
    """Tell where fields contradict each other, or where one demands another."""
    for gate in specification().gates:
        if gate.excluded != resident.excluded or _blurred(gate.when, resident) or not gate.when.holds(resident.values):
            continue
        add = report.fault if gate.severity is Severity.ERROR else report.warn
        add(resident, gate.field, "das-widerspruch", gate.message.removesuffix("."), gate.rule, gate.repair)


def tell_grade(resident: DasResident, version: str, least: int, report: DasFindings) -> None:
    """Tell where the Pflegegrad is no value, or below the least one the known items lead to."""
    grades = _GRADES.get(version, _WHETHER)
    if report.twice(resident, GRADE):
        return
    text = resident.values.get(GRADE, "")
    if not text:
        report.warn(resident, GRADE, "das-feld-fehlt", "Die Angabe zum Pflegegrad fehlt; verglichen wird nicht", 10008)
    elif text not in grades:
        rule = 20003 if _INTEGER.fullmatch(text) else 30007
        message = f"Erlaubt sind nur {', '.join(grades)}; verglichen wird nicht"
        report.warn(resident, GRADE, "das-pflegegrad-ungueltig", message, rule)
    elif int(text) < (least if version in _GRADES else min(least, 1)):
        report.warn(
            resident,
            GRADE,
            "das-pflegegrad-zu-niedrig",
            f"Schon die Module 1, 2, 4 und 6 ergeben mindestens Pflegegrad {least}, die Datei nennt weniger",
            repair="Prüfen Sie Begutachtung und Pflegegrad dieser Person.",
        )


def granted(resident: DasResident, version: str) -> str:
    """Return the granted Pflegegrad as a cell of ``Bewohner``, "" where the file does not say which."""
    text = resident.values.get(GRADE, "")
    if text == "0":
        return "kein"
    return f"PG {text}" if text in _GRADES.get(version, ()) else ""


def _blurred(when: DasCondition, resident: DasResident) -> bool:
    """Return whether a condition asks for a field that has several values: then it is undecidable."""
    return not {*when.among, *when.not_among, *when.empty, *when.present}.isdisjoint(resident.twice)


def _unknown(field: DasField) -> str:
    if "kontinent" in field.scale.values():
        return "; ohne Befund gilt die Person als kontinent"
    return f"; {field.cell} gilt als unbekannt" if field.cell else "; das Merkmal dahinter gilt als unbekannt"
