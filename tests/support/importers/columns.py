"""Reads interventions that differ in one column, from a workbook and from text."""

from __future__ import annotations

from typing import Any

import pytest

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.files import csv_files, intervention, with_interventions, xlsx

both = pytest.mark.parametrize("form", ["xlsx", "csv"])


def read_column(book: RuleBook, form: str, column: str, cells: list[Any], **others: Any) -> importers.ReadFiles:
    """Read interventions that differ in one column."""
    sheets = with_interventions(*[intervention(**{**others, column.replace("-", "_"): cell}) for cell in cells])
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def outcome(result: importers.ReadFiles, *but: str) -> list[tuple[Severity, str, int, int]]:
    """Return severity, code, row and count of the findings about interventions."""
    return [
        (f.severity, f.code, f.row, f.count)
        for f in result.findings
        if f.sheet == "Interventionen" and f.code not in {"zeile-mehrfach", "arbeit-unmoeglich", *but}
    ]


def dates(result: importers.ReadFiles) -> list[str]:
    """Return the day of each intervention, in ISO form."""
    return result.tables.interventions["date"].to_numpy().astype("datetime64[D]").astype(str).tolist()
