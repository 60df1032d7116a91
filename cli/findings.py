"""What was found while files were read, on standard error: the same way for every command that reads some."""

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


def tell(findings: Sequence[Finding], rest: str = "Alle nennt pebem analyse in findings.xlsx.") -> int:
    """Write errors, then warnings, to standard error, and return the exit code: 1 if there is an error.

    Parameters
    ----------
    rest
        Where those are that are not shown.
    """
    told = [one for severity in _WORDS for one in findings if one.severity is severity]
    for one in told[:_MOST]:
        sys.stderr.write(f"{_WORDS[one.severity]}: {_place(one)}: {one.message} {one.repair}\n")
    if len(told) > _MOST:
        sys.stderr.write(f"… und {len(told) - _MOST} weitere. {rest}\n")
    return 1 if told and told[0].severity is Severity.ERROR else 0


def _place(one: Finding) -> str:
    value = f"„{one.value[:_LONGEST]}“" if one.value else ""
    column = f"Spalte {one.column}" if one.column else ""
    parts = (one.file, f"Blatt {one.sheet}" if one.sheet else "", one.where, column, value)
    return ", ".join(part for part in parts if part)
