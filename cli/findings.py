"""Findings of the files that were read, on standard error: in the same form for every command that reads files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from importers.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 25
"""Findings that are shown; the others are only counted."""

_LONGEST: Final = 60
_WORDS: Final = {Severity.ERROR: "Fehler", Severity.WARNING: "Warnung"}


def print_findings(findings: Sequence[Finding], rest: str = "Alle nennt pebem analyse in findings.xlsx.") -> int:
    """Write errors, then warnings, to standard error, and return the exit code: 1 if there is an error.

    Parameters
    ----------
    rest
        Where those are that are not shown.
    """
    ordered = [one for severity in _WORDS for one in findings if one.severity is severity]
    for one in ordered[:_MOST]:
        sys.stderr.write(f"{_WORDS[one.severity]}: {_place(one)}: {one.message} {one.repair}\n")
    if len(ordered) > _MOST:
        sys.stderr.write(f"… und {len(ordered) - _MOST} weitere. {rest}\n")
    return 1 if ordered and ordered[0].severity is Severity.ERROR else 0


def _place(finding: Finding) -> str:
    value = f"„{finding.value[:_LONGEST]}“" if finding.value else ""
    column = f"Spalte {finding.column}" if finding.column else ""
    parts = (finding.file, f"Blatt {finding.sheet}" if finding.sheet else "", finding.where, column, value)
    return ", ".join(part for part in parts if part)
