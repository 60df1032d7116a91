"""Homes drawn once for all tests of this folder."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import rules
import sample_data

if TYPE_CHECKING:
    from pathlib import Path

    from rules import RuleBook
    from sample_data import SampleHome


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """Return the built-in rulebook."""
    return rules.load(date(2026, 1, 1))


@pytest.fixture(scope="session")
def clean_home() -> SampleHome:
    """Return a home of usual size without faults."""
    (home,) = sample_data.draw(homes=1, residents=80, months=1, seed=7, dirt=False)
    return home


@pytest.fixture(scope="session")
def home_with_faults() -> SampleHome:
    """Return the home of the committed workbook."""
    (home,) = sample_data.draw(homes=1, residents=28, months=1, seed=1)
    return home


@pytest.fixture(scope="session")
def workbook_with_faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return that home as a workbook."""
    folder = tmp_path_factory.mktemp("workbook")
    return sample_data.make(folder, homes=1, residents=28, months=1, seed=1)[0]
