"""The real rulebook, and a short way to read a home."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import importers
import rules
from tests.support.importers.files import xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return rules.load(date(2026, 3, 31))


@pytest.fixture
def read_home(book: RuleBook) -> ReadHome:
    """Read sheets through a workbook."""
    return lambda sheets: importers.read([("heim.xlsx", xlsx(sheets))], book)
