"""Findings about a DAS file: about the file, or about one field of one person, with the official rule's number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importers.das.fields import MOVED_IN, RESIDENT, WARD
from importers.findings import Finding, Severity

if TYPE_CHECKING:
    from importers.das.records import DasResident

_IN_RESIDENTS: Final = frozenset({RESIDENT, WARD, MOVED_IN})


class DasFindings:
    """Collects findings in the order in which they occur.

    Attributes
    ----------
    findings
        Everything found so far. A row is that of the sheet the person would be in: the first person in row 2.
    """

    def __init__(self, file: str) -> None:
        self.findings: list[Finding] = []
        self._file = file

    def note(  # noqa: PLR0913
        self,
        severity: Severity,
        code: str,
        message: str,
        repair: str,
        *,
        sheet: str = "",
        column: str = "",
        value: str = "",
        count: int = 1,
    ) -> None:
        """Add a finding about the file."""
        self.findings.append(
            Finding(
                severity,
                code,
                message,
                repair,
                file=self._file,
                sheet=sheet,
                column=column,
                value=value,
                count=count,
            )
        )

    def fault(
        self, resident: DasResident, field: str, code: str, message: str, rule: int = 0, repair: str = ""
    ) -> None:
        """Add an error: the value is not taken. The message has no full stop; the rule follows it."""
        self._about(Severity.ERROR, resident, field, code, message, rule, repair)

    def warn(self, resident: DasResident, field: str, code: str, message: str, rule: int = 0, repair: str = "") -> None:
        """Add a warning: the value is taken, or there is none."""
        self._about(Severity.WARNING, resident, field, code, message, rule, repair)

    def twice(self, resident: DasResident, field: str) -> bool:
        """Return whether a field has several values, and report it."""
        reported = field in resident.twice
        if reported:
            message = "Das Feld steht mehrfach da, mit verschiedenen Werten; keiner gilt"
            self.fault(resident, field, "das-feld-mehrfach", message)
        return reported

    def _about(
        self, severity: Severity, resident: DasResident, field: str, code: str, message: str, rule: int, repair: str
    ) -> None:
        number = resident.values.get(RESIDENT, "")
        who = f"Bewohner-Nr {number}" if number else f"{resident.number}. Person der Datei"
        official = f" (amtliche Prüfregel {rule})" if rule else ""
        self.findings.append(
            Finding(
                severity,
                code,
                f"{who}: {message}{official}.",
                repair or f"Berichtigen Sie {field} in der Pflegesoftware und exportieren Sie neu.",
                file=self._file,
                sheet="Bewohner" if field in _IN_RESIDENTS else "Begutachtungen",
                row=resident.number + 1,
                column=field,
                value=resident.values.get(field, ""),
            )
        )
